"""For all tests."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import platforms

# Before any test imports copygen: `python -m tests.platforms darwin -m pytest`, and its workers.
platforms.become_as_told()

# Without bytecode every worker rewrites and compiles all tests, and each of some hundred processes
# the package: 0.8 s of CPU for the start of a run instead of 0.55.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Results count, not how busy the machine is. The same examples on every run, so that a red run
# is about the change; half as many as usual, and `pytest --hypothesis-profile=search` looks for new
# ones, many.
settings.register_profile("copygen", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("copygen")


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core: of 427 s with one a core, 40 % was waiting for servers and processes."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Leave what is imported and collected out of the search for garbage, for it stays.

    To look through it again and again took a sixth of the time of collecting, and later more.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Trace no test marked `no_cover`.

    pytest-cov stops its measurement for these, but a worker of xdist has begun a second one below
    it, which goes on. In a simulation that doubles the time or more.
    """
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    tracer, threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]  # typeshed wants a function
    try:
        return (yield)
    finally:
        threading.settrace(threads)  # type: ignore[arg-type]  # likewise
        sys.settrace(tracer)


@pytest.fixture(scope="session", autouse=True)
def _signals_reach_children() -> None:
    # A shell that runs the tests in the background has them ignore SIGINT, and children inherit it.
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
