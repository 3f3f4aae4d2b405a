"""A further wire format is one module and one entry in the settings: it runs, plans, is examined
and kept within a budget without a change anywhere else.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.inside import copygen
from tests.support.running import records

KEY = "toy-key-0123456789abcdef"
COPY = "A lamp that follows you from desk to dinner."


class Stage:
    """What the server was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.base_url = ""
        self.spent = {"heard": 12, "spoken": 9}

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, object]:
        if headers["x-toy-key"] != KEY or headers["x-toy-version"] != "7":
            return 401, {"error": {"message": "no such key"}}
        if path == "/v7/writers":
            return 200, {"stage": ["ada", "bob"]}
        stamp, _, digest = headers["x-toy-signature"].partition(":")
        if digest != hmac.new(KEY.encode(), stamp.encode() + body, hashlib.sha256).hexdigest():
            return 403, {"error": {"message": "the signature is not yours"}}
        asked = json.loads(body)
        self.asked.append(asked)
        copy = json.dumps({"headline": COPY[:20]}) if "shape" in asked else COPY
        ending = "out of budget" if asked["budget"]["longest"] < 9 else "curtain"
        return 200, {"copy": copy, "ending": ending, "by": "ada", "spent": self.spent}


@pytest.fixture
def stage() -> Iterator[Stage]:
    state = Stage()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._send(*state.answer(self.path, self.headers, body))

        def do_GET(self) -> None:
            self._send(*state.answer(self.path, self.headers, b""))

        def log_message(self, *_: object) -> None:
            pass

        def _send(self, status: int, value: object) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.base_url = f"http://127.0.0.1:{server.server_port}/v7"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, stage: Stage) -> Path:
    settings = {
        "providers": {
            "toy": {
                "base_url": stage.base_url,
                "wire": "tests.support.toy_wire",
                "key_env": "TOY_KEY",
                "default_model": "ada",
                "defaults": {"max_output_tokens": 60, "mood": "calm"},
                "structured": True,
                "models": {"ada": {"price": {"input": 1, "output": 2}}},
            }
        }
    }
    (tmp_path / "settings.yaml").write_text(json.dumps(settings), encoding="utf-8")
    ads = {"system": "Be brief.", "prompt": "Sell {{ what }}.", "items": [{"what": "a lamp"}]}
    (tmp_path / "ads.yaml").write_text(json.dumps(ads), encoding="utf-8")
    return tmp_path


def carried_out(folder: Path, *args: object) -> Any:
    env = {"TOY_KEY": KEY}
    return copygen(*args, "-p", "toy", "--config", "settings.yaml", cwd=folder, env=env)


def test_it_runs_in_its_own_words(folder: Path, stage: Stage) -> None:
    done = carried_out(folder, "run", "ads.yaml", "-o", "out.jsonl")

    assert done.returncode == 0, done.stderr
    assert stage.asked == [
        {
            "writer": "ada",
            "script": [
                {"speaker": "director", "line": "Be brief."},
                {"speaker": "client", "line": "Sell a lamp."},
            ],
            "budget": {"longest": 60},
            "settings": {"mood": "calm"},
        }
    ]
    (record,) = records(folder / "out.jsonl")
    assert (record["text"], record["status"], record["finish_reason"]) == (COPY, "ok", "stop")
    assert (record["usage"]["input_tokens"], record["usage"]["output_tokens"]) == (12, 9)
    assert float(record["cost_usd"]) == pytest.approx((12 + 2 * 9) / 1e6)


def test_a_cap_by_any_name_is_its_own(folder: Path, stage: Stage) -> None:
    ads = {"prompt": "Sell a mug.", "max_tokens": 5}
    (folder / "short.yaml").write_text(json.dumps(ads), encoding="utf-8")

    done = carried_out(folder, "run", "short.yaml", "-o", "out.jsonl")

    assert done.returncode != 0
    assert stage.asked[0]["budget"] == {"longest": 5}
    assert records(folder / "out.jsonl")[0]["error"]["kind"] == "truncated"


def test_fields_are_asked_for_by_its_schema(folder: Path, stage: Stage) -> None:
    ads = {"prompt": "Sell a mug.", "fields": {"headline": {"limit": 30}}}
    (folder / "fields.yaml").write_text(json.dumps(ads), encoding="utf-8")

    done = carried_out(folder, "run", "fields.yaml", "-o", "out.jsonl")

    assert done.returncode == 0, done.stderr
    assert stage.asked[0]["shape"]["required"] == ["headline"]
    assert records(folder / "out.jsonl")[0]["data"] == {"headline": COPY[:20]}


def test_it_plans(folder: Path, stage: Stage) -> None:
    done = carried_out(folder, "plan", "ads.yaml", "--json")

    assert done.returncode == 0, done.stderr
    assert float(json.loads(done.stdout)["cost"]["worst_usd"]) > 0
    assert stage.asked == []


def test_doctor_asks_it_for_its_models(folder: Path) -> None:
    done = carried_out(folder, "doctor", "--json")

    checks = {check["topic"]: check for check in json.loads(done.stdout)["checks"]}
    assert (checks["model"]["verdict"], checks["key"]["verdict"]) == ("ok", "ok"), done.stdout
    assert KEY not in done.stdout + done.stderr


def test_it_is_kept_within_a_budget(folder: Path, stage: Stage) -> None:
    done = carried_out(folder, "run", "ads.yaml", "-o", "out.jsonl", "--max-cost", "0.000001")

    assert done.returncode == 4, done.stderr
    assert stage.asked == []


def test_a_wire_that_is_not_there_is_named(folder: Path) -> None:
    settings = (folder / "settings.yaml").read_text(encoding="utf-8")
    other = settings.replace("tests.support.toy_wire", "nowhere")
    (folder / "settings.yaml").write_text(other, encoding="utf-8")

    done = carried_out(folder, "run", "ads.yaml", "-o", "out.jsonl")

    assert done.returncode == 2
    assert "there is no wire format 'nowhere'" in done.stderr
