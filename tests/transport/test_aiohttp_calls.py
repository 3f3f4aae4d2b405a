"""The calls of aiohttp that its documentation does not name, all in `Tunnels`.

aiohttp is pinned below the next minor version. When this fails after a newer one was let in, read
what changed, adapt `copygen.transport.tunnels` (`Tunnels.open`, `_link`), and then this file.
"""

import asyncio
import inspect
import socket

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from yarl import URL

from copygen.transport.tunnels import FOREIGN
from tests.support.exchange import turns

ADVICE = (
    f"aiohttp {aiohttp.__version__} has changed what copygen.transport.tunnels uses of it "
    "(open, _link): adapt it there before aiohttp is unpinned"
)


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (aiohttp.TCPConnector.connect, ["self", "req", "traces", "timeout"]),
        (Connection.close, ["self"]),
    ],
)
def test_the_calls_still_take_what_is_given(function: object, parameters: list[str]) -> None:
    assert list(inspect.signature(function).parameters) == parameters, ADVICE  # type: ignore[arg-type]


def test_a_request_is_still_made_from_a_method_an_address_and_the_ways_to_it() -> None:
    given = inspect.signature(aiohttp.ClientRequest).parameters
    assert list(given)[:2] == ["method", "url"], ADVICE
    assert {"loop", "proxy", "ssl"} <= given.keys(), ADVICE
    required = [
        name
        for name, one in given.items()
        if one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]
    assert set(required) <= {"method", "url", "loop"}, ADVICE


def test_a_connection_still_gives_its_transport_and_the_protocol_to_take_over_from() -> None:
    async def main(port: int) -> None:
        loop = asyncio.get_running_loop()
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        request = aiohttp.ClientRequest(
            "POST", URL(f"http://127.0.0.1:{port}/"), loop=loop, proxy=None, ssl=True
        )
        link = await connector.connect(request, [], aiohttp.ClientTimeout(connect=5))
        try:
            assert isinstance(link, Connection), ADVICE
            assert isinstance(link.transport, asyncio.Transport), ADVICE
            assert isinstance(link.protocol, ResponseHandler), ADVICE
            assert link.protocol.should_close is False, ADVICE
            assert link.transport.get_protocol() is link.protocol, ADVICE
        finally:
            link.close()
            await connector.close()
            await turns()

    # The system takes the connection: nobody needs to answer on it.
    with socket.create_server(("127.0.0.1", 0)) as server:
        asyncio.run(main(server.getsockname()[1]))


def test_what_it_raises_is_still_of_the_kinds_that_are_translated() -> None:
    raised = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.InvalidURL)
    assert all(issubclass(one, FOREIGN) for one in raised), ADVICE
