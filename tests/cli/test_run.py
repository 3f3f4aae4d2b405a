"""`copygen run` from outside: files in, records, messages and exit codes out."""

import csv
import json
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from copygen.results.stats import Stats
from tests.support.inside import copygen, simulated
from tests.support.running import COMMAND, environment, records, start

ECHO = "Say {{ name }} for {{ price }}: {{ note }}"


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    with simulated("--echo", "--latency-ms", 1) as base_url:
        yield base_url


def to(base_url: str) -> list[str]:
    return ["-p", "simulator", "--base-url", base_url]


def items(count: int) -> list[dict[str, str]]:
    notes = [
        'quoted "x"',
        "two\nlines",
        "ผ้าไหมไทย",
        "日本語、です",
        "👨‍👩‍👧‍👦",
        "{{ 7 * 7 }}",
        "a;b\tc",
    ]
    return [
        {"id": f"sku-{n}", "name": f"ชื่อ {n}", "price": f"{n}.50", "note": notes[n % len(notes)]}
        for n in range(count)
    ]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The same 200 items in every format."""
    rows = items(200)
    template = tmp_path / "ad.yaml"
    template.write_text(f"prompt: '{ECHO}'\n", encoding="utf-8")
    whole = {"prompt": ECHO, "items": rows}
    (tmp_path / "yaml.yaml").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    with (tmp_path / "csv.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "jsonl.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_the_same_items_in_every_format_give_the_same_texts(shop: Path, echo: str) -> None:
    copygen("run", "yaml.yaml", *to(echo), "-o", "1.jsonl", cwd=shop)
    copygen("run", "csv.csv", "-t", "ad.yaml", *to(echo), "-o", "2.jsonl", cwd=shop)
    copygen("run", "jsonl.jsonl", "-t", "ad.yaml", *to(echo), "-o", "3.jsonl", cwd=shop)
    stream = (shop / "csv.csv").read_bytes()
    copygen("run", "-", "-t", "ad.yaml", *to(echo), "-o", "4.jsonl", cwd=shop, stdin=stream)
    stream = (shop / "jsonl.jsonl").read_bytes()
    copygen("run", "-", "-t", "ad.yaml", *to(echo), "-o", "5.jsonl", cwd=shop, stdin=stream)
    expected = {
        row["id"]: f"Say {row['name']} for {row['price']}: {row['note']}" for row in items(200)
    }
    for number in range(1, 6):
        made = records(shop / f"{number}.jsonl")
        assert len(made) == 200
        assert {record["id"]: record["text"] for record in made} == expected
        assert {record["id"]: record["input"] for record in made} == {
            row["id"]: row for row in items(200)
        }


def test_ids_are_the_same_on_every_run(tmp_path: Path, echo: str) -> None:
    lines = [json.dumps({"prompt": f"text {n % 150}"}) for n in range(200)]
    for run, order in enumerate((lines, lines[::-1])):
        (tmp_path / f"{run}.jsonl").write_text("\n".join(order), encoding="utf-8")
        copygen("run", f"{run}.jsonl", *to(echo), cwd=tmp_path)
    first, second = (
        {(record["id"], record["text"]) for record in records(tmp_path / f"{run}.results.jsonl")}
        for run in range(2)
    )
    assert len(first) == 200
    assert first == second


def test_a_record_has_its_fields_in_order(tmp_path: Path, echo: str) -> None:
    (tmp_path / "p.yaml").write_text("- {id: one, prompt: hello, sku: 7}\n")
    done = copygen("run", "p.yaml", *to(echo), cwd=tmp_path)
    assert done.returncode == 0
    (record,) = records(tmp_path / "p.results.jsonl")
    assert " ".join(record) == (
        "id key status text input provider model finish_reason usage cost_usd cost_note "
        "latency_ms total_ms attempts error created_at data violations reasks answered_by line row"
    )
    assert record["id"] == "one"
    assert record["status"] == "ok"
    assert record["text"] == "hello"
    assert record["input"] == {"id": "one", "prompt": "hello", "sku": 7}
    assert list(record["usage"]) == [
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "cache_write_tokens",
        "reasoning_tokens",
    ]
    assert record["cost_usd"] > 0


def test_running_again_sends_only_what_is_not_done(tmp_path: Path) -> None:
    table = tmp_path / "items.jsonl"
    rows = [{"id": f"i{n}", "prompt": f"text {n}"} for n in range(20)]
    table.write_text("\n".join(map(json.dumps, rows)))
    with simulated("--echo", "--latency-ms", 0) as base_url:

        def requests() -> int:
            answer: int = httpx.get(f"{base_url}/simulator/stats").json()["requests"]
            return answer

        copygen("run", "items.jsonl", *to(base_url), cwd=tmp_path)
        assert requests() == 20
        before = (tmp_path / "items.results.jsonl").read_bytes()
        again = copygen("run", "items.jsonl", *to(base_url), cwd=tmp_path)
        assert again.returncode == 0
        assert requests() == 20
        assert (tmp_path / "items.results.jsonl").read_bytes() == before
        rows[3]["prompt"] = "changed"
        rows.insert(0, {"id": "new", "prompt": "new"})
        table.write_text("\n".join(map(json.dumps, rows)))
        copygen("run", "items.jsonl", *to(base_url), cwd=tmp_path)
        assert requests() == 22
        copygen("run", "items.jsonl", *to(base_url), "--fresh", cwd=tmp_path)
        assert requests() == 43
    made = records(tmp_path / "items.results.jsonl")
    assert sorted(record["id"] for record in made) == sorted(row["id"] for row in rows)
    assert len(records(tmp_path / "items.results.jsonl.1")) == 21


def test_failures_stay_until_they_are_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('{"id": "a", "prompt": "x"}\n')
    with simulated("--server-error", 1, "--latency-ms", 0) as base_url:
        args = ["run", "p.jsonl", *to(base_url), "--max-attempts", 1]
        failed = copygen(*args, cwd=tmp_path)
        assert failed.returncode == 3
        assert "server" in failed.stderr
    with simulated("--echo", "--latency-ms", 0) as base_url:
        args = ["run", "p.jsonl", *to(base_url)]
        left = copygen(*args, cwd=tmp_path)
        assert left.returncode == 3
        assert records(tmp_path / "p.results.jsonl")[0]["status"] == "failed"
        redone = copygen(*args, "--retry", "failed", cwd=tmp_path)
        assert redone.returncode == 0
    assert [record["status"] for record in records(tmp_path / "p.results.jsonl")] == ["ok"]


def test_a_missing_key_says_how_to_get_and_set_one(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    done = copygen("run", "p.yaml", cwd=tmp_path)
    assert done.returncode == 2
    for word in ("HOLYSHEEP_API_KEY", "export", "https://www.holysheep.ai", "--provider simulator"):
        assert word in done.stderr
    assert not (tmp_path / "p.results.jsonl").exists()


@pytest.mark.parametrize(
    ("key", "warned"),
    [("sk-abcdefghijkl", False), ("hs-abcdefghijkl", False), ("odd-abcdefghi", True)],
)
def test_an_unusual_key_is_a_warning_and_no_key_is_ever_shown(
    tmp_path: Path, key: str, warned: bool
) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    with simulated("--require-key", "another") as base_url:
        env = {"HOLYSHEEP_API_KEY": key}
        done = copygen("run", "p.yaml", "--base-url", base_url, cwd=tmp_path, env=env)
    assert done.returncode == 7
    assert ("does not begin with" in done.stderr) is warned
    assert key not in done.stderr + done.stdout
    assert key[:5] not in done.stderr + done.stdout


def test_a_model_at_its_end_is_a_warning_before_the_run(tmp_path: Path, echo: str) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    (tmp_path / "c.yaml").write_text(
        "providers:\n  simulator:\n    models:\n      deepseek-chat:\n"
        "        deprecated_on: 2026-07-24\n        successor: deepseek-flash\n"
    )

    done = copygen("run", "p.yaml", *to(echo), "--config", "c.yaml", cwd=tmp_path)

    assert done.returncode == 0
    assert (
        "warning: deepseek-chat was retired by simulator on 2026-07-24; use deepseek-flash instead."
    ) in done.stderr.splitlines()


def test_a_refused_key_ends_the_run_within_a_few_requests(tmp_path: Path) -> None:
    rows = "".join(f'{{"prompt": "text {n}"}}\n' for n in range(500))
    (tmp_path / "p.jsonl").write_text(rows)
    with simulated("--require-key", "right") as base_url:
        env = {"OPENAI_API_KEY": "sk-wrong"}
        args = ["run", "p.jsonl", "-p", "openai", "--base-url", base_url]
        done = copygen(*args, cwd=tmp_path, env=env)
        sent = httpx.get(f"{base_url}/simulator/stats").json()["requests"]
    assert done.returncode == 7
    assert sent <= 8
    assert records(tmp_path / "p.results.jsonl") == []


def test_bad_input_is_exit_2_and_nothing_is_sent(tmp_path: Path, echo: str) -> None:
    (tmp_path / "p.yaml").write_text("prompt: 'Ad for {{ colour }}'\nitems:\n  - {color: red}\n")
    before = httpx.get(f"{echo}/simulator/stats").json()["requests"]
    done = copygen("run", "p.yaml", *to(echo), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: p.yaml:")
    assert "colour" in done.stderr
    assert "color" in done.stderr
    assert httpx.get(f"{echo}/simulator/stats").json()["requests"] == before
    assert not (tmp_path / "p.results.jsonl").exists()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["-O", "breaker.cooldwn_s=5"], ["cooldwn_s", "did you mean 'cooldown_s'"]),
        (["-O", "nonsense"], ["NAME=VALUE"]),
        (["-p", "holyship"], ["did you mean 'holysheep'"]),
        (["--set", "x"], ["--set takes NAME=VALUE"]),
        (["--base-url", "ftp://x"], ["https://"]),
        (["-p", "openai", "--base-url", "http://example.com/v1"], ["--insecure-http"]),
    ],
)
def test_usage_errors_name_the_mistake(tmp_path: Path, args: list[str], words: list[str]) -> None:
    (tmp_path / "p.yaml").write_text("- hello\n")
    env = {"HOLYSHEEP_API_KEY": "sk-a", "OPENAI_API_KEY": "sk-a"}
    done = copygen("run", "p.yaml", *args, cwd=tmp_path, env=env)
    assert done.returncode == 2, done.stderr
    for word in words:
        assert word in " ".join(done.stderr.split())


def test_a_stream_sends_its_first_result_before_the_input_ends(tmp_path: Path, echo: str) -> None:
    run = start(
        "run",
        "-",
        *to(echo),
        "-o",
        "-",
        "-q",
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert run.stdin
    assert run.stdout
    run.stdin.write(b'{"id": "one", "prompt": "first"}\n')
    run.stdin.flush()
    assert json.loads(run.stdout.readline())["text"] == "first"
    run.stdin.write(b'not json\n{"id": "two", "prompt": "second"}\n')
    run.stdin.close()
    rest = [json.loads(line) for line in run.stdout.read().splitlines()]
    assert run.wait(30) == 3
    run.stdout.close()
    assert {(record["status"], record["text"]) for record in rest} == {
        ("failed", None),
        ("ok", "second"),
    }
    (faulty,) = (record for record in rest if record["status"] == "failed")
    assert faulty["error"]["kind"] == "input"
    assert "<stdin>:2" in faulty["error"]["message"]


def test_a_reader_that_goes_away_ends_the_run_quietly(tmp_path: Path, echo: str) -> None:
    rows = "".join(f'{{"prompt": "text {n}"}}\n' for n in range(2000)).encode()
    command = shlex.join(COMMAND) + f" run - -p simulator --base-url {echo} -o - | head -1"
    done = subprocess.run(  # noqa: S602  # a pipeline, as users type it
        command,
        shell=True,
        input=rows,
        capture_output=True,
        cwd=tmp_path,
        env=environment(tmp_path),
        timeout=60,
        check=False,
    )
    assert json.loads(done.stdout)["status"] == "ok"
    assert b"Traceback" not in done.stderr
    assert b"error" not in done.stderr.lower()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_D4_a_signal_drains_writes_and_summarises(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    rows = "".join(f'{{"id": "{n}", "prompt": "text {n}"}}\n' for n in range(1000))
    (tmp_path / "p.jsonl").write_text(rows)
    with simulated("--latency-ms", 300, "--echo") as base_url:
        run = start("run", "p.jsonl", *to(base_url), cwd=tmp_path, stderr=subprocess.PIPE)
        results = tmp_path / "p.results.jsonl"
        arrived = threading.Event()
        while not (results.exists() and results.stat().st_size):
            arrived.wait(0.02)
        run.send_signal(number)
        _, stderr = run.communicate(timeout=30)
        sent = httpx.get(f"{base_url}/simulator/stats").json()["requests"]
    assert run.returncode == code
    assert len(records(results)) == sent
    assert {record["status"] for record in records(results)} == {"ok"}
    assert "stopping" in stderr.decode()
    assert f"{sent} ok" in stderr.decode()


def test_the_summary_goes_to_a_file_too(tmp_path: Path, echo: str) -> None:
    (tmp_path / "p.yaml").write_text("- one\n- two\n")
    args = ["run", "p.yaml", *to(echo), "--summary-json", "s.json", "-q"]
    done = copygen(*args, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    summary = json.loads((tmp_path / "s.json").read_text())
    assert summary["version"] == 1
    assert summary["by_status"]["ok"] == 2
    assert summary["traffic"]["requests"] == 2


def test_off_a_terminal_there_are_lines_and_no_control_codes(tmp_path: Path, echo: str) -> None:
    (tmp_path / "p.yaml").write_text("- one\n")
    done = copygen("run", "p.yaml", *to(echo), cwd=tmp_path, env={"FORCE_COLOR": "1"})
    assert "\x1b[?25" not in done.stderr
    assert "1 prompt ok" in done.stderr
    assert done.stdout == ""


def test_D11_a_bug_after_an_answer_arrived_leaves_the_answer_on_disk(
    tmp_path: Path, echo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(Stats, "add", broken)
    (tmp_path / "p.yaml").write_text("- {id: paid, prompt: text}\n")
    done = copygen("run", "p.yaml", *to(echo), cwd=tmp_path)
    assert done.returncode == 1
    assert "this is a bug in copygen" in done.stderr
    assert "Traceback" not in done.stderr
    assert [record["text"] for record in records(tmp_path / "p.results.jsonl")] == ["text"]
