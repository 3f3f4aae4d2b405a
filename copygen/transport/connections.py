"""Connections to the hosts requests go to, kept and used again; and what is said on one of them, in
HTTP/1.1.

How they come about is in `dialing`, or in `tunnels` where aiohttp leads through a proxy. Then
`Http1` speaks: aiohttp's way from a request to its reply costs more than everything else copygen
does for a prompt. The parsing is llhttp's, through httptools; what is decided here is
when a reply is complete, when it is none, and whether the connection can be used again. A reply's
content coding is undone piece by piece, and never beyond a cap.

A connection that was spoiled while it was idle is nobody's failure: nothing was sent on it, so it
is closed and the next one taken. One that closes under a request it was kept for, before a byte of
the reply, was closed before the request came; the request is sent once more, on a fresh one.

Every exception is httpx's, with the question of `copygen.transport.errors` answered: could this
request have been billed?
"""

import asyncio
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import httpx
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from copygen.transport.dialing import Dialer, Origin
from copygen.transport.errors import (
    ResponseTooLarge,
    StaleConnection,
    broken,
    closed_without_reply,
    cut_off,
    no_http,
    speaks_tls,
    stale,
)

if TYPE_CHECKING:
    from copygen.transport.tunnels import Tunnels

# HTTP/1.1 on one connection.

MAX_HEADER_BYTES: Final = 32 * 1024
"""Of one header; web pages that stand in for an API carry policies of many pages."""
MAX_HEADERS: Final = 128
"""Of one reply: without an end of them a server could fill the memory a line at a time."""
_MAX_HEAD_BYTES: Final = 16 * MAX_HEADER_BYTES
"""What may arrive before the headers are complete."""
_TLS_ALERT: Final = b"\x15\x03"
_OF_THE_CODED_BODY: Final = frozenset((b"content-encoding", b"content-length"))


@dataclass(slots=True, eq=False)
class ReplyHeaders(Mapping[str, str]):
    """Headers as they came, by name in lower case. Few of them are ever looked at, so none is made
    ready for it.
    """

    raw: dict[bytes, bytes]
    """Name in lower case → value; several of one name with commas between (RFC 9110 section
    5.3)."""

    def __getitem__(self, name: str) -> str:
        return self.raw[name.encode("latin-1", "replace")].decode("latin-1")

    def get(self, name: str, default: Any = None) -> Any:
        """The same, or `default`: nearly always, so without an exception."""
        value = self.raw.get(name.encode("latin-1", "replace"))
        return default if value is None else value.decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return iter([name.decode("latin-1") for name in self.raw])

    def __len__(self) -> int:
        return len(self.raw)


class HttpReply(NamedTuple):
    """A complete reply, its content coding undone."""

    status: int
    headers: Mapping[str, str]
    """To be looked up in lower case."""
    body: bytes


