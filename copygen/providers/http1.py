"""One connection's HTTP/1.1: a request goes out as bytes, one whole reply comes back.

The parsing is llhttp's, through httptools; what is decided here is when a reply is complete, when
it is none, and whether the connection can be used again. Every exception is httpx's, with the
question of `copygen.providers.failures` answered: could this request have been billed?
"""

import asyncio
from typing import Final, NamedTuple

import httpx
from httptools import HttpParserError, HttpResponseParser

from copygen.providers.compression import Decoder
from copygen.providers.failures import (
    ResponseTooLarge,
    broken,
    closed_without_reply,
    cut_off,
    no_http,
)

MAX_HEADER_BYTES: Final = 32 * 1024
"""Of one header; web pages that stand in for an API carry policies of many pages."""
MAX_HEADERS: Final = 128
_MAX_HEAD_BYTES: Final = 16 * MAX_HEADER_BYTES
"""What may arrive before the headers are complete."""
_OF_THE_CODED_BODY: Final = frozenset((b"content-encoding", b"content-length"))


class Reply(NamedTuple):
    """A complete reply, its content coding undone."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Http1(asyncio.Protocol):
    """The protocol of one connection; requests on it go one after the other.

    `peer` (`host` or `host:port`) is for messages. `max_response_bytes` caps a body, on the wire
    and decoded.
    """

    def __init__(self, peer: str, max_response_bytes: int) -> None:
        self.said_too_much = False
        """The server has sent something that nobody asked for."""
        self.last_used_s = 0.0
        """For the pool."""
        self._peer = peer
        self._max_response_bytes = max_response_bytes
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._reusable = True
        self._waiter: asyncio.Future[Reply] | None = None
        self._parser = HttpResponseParser(self)
        # Servers that are not quite right are read, as browsers and aiohttp read them.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self._begin_message()

    def attach(self, transport: asyncio.Transport) -> None:
        """Take over a connection that is open: what arrives from now on arrives here."""
        self._transport = transport
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether another request can be sent on it."""
        transport = self._transport
        return self._reusable and transport is not None and not transport.is_closing()

    async def exchange(self, request: bytes) -> Reply:
        """Send `request`, whole, and return the reply.

        Raises httpx.ReadError when the connection breaks before the reply's headers are there,
        httpx.RemoteProtocolError for a reply that is cut off or is none. Cancelled, it drops the
        connection.
        """
        assert self._transport is not None
        waiter: asyncio.Future[Reply] = self._loop.create_future()
        self._waiter = waiter
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
        self._reusable = False
        if self._transport is not None:
            self._transport.abort()

    # asyncio's side

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        if self._waiter is None or self._waiter.done():
            self.said_too_much = True
            self.drop()
            return
        if not self._has_head:
            if self._head_bytes > _MAX_HEAD_BYTES:
                self._fail(no_http(self._peer))
                return
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self._fail(no_http(self._peer))

    def eof_received(self) -> None:
        """The server sends nothing more; the connection is lost next."""
        self._reusable = False

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is under way as far as it has come."""
        self._reusable = False
        self._transport = None
        if self._waiter is None or self._waiter.done():
            return
        if not self._has_head:
            self._fail(broken(self._peer) if exc else closed_without_reply(self._peer))
        elif self._ends_with_connection:
            self._complete()
        else:
            self._fail(cut_off(self._peer))

    # httptools' side

    def on_message_begin(self) -> None:
        """Notice a reply nobody asked for."""
        if self._waiter is None or self._waiter.done():
            self.said_too_much = True
            self._reusable = False

    def on_header(self, name: bytes, value: bytes | None) -> None:
        """Keep one header, of a bounded number and size."""
        value = value or b""
        headers = self._headers
        headers.append((name, value))
        if len(value) > MAX_HEADER_BYTES or len(headers) > MAX_HEADERS:
            self._fail(no_http(self._peer))

    def on_headers_complete(self) -> None:
        """Know from here on where the body ends."""
        self._status = self._parser.get_status_code()
        if self._status < 200:
            return
        self._has_head = True
        coding = []
        for name, value in self._headers:
            lower = name.lower()
            if lower == b"content-length":
                self._ends_with_connection = False
            elif lower == b"transfer-encoding":
                self._ends_with_connection = b"chunked" not in value.lower()
            elif lower == b"content-encoding":
                coding.append(value.decode("latin-1"))
        codings = ", ".join(coding)
        if codings not in ("", "identity"):
            self._decode(codings)

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body."""
        if self._waiter is None or self._waiter.done():
            return  # it has failed already
        self._body_bytes += len(data)
        if self._body_bytes > self._max_response_bytes:
            self._fail(ResponseTooLarge(self._max_response_bytes))
        elif self._decoder is None:
            self._pieces.append(data)
        else:
            try:
                self._pieces.append(self._decoder.feed(data))
            except httpx.RemoteProtocolError as exc:
                self._fail(exc)

    def on_message_complete(self) -> None:
        """Hand the reply over, unless it only announces one."""
        if self._status < 200:
            self._begin_message()  # 100 or 103: the reply itself is still to come
            return
        if not self._parser.should_keep_alive():
            self._reusable = False
        self._complete()

    def _begin_message(self) -> None:
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []
        self._decoder: Decoder | None = None
        self._has_head = False
        self._head_bytes = 0
        self._body_bytes = 0
        self._ends_with_connection = True

    def _decode(self, codings: str) -> None:
        try:
            self._decoder = Decoder(codings, self._max_response_bytes)
        except httpx.RemoteProtocolError as exc:
            self._fail(exc)
            return
        self._headers = [
            pair for pair in self._headers if pair[0].lower() not in _OF_THE_CODED_BODY
        ]

    def _complete(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        try:
            if self._decoder is not None:
                self._decoder.finish()
        except httpx.RemoteProtocolError as exc:
            self._fail(exc)
            return
        pieces = self._pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        # A reply that came before its request was fully sent: the rest is still on its way.
        if self._transport is None or self._transport.get_write_buffer_size():
            self._reusable = False
        self._waiter.set_result(Reply(self._status, self._headers, body))
        self._begin_message()

    def _fail(self, exc: Exception) -> None:
        self._reusable = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(exc)
