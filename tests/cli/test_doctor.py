"""`copygen doctor` from outside: what it finds, what it sends, and how it ends."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.support.inside import copygen, simulated

KEY = "sk-doctor-0123456789abcdefXYZ"


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    with simulated("--require-key", KEY, "--rpm", 120, "--latency-ms", 1) as base_url:
        yield base_url


def doctor(
    folder: Path, *args: object, **env: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """The finished command, and its verdicts by topic."""
    done = copygen("doctor", "--json", *args, cwd=folder, env=env)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert found["exit_code"] == done.returncode
    return done, {check["topic"]: check["verdict"] for check in found["checks"]}


def at(base_url: str) -> list[str]:
    return ["--base-url", base_url]


def test_all_is_well_with_a_key_that_makes_a_difference(tmp_path: Path, locked: str) -> None:
    done, verdicts = doctor(tmp_path, *at(locked), HOLYSHEEP_API_KEY=KEY)

    assert done.returncode == 0
    assert set(verdicts.values()) == {"ok"}
    assert "HOLYSHEEP_API_KEY (sk-d…), accepted" in done.stdout
    assert "the headers name 120 requests" in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_a_refused_key_is_code_7_though_the_endpoint_answers(tmp_path: Path, locked: str) -> None:
    done, verdicts = doctor(tmp_path, *at(locked), HOLYSHEEP_API_KEY="sk-not-the-one")

    assert done.returncode == 7
    assert (verdicts["endpoint"], verdicts["key"], verdicts["model"]) == ("ok", "fail", "skip")
    assert "sk-not-the-one" not in done.stdout + done.stderr


def test_a_missing_key_is_code_2_and_the_endpoint_is_asked_all_the_same(
    tmp_path: Path, locked: str
) -> None:
    done, verdicts = doctor(tmp_path, *at(locked))

    assert done.returncode == 2
    assert (verdicts["endpoint"], verdicts["key"]) == ("ok", "fail")
    assert "export HOLYSHEEP_API_KEY=sk-..." in done.stdout


def test_a_model_that_is_not_served_is_code_7_and_the_nearest_is_named(
    tmp_path: Path, locked: str
) -> None:
    done, verdicts = doctor(tmp_path, *at(locked), "-m", "gpt-4.2", HOLYSHEEP_API_KEY=KEY)

    assert done.returncode == 7
    assert (verdicts["model"], verdicts["price"]) == ("fail", "warn")
    assert "did you mean -m gpt-4.1?" in done.stdout


def test_a_limit_above_the_providers_is_a_warning(tmp_path: Path, locked: str) -> None:
    done, verdicts = doctor(tmp_path, *at(locked), "--rpm", 600, HOLYSHEEP_API_KEY=KEY)

    assert done.returncode == 0
    assert verdicts["limits"] == "warn"
    assert "set rpm to 120" in done.stdout


def test_nobody_there_is_code_5(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    done, verdicts = doctor(tmp_path, "-p", "ollama", *at(f"http://127.0.0.1:{port}/v1"))

    assert done.returncode == 5
    assert verdicts["endpoint"] == "fail"


class Page(BaseHTTPRequestHandler):
    """A web site where an API should be, which notes what it is asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        body = f"<!DOCTYPE html><title>Hi {self.headers['Authorization']}</title>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    handler = type("Handler", (Page,), {"asked": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1", handler.asked
        server.shutdown()


def test_a_web_site_is_code_7_and_what_it_echoes_of_a_key_is_not_shown(
    tmp_path: Path, site: tuple[str, list[str]]
) -> None:
    base_url, asked = site

    done, verdicts = doctor(tmp_path, *at(base_url), HOLYSHEEP_API_KEY=KEY)

    assert done.returncode == 7
    assert verdicts["endpoint"] == "fail"
    assert "A web page answered instead of the API" in done.stdout
    assert KEY not in done.stdout + done.stderr
    assert asked == ["GET /v1/models"]


def test_offline_sends_nothing_and_says_what_it_did_not_look_at(
    tmp_path: Path, site: tuple[str, list[str]]
) -> None:
    base_url, asked = site

    done, verdicts = doctor(tmp_path, *at(base_url), "--offline", HOLYSHEEP_API_KEY=KEY)

    assert done.returncode == 0
    assert asked == []
    assert {topic for topic, verdict in verdicts.items() if verdict == "skip"} == {
        "endpoint",
        "model",
        "limits",
    }


