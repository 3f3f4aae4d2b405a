"""Undoing a reply's content coding, piece by piece and never beyond a cap."""

import zlib
from typing import Final

import httpx

from copygen.providers.failures import ResponseTooLarge

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
