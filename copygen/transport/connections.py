"""Connections to the hosts requests go to: made by aiohttp, kept here, used again.

aiohttp looks up names, tries addresses, speaks TLS and opens tunnels through proxies. Then
`copygen.transport.http1` takes the connection over: aiohttp's way from a request to its reply
costs more than everything else copygen does for a prompt.

A connection that was spoiled while it was idle is nobody's failure: nothing was sent on it, so it
is closed and the next one taken. One that closes under a request it was kept for, before a byte of
the reply, was closed before the request came; the request is sent once more, on a fresh one.
"""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from typing import Final

import aiohttp
import httpx
from aiohttp.connector import Connection
from yarl import URL

from copygen import system
from copygen.documents import files
from copygen.errors import ConfigError
from copygen.transport.errors import FOREIGN, StaleConnection, not_sent, proxy_failed
from copygen.transport.http1 import Http1, Reply

IDLE_S: Final = 4.0
"""A connection that was not used for longer is not used again: uvicorn, which most model servers
run on, closes its own after 5 s, and a request that meets the closing has to be sent again."""
DROPS: Final = 3
"""Kept connections that close under a request, one after the other, before none are kept."""
UNKEPT_S: Final = 60.0
"""How long none are kept then: a server that restarts drops all of them at once, too."""
STALLED_S: Final = 1.0
"""A connection that took this much longer than it may: this process stood still, not the host."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where connections lead, and how. Two are the same only if they are one object."""

    url: URL
    peer: str
    """`host` or `host:port`, for messages."""
    proxy: URL | None
    tls: SSLContext | bool
    proxy_variable: str = ""
    """The environment variable that names the proxy."""


