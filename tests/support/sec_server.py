"""A raw HTTP server in a thread of the test: what it answers is a function of the request.

    with raw_server(lambda got: http(200, b"{}")) as server:
        server.url, server.requests

An answer is bytes, sent as they are, or a list of bytes and pauses in seconds. The connection is
closed after each answer.
"""

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

OK_BODY = (
    b'{"model": "m", "choices": [{"message": {"content": "Silk."}, "finish_reason": "stop"}],'
    b' "usage": {"prompt_tokens": 3, "completion_tokens": 2}}'
)


@dataclass(frozen=True)
class Got:
    """One request."""

    first_line: str
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes

    @property
    def key(self) -> str:
        """The key it came with; empty without one."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


Answer = bytes | list[bytes | float]


@dataclass
class RawServer:
    """What the server saw."""

    url: str
    port: int
    requests: list[Got] = field(default_factory=list)
    connections: int = 0


def http(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """A complete reply that ends its connection."""
    given = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    given |= {"Connection": "close"} | dict(headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} Any\r\n{head}\r\n".encode("latin-1") + body


@contextmanager
def raw_server(
    answer: Callable[[Got], Answer], tls: ssl.SSLContext | None = None
) -> Iterator[RawServer]:
    """A server on a free loopback port, gone when the block ends."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            seen.connections += 1
            connection: socket.socket = self.request
            connection.settimeout(30)
            with suppress(OSError):
                if tls is not None:
                    connection = tls.wrap_socket(connection, server_side=True)
                with connection:
                    if (got := _read(connection)) is not None:
                        seen.requests.append(got)
                        _send(connection, answer(got))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        port = server.server_address[1]
        seen = RawServer(f"{'https' if tls else 'http'}://127.0.0.1:{port}", port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


def _read(connection: socket.socket) -> Got | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Got(first, headers, body)


def _send(connection: socket.socket, answer: Answer) -> None:
    for part in [answer] if isinstance(answer, bytes) else answer:
        if isinstance(part, bytes):
            connection.sendall(part)
        else:
            time.sleep(part)
    connection.shutdown(socket.SHUT_WR)
