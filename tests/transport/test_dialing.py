"""Names are looked up once for all who wait, and every address of a host gets its chance."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from copygen.transport.dialing import LOOKUP_S, Dialer, Origin
from copygen.transport.errors import CertificateError, not_connected
from tests.support.exchange import turns
from tests.support.fault_server import Authority, FaultServer, fault_server

HOST = "api.example"
KEY = "sk-canary-0123456789"


class _NameServer:
    """Stands in for the loop's `getaddrinfo`: what it was asked, and when it may answer."""

    def __init__(self, *ports: int) -> None:
        self.ports = ports
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.now_s = asyncio.get_running_loop().time()
        loop: Any = asyncio.get_running_loop()
        loop.getaddrinfo = self._answer

    async def _answer(self, host: str, _port: int, **_how: Any) -> list[tuple[Any, ...]]:
        self.asked += 1
        assert host == HOST
        await self.may_answer.wait()
        if not self.ports:
            raise socket.gaierror(socket.EAI_NONAME, KEY)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))
            for port in self.ports
        ]


class _Opened(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self.port = transport.get_extra_info("peername")[1]
        self.transport = transport


async def _dialed(dialer: Dialer, origin: Origin) -> int:
    """The port that a connection led to."""
    opened = await dialer.dial(origin, _Opened)
    opened.transport.abort()
    await turns()
    return opened.port


def _origin(tls: ssl.SSLContext | None = None) -> Origin:
    scheme = "https" if tls else "http"
    return Origin(url=httpx.URL(f"{scheme}://{HOST}/"), peer=HOST, proxy=None, tls=tls)


def test_a_name_is_looked_up_once_and_its_addresses_take_turns() -> None:
    async def main() -> None:
        async with fault_server() as one, fault_server() as other:
            names, dialer = _NameServer(one.port, other.port), Dialer(10)
            at_once = await asyncio.gather(*(_dialed(dialer, _origin()) for _ in range(4)))
            assert sorted(at_once) == sorted([one.port, other.port] * 2)
            assert names.asked == 1
            await dialer.close()

    asyncio.run(main())


def test_what_was_looked_up_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with fault_server() as server:
            names, dialer = _NameServer(server.port), Dialer(10)
            loop = asyncio.get_running_loop()
            await _dialed(dialer, _origin())
            now_s = loop.time()
            for after_s, asked in ((LOOKUP_S - 1, 1), (LOOKUP_S + 1, 2)):
                with monkeypatch.context() as patch:
                    patch.setattr(loop, "time", lambda after_s=after_s: now_s + after_s)
                    # Without the loop: its timers go by the same clock.
                    lookup = dialer._addresses(HOST, 80)
                    await lookup
                assert names.asked == asked
            await dialer.close()

    asyncio.run(main())


def test_a_failed_lookup_is_told_and_not_kept() -> None:
    async def main() -> None:
        async with fault_server() as server:
            names, dialer = _NameServer(), Dialer(10)
            with pytest.raises(httpx.ConnectError, match=f"^no such host: {HOST}$"):
                await _dialed(dialer, _origin())
            names.ports = (server.port,)
            assert await _dialed(dialer, _origin()) == server.port
            await dialer.close()

    asyncio.run(main())


@pytest.mark.parametrize("fails", [False, True])
def test_who_gives_up_waiting_does_not_end_the_lookup_for_others(fails: bool) -> None:
    logged: list[Any] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, what: logged.append(what))
        async with fault_server() as server:
            names, dialer = _NameServer(*(() if fails else (server.port,))), Dialer(10)
            names.may_answer.clear()
            impatient = asyncio.create_task(_dialed(dialer, _origin()))
            patient = asyncio.create_task(_dialed(dialer, _origin()))
            await turns()
            impatient.cancel()
            await turns()
            names.may_answer.set()
            if fails:
                with pytest.raises(httpx.ConnectError):
                    await patient
            else:
                assert await patient == server.port
            assert impatient.cancelled()
            assert names.asked == 1
            await dialer.close()

    asyncio.run(main())
    assert not logged


