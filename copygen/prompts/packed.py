"""Tables that are packed with gzip or Zstandard, unpacked while they are read.

A file is packed if its name says so, a pipe if it begins so.
"""

import errno
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from copygen.errors import PromptError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER_BYTES: Final = 64 * 1024
_UNSUSPICIOUS_BYTES: Final = 256 * 1024 * 1024
_MOST_TIMES: Final = 500
"""Tables pack to a tenth or a fiftieth. Past a few hundred times its size a file is made to fill
the disk or the time of whoever opens it."""
_FED_BYTES: Final = 2048
"""Four bytes may hold 128 KiB: what is unpacked at once stays below 64 MiB."""
_WINDOW_BYTES: Final = 128 * 1024 * 1024
"""What unpacking may hold: as much as the `zstd` command allows where nothing is said."""


def unpacked_name(path: str) -> str:
    """The name of a file without the ending of its packing."""
    return str(Path(path).with_suffix("")) if Path(path).suffix.lower() in _UNPACK else path


def unpacked(stream: BinaryIO, path: str) -> BinaryIO:
    """What a file of that name holds: the stream itself where it is not packed.

    Reading raises OSError where it is damaged, cut off, or unpacks to far more than a table does;
    PromptError says at once what is missing to unpack it.
    """
    unpack = _UNPACK.get(Path(path).suffix.lower())
    return stream if unpack is None else _opened(unpack, stream, path)


def _opened(
    unpack: Callable[[BinaryIO], io.BufferedIOBase], stream: BinaryIO, path: str, head: bytes = b""
) -> BinaryIO:
    packed = _Packed(stream, head)
    inner = unpack(cast(BinaryIO, packed))
    return io.BufferedReader(_Unpacked(inner, packed, path), _BUFFER_BYTES)


class Pipe(io.BufferedIOBase):
    """What a pipe holds, unpacked where its first bytes say that it is packed.

    Nothing is read before it is asked for. Reading raises as with `unpacked`.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._readline: Callable[[int], bytes] = self._first_line
        self._read1: Callable[[int], bytes] = getattr(stream, "read1", stream.read)

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line; as `io.IOBase` has it."""
        return self._readline(-1 if size is None else size)

    def read1(self, size: int = -1, /) -> bytes:
        """Some of what comes next, after the first line was read."""
        return self._read1(size) or b""

    def read(self, size: int | None = -1, /) -> bytes:
        """What comes next, after the first line was read."""
        return self._stream.read(-1 if size is None else size)

    def _first_line(self, size: int) -> bytes:
        self._readline = self._stream.readline
        line = self._stream.readline(size)
        unpack = next((one for magic, one in _MAGIC.items() if line.startswith(magic)), None)
        if unpack is None:
            return line
        self._stream = _opened(unpack, self._stream, self._name, line)
        self._readline = self._stream.readline
        self._read1 = self._stream.read1  # type: ignore[attr-defined]  # it is buffered
        return self._readline(size)


class _Packed:
    """Packed bytes, counted: `head` and what follows it in a stream."""

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self.count = 0
        self._head = head
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)

    def read(self, size: int) -> bytes:
        """What comes next, as far as there is any now; b"" at the end."""
        data = self._head[:size] or self._read(size) or b""
        self._head = self._head[len(data) :]
        self.count += len(data)
        return data


class _Unpacked(io.RawIOBase):
    """An unpacked stream whose faults are all an OSError, and whose size is bounded."""

    def __init__(self, inner: io.BufferedIOBase, packed: _Packed, path: str) -> None:
        self._inner = inner
        self._packed = packed
        self._path = path
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Unpack the next bytes."""
        view = memoryview(buffer).cast("B")
        try:
            data = self._inner.read(len(view))
        except EOFError as exc:
            raise self._fault("it is cut off: its end is missing") from exc
        except (zlib.error, gzip.BadGzipFile) as exc:
            raise self._fault(f"it is damaged, or not packed as its name says ({exc})") from exc
        except Exception as exc:
            if type(exc).__name__ != "ZstdError":  # of a module that may be missing
                raise
            raise self._fault(f"it is damaged, or not packed as its name says ({exc})") from exc
        self._count += len(data)
        if self._count > max(_UNSUSPICIOUS_BYTES, self._packed.count * _MOST_TIMES):
            raise self._fault(f"it unpacks to over {_MOST_TIMES} times its size: no table does")
        view[: len(data)] = data
        return len(data)

    def _fault(self, message: str) -> OSError:
        return OSError(errno.EIO, message, self._path)


def _gunzip(stream: BinaryIO) -> io.BufferedIOBase:
    return gzip.GzipFile(fileobj=stream, mode="rb")


def _unzstd(stream: BinaryIO) -> io.BufferedIOBase:
    if sys.version_info >= (3, 14):
        from compression import zstd

        largest = _WINDOW_BYTES.bit_length() - 1
        options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: largest}
        return zstd.ZstdFile(stream, options=options)
    try:
        import zstandard
    except ImportError as exc:
        message = "reading .zst needs a package: pip install 'copygen[zst]', or unpack it: zstd -d"
        raise PromptError(message) from exc
    unpack = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    return _Frames(stream, unpack.decompressobj)


class _Frames(io.BufferedIOBase):
    """The frames of a Zstandard file. `zstandard`'s own reader takes a cut one for a whole one."""

    def __init__(self, stream: BinaryIO, begin: Callable[[], Any]) -> None:
        self._stream = stream
        self._begin = begin
        self._frame: Any = None
        self._rest = b""
        self._ready = b""

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, unpacked; EOFError where the last frame has no end."""
        assert size is not None
        while not self._ready:
            packed, self._rest = self._rest or self._stream.read(_FED_BYTES), b""
            if not packed:
                if self._frame is not None:
                    raise EOFError
                return b""
            frame = self._frame or self._begin()
            self._ready = frame.decompress(packed)
            self._frame = None if frame.eof else frame
            self._rest = frame.unused_data if frame.eof else b""
        data, self._ready = self._ready[:size], self._ready[size:]
        return data


_UNPACK: Final[Mapping[str, Callable[[BinaryIO], io.BufferedIOBase]]] = {
    ".gz": _gunzip,
    ".zst": _unzstd,
}
_MAGIC: Final[Mapping[bytes, Callable[[BinaryIO], io.BufferedIOBase]]] = {
    b"\x1f\x8b": _gunzip,
    b"\x28\xb5\x2f\xfd": _unzstd,
}
"""How packed bytes begin (RFC 1952, 2.3.1; RFC 8878, 3.1.1)."""
