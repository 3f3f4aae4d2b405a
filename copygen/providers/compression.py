"""Undoing a reply's content coding, piece by piece and never beyond a cap."""

import zlib
from typing import Final

import httpx

from copygen.providers.failures import ResponseTooLarge

ACCEPTED: Final = "gzip, deflate"
"""What a request offers in Accept-Encoding: the codings a `Decoder` undoes."""


class Decoder:
    """One body's gzip or deflate, undone as it arrives.

    `coding` is the value of Content-Encoding; a second coding on top is refused like any other
    that was not offered. `limit` caps the bytes that come out: nothing is inflated past it,
    whatever the ratio.

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

    def feed(self, data: bytes) -> bytes:
        """What `data`, the next piece from the wire and not empty, decodes to."""
        if self._inflate is None:
            self._inflate = zlib.decompressobj(_window(self._coding, data[0]))
        if self._inflate.eof:
            return b""  # whatever follows the end of the compressed data is not part of it
        try:
            # One byte past the limit: it tells, and zlib would read 0 as "no limit".
            piece = self._inflate.decompress(data, self._limit - self._size + 1)
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
        return zlib.MAX_WBITS | 16
    # "deflate" means zlib's format (RFC 9110 section 8.4.1.2), whose first byte ends in 8; some
    # servers send only the bare stream that goes inside it.
    return zlib.MAX_WBITS if first_byte & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS
