"""A loopback HTTP server that misbehaves on request, down to the bytes on the wire.

    async with fault_server(reply(503), reset(), reply(200, body=b"{}")) as server:
        ...                     # first request 503, second a TCP reset, every later one 200
        server.requests         # what arrived, in order
        server.open             # connections open now

One answer per request, in order; the last one repeats. An answer gets the `Exchange` and writes
raw bytes. After it returns the connection waits for the next request, unless the answer closed
or reset it. Nothing here needs more than the standard library; certificates are trustme's.
"""

import asyncio
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import trustme

JSON_REPLY = b'{"choices": [{"message": {"content": "Silk."}, "finish_reason": "stop"}]}'


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in wire order."""
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, None without it."""
        return dict(reversed(self.headers)).get(name.lower())


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the connection its answer goes to."""

    request: Received
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Write `data` and wait until it has left."""
        self.writer.write(data)
        await self.writer.drain()

    def close(self) -> None:
        """End the connection in order (FIN)."""
        self.writer.close()

    def reset(self) -> None:
        """End the connection with a TCP reset: what was not yet read on the other side is lost."""
        _reset(self.writer.transport)

    async def hang_up(self) -> None:
        """Return when the client has closed its side."""
        while await self.reader.read(65536):
            pass


Answer: TypeAlias = Callable[[Exchange], Awaitable[None]]


@dataclass(slots=True)
class FaultServer:
    """What the server saw. `url` is the base to send requests to."""

    answers: tuple[Answer, ...]
    url: str = ""
    port: int = 0
    requests: list[Received] = field(default_factory=list)
    accepted: int = 0
    """Connections ever made to it."""
    open: int = 0
    """Connections open now."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; it is looked at whenever a count changes."""
        async with self.changed:
            await self.changed.wait_for(condition)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.accepted += 1
        self.open += 1
        await self._notify()
        try:
            while not writer.is_closing():
                request = await _read_request(reader)
                self.requests.append(request)
                await self._notify()
                answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
                await answer(Exchange(request, reader, writer))
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # the client left, or the server is being shut down
        finally:
            writer.transport.abort()
            self.tasks.discard(task)
            self.open -= 1
            await self._notify()

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()