class Http1(asyncio.Protocol):
    """The protocol of one connection; requests on it go one after the other.

    `peer` (`host` or `host:port`) is for messages. `max_response_bytes` caps a body, on the wire
    and decoded. `on_unasked` is called when the server sends what nobody asked for; the
    connection is dropped then.
    """

    def __init__(
        self, peer: str, max_response_bytes: int, on_unasked: Callable[[], None] = lambda: None
    ) -> None:
        self.was_reused = False
        """Whether the latest request was not the first one on it."""
        self.is_open = False
        """Whether another request can be sent on it."""
        self.last_used_s = 0.0
        """For the pool."""
        self._peer = peer
        self._on_unasked = on_unasked
        self._requests = 0
        self._heard = False
        """Whether anything has arrived since the latest request was sent."""
        self._max_response_bytes = max_response_bytes
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[HttpReply] | None = None
        self._head: list[bytes] = []
        """What has arrived of the headers, as it came."""
        self._head_bytes = 0
        self._has_head = False
        self._status = 0
        self._headers: dict[bytes, bytes] = {}
        self._repeated = 0
        """Headers beyond the first of their name."""
        self._body: bytes | bytearray = b""
        self._body_bytes = 0
        """Received of it, before it is decoded."""
        self._decoder: Decoder | None = None
        self._ends_with_connection = True
        self._parser = self._new_parser()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection that is open: what arrives from now on arrives here."""
        self._transport = cast(asyncio.Transport, transport)
        self.is_open = True

    async def exchange(self, request: bytes) -> HttpReply:
        """Send `request`, whole, and return the reply.

        Raises httpx.ReadError when the connection breaks before the reply's headers are there
        (StaleConnection when it was used before and nothing at all has arrived),
        httpx.RemoteProtocolError for a reply that is cut off or is none. Cancelled, it drops the
        connection.
        """
        assert self._transport is not None
        waiter: asyncio.Future[HttpReply] = self._loop.create_future()
        self._waiter = waiter
        self._heard = False
        self.was_reused = self._requests > 0
        self._requests += 1
        self._transport.write(request)
        try:
            return await waiter
        except BaseException:
            self.drop()
            raise
        finally:
            self._waiter = None

    def drop(self) -> None:
        """Close the connection at once; what was to be sent on it is not."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    # asyncio's side

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        if self._waiter is None or self._waiter.done():
            self.drop()
            self._on_unasked()
            return
        self._heard = True
        if not self._has_head:
            if self._head_bytes > _MAX_HEAD_BYTES:
                self._fail(no_http(self._peer))
                return
            self._head_bytes += len(data)
            self._head.append(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._read_otherwise()

    def _read_otherwise(self) -> None:
        """Read what the parser refuses, where it can be read all the same."""
        head = b"".join(self._head)
        if self._has_head or self._status:
            self._fail(no_http(self._peer))
        elif head.startswith(_TLS_ALERT):
            self._fail(speaks_tls(self._peer))
        elif (again := with_one_length(head)) is None:
            self._fail(no_http(self._peer))
        else:
            self._parser = self._new_parser()
            try:
                self._parser.feed_data(again)
            except (HttpParserError, HttpParserUpgrade):
                self._fail(no_http(self._peer))

    def _new_parser(self) -> HttpResponseParser:
        parser = HttpResponseParser(self)
        # Servers that are not quite right are read, as browsers and aiohttp read them.
        parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        return parser

    def eof_received(self) -> None:
        """The server sends nothing more; the connection is lost next."""
        self.is_open = False

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is under way as far as it has come."""
        self.is_open = False
        self._transport = None
        if self._waiter is None or self._waiter.done():
            return
        if not self._heard and self.was_reused:
            self._fail(stale(self._peer))
        elif not self._has_head:
            self._fail(broken(self._peer) if exc else closed_without_reply(self._peer))
        elif self._ends_with_connection:
            self.on_message_complete()
        else:
            self._fail(cut_off(self._peer))

    # httptools' side

    def on_message_begin(self) -> None:
        """Begin a reply, or notice one that nobody asked for."""
        if self._waiter is None or self._waiter.done():
            self.is_open = False
            self._on_unasked()
        self._headers = {}
        self._repeated = 0
        self._body = b""
        self._body_bytes = 0
        self._decoder = None
        self._ends_with_connection = True

    def on_header(self, name: bytes, value: bytes | None) -> None:
        """Keep one header, of a bounded number and size."""
        value = value or b""
        headers = self._headers
        if len(value) > MAX_HEADER_BYTES or len(headers) + self._repeated >= MAX_HEADERS:
            self._fail(no_http(self._peer))
            return
        name = name.lower()
        if name in headers:
            self._repeated += 1
            value = headers[name] + b", " + value
        headers[name] = value

    def on_headers_complete(self) -> None:
        """Know from here on where the body ends."""
        self._status = self._parser.get_status_code()
        if self._status < 200:
            if self._status < 100:
                self._fail(no_http(self._peer))
            return
        self._has_head = True
        self._head = []
        headers = self._headers
        if (coding := headers.get(b"transfer-encoding")) is not None:
            self._ends_with_connection = b"chunked" not in coding.lower()
        elif b"content-length" in headers:
            self._ends_with_connection = False
        if headers.get(b"content-encoding", b"identity") not in (b"", b"identity"):
            self._decode(headers[b"content-encoding"].decode("latin-1"))

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body."""
        if self._waiter is None or self._waiter.done():
            return  # it has failed already
        self._body_bytes += len(data)
        if self._body_bytes > self._max_response_bytes:
            self._fail(ResponseTooLarge(self._max_response_bytes))
            return
        if self._decoder is not None:
            try:
                data = self._decoder.feed(data)
            except httpx.RemoteProtocolError as exc:
                self._fail(exc)
                return
        if not self._body:
            self._body = data  # nearly always all of it
            return
        if not isinstance(self._body, bytearray):
            self._body = bytearray(self._body)
        self._body += data

    def on_message_complete(self) -> None:
        """Hand the reply over, unless it only announces one."""
        status, self._status = self._status, 0
        self._head, self._head_bytes, self._has_head = [], 0, False
        if status < 200:
            return  # 100 or 103: the reply itself is still to come
        if not self._parser.should_keep_alive():
            self.is_open = False
        if self._waiter is None or self._waiter.done():
            return
        try:
            if self._decoder is not None:
                self._decoder.finish()
        except httpx.RemoteProtocolError as exc:
            self._fail(exc)
            return
        # A reply that came before its request was fully sent: the rest is still on its way.
        if self._transport is None or self._transport.get_write_buffer_size():
            self.is_open = False
        self._waiter.set_result(HttpReply(status, ReplyHeaders(self._headers), bytes(self._body)))

    def _decode(self, codings: str) -> None:
        try:
            self._decoder = Decoder(codings, self._max_response_bytes)
        except httpx.RemoteProtocolError as exc:
            self._fail(exc)
            return
        for name in _OF_THE_CODED_BODY:
            self._headers.pop(name, None)

    def _fail(self, exc: Exception) -> None:
        self.is_open = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(exc)


def with_one_length(data: bytes) -> bytes | None:
    """`data`, the beginning of a reply, with a Content-Length that it gives several times only
    once; None when it does not do that, or the values differ (RFC 9110 section 8.6).
    """
    head, gap, rest = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    given = [line for line in lines if line[:15].lower() == b"content-length:"]
    values = {value.strip() for line in given for value in line[15:].split(b",")}
    if len(values) != 1 or given == [b"Content-Length: %s" % min(values)]:
        return None
    others = [line for line in lines if line[:15].lower() != b"content-length:"]
    return b"\r\n".join([*others, b"Content-Length: " + values.pop()]) + gap + rest


ACCEPTED: Final = "gzip, deflate"
"""What a request offers in Accept-Encoding: the codings a `Decoder` undoes."""
GZIP_MAGIC: Final = b"\x1f\x8b"
MAX_MEMBERS: Final = 4096
"""Each copies what follows it, so their number must be bounded."""
_GZIP: Final = zlib.MAX_WBITS | 16


class Decoder:
    """One body's gzip or deflate, undone as it arrives.

    `coding` is the value of Content-Encoding; a second coding on top is refused like any other
    that was not offered. `limit` caps the bytes that come out: nothing is inflated past it,
    whatever the ratio. A gzip body may consist of several members (RFC 1952 section 2.2); other
    bytes after its end are no part of it.

    Raises httpx.RemoteProtocolError for data that cannot be decoded, ResponseTooLarge past the cap.
    """

    def __init__(self, coding: str, limit: int) -> None:
        self._coding = coding.strip().lower()
        if self._coding not in {"gzip", "x-gzip", "deflate"}:
            raise httpx.RemoteProtocolError(
                f"the reply is compressed in a way that was not offered (only {ACCEPTED} is)"
            )
        self._limit = limit
        self._size = 0
        self._inflate: zlib._Decompress | None = None
        self._members = 1
        self._tail = b""
        """What came after the end of a member and may begin another one."""

    def feed(self, data: bytes) -> bytes:
        """What `data`, the next piece from the wire and not empty, decodes to."""
        if self._inflate is None:
            self._inflate = zlib.decompressobj(_window(self._coding, data[0]))
        inflate = self._inflate
        if inflate.eof:
            return self._read_on(self._tail + data)
        piece = self._inflated(inflate, data)
        return piece + self._read_on(inflate.unused_data) if inflate.unused_data else piece

    def _read_on(self, data: bytes) -> bytes:
        """What follows the end of a member decodes to."""
        pieces = []
        self._tail = data[:1] if data == GZIP_MAGIC[:1] else b""
        while self._coding != "deflate" and data.startswith(GZIP_MAGIC):
            self._members += 1
            if self._members > MAX_MEMBERS:
                raise httpx.RemoteProtocolError("the reply's compressed data is damaged")
            self._inflate = zlib.decompressobj(_GZIP)
            pieces.append(self._inflated(self._inflate, data))
            data = self._inflate.unused_data
            self._tail = data if data == GZIP_MAGIC[:1] else b""
        return b"".join(pieces)

    def _inflated(self, inflate: "zlib._Decompress", data: bytes) -> bytes:
        try:
            # One byte past the limit: it tells, and zlib would read 0 as "no limit".
            piece = inflate.decompress(data, self._limit - self._size + 1)
        except zlib.error as exc:
            raise httpx.RemoteProtocolError("the reply's compressed data is damaged") from exc
        self._size += len(piece)
        if self._size > self._limit:
            raise ResponseTooLarge(self._limit)
        return piece

    def finish(self) -> None:
        """To be called at the end of the body: raises when the compressed data stops short."""
        if self._inflate is not None and not self._inflate.eof:
            raise httpx.RemoteProtocolError("the reply's compressed data is cut off")


def _window(coding: str, first_byte: int) -> int:
    if coding != "deflate":
        return _GZIP
    # "deflate" means zlib's format (RFC 9110 section 8.4.1.2), whose first byte ends in 8; some
    # servers send only the bare stream that goes inside it.
    return zlib.MAX_WBITS if first_byte & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS


# The pool.

IDLE_S: Final = 4.0
"""A connection that was not used for longer is not used again: uvicorn, which most model servers
run on, closes its own after 5 s, and a request that meets the closing has to be sent again."""
DROPS: Final = 3
"""Kept connections that close under a request, one after the other, before none are kept."""
UNKEPT_S: Final = 60.0
"""How long none are kept then: a server that restarts drops all of them at once, too."""
STALLED_S: Final = 1.0
"""A connection that took this much longer than it may: this process stood still, not the host."""


_TURNS_TO_CLOSE: Final = 3


class Connections:
    """The pool: at most `most` connections at a time; one more request waits for one.

    Waiting, looking up, connecting and TLS together may take `connect_timeout_s`.
    """

    def __init__(self, most: int, connect_timeout_s: float, max_response_bytes: int) -> None:
        self._room = most
        self._connect_timeout_s = connect_timeout_s
        self._max_response_bytes = max_response_bytes
        self._loop = asyncio.get_running_loop()
        self._dialer = Dialer(connect_timeout_s)
        self._tunnels: Tunnels | None = None
        self._idle: dict[Origin, list[Http1]] = {}
        self._open: set[Http1] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._drops: dict[Origin, int] = {}
        self._unkept_until: dict[Origin, float] = {}
        """Hosts whose connections are closed after each reply, and until when."""

    async def exchange(self, origin: Origin, request: bytes) -> HttpReply:
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
        for connection in tuple(self._open):
            connection.drop()
            self._close(connection)
        self._idle.clear()
        await self._dialer.close()
        if self._tunnels is not None:
            await self._tunnels.close()
        # A dropped transport gives its socket back in the loop's next turns.
        for _ in range(_TURNS_TO_CLOSE):
            await asyncio.sleep(0)

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
            connection = await self._opened(origin)
        except httpx.ConnectTimeout:
            if self._loop.time() - began_s < self._connect_timeout_s + STALLED_S:
                raise
            connection = await self._opened(origin)
        if not connection.is_open:
            connection.drop()
            raise httpx.ConnectError(
                f"{origin.peer} sent data nobody asked for; the connection was dropped"
            )
        self._open.add(connection)
        return connection

    async def _opened(self, origin: Origin) -> Http1:
        def protocol() -> Http1:
            return Http1(origin.peer, self._max_response_bytes, lambda: self._distrust(origin))

        if origin.proxy is None:
            return await self._dialer.dial(origin, protocol)
        if self._tunnels is None:
            # A quarter of all imports of a run, and most runs have no proxy.
            from copygen.transport.tunnels import Tunnels

            self._tunnels = Tunnels(self._connect_timeout_s)
        connection = protocol()
        await self._tunnels.connect(origin, connection)
        return connection

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
        if connection in self._open:
            self._open.remove(connection)
            if self._tunnels is not None:
                self._tunnels.release(connection)
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
