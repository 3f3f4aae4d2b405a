"""A loopback server in threads that answers with the bytes it is told to, for whole runs.

For the transport alone there is `fault_server`; this one serves a copygen that owns its loop.
"""

import contextlib
import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its number, 0-based, that on its connection, and its body."""

    number: int
    on_connection: int
    body: dict[str, Any]
    head: str


@dataclass
class RawServer:
    """What was asked. An answer of None closes the connection without one."""

    answer: Callable[[Asked], bytes | None]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    after: bytes = b""
    """Sent unasked on a connection that was idle for `after_s`, before it is closed."""
    after_s: float = 0.0

    @property
    def to(self) -> tuple[str, ...]:
        """The flags that lead copygen here."""
        return ("-p", "simulator", "--base-url", f"http://127.0.0.1:{self.port}/v1")

    def serve(self, peer: socket.socket) -> None:
        """Answer one connection's requests."""
        on_connection = 0
        with peer, peer.makefile("rb") as stream:
            while head := _head(stream):
                length = next((int(v) for n, v in head[1:] if n == "content-length"), 0)
                body = json.loads(stream.read(length) or b"{}")
                with self.lock:
                    asked = Asked(len(self.asked), on_connection, body, head[0][0])
                    self.asked.append(asked)
                on_connection += 1
                reply = self.answer(asked)
                if reply is None:
                    return
                peer.sendall(reply)
                if self.after and not select.select([peer], [], [], self.after_s)[0]:
                    peer.sendall(self.after)
                    return


def _head(stream: Any) -> list[tuple[str, str]]:
    lines = []
    while (line := stream.readline()) not in (b"", b"\r\n"):
        name, _, value = line.decode("latin-1").strip().partition(": ")
        lines.append((name if not lines else name.lower(), value))
    return lines


@contextmanager
def raw_server(answer: Callable[[Asked], bytes | None]) -> Iterator[RawServer]:
    """A server on a free port; gone when the block ends."""
    server = RawServer(answer)
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    server.port = listener.getsockname()[1]

    def accept() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_quietly, args=(server, peer), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _quietly(server: RawServer, peer: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the client left
        server.serve(peer)


def http(body: bytes | str, status: int = 200, **headers: str) -> bytes:
    """A whole reply."""
    body = body.encode() if isinstance(body, str) else body
    given = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode("latin-1") + body


def completion(text: str = "Silk that glows.", **choice: Any) -> str:
    """A chat completion with usage."""
    message = {"role": "assistant", "content": text}
    whole = {"index": 0, "message": message, "finish_reason": "stop", **choice}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return json.dumps({"model": "m", "choices": [whole], "usage": usage}, ensure_ascii=False)
