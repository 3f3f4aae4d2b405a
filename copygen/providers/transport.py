"""httpx's types at the seam, aiohttp's connections underneath.

httpx's own pool costs more CPU per request the more connections it holds (encode/httpx#3215), so
the engine drives this transport directly, without an `httpx.AsyncClient`. What one would add is
decided here instead: redirects are returned, never followed; there are no cookies; proxies come
from the environment; replies are capped.

CPU per request at 10 / 100 / 1000 connections (loopback, uvloop, Python 3.11, aiohttp 3.14; best
of ten rounds taken in turns), the `httpx.Request` included: 63 / 63 / 118 µs; aiohttp's own
`session.post(json=...)` and `read()`: 63 / 63 / 120.
That is with `Request(stream=httpx.ByteStream(body))`: `content=` costs 13 µs more, for headers
that are set here anyway.
"""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from ssl import SSLContext
from typing import Final

import aiohttp
import httpx
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from multidict import CIMultiDict
from yarl import URL

from copygen.providers.compression import ACCEPTED, Decoder
from copygen.providers.failures import (
    FOREIGN,
    CertificateError,
    ResponseTooLarge,
    failure,
    translated,
)
from copygen.providers.proxies import proxy_for
from copygen.providers.tls import client_context

__all__ = ["AiohttpTransport", "CertificateError", "ResponseTooLarge", "failure"]

_MAX_HEADER_BYTES: Final = 32 * 1024
"""Of one header; web pages that stand in for an API carry policies past aiohttp's 8 kB."""

_LARGE_BODY: Final = 2**20
"""aiohttp sends longer bodies in pieces, and wants them as a file."""

_LAST_PORT: Final = 2**16 - 1


@dataclass(frozen=True, slots=True)
class _Route:
    """How to reach one URL: worked out once, used by every request to it."""

    url: URL
    peer: str
    """The URL's `host` or `host:port`, for messages."""
    proxy: URL | None
    tls: SSLContext | bool


class AiohttpTransport(httpx.AsyncBaseTransport):
    """One connection pool. The reply comes back whole, its content coding undone.

    Takes `max_connections`, the most requests its caller keeps in flight: one more waits for a
    connection, within `connect_timeout_s`. That limit covers name lookup, connecting and TLS, so
    what it ends was never sent; after that only the caller's own deadline (`asyncio.timeout`)
    ends a request, and cancelling one closes its connection. `max_response_bytes` caps a body, on
    the wire and decoded. `ca_file` names certificate authorities to trust besides the system's;
    ConfigError if it is unusable.

    Raises httpx exceptions only: see `copygen.providers.failures`. The request's headers are sent
    to the host of its own URL and nowhere else.
    """

    def __init__(
        self,
        *,
        max_connections: int,
        connect_timeout_s: float = 10.0,
        max_response_bytes: int = 16 * 2**20,
        ca_file: Path | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._max_connections = max_connections
        self._connect_timeout_s = connect_timeout_s
        self._max_response_bytes = max_response_bytes
        self._environ = environ
        # The system's authorities take 20 ms to load, and plain http needs none of them.
        self._tls = cache(lambda: client_context(ca_file))
        if ca_file is not None:
            self._tls()
        self._headers = lru_cache(maxsize=64)(_headers)
        self._routes: dict[str, _Route] = {}
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, following nothing, and return the reply with its content loaded."""
        route = self._routes.get(str(request.url)) or self._add_route(request.url)
        stream = request.stream
        body = request.read() if isinstance(stream, httpx.ByteStream) else await request.aread()
        try:
            async with (self._session or self._open_session()).request(
                request.method,
                route.url,
                headers=self._headers(tuple(request.headers.raw)),
                data=body if len(body) < _LARGE_BODY else io.BytesIO(body),
                allow_redirects=False,
                proxy=route.proxy,
                ssl=route.tls,
            ) as reply:
                return await self._load(reply)
        except FOREIGN as exc:
            raise translated(exc, route.peer) from exc

    async def aclose(self) -> None:
        """Close every connection. A later request opens the pool anew."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _load(self, reply: aiohttp.ClientResponse) -> httpx.Response:
        headers = list(reply.raw_headers)
        coding = ", ".join(reply.headers.getall("Content-Encoding", ()))
        decoder = None
        if coding not in ("", "identity"):
            decoder = Decoder(coding, self._max_response_bytes)
            headers = [pair for pair in headers if pair[0].lower() not in _OF_THE_CODED_BODY]
        return _LoadedResponse(reply.status, headers, await self._read(reply.content, decoder))

    async def _read(self, stream: aiohttp.StreamReader, decoder: Decoder | None) -> bytes:
        pieces = []
        on_wire = 0
        while data := await stream.readany():
            on_wire += len(data)
            if on_wire > self._max_response_bytes:
                raise ResponseTooLarge(self._max_response_bytes)
            pieces.append(data if decoder is None else decoder.feed(data))
        if decoder is not None:
            decoder.finish()
        return b"".join(pieces)

    def _open_session(self) -> aiohttp.ClientSession:
        self._session = aiohttp.ClientSession(
            connector=_Connector(limit=self._max_connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(connect=self._connect_timeout_s),
            auto_decompress=False,
            max_field_size=_MAX_HEADER_BYTES,
        )
        return self._session

    def _add_route(self, url: httpx.URL) -> _Route:
        if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > _LAST_PORT:
            raise httpx.UnsupportedProtocol("the base URL is no http:// or https:// address")
        proxy = proxy_for(url, self._environ)
        # Credentials inside the URL would become a header that competes with the request's own.
        bare = url.copy_with(userinfo=b"", fragment=None)
        route = _Route(
            url=URL(str(bare), encoded=True),
            peer=bare.netloc.decode("ascii"),
            proxy=None if proxy is None else URL(str(proxy), encoded=True),
            tls=self._tls() if url.scheme == "https" else True,
        )
        self._routes[str(url)] = route
        return route


class _Connector(aiohttp.TCPConnector):
    """A pool that hands out no connection on which the server has spoken without being asked.

    aiohttp would take those bytes for the reply to the next request: one row would get the text
    of another.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        if connection.protocol is None or connection.protocol.should_close:
            connection.close()
            raise httpx.ConnectError(
                f"{req.host} sent data nobody asked for; the connection was dropped"
            )
        return connection


class _LoadedResponse(httpx.Response):
    """A response made from a body that is already here, whole and decoded.

    The plain class would send it through its own decoders first: 7 µs per request.
    """

    def __init__(self, status_code: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        super().__init__(status_code, headers=headers, stream=httpx.ByteStream(body))
        self._body = body

    @property
    def content(self) -> bytes:
        return self._body

    async def aread(self) -> bytes:
        return self._body


def _headers(raw: tuple[tuple[bytes, bytes], ...]) -> CIMultiDict[str]:
    headers = CIMultiDict((name.decode("ascii"), value.decode("latin-1")) for name, value in raw)
    for name in _OF_THE_FRAMING:
        headers.popall(name, None)
    headers["Accept-Encoding"] = ACCEPTED
    return headers


_OF_THE_FRAMING: Final = ("Content-Length", "Transfer-Encoding")
"""aiohttp's to set: the body it gets is whole, however it was streamed to the request."""

_OF_THE_CODED_BODY: Final = (b"content-encoding", b"content-length")