def test_a_lookup_that_takes_too_long_ends_with_the_time_allowed() -> None:
    async def main() -> None:
        names, dialer = _NameServer(1), Dialer(0)
        names.may_answer.clear()
        with pytest.raises(httpx.ConnectTimeout, match=HOST):
            await _dialed(dialer, _origin())
        await dialer.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("ca"))


def _trusting(ca_file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


@pytest.mark.parametrize("sick", ["hangs up", "wrong name", "refuses connections"])
def test_the_next_address_is_tried_where_the_first_one_is_sick(
    authority: Authority, sick: str
) -> None:
    well, wrong = authority.server_context(HOST), authority.server_context("other.example")

    async def main() -> None:
        async with fault_server(tls=well) as good, fault_server(tls=wrong) as bad:
            hangs_up = await asyncio.start_server(_hang_up, "127.0.0.1", 0)
            port = {
                "hangs up": hangs_up.sockets[0].getsockname()[1],
                "wrong name": bad.port,
                "refuses connections": _free_port(),
            }[sick]
            _NameServer(port, good.port)
            dialer = Dialer(10)
            assert await _dialed(dialer, _origin(_trusting(authority.ca_file))) == good.port
            await dialer.close()
            hangs_up.close()
            await hangs_up.wait_closed()

    asyncio.run(main())


def _hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def test_a_certificate_of_another_name_is_refused_on_every_address(authority: Authority) -> None:
    wrong = authority.server_context("other.example")

    async def main() -> None:
        async with fault_server(tls=wrong) as one, fault_server(tls=wrong) as other:
            _NameServer(one.port, other.port)
            dialer = Dialer(10)
            with pytest.raises(CertificateError, match=f"certificate of {HOST}"):
                await _dialed(dialer, _origin(_trusting(authority.ca_file)))
            assert _requests(one, other) == []
            await dialer.close()

    asyncio.run(main())


def _requests(*servers: FaultServer) -> list[object]:
    return [request for server in servers for request in server.requests]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


_RAISED: list[tuple[Callable[[], Exception], type[Exception], str]] = [
    (
        lambda: OSError(errno.ECONNREFUSED, KEY),
        httpx.ConnectError,
        "connection refused by [::1]:81 (is the server running?)",
    ),
    (
        lambda: OSError(errno.EMFILE, KEY),
        httpx.ConnectError,
        "too many open files: lower --concurrency or raise the limit (ulimit -n)",
    ),
    (lambda: OSError(KEY), httpx.ConnectError, "cannot connect to [::1]:81"),
    (
        lambda: socket.gaierror(socket.EAI_AGAIN, KEY),
        httpx.ConnectError,
        "cannot look up ::1: the name server gave no answer",
    ),
    (
        lambda: ssl.SSLError(1, KEY),
        httpx.ConnectError,
        "no TLS connection to [::1]:81: handshake failure (is this an https address?)",
    ),
    (
        lambda: ssl.SSLCertVerificationError(1, KEY),
        CertificateError,
        "the certificate of [::1]:81 could not be verified: not the expected certificate",
    ),
    (
        lambda: UnicodeError(KEY),
        httpx.UnsupportedProtocol,
        "[::1]:81 is no address a request can be sent to",
    ),
    (
        lambda: ValueError(KEY),
        httpx.ConnectError,
        "the connection to [::1]:81 broke while it was made",
    ),
]


@pytest.mark.parametrize(("raised", "ours", "words"), _RAISED)
def test_what_the_system_raises_is_told_in_plain_words(
    raised: Callable[[], Exception], ours: type[Exception], words: str
) -> None:
    told = not_connected(raised(), "::1", 81, "[::1]:81")
    assert (type(told), str(told)) == (ours, words)
