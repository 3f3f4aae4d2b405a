"""A provider that is not the limit: one raw asyncio protocol, and if asked for, a rate limit.

    python tests/bench/server.py --latency-ms 40
    python tests/bench/server.py --limit requests --per-s 200 --burst 20 --retry-after seconds
    python tests/bench/server.py --replies texts.json

It prints its port and answers every `POST /v1/...` with a chat completion: the same bytes each
time, unless tokens are limited or texts are given, of which a prompt that ends in `p00012` gets
the thirteenth. `GET /counts` tells what it saw, `POST /reset` forgets it and
fills the bucket. It is a file that runs alone, so that it starts in a tenth of a second.
"""

import argparse
import asyncio
import contextlib
import json
import math
import re
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from typing import Any

TEXT = "Praewa silk, woven by hand in Kalasin: forty days of work, worn for forty years."
BYTES_PER_TOKEN = 4
NUMBERED = re.compile(rb"\bp(\d+)\"")
"""The end of a prompt that names the text it is to be answered with."""


@dataclass(slots=True)
class Counts:
    """What the server saw since the last reset. Times are `time.monotonic()`, in seconds."""

    requests: int = 0
    refused: int = 0
    answered: int = 0
    cost: float = 0.0
    """Of accepted requests, in what the limit counts: requests, or tokens."""
    first_s: float = 0.0
    """When the first request was here."""
    last_s: float = 0.0
    """When the last accepted request was answered."""


class Bucket:
    """A token bucket whose rate may change at given seconds after its first use."""

    def __init__(
        self, per_s: float, burst: float, changes: Sequence[tuple[float, float]] = ()
    ) -> None:
        self._per_s = per_s
        self._burst = burst
        self._level = burst
        self._at: float | None = None
        self._changes = list(changes)
        self._began = 0.0

    def take(self, cost: float, now: float) -> float:
        """Take `cost` and return 0.0; or take nothing and return the seconds until it is there."""
        if self._at is None:
            self._began = self._at = now
        while self._changes and now - self._began >= self._changes[0][0]:
            after_s, per_s = self._changes.pop(0)
            self._refill(self._began + after_s)
            self._per_s = per_s
        self._refill(now)
        if self._level < cost:
            return (cost - self._level) / self._per_s
        self._level -= cost
        return 0.0

    def _refill(self, now: float) -> None:
        assert self._at is not None
        self._level = min(self._burst, self._level + (now - self._at) * self._per_s)
        self._at = now


def _whole_second(wait_s: float) -> str:
    # The header knows whole seconds only; rounding down would invite a second refusal.
    return formatdate(math.ceil(time.time() + wait_s), usegmt=True)


RETRY_AFTER: dict[str, Callable[[float], str]] = {
    "seconds": lambda wait_s: f"retry-after: {wait_s:.3f}\r\n",
    "ms": lambda wait_s: f"retry-after-ms: {math.ceil(wait_s * 1000)}\r\n",
    "date": lambda wait_s: f"retry-after: {_whole_second(wait_s)}\r\n",
    "none": lambda _wait_s: "",
}
"""How a 429 says when to come back."""


