"""Signals at any moment: the right exit code, every paid answer recorded, no traceback."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.pty_screen import terminal_env
from tests.support.rel_running import (
    CONCURRENCY,
    CountingServer,
    Process,
    Zygote,
    handlers_set,
    killed_at_the_end,
    note_figure,
    pause,
    prompts,
    read_lines,
    said,
    start,
    until,
    write_prompts,
)
from tests.support.running import COMMAND, environment, untraced

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
EVERY = pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
LONG = (pytest.mark.soak, pytest.mark.timeout(3600))
SLACK_S = 10.0
"""What a run may take to write and summarise on the slowest of machines; far below the drain
timeout of 30 s. What it does take is among the figures."""
GAP_S = 0.6
"""Between two signals: two that come before a process on a busy machine is woken are one to it."""
COUNT = 80
"""Prompts of a run that gets a signal at a random moment."""
SUMMARY = ("prompts", "Results")


@dataclass
class Outcome:
    """How a run ended after a signal."""

    code: int
    took_s: float
    stderr: str
    statuses: Counter[str]
    corrupt: int
    fragment: bytes


def end(process: Process, folder: Path, *numbers: int, gap_s: float = 0.1) -> Outcome:
    """Send signals and see how the run ends, and how soon after the last of them."""
    began = 0.0
    for number in numbers:
        pause(gap_s if began else 0)
        began = time.monotonic()
        process.send_signal(number)
    code = process.wait(30)
    took_s = time.monotonic() - began
    found = read_lines(folder / "items.results.jsonl")
    statuses = Counter(record["status"] for record in found.whole)
    stderr = said(folder)
    assert "Traceback" not in stderr
    assert "Fatal Python error" not in stderr
    assert "bug in copygen" not in stderr
    return Outcome(code, took_s, stderr, statuses, found.corrupt, found.fragment)


def items(folder: Path, count: int) -> Path:
    write_prompts(folder / "items.jsonl", prompts(count, "s", random.Random(1), 200))
    return folder / "items.results.jsonl"


def run(server: CountingServer, *flags: object) -> tuple[object, ...]:
    return ("run", "items.jsonl", "-c", CONCURRENCY, *server.to, *flags)


@dataclass
class Figures:
    """What signals at random moments came to."""

    signals: int = 0
    wrong_code: int = 0
    answered: int = 0
    recorded: int = 0
    before_the_first_request: int = 0
    after_the_last: int = 0
    longest_end_s: float = 0.0
    codes: Counter[int] = field(default_factory=Counter)


@pytest.mark.parametrize("count", [9, pytest.param(200, marks=LONG)])
def test_D4_a_signal_at_a_random_moment(
    tmp_path: Path, server: CountingServer, zygote: Zygote, count: int
) -> None:
    """`count` of them in time; those that come when all is done do not count."""
    figures, rng = Figures(), random.Random()
    for number, code in CODES.items():
        while figures.codes[code] < count / len(CODES):
            assert figures.signals < 3 * count, f"no signal but late ones: {figures}"
            folder = tmp_path / str(figures.signals)
            folder.mkdir()
            _one_signal(folder, server, zygote, number, rng, figures)
    note_figure("signals", **vars(figures))
    assert figures.wrong_code == 0
    assert figures.recorded == figures.answered


def _one_signal(
    folder: Path,
    server: CountingServer,
    zygote: Zygote,
    number: signal.Signals,
    rng: random.Random,
    figures: Figures,
) -> None:
    results = items(folder, COUNT)
    latency_ms = rng.choice([10, 50, 100])
    server.reset()
    server.behave(latency_ms=latency_ms)
    begin = start if rng.random() < 0.1 else zygote.start
    with killed_at_the_end(begin(*run(server), cwd=folder)) as process:
        until(lambda: handlers_set(process), process)
        if rng.random() < 0.8:
            until(results.exists, process)
        pause(rng.uniform(0, 0.05 + latency_ms / 1000 * COUNT / CONCURRENCY))
        began = process.poll() is None
        ended = end(process, folder, number)
    counted = server.settled()
    figures.signals += 1
    figures.codes[ended.code] += 1
    figures.recorded += ended.statuses.total()
    figures.answered += counted.answered.total()
    figures.longest_end_s = max(figures.longest_end_s, round(ended.took_s, 3))
    figures.before_the_first_request += counted.requests == 0
    complete = ended.statuses == {"ok": COUNT}
    figures.after_the_last += complete
    # A signal in the very last moment finds a run that has its exit code already.
    figures.wrong_code += ended.code != CODES[number] and not (complete and ended.code == 0)
    assert ended.statuses.keys() <= {"ok"}
    assert (ended.corrupt, ended.fragment) == (0, b"")
    assert ended.took_s < 1.5 * latency_ms / 1000 + SLACK_S
    if began and counted.requests:
        assert all(word in ended.stderr for word in SUMMARY)
        assert not (folder / "items.results.jsonl.lock").exists()


@EVERY
def test_D5_a_second_signal_gives_up_what_is_in_flight_and_records_it(
    tmp_path: Path, server: CountingServer, zygote: Zygote, number: signal.Signals
) -> None:
    items(tmp_path, 200)
    server.behave(faults={"hang": 1})
    with killed_at_the_end(zygote.start(*run(server), cwd=tmp_path)) as process:
        until(lambda: server.ledger().requests == CONCURRENCY, process)
        ended = end(process, tmp_path, number, number, gap_s=0.05)
    assert ended.code == CODES[number]
    assert ended.statuses == {"cancelled": CONCURRENCY}
    note_figure("second signal", ended_s=round(ended.took_s, 3))
    assert ended.took_s < SLACK_S
    assert "stopping: 16 requests in flight" in ended.stderr
    assert f"{CONCURRENCY} cancelled" in ended.stderr
    server.behave(faults={})
    with killed_at_the_end(zygote.start(*run(server), cwd=tmp_path)) as process:
        assert process.wait() == 0, "what was cancelled runs again"
    assert len(read_lines(tmp_path / "items.results.jsonl").whole) == 200


def test_D4_the_drain_timeout_ends_what_does_not_end_by_itself(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    items(tmp_path, 200)
    server.behave(faults={"hang": 1})
    drain = ("--drain-timeout", 0.5)
    with killed_at_the_end(zygote.start(*run(server, *drain), cwd=tmp_path)) as process:
        until(lambda: server.ledger().requests == CONCURRENCY, process)
        ended = end(process, tmp_path, signal.SIGTERM)
    assert ended.code == 143
    assert 0.5 <= ended.took_s < 0.5 + SLACK_S
    assert ended.statuses == {"cancelled": CONCURRENCY}


def test_D4_nothing_is_sent_after_the_signal(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    items(tmp_path, 200)
    server.behave(latency_ms=300, jitter=0)
    with killed_at_the_end(zygote.start(*run(server), cwd=tmp_path)) as process:
        until(lambda: server.ledger().requests == CONCURRENCY, process)
        ended = end(process, tmp_path, signal.SIGINT)
    assert server.settled().requests == CONCURRENCY
    assert ended.statuses == {"ok": CONCURRENCY}


@pytest.mark.parametrize(
    ("faults", "sent"), [({"429": 1}, 1), ({"500": 1}, 4)], ids=["backoff", "open breaker"]
)
def test_D4_a_signal_wakes_whoever_waits(
    tmp_path: Path,
    server: CountingServer,
    zygote: Zygote,
    faults: dict[str, float],
    sent: int,
) -> None:
    items(tmp_path, 50)
    server.behave(latency_ms=1, faults=faults)
    slow = ("-O", "breaker.min_calls=4", "-O", "retry.base_s=60")
    with killed_at_the_end(zygote.start(*run(server, *slow), cwd=tmp_path)) as process:
        until(lambda: server.ledger().requests >= sent, process)
        pause(0.2)
        ended = end(process, tmp_path, signal.SIGINT)
    assert ended.code == 130
    assert ended.took_s < SLACK_S
    assert not ended.statuses, "left for the next run"
    assert "stopping: " in ended.stderr


def test_D14_a_signal_leaves_no_reply_that_was_paid_for_unrecorded(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    """An empty reply is sent again after a while, and has been paid for all the same."""
    items(tmp_path, 5)
    server.behave(latency_ms=1, faults={"empty": 1})
    slow = ("-O", "retry.base_s=60")
    with killed_at_the_end(zygote.start(*run(server, *slow), cwd=tmp_path)) as process:
        until(lambda: server.ledger().answered.total() >= 5, process)
        pause(0.2)
        ended = end(process, tmp_path, signal.SIGINT)
    assert ended.code == 130
    assert ended.statuses == {"cancelled": 5}
    made = read_lines(tmp_path / "items.results.jsonl").whole
    assert all(record["cost_usd"] > 0 for record in made)
    assert sum(record["attempts"] for record in made) == server.settled().requests
    server.behave(faults={})
    with killed_at_the_end(zygote.start(*run(server), cwd=tmp_path)) as process:
        assert process.wait() == 0, "what was cancelled runs again"


@EVERY
def test_a_signal_while_the_prompts_are_checked_ends_at_once_and_quietly(
    tmp_path: Path, server: CountingServer, zygote: Zygote, number: signal.Signals
) -> None:
    line = json.dumps({"prompt": "x"}) + "\n"
    (tmp_path / "items.jsonl").write_text(line * 200_000)
    with killed_at_the_end(zygote.start(*run(server), cwd=tmp_path)) as process:
        until(lambda: handlers_set(process), process)
        pause(0.05)
        ended = end(process, tmp_path, number)
    assert ended.code == CODES[number]
    assert ended.stderr == ""
    assert ended.took_s < SLACK_S
    assert server.ledger().requests == 0
    assert not (tmp_path / "items.results.jsonl").exists()


@EVERY
def test_a_signal_during_imports_ends_at_once_and_quietly(
    tmp_path: Path, server: CountingServer, number: signal.Signals
) -> None:
    items(tmp_path, 5)
    with killed_at_the_end(start(*run(server), cwd=tmp_path)) as process:
        until(lambda: handlers_set(process), process, 0.0005)
        pause(random.uniform(0, 0.2))  # a moment, not a secret
        ended = end(process, tmp_path, number)
    assert ended.code == CODES[number]
    assert ended.stderr == ""


def test_a_signal_while_the_file_is_completed_does_not_cost_the_summary(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    """Two signals even: compaction goes on, and only the exit code tells of them."""
    texts = prompts(100, "s", random.Random(1), 60_000)
    write_prompts(tmp_path / "items.jsonl", texts)
    server.behave(latency_ms=1)
    with killed_at_the_end(zygote.start(*run(server), cwd=tmp_path)) as process:
        assert process.wait() == 0
    results = tmp_path / "items.results.jsonl"
    again = zygote.start(*run(server, "--retry", "all"), cwd=tmp_path)
    with killed_at_the_end(again) as process:
        until(lambda: len(_lines_of(results)) >= 200, process)
        ended = end(process, tmp_path, signal.SIGINT, signal.SIGINT, gap_s=0.001)
    assert ended.code in (130, 0), "0 when it came too late"
    assert ended.statuses == {"ok": 100}
    assert "100 prompts ok" in ended.stderr


def _lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def test_a_signal_while_standard_input_is_silent(tmp_path: Path, server: CountingServer) -> None:
    args = ("run", "-", *server.to, "-o", "items.results.jsonl")
    with killed_at_the_end(start(*args, cwd=tmp_path, stdin=subprocess.PIPE)) as process:
        assert isinstance(process, subprocess.Popen)
        assert process.stdin
        process.stdin.write(b'{"id": "one", "prompt": "one"}\n')
        process.stdin.flush()
        until(lambda: read_lines(tmp_path / "items.results.jsonl").whole, process)
        ended = end(process, tmp_path, signal.SIGINT)
        process.stdin.close()
    assert ended.code == 130
    assert ended.took_s < SLACK_S
    assert ended.statuses == {"ok": 1}
    assert "1 prompt ok" in ended.stderr


def test_nohup_protects_a_run_from_hanging_up(tmp_path: Path, server: CountingServer) -> None:
    items(tmp_path, 100)

    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with killed_at_the_end(start(*run(server), cwd=tmp_path, preexec_fn=ignore)) as process:
        until(lambda: server.ledger().requests, process)
        ended = end(process, tmp_path, signal.SIGHUP)
    assert ended.code == 0
    assert ended.statuses == {"ok": 100}


def test_a_terminal_that_goes_away_hangs_the_run_up_and_all_is_recorded(
    tmp_path: Path, server: CountingServer
) -> None:
    """As when an ssh connection drops: SIGHUP, and nobody left to write to."""
    items(tmp_path, 2000)
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, *map(str, run(server))],
        cwd=tmp_path,
        env=environment(tmp_path) | dict(terminal_env()),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_control_terminal,
    )
    os.close(theirs)
    with killed_at_the_end(process):
        until(lambda: server.ledger().requests > 50, process)
        os.close(ours)
        assert process.wait(10) == 129
    found = read_lines(tmp_path / "items.results.jsonl")
    assert len(found.whole) == server.settled().answered.total()
    assert 0 < len(found.whole) < 2000


def _control_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_the_summary_counts_what_the_signal_left(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    items(tmp_path, 2000)
    flags = ("--summary-json", "summary.json")
    with killed_at_the_end(zygote.start(*run(server, *flags), cwd=tmp_path)) as process:
        until(lambda: server.ledger().requests > 100, process)
        ended = end(process, tmp_path, signal.SIGTERM)
    summary: dict[str, Any] = json.loads((tmp_path / "summary.json").read_text())
    counted = server.settled()
    assert summary["by_status"]["ok"] == ended.statuses["ok"] == counted.answered.total()
    assert summary["traffic"]["requests"] == counted.requests


BLOCKED = """
import sys, time, threading
from copygen.cli.app import execute
from copygen.cli.signals import Signals, leave_on_signal, leave_with
leave_on_signal()
where = sys.argv[1]
if where == "left":
    leave_with(3)
