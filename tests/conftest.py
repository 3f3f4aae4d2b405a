"""For all tests."""

import os
import signal

import pytest
from hypothesis import settings

from tests import platforms

# Before any test imports copygen: `python -m tests.platforms darwin -m pytest`, and its workers.
platforms.become_as_told()

# Results count, not how busy the machine is. The same examples on every run, so that a red run
# is about the change; `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile("copygen", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("copygen")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Workers measure coverage by pytest-cov; begun at Python's start as well, it costs double."""
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


@pytest.fixture(scope="session", autouse=True)
def _signals_reach_children() -> None:
    # A shell that runs the tests in the background has them ignore SIGINT, and children inherit it.
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