def test_a_key_pasted_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    done, _ = doctor(tmp_path, "--offline", "-m", KEY, HOLYSHEEP_API_KEY=KEY)

    assert KEY not in done.stdout + done.stderr
    assert "sk-d…" in done.stdout


def test_a_faulty_settings_file_is_code_2_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("default_provider: openai\nconcurency: 3\n")

    done, verdicts = doctor(tmp_path, "--config", "c.yaml")

    assert done.returncode == 2
    assert verdicts == {"settings": "fail", "results": "ok"}
    assert "c.yaml:2:1: unknown key 'concurency'; did you mean 'concurrency'?" in done.stdout


def test_plain_http_to_another_machine_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    done, verdicts = doctor(tmp_path, *at("http://llm.example.com/v1"), HOLYSHEEP_API_KEY=KEY)

    assert done.returncode == 2
    assert (verdicts["address"], verdicts["endpoint"]) == ("fail", "skip")


def test_a_proxy_that_cannot_be_used_is_code_2(tmp_path: Path) -> None:
    done, verdicts = doctor(
        tmp_path, HOLYSHEEP_API_KEY=KEY, HTTPS_PROXY="socks5://user:secret@proxy:1"
    )

    assert done.returncode == 2
    assert (verdicts["proxy"], verdicts["endpoint"]) == ("fail", "skip")
    assert "secret" not in done.stdout


def test_results_that_cannot_be_written_are_code_8(tmp_path: Path) -> None:
    done, verdicts = doctor(
        tmp_path, "-p", "simulator", "--offline", "-o", tmp_path / "missing" / "r.jsonl"
    )

    assert done.returncode == 8
    assert verdicts["results"] == "fail"


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    doctor(tmp_path, "-p", "simulator", "-o", tmp_path / "r.jsonl")

    assert list(tmp_path.iterdir()) == []


def test_people_get_a_line_for_each_thing_and_the_next_step(tmp_path: Path) -> None:
    done = copygen("doctor", "--offline", cwd=tmp_path, env={"COLUMNS": "80"})

    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert lines[0] == "holysheep · deepseek-chat"
    assert lines[2] == "  ok    settings  no settings file: the defaults hold"
    assert "→ Set it with: export HOLYSHEEP_API_KEY=sk-..." in done.stdout
    assert lines[-1] == "1 failure: a run would end with code 2"
    assert all(len(line) <= 80 for line in lines)


def test_a_prompt_file_names_the_provider_and_the_model_that_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "ad.yaml").write_text(
        "prompt: Sell {{ name }}.\nprovider: simulator\nmodel: deepseek-chatt\n"
        "items: [{name: mug}, {name: cup}]\nvariants: 2\n"
    )
    done, verdicts = doctor(tmp_path, "ad.yaml")
    assert verdicts["prompts"] == "ok"
    assert "ad.yaml: 4 prompts" in done.stdout
    assert verdicts["model"] == "fail"
    assert "did you mean -m deepseek-chat?" in done.stdout
    assert done.returncode == 7


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("prompt: Sell {{ name }}.\nitems: [{name: mug}, {nam: cup}]\n", "ad.yaml:2:"),
        ("prompt: Sell.\nchecks: {packs: [googl_ads]}\n", "ad.yaml:2:18: there is no pack"),
        ("prompt: Sell.\nchannel: google_ads.headlin\n", "did you mean 'headline'?"),
        ("promt: Sell.\n", "did you mean 'prompt'?"),
        ("prompt: Sell.\nprovider: opnai\n", "ad.yaml:2:1: there is no provider 'opnai'"),
    ],
)
def test_a_faulty_prompt_file_is_code_2_with_its_line(
    tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "ad.yaml").write_text(content)
    done, verdicts = doctor(tmp_path, "ad.yaml", "--offline", HOLYSHEEP_API_KEY=KEY)
    assert done.returncode == 2
    assert said in done.stdout
    assert verdicts["settings" if "provider" in content else "prompts"] == "fail"
    assert not list(tmp_path.glob("*.results.jsonl"))
