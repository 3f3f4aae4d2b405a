"""Connections to the hosts requests go to: made by aiohttp, kept here, used again.

aiohttp looks up names, tries addresses, speaks TLS and opens tunnels through proxies. Then
`copygen.providers.http1` takes the connection over: aiohttp's way from a request to its reply
costs more than everything else copygen does for a prompt.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final

import aiohttp
import httpx
from aiohttp.connector import Connection
from yarl import URL

from copygen.providers.failures import FOREIGN, not_sent
from copygen.providers.http1 import Http1

IDLE_S: Final = 15.0
"""A connection that was not used for longer is not used again: many servers close theirs after
a minute, some after less, and a request that meets the closing may have been billed."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where connections lead, and how. Two are the same only if they are one object."""

    url: URL
    peer: str
    """`host` or `host:port`, for messages."""
    proxy: URL | None
    tls: SSLContext | bool


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

    async def take(self, origin: Origin) -> Http1:
        """A connection to `origin` for one request: hand it back with `give_back`.

        Raises httpx.ConnectError, httpx.ConnectTimeout or another exception of
        `copygen.providers.failures` that says that nothing was sent.
        """
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.said_too_much:
                self._close(connection)
                raise httpx.ConnectError(
                    f"{origin.peer} sent data nobody asked for; the connection was dropped"
                )
            if connection.is_open and self._loop.time() - connection.last_used_s < IDLE_S:
                return connection
            self._close(connection)
        if not self._room:
            await self._wait_for_room(origin)
            return await self.take(origin)
        self._room -= 1
        try:
            return await self._connect(origin)
        except BaseException:
            self._make_room()
            raise

    def give_back(self, connection: Http1, origin: Origin) -> None:
        """Keep a connection for the next request, or close it if it cannot be used again."""
        if not connection.is_open:
            self._close(connection)
            return
        connection.last_used_s = self._loop.time()
        self._idle.setdefault(origin, []).append(connection)
        if self._waiting:
            self._wake()

    async def close(self) -> None:
        """Close all of them, whatever they are doing."""
        for connection in tuple(self._links):
            connection.drop()
            self._close(connection)
        self._idle.clear()
        await self._connector.close()

    async def _connect(self, origin: Origin) -> Http1:
        try:
            # The request that aiohttp connects for; it is never sent.
            request = aiohttp.ClientRequest(
                "POST", origin.url, loop=self._loop, proxy=origin.proxy, ssl=origin.tls
            )
            link = await self._connector.connect(request, [], self._timeout)
        except TimeoutError as exc:
            raise _too_late(origin) from exc
        except FOREIGN as exc:
            raise not_sent(exc, origin.peer) from exc
        transport, before = link.transport, link.protocol
        if transport is None or before is None or before.should_close:
            link.close()
            raise httpx.ConnectError(
                f"{origin.peer} sent data nobody asked for; the connection was dropped"
            )
        connection = Http1(origin.peer, self._max_response_bytes)
        connection.attach(transport)
        self._links[connection] = link
        return connection

    async def _wait_for_room(self, origin: Origin) -> None:
        if self._drop_idle_of_others(origin):
            return
        waiter = self._loop.create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await waiter
        except TimeoutError as exc:
            raise _too_late(origin) from exc
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._wake()
            raise

    def _drop_idle_of_others(self, origin: Origin) -> bool:
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
