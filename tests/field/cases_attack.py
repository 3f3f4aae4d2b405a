"""Attackers, strange servers and clocks, by the command line."""

import json
import os
import signal
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tests.field.case import Cases
from tests.support import inside, running
from tests.support.raw_server import Asked, completion, http, raw_server

CASES = Cases()
TRAPS = ("typer", "yaml", "httpx", "orjson", "json", "asyncio", "click", "rich", "shlex")
QUICK = ("-O", "retry.base_s=0.01", "-O", "breaker.cooldown_s=0.05")


def table(folder: Path, rows: int, *models: str) -> None:
    """`p.jsonl`, with these models in turn."""
    lines = [
        {"id": f"r{n}", "prompt": f"Slogan {n}"}
        | ({"model": models[n % len(models)]} if models else {})
        for n in range(rows)
    ]
    (folder / "p.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def ok(folder: Path) -> int:
    """Rows with a text in `r.jsonl`."""
    return sum(one["status"] == "ok" for one in running.records(folder / "r.jsonl"))


@CASES.case("12:A1 modules", "0, none of 9 modules run")
def modules_of_the_current_folder_are_not_run(folder: Path) -> str:
    for name in TRAPS:
        (folder / f"{name}.py").write_text("open('started', 'a').write(__name__ + ' ')\n")
    (folder / "p.yaml").write_text("- hello\n")
    done = running.copygen("plan", "p.yaml", "-p", "simulator", cwd=folder)
    started = folder / "started"
    run = started.read_text() if started.exists() else "none"
    return f"{done.returncode}, {run} of 9 modules run"


@CASES.case("12:A12", "40 ok, code 5")
def rows_that_wait_for_a_breaker_hold_no_money(folder: Path) -> str:
    table(folder, 80, "good", "dead")
    price = "{price: {input: 1, output: 1}}"
    prices = f"providers.simulator.models={{good: {price}, dead: {price}}}"

    def answer(asked: Asked) -> bytes | None:
        return http(completion()) if asked.body["model"] == "good" else None

    with raw_server(answer) as server:
        done = inside.copygen(
            "run", "p.jsonl", *server.to, *QUICK, "-O", prices, "-O", "breaker.give_up_after_s=2",
            "--max-cost", "0.02", "-c", "8", "-o", "r.jsonl", "-q", cwd=folder,
        )  # fmt: skip
    return f"{ok(folder)} ok, code {done.returncode}"


@CASES.case("12:A13", "30 ok, code 0, 30 asked")
def idle_connections_that_speak(folder: Path) -> str:
    table(folder, 30)
    gone = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    with raw_server(lambda _asked: http(completion())) as server:
        server.after, server.after_s = gone.encode(), 0.02
        done = inside.copygen(
            "run", "p.jsonl", *server.to, *QUICK, "--rpm", "1200", "-c", "4", "-o", "r.jsonl",
            cwd=folder,
        )  # fmt: skip
    return f"{ok(folder)} ok, code {done.returncode}, {len(server.asked)} asked"


@CASES.case("12:A14", "20 ok, code 0, 20 asked")
def a_process_that_stood_still_longer_than_its_timeout(folder: Path) -> str:
    table(folder, 20)
    stopped = threading.Event()
    pid: list[int] = []

    def answer(asked: Asked) -> bytes:
        if asked.number == 9:  # the others of its time are answered while copygen stands still
            os.kill(pid[0], signal.SIGSTOP)
            threading.Timer(2.5, os.kill, (pid[0], signal.SIGCONT)).start()
            stopped.set()
        return http(completion())

    with raw_server(answer) as server:
        flags = ("--timeout", "1", "-c", "5", "-o", "r.jsonl", "-q")
        process = running.start("run", "p.jsonl", *server.to, *QUICK, *flags, cwd=folder)
        pid.append(process.pid)
        code = process.wait(60)
    return f"{ok(folder)} ok, code {code}, {len(server.asked)} asked" * stopped.is_set()


@CASES.case("12:A15", "20 ok, code 0, within 30 s; 20 ok, code 0, within 30 s")
def retry_after_as_a_date_of_another_clock(folder: Path) -> str:
    said = []
    for hours in (-1, 1):
        (below := folder / str(hours)).mkdir()
        table(below, 20)
        began = datetime.now(UTC)

        def answer(asked: Asked, hours: int = hours) -> bytes:
            if asked.number != 5:
                return http(completion())
            now = datetime.now(UTC) + timedelta(hours=hours)
            dates = [format_datetime(now + timedelta(seconds=s), usegmt=True) for s in (0, 1)]
            head = f"HTTP/1.1 429 X\r\ndate: {dates[0]}\r\nretry-after: {dates[1]}\r\n"
            return f"{head}content-length: 0\r\n\r\n".encode()

        with raw_server(answer) as server:
            done = inside.copygen(
                "run", "p.jsonl", *server.to, *QUICK, "-o", "r.jsonl", "-q", cwd=below
            )
        seconds = (datetime.now(UTC) - began).total_seconds()
        within = 30 if seconds < 30 else int(seconds)
        said.append(f"{ok(below)} ok, code {done.returncode}, within {within} s")
    return "; ".join(said)


@CASES.case("12:A20 mark", "0, 0 asked")
def a_byte_order_mark_before_the_results(folder: Path) -> str:
    table(folder, 2)
    with raw_server(lambda _asked: http(completion())) as server:
        args = ("run", "p.jsonl", *server.to, "-o", "r.jsonl", "-q")
        inside.copygen(*args, cwd=folder)
        results = folder / "r.jsonl"
        results.write_bytes(b"\xef\xbb\xbf" + results.read_bytes())
        server.asked.clear()
        done = inside.copygen(*args, cwd=folder)
    return f"{done.returncode}, {len(server.asked)} asked"