class Connections:
    """The pool: at most `most` connections at a time; one more request waits for one.

    Waiting, looking up, connecting and TLS together may take `connect_timeout_s`.
    """

    def __init__(self, most: int, connect_timeout_s: float, max_response_bytes: int) -> None:
        self._room = most
        self._timeout = aiohttp.ClientTimeout(connect=connect_timeout_s)
        self._connect_timeout_s = connect_timeout_s
        self._max_response_bytes = max_response_bytes
        self._loop = asyncio.get_running_loop()
        # No limit there: its count would not know what is idle here.
        self._connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._idle: dict[Origin, list[Http1]] = {}
        self._links: dict[Http1, Connection] = {}
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._drops: dict[Origin, int] = {}
        self._unkept_until: dict[Origin, float] = {}
        """Hosts whose connections are closed after each reply, and until when."""
        self._proven_proxies: set[URL] = set()

    async def exchange(self, origin: Origin, request: bytes) -> Reply:
        """Send `request` to `origin` and return the reply.

        Raises what `Http1.exchange` does, and httpx.ConnectError, httpx.ConnectTimeout or another
        exception of `copygen.transport.errors` that says that nothing was sent.
        """
        connection = await self._take(origin)
        try:
            return await connection.exchange(request)
        except StaleConnection:
            self._count_drop(origin)
        finally:
            self._give_back(connection, origin)
        connection = await self._take_fresh(origin)
        try:
            return await connection.exchange(request)
        finally:
            self._give_back(connection, origin)

    async def close(self) -> None:
        """Close all of them, whatever they are doing."""
        for connection in tuple(self._links):
            connection.drop()
            self._close(connection)
        self._idle.clear()
        await self._connector.close()

    async def _take(self, origin: Origin) -> Http1:
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.is_open and self._loop.time() - connection.last_used_s < IDLE_S:
                return connection
            connection.drop()
            self._close(connection)
        if not self._room:
            await self._wait_for_room(origin)
            return await self._take(origin)
        return await self._take_fresh(origin)

    async def _take_fresh(self, origin: Origin) -> Http1:
        """A new connection, for which an idle one makes room if there is none."""
        while not self._room:
            await self._wait_for_room(None)
        self._room -= 1
        try:
            return await self._connect(origin)
        except BaseException:
            self._make_room()
            raise

    def _give_back(self, connection: Http1, origin: Origin) -> None:
        """Keep a connection for the next request, or close it if it cannot be used again."""
        if not connection.is_open or (self._unkept_until and not self._keeps(origin)):
            connection.drop()
            self._close(connection)
            return
        if self._drops and connection.was_reused:
            self._drops.pop(origin, None)
        connection.last_used_s = self._loop.time()
        self._idle.setdefault(origin, []).append(connection)
        if self._waiting:
            self._wake()

    def _keeps(self, origin: Origin) -> bool:
        return self._unkept_until.get(origin, 0.0) <= self._loop.time()

    def _count_drop(self, origin: Origin) -> None:
        self._drops[origin] = self._drops.get(origin, 0) + 1
        if self._drops[origin] >= DROPS:
            del self._drops[origin]
            self._stop_keeping(origin, self._loop.time() + UNKEPT_S)

    def _distrust(self, origin: Origin) -> None:
        """The host has sent what nobody asked for.

        HTTP/1.1 cannot tell a late second answer from the one to the next request: there must be
        no next request on a connection to it.
        """
        self._stop_keeping(origin, float("inf"))

    def _stop_keeping(self, origin: Origin, until_s: float) -> None:
        self._unkept_until[origin] = max(until_s, self._unkept_until.get(origin, 0.0))
        for connection in self._idle.pop(origin, ()):
            connection.drop()
            self._close(connection)

    async def _connect(self, origin: Origin) -> Http1:
        began_s = self._loop.time()
        try:
            link = await self._link(origin)
        except httpx.ConnectTimeout:
            if self._loop.time() - began_s < self._connect_timeout_s + STALLED_S:
                raise
            link = await self._link(origin)
        transport, before = link.transport, link.protocol
        if transport is None or before is None or before.should_close:
            link.close()
            raise httpx.ConnectError(
                f"{origin.peer} sent data nobody asked for; the connection was dropped"
            )
        connection = Http1(origin.peer, self._max_response_bytes, lambda: self._distrust(origin))
        connection.attach(transport)
        self._links[connection] = link
        return connection

    async def _link(self, origin: Origin) -> Connection:
        try:
            # The request that aiohttp connects for; it is never sent.
            request = aiohttp.ClientRequest(
                "POST", origin.url, loop=self._loop, proxy=origin.proxy, ssl=origin.tls
            )
            link = await self._connector.connect(request, [], self._timeout)
        except TimeoutError as exc:
            raise _too_late(origin) from exc
        except FOREIGN as exc:
            if (proxy := origin.proxy) is not None:
                proven = proxy in self._proven_proxies
                named = origin.proxy_variable
                if fault := proxy_failed(exc, proxy, named, origin.peer, proven=proven):
                    raise fault from exc
            raise not_sent(exc, origin.peer) from exc
        if origin.proxy is not None:
            self._proven_proxies.add(origin.proxy)
        return link

    async def _wait_for_room(self, origin: Origin | None) -> None:
        """Wait until there is room, or an idle connection to `origin`."""
        if self._drop_idle_of_others(origin):
            return
        waiter = self._loop.create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await waiter
        except TimeoutError as exc:
            raise httpx.ConnectTimeout("no free connection within the time allowed") from exc
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._wake()
            raise

    def _drop_idle_of_others(self, origin: Origin | None) -> bool:
        for other, idle in self._idle.items():
            if other is not origin and idle:
                connection = idle.pop()
                connection.drop()
                self._close(connection)
                return True
        return False

    def _close(self, connection: Http1) -> None:
        if link := self._links.pop(connection, None):
            link.close()
            self._make_room()

    def _make_room(self) -> None:
        self._room += 1
        if self._waiting:
            self._wake()

    def _wake(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return


def _too_late(origin: Origin) -> httpx.ConnectTimeout:
    return httpx.ConnectTimeout(f"no connection to {origin.peer} within the time allowed")


def client_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """TLS 1.2 or later, certificates and host names verified; nothing here turns that off.

    Trusts the system's authorities (see `system.client_context`), or those of SSL_CERT_FILE and
    SSL_CERT_DIR where set, and besides them those in `ca_file` (PEM). Costs about 20 ms: make one
    and keep it.

    Raises ConfigError when `ca_file` cannot be read or holds no certificate.
    """
    context = system.client_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        try:
            context.load_verify_locations(cadata=files.read_text(ca_file, "certificates"))
        except (ssl.SSLError, ValueError) as exc:  # ValueError: not ASCII, or nothing in it
            raise ConfigError(f"{ca_file}: not a PEM file of certificates") from exc
        except OSError as exc:
            raise ConfigError(f"{ca_file}: {exc.strerror}; ca_file must name a PEM file") from exc
    return context
