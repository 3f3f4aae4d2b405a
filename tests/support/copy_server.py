"""A provider on this machine that writes too much at first, and shortens when told by how much.

What it writes is known: `word(n)` repeated. A prompt holds `long` to get an overlong first answer,
`stubborn` to get nothing else, `field` to be answered in JSON.
"""

import contextlib
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            """By hand: a request through http.server takes as long as its text is judged."""
            with contextlib.suppress(ConnectionError):  # whoever asked was killed
                while first := self.rfile.readline():
                    length = 0
                    while (line := self.rfile.readline().lower()).strip():
                        if line.startswith(b"content-length:"):
                            length = int(line.partition(b":")[2])
                    body = self.rfile.read(length)
                    if first.startswith(b"POST "):
                        self._answer(json.loads(body))
                    else:
                        self._reply(501, {"error": {"message": "POST only"}})

        def _answer(self, asked: dict[str, Any]) -> None:
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
            head = f"HTTP/1.1 {status} Any\r\ncontent-type: application/json\r\n"
            head += f"content-length: {len(content)}\r\n\r\n"
            self.wfile.write(head.encode() + content)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
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
