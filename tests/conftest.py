"""For all tests."""

import signal

import pytest
from hypothesis import settings

# Results count, not how busy the machine is.
settings.register_profile("copygen", deadline=None)
settings.load_profile("copygen")


@pytest.fixture(scope="session", autouse=True)
def _signals_reach_children() -> None:
    # A shell that runs the tests in the background has them ignore SIGINT, and children inherit it.
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
