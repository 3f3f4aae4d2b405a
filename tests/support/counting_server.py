"""A provider that counts: what it was asked and what it answered, kept outside copygen.

    python tests/support/counting_server.py --latency-ms 20 --jitter 0.5 --faults 500=0.05,hang=0.01

It prints its port, speaks OpenAI chat completions, and replies with the prompt itself. A request
counts as received once its last byte is here, and as answered once the whole reply with status
200 has been handed to a connection that is still open. Deaths of clients leave it unmoved. A
prompt is known by its first word, so that the ledger stays small. A prompt that holds
`usage=IN/OUT` is answered as having used that many tokens (without it, 10 of each), and those are
charged for; so are the requests left to hang, which is what makes a timeout cost money.

    GET  /ledger     {"received": {word: n}, "answered": {word: n}, "requests": n, "open": n,
                      "charged": [input tokens, output tokens]}
    POST /reset      forget all that
    POST /settings   {"latency_ms": 20, "jitter": 0.5, "faults": {"500": 0.05}} or some of it

Faults are shares of requests: a status (`429`, `500`, ...), `reset`, `half` (half a body), `hang`,
`empty` (an answer without a text, which costs like any other).
It is a file that runs alone, so that it starts in a tenth of a second.
"""

import argparse
import asyncio
import contextlib
import json
import random
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

CONTROL = ("/ledger", "/reset", "/settings")


@dataclass
class Behaviour:
    """How the server answers; all of it can be changed while it runs."""

    latency_ms: float = 20.0
    jitter: float = 0.5
    """Latency is uniform within this share of its mean, below and above."""
    faults: dict[str, float] = field(default_factory=dict)


class Ledger:
    """What was received and answered, by prompt."""

    def __init__(self) -> None:
        self.clear()
        self.open: set[Connection] = set()

    def clear(self) -> None:
        self.received: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.charged = [0, 0]

    def to_json(self, asking: "Connection") -> bytes:
        return json.dumps(
            {
                "received": self.received,
                "answered": self.answered,
                "requests": self.received.total(),
                "open": len(self.open - {asking}),
                "charged": self.charged,
            }
        ).encode()


class Connection(asyncio.Protocol):
    """One client's connection; requests on it come one after the other."""

    def __init__(self, ledger: Ledger, behaviour: Behaviour, rng: random.Random) -> None:
        self._ledger = ledger
        self._behaviour = behaviour
        self._rng = rng
        self._buffer = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self._ledger.open.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._ledger.open.discard(self)
        if self._timer:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.split(b"\r\n")
        length = next(
            (int(line[15:]) for line in lines if line.lower().startswith(b"content-length:")), 0
        )
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        path = lines[0].split(b" ")[1].decode()
        if path in CONTROL:
            self._control(path, rest[:length])
        else:
            self._complete(rest[:length])

    def _control(self, path: str, body: bytes) -> None:
        if path == "/reset":
            self._ledger.clear()
        elif path == "/settings":
            for name, value in json.loads(body).items():
                setattr(self._behaviour, name, value)
        self._write(200, self._ledger.to_json(self))

    def _complete(self, body: bytes) -> None:
        asked: dict[str, Any] = json.loads(body)
        prompt = asked["messages"][-1]["content"]
        self._ledger.received[_word(prompt)] += 1
        fault = self._fault()
        if fault == "hang":
            self._charge(prompt)
            return
        mean, jitter = self._behaviour.latency_ms, self._behaviour.jitter
        latency_ms = mean * self._rng.uniform(1 - jitter, 1 + jitter)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(latency_ms / 1000, self._answer, prompt, asked, fault)

    def _fault(self) -> str:
        draw = self._rng.random()
        for fault, share in self._behaviour.faults.items():
            draw -= share
            if draw < 0:
                return fault
        return ""

    def _answer(self, prompt: str, asked: dict[str, Any], fault: str) -> None:
        if self.transport.is_closing():
            return
        if fault == "reset":
            self.transport.abort()
        elif fault == "half":
            self._write(200, _reply(prompt, asked, _usage(prompt)), half=True)
            self.transport.close()
        elif fault and fault != "empty":
            error = {"error": {"message": f"simulated {fault}", "type": "server_error"}}
            self._write(int(fault), json.dumps(error).encode())
        else:
            self._ledger.answered[_word(prompt)] += 1
            self._charge(prompt)
            self._write(200, _reply("" if fault else prompt, asked, _usage(prompt)))

    def _charge(self, prompt: str) -> None:
        for side, tokens in enumerate(_usage(prompt)):
            self._ledger.charged[side] += tokens

    def _write(self, status: int, body: bytes, *, half: bool = False) -> None:
        head = (
            f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + (body[: len(body) // 2] if half else body))


def _word(prompt: str) -> str:
    return prompt.split(" ", 1)[0]


def _usage(prompt: str) -> tuple[int, int]:
    found = re.search(r"usage=(\d+)/(\d+)", prompt)
    return (int(found[1]), int(found[2])) if found else (10, 10)


def _reply(prompt: str, asked: dict[str, Any], usage: tuple[int, int]) -> bytes:
    return json.dumps(
        {
            "id": "x",
            "object": "chat.completion",
            "model": asked["model"],
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": prompt},
                    "finish_reason": "stop",
                }
            ],
            "usage": {
                "prompt_tokens": usage[0],
                "completion_tokens": usage[1],
                "total_tokens": sum(usage),
            },
        }
    ).encode()


def _faults(text: str) -> dict[str, float]:
    return {name: float(share) for name, _, share in (one.split("=") for one in text.split(","))}


async def _serve(behaviour: Behaviour, seed: int, port: int) -> None:
    ledger, rng = Ledger(), random.Random(seed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(ledger, behaviour, rng), "127.0.0.1", port, backlog=4096
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency-ms", type=float, default=20.0)
    parser.add_argument("--jitter", type=float, default=0.5)
    parser.add_argument("--faults", type=_faults, default={})
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    behaviour = Behaviour(given.latency_ms, given.jitter, given.faults)
    serving = _serve(behaviour, given.seed, given.port)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            import uvloop
        except ImportError:  # not installed everywhere
            asyncio.run(serving)
        else:
            uvloop.run(serving)


if __name__ == "__main__":
    main()
