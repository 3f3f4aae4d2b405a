"""A provider on this machine that writes too much at first, and shortens when told by how much.

What it writes is known: `word(n)` repeated. A prompt holds `long` to get an overlong first answer,
`stubborn` to get nothing else, `field` to be answered in JSON.
"""

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CUT = re.compile(r"(\d+) of (\d+)")


class CopyServer:
    """What it was asked, and how it answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.charged = [0, 0]
        self.reask_latency_s = 0.0
        self.refuses_schema = False
        self.lock = threading.Lock()
        self.closed = threading.Event()
        self.base_url = ""

    @property
    def to(self) -> tuple[str, ...]:
        """The flags that lead copygen here."""
        return ("-p", "simulator", "--base-url", self.base_url)

    def answer(self, asked: dict[str, Any]) -> str:
        """The text for a conversation."""
        messages = asked["messages"]
        whole = messages[0]["content"]
        first = whole.split("\n")[0]
        told = messages[-1]["content"]
        turn = sum(message["role"] == "assistant" for message in messages)
        size = 25
        if "stubborn" in first or ("long" in first and turn == 0):
            size = 60
        elif turn:
            found = CUT.search(told)
            assert found, told
            size = int(found[2]) - 1
        text = (f"silk {re.sub(r'[^a-z]', '', first[:40])} " * 9)[:size].strip()
        return json.dumps({"headline": text}) if "JSON object" in whole + told else text


@contextmanager
def copy_server(answers: CopyServer | None = None) -> Iterator[CopyServer]:
    """The server, in a thread of this process; `answers` may answer in its own way."""
    state = answers or CopyServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        """The body would wait for the acknowledgement of the header, 40 ms."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            again = any(message["role"] == "assistant" for message in asked["messages"])
            with state.lock:
                state.asked.append(asked)
            if again:
                state.closed.wait(state.reask_latency_s)
            if state.refuses_schema and "response_format" in asked:
                error = {"message": "Unsupported parameter: 'response_format'"}
                self._reply(400, {"error": error})
                return
            with state.lock:
                state.charged[0] += 100
                state.charged[1] += 20
            message = {"role": "assistant", "content": state.answer(asked)}
            self._reply(
                200,
                {
                    "id": "x",
                    "object": "chat.completion",
                    "model": asked["model"],
                    "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
                },
            )

        def _reply(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            with contextlib.suppress(ConnectionError):  # whoever asked was killed
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    # By default it looks twice a second whether it is to end.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.closed.set()
        server.shutdown()
        server.server_close()