class Service:
    """Answers requests after a fixed latency; with a bucket, refuses those beyond it at once."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._loop = asyncio.get_running_loop()
        self._latency_s: float = given.latency_ms / 1000
        self._retry_after = RETRY_AFTER[given.retry_after]
        self._counts_tokens: bool = given.limit == "tokens"
        self._reply = _reply(20, 15)
        # Encoded before the first request: the server must not be what is waited for.
        texts: list[str] = json.loads(given.replies.read_bytes()) if given.replies else []
        # As many tokens as a prompt with the wording of its channel has: a count that cannot be is
        # looked into, and noted in each record.
        self._replies = [_completion(150, 15, text) for text in texts]
        self.reset()

    def reset(self) -> None:
        """Forget all counts and fill the bucket."""
        self.counts = Counts()
        given = self._given
        self._bucket = Bucket(given.per_s, given.burst, given.change) if given.limit else None

    def handle(self, transport: asyncio.Transport, body: bytes) -> None:
        """Answer one request."""
        counts = self.counts
        now = time.monotonic()
        if not counts.requests:
            counts.first_s = now
        counts.requests += 1
        reply = self._reply
        if self._replies and (numbered := NUMBERED.search(body)):
            reply = self._replies[int(numbered[1])]
        if self._bucket:
            cost, reply = self._priced(body) if self._counts_tokens else (1.0, reply)
            if wait_s := self._bucket.take(cost, now):
                counts.refused += 1
                transport.write(_refusal(self._retry_after(wait_s)))
                return
            counts.cost += cost
        if self._latency_s:
            self._loop.call_later(self._latency_s, self._answer, transport, reply)
        else:
            self._answer(transport, reply)

    def _answer(self, transport: asyncio.Transport, reply: bytes) -> None:
        if transport.is_closing():
            return  # wrk does not wait for the last ones
        self.counts.answered += 1
        self.counts.last_s = time.monotonic()
        transport.write(reply)

    @staticmethod
    def _priced(body: bytes) -> tuple[float, bytes]:
        """The tokens a request costs and its reply: 30 % to 100 % of what it allows itself."""
        asked: dict[str, Any] = json.loads(body)
        prompt_tokens = sum(len(m["content"]) for m in asked["messages"]) // BYTES_PER_TOKEN
        completion_tokens = asked["max_tokens"] * (30 + zlib.crc32(body) % 71) // 100
        return prompt_tokens + completion_tokens, _reply(prompt_tokens, completion_tokens)


class Connection(asyncio.Protocol):
    """One connection; requests on it come one after the other, or many at once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._rest = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[:end]
            stop = end + 4 + _content_length(head)
            if len(data) < stop:
                break
            if head.startswith(b"POST /v1/"):
                self._service.handle(self._transport, data[end + 4 : stop])
            else:
                self._control(head)
            data = data[stop:]
        self._rest = data

    def _control(self, head: bytes) -> None:
        counts = asdict(self._service.counts)
        if head.startswith(b"POST /reset"):
            self._service.reset()
        self._transport.write(_http("200 OK", json.dumps(counts).encode()))


@lru_cache(maxsize=4096)
def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line[15:])
    return 0


@lru_cache(maxsize=4096)
def _reply(prompt_tokens: int, completion_tokens: int) -> bytes:
    return _completion(prompt_tokens, completion_tokens, TEXT)


def _completion(prompt_tokens: int, completion_tokens: int, text: str) -> bytes:
    body = {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "gpt-4.1-mini",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }
    return _http("200 OK", json.dumps(body).encode())


def _refusal(retry_after: str) -> bytes:
    error = {"error": {"message": "Rate limit reached.", "type": "rate_limit_error"}}
    return _http("429 Too Many Requests", json.dumps(error).encode(), retry_after)


def _http(status: str, body: bytes, more: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


def _change(text: str) -> tuple[float, float]:
    after_s, _, per_s = text.partition(":")
    return float(after_s), float(per_s)


def arguments() -> argparse.ArgumentParser:
    """The flags of the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--replies", type=Path, metavar="FILE", help="a JSON list of texts")
    parser.add_argument("--limit", choices=["requests", "tokens"])
    parser.add_argument("--per-s", type=float, default=200.0)
    parser.add_argument("--burst", type=float, default=20.0)
    parser.add_argument("--retry-after", choices=sorted(RETRY_AFTER), default="seconds")
    parser.add_argument(
        "--change", type=_change, action="append", default=[], metavar="AFTER_S:PER_S"
    )
    return parser


async def _serve(given: argparse.Namespace) -> None:
    service = Service(given)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(service), "127.0.0.1", 0, backlog=8192)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    serving = _serve(arguments().parse_args())
    with contextlib.suppress(KeyboardInterrupt):
        try:
            import uvloop
        except ImportError:  # not installed everywhere
            asyncio.run(serving)
        else:
            uvloop.run(serving)


if __name__ == "__main__":
    main()
