"""What the reliability tests share: a provider that counts, and commands that start quickly."""

from collections.abc import Iterator

import pytest

from tests.support.rel_running import CountingServer, Zygote, counting


@pytest.fixture(scope="session")
def _server() -> Iterator[CountingServer]:
    with counting() as server:
        yield server


@pytest.fixture
def server(_server: CountingServer) -> CountingServer:
    """A provider that has counted nothing yet and answers in 10 to 30 ms."""
    _server.behave(latency_ms=20, jitter=0.5, faults={})
    _server.reset()
    return _server


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    zygote = Zygote()
    yield zygote
    zygote.stop()