@asynccontextmanager
async def fault_server(
    *answers: Answer, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[FaultServer]:
    """A server on a free loopback port that gives `answers` in order; gone when the block ends."""
    server = FaultServer(answers or (reply(),))
    listener = await asyncio.start_server(server.serve, host, 0, ssl=tls, backlog=2048)
    server.port = listener.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://{host}:{server.port}"
    try:
        yield server
    finally:
        listener.close()
        pending = tuple(server.tasks)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        await listener.wait_closed()
        await asyncio.sleep(0)  # aborted connections are closed one turn of the loop later


async def _read_request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = tuple(
        (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)
    )
    length = int(dict(pairs).get("content-length", "0"))
    return Received(method, target, pairs, await reader.readexactly(length))


def _reset(transport: asyncio.WriteTransport) -> None:
    # A zero linger time makes close() send RST in place of FIN.
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


# Well-formed replies


def reply(
    status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = JSON_REPLY
) -> Answer:
    """A complete reply. Content-Length is set unless `headers` sets it."""
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return raw(_head(status, fields | dict(headers or {})) + body)


def web_page(status: int = 200) -> Answer:
    """What a captive portal or a proxy sends in place of an API's answer."""
    page = b"<!DOCTYPE html><title>Sign in</title>"
    return reply(status, {"Content-Type": "text/html"}, page)


def redirect(location: str, status: int = 307) -> Answer:
    """A redirect to `location`."""
    return reply(status, {"Location": location}, b"")


def chunked(*pieces: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """A complete reply in chunked transfer coding, one chunk per piece."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    return raw(_head(200, {"Transfer-Encoding": "chunked"} | dict(headers or {})) + body)


def compressed(body: bytes, coding: str = "gzip") -> Answer:
    """A reply in `gzip`, `deflate` or both (`gzip, deflate`): each name packs once more."""
    for name in coding.split(", "):
        body = packed(body, name)
    return reply(200, {"Content-Encoding": coding}, body)


def packed(body: bytes, coding: str) -> bytes:
    """`body` in `gzip` or `deflate`."""
    return gzip.compress(body) if coding == "gzip" else zlib.compress(body)


def bomb(size: int, coding: str = "gzip") -> Answer:
    """`size` zero bytes (a multiple of 1 MiB), packed about a thousandfold."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31 if coding == "gzip" else 15)
    block = bytes(2**20)
    packed = b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
    return reply(200, {"Content-Encoding": coding}, packed)


# Faults


def raw(data: bytes, *, close: bool = False) -> Answer:
    """Exactly these bytes, then the end of the connection if `close`."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(data)
        if close:
            exchange.close()

    return answer


def close() -> Answer:
    """The end of the connection in place of a reply."""
    return raw(b"", close=True)


def reset(after: bytes = b"") -> Answer:
    """A TCP reset once the request was read and the bytes `after` were sent."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(after)
        exchange.reset()

    return answer


def reset_mid_body() -> Answer:
    """Half of a body, then a TCP reset."""
    return reset(_head(200, {"Content-Length": "1000"}) + b'{"choices"')


def truncated() -> Answer:
    """A body shorter than its Content-Length."""
    return raw(_head(200, {"Content-Length": "1000"}) + b'{"choices"', close=True)


def truncated_chunks() -> Answer:
    """A chunked body without its end."""
    return raw(_head(200, {"Transfer-Encoding": "chunked"}) + b'a\r\n{"choices"\r\n', close=True)


def broken_chunks() -> Answer:
    """A chunked body whose next chunk size is no number."""
    head = _head(200, {"Transfer-Encoding": "chunked"})
    return raw(head + b'a\r\n{"choices"\r\nnot-a-size\r\n', close=True)


def garbage() -> Answer:
    """Bytes that are no HTTP."""
    return raw(b"\x00\xffSSH-2.0-OpenSSH\r\n\r\n", close=True)


def long_header(size: int = 2 * 2**20) -> Answer:
    """One header of `size` bytes."""
    return reply(200, {"X-Long": "a" * size})


def many_headers(count: int = 10_000) -> Answer:
    """`count` headers."""
    return reply(200, {f"X-{number}": "a" for number in range(count)})


def silence() -> Answer:
    """No answer at all, until the client hangs up."""

    async def answer(exchange: Exchange) -> None:
        await exchange.hang_up()
        raise EOFError

    return answer


def drip(body: bytes = JSON_REPLY, pause_s: float = 0.01) -> Answer:
    """A reply whose body comes one byte at a time."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(_head(200, {"Content-Length": str(len(body))}))
        for number in range(len(body)):
            await exchange.send(body[number : number + 1])
            await asyncio.sleep(pause_s)

    return answer


def delayed(seconds: float, then: Answer) -> Answer:
    """`then`, `seconds` later."""

    async def answer(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await then(exchange)

    return answer


def then_close(first: Answer) -> Answer:
    """`first`, which promises to keep the connection, and then its end all the same."""

    async def answer(exchange: Exchange) -> None:
        await first(exchange)
        exchange.close()

    return answer


def tunnel(port: int) -> Answer:
    """The proxy's answer to CONNECT: whatever was asked for, a tunnel to a loopback port."""

    async def answer(exchange: Exchange) -> None:
        assert exchange.request.method == "CONNECT"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await exchange.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_relay(exchange.reader, writer), _relay(reader, exchange.writer))
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    return answer


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


# TLS


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority made for one test; nobody trusts it but by its `ca_file`."""

    ca: trustme.CA
    ca_file: Path

    @classmethod
    def create(cls, folder: Path) -> "Authority":
        """A new authority, its certificate written to `folder`."""
        ca, path = trustme.CA(), folder / "ca.pem"
        ca.cert_pem.write_to_path(str(path))
        return cls(ca, path)

    def server_context(self, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
        """For a server that shows a certificate for `names`, by default for 127.0.0.1."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*(names or ("127.0.0.1",)), not_after=not_after).configure_cert(context)
        return context