else:
    signals = Signals()
    signals.take_over()
print("ready", flush=True)
if where == "write":
    import os
    read, write = os.pipe()
    while True:
        os.write(write, b"x" * 65536)
elif where == "open":
    import os, tempfile
    name = tempfile.mkdtemp() + "/pipe"
    os.mkfifo(name)
    open(name, "wb")
elif where == "thread":
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    thread.join()
elif where == "pattern":
    import re
    re.match(r"(a|aa)+$", "a" * 60 + "b")
else:
    while True:
        sum(range(1000))
"""


@pytest.mark.parametrize("where", ["write", "open", "thread", "pattern", "loop", "left"])
def test_the_second_signal_ends_the_process_whatever_it_does(where: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", BLOCKED, where],
        stdout=subprocess.PIPE,
        # os._exit in a thread, which coverage would have save its data there: once a SIGSEGV.
        env=untraced(environment(tmp_path)),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    pause(0.1)
    process.send_signal(signal.SIGINT)
    if where != "left":
        pause(GAP_S)
        assert process.poll() is None, "the first signal asks for an orderly end"
        process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert process.wait(SLACK_S) == (3 if where == "left" else 130)
    note_figure(f"second Ctrl-C, {where}", seconds=time.monotonic() - began)
    process.stdout.close()


def test_the_second_signal_ends_a_run_whose_results_nobody_reads(
    tmp_path: Path, server: CountingServer
) -> None:
    """Standard output is a full pipe: the write of a record blocks."""
    items(tmp_path, 400)
    process = subprocess.Popen(
        [*COMMAND, *map(str, run(server, "-o", "-", "-q"))],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(tmp_path),
    )
    assert process.stdout is not None
    process.stdout.read1(1)  # the first record is out, and no other is read
    pause(1)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        pause(GAP_S)
    assert process.wait(SLACK_S) == 130
    process.stdout.close()
