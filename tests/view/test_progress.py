import io
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from copygen.models import BudgetState, Snapshot, Status, Traffic
from copygen.results.stats import Stats
from copygen.view.console import open_console
from copygen.view.progress import (
    Display,
    HeartbeatDisplay,
    LiveDisplay,
    RunTitle,
    affordable_prompts,
    choose_display,
)
from tests.support.pty_screen import PtyRun, run_on_pty, terminal_env
from tests.view.demo_run import OK

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "tests.view.demo_run"]
CALM = Snapshot(Traffic(), in_flight=8, waiting=0, breaker="closed", breaker_wait_s=0, limit=8)
XTERM = {"TERM": "xterm-256color"}


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class LatinTerminal(Terminal):
    encoding = "latin-1"


def stats_of(ok: int, failed: int = 0) -> Stats:
    stats = Stats()
    for number in range(ok + failed):
        status = Status.OK if number < ok else Status.FAILED
        stats.add(replace(OK, id=str(number), status=status))
    return stats


def chosen(stream: io.StringIO, environ: dict[str, str]) -> Display:
    return choose_display(open_console(stream, environ), RunTitle("t", 10), Clock())


@pytest.mark.parametrize(
    ("stream", "environ", "expected"),
    [
        (Terminal(), XTERM, LiveDisplay),
        (Terminal(), XTERM | {"NO_COLOR": "1"}, LiveDisplay),
        (Terminal(), {"TERM": "dumb"}, HeartbeatDisplay),
        (Terminal(), {"TERM": "dumb", "TTY_INTERACTIVE": "1"}, HeartbeatDisplay),
        (Terminal(), XTERM | {"TTY_INTERACTIVE": "0"}, HeartbeatDisplay),
        (Terminal(), XTERM | {"COLUMNS": "10"}, HeartbeatDisplay),
        (LatinTerminal(), XTERM, HeartbeatDisplay),
        (io.StringIO(), XTERM, HeartbeatDisplay),
        (io.StringIO(), XTERM | {"FORCE_COLOR": "1"}, HeartbeatDisplay),
        (io.StringIO(), XTERM | {"TTY_COMPATIBLE": "1"}, HeartbeatDisplay),
    ],
)
def test_the_display_fits_the_stream(
    stream: io.StringIO, environ: dict[str, str], expected: type[Display]
) -> None:
    assert type(chosen(stream, environ)) is expected


def test_heartbeats_come_at_the_start_every_ten_seconds_and_with_notes() -> None:
    clock, stream = Clock(), io.StringIO()
    display = HeartbeatDisplay(open_console(stream, {}), RunTitle("5 prompts", 500), clock)
    display.start()
    stats = stats_of(ok=118, failed=2)
    for _ in range(249):
        clock.now += 0.1
        display.update(stats, CALM)
    display.note("breaker open, next probe in 5 s")
    display.stop()
    assert stream.getvalue().splitlines() == [
        "5 prompts",
        "0:00:10  120/500, 24 %, 12.0/s, ETA 32 s, 8/8 in flight, 118 ok, 2 failed, $0.0120, "
        "about $0.0500 in all",
        "0:00:20  120/500, 24 %, 6.0/s, ETA 1 m 03 s, 8/8 in flight, 118 ok, 2 failed, $0.0120, "
        "about $0.0500 in all",
        "breaker open, next probe in 5 s",
    ]


def test_a_run_that_stood_still_for_a_minute_gets_one_heartbeat_not_six() -> None:
    clock, stream = Clock(), io.StringIO()
    display = HeartbeatDisplay(open_console(stream, {}), RunTitle("t", 500), clock)
    display.start()
    for seconds in (61, 5, 5):
        clock.now += seconds
        display.update(stats_of(1), CALM)
    assert [line[:7] for line in stream.getvalue().splitlines()] == ["t", "0:01:01", "0:01:11"]


@pytest.mark.no_cover
@given(st.text(), st.integers(40, 130))
def test_heartbeats_hold_no_control_codes_whatever_the_title(text: str, width: int) -> None:
    clock, stream = Clock(), io.StringIO()
    environ = {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": str(width)}
    display = HeartbeatDisplay(open_console(stream, environ), RunTitle(text, None), clock)
    display.start()
    display.note(text)
    clock.now += 10
    display.update(Stats(), CALM)
    assert stream.getvalue().count("\n") == 3
    assert all(
        character.isprintable() or ord(character) > 0x9F or character == "\n"
        for character in stream.getvalue()
    )


def test_prompts_of_earlier_runs_count_as_done_but_not_as_speed() -> None:
    clock, stream = Clock(), io.StringIO()
    display = HeartbeatDisplay(open_console(stream, {}), RunTitle("t", 500), clock)
    display.start()
    stats = stats_of(ok=20)
    stats.skip(400)
    clock.now += 10
    display.update(stats, CALM)
    assert "420/500, 84 %, 2.0/s, ETA 40 s" in stream.getvalue()


def test_an_open_breaker_leaves_no_estimate() -> None:
    clock, stream = Clock(), io.StringIO()
    display = HeartbeatDisplay(open_console(stream, {}), RunTitle("t", 500), clock)
    clock.now += 10
    display.update(stats_of(20), Snapshot(Traffic(), 0, 8, "open", 4.2, 8))
    assert "breaker open, probe in 5 s" in stream.getvalue()
    assert "ETA" not in stream.getvalue()


def test_a_live_display_may_be_stopped_twice_and_before_its_start() -> None:
    stream = Terminal()
    display = LiveDisplay(open_console(stream, XTERM), RunTitle("t", 10), Clock())
    display.update(stats_of(1), CALM)
    display.stop()
    display.start()
    display.stop()
    display.stop()
    display.update(stats_of(1), CALM)
    assert stream.getvalue().count("\x1b[?25l") == stream.getvalue().count("\x1b[?25h") == 1


def test_standard_output_and_error_stay_what_they_are() -> None:
    """rich would replace them by proxies that write data to the wrong stream."""
    before = sys.stdout, sys.stderr
    display = LiveDisplay(open_console(Terminal(), XTERM), RunTitle("t", 10), Clock())
    display.start()
    try:
        assert (sys.stdout, sys.stderr) == before
    finally:
        display.stop()


@cache
def play(columns: int, *arguments: str, rows: int = 24, apart: bool = False, **env: str) -> PtyRun:
    return run_on_pty(
        [*DEMO, *(arguments or ("60",))],
        columns=columns,
        rows=rows,
        cwd=ROOT,
        env=terminal_env(**env),
        stdout_apart=apart,
    )


@pytest.mark.parametrize("columns", [40, pytest.param(60, marks=pytest.mark.soak), 80, 120])
def test_on_a_terminal_it_redraws_in_place_and_leaves_a_clean_screen(columns: int) -> None:
    run = play(columns)
    assert run.exit_code == 0, run.output
    frames = run.frames()
    assert len(frames) > 60
    assert all(str(frame).count("in flight") <= 1 for frame in frames)
    assert all(str(frame).count("━") <= columns for frame in frames)
    assert any(f"{done}/60" in str(frame) for frame in frames for done in (30, 59))
    assert any("breaker open, probe in 5 s" in str(frame) for frame in frames)
    final = run.screen()
    assert "in flight" not in str(final)
    assert "━" not in str(final)
    assert final.cursor_visible
    assert final.cursor[1] == 0
    assert max(map(cell_len, final.lines)) <= columns


def test_the_screen_afterwards_is_title_note_summary() -> None:
    screen = play(100, rows=50).screen()
    assert screen.lines[0].startswith("demo ")
    assert screen.lines[1].startswith("breaker open: ")
    assert screen.lines[2].startswith("╭─ 4,985 of 5,000 prompts ok")
    assert screen.lines[-1].endswith("--retry failed")


def test_a_terminal_of_few_rows_is_not_flooded() -> None:
    screen = play(80, rows=3).screen()
    assert "in flight" not in str(screen)
    assert screen.lines[-1].endswith("--retry failed")


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_hostile_text_moves_nothing_and_sets_nothing(environ: dict[str, str]) -> None:
    run = play(80, rows=60, **environ)
    assert b"\x1b]" not in run.output
    assert b"\x1b[2J" not in run.output
    assert "\u202e" not in run.output.decode()
    assert run.screen().title == ""
    assert r"\x1b[2J\x1b]52;c;ZXZpbA==\x07[/red]\u202eevil" in str(run.screen())


def test_no_color_leaves_movement_but_no_colour() -> None:
    plain = play(80, rows=60, NO_COLOR="1").output
    assert b"\r\x1b[2K" in plain
    for colour in range(30, 50):
        assert f"[{colour}m".encode() not in plain
        assert f";{colour}m".encode() not in plain
    assert b"\x1b[36m" in play(80, rows=60).output


def test_a_dumb_terminal_gets_lines() -> None:
    run = play(80, TERM="dumb")
    assert b"\x1b" not in run.output
    assert "0:00:10  10/60" in str(run.screen())


def test_data_on_standard_output_is_untouched_by_the_display() -> None:
    run = play(80, "20", '{"id": "a"}', apart=True)
    assert run.stdout == b'{"id": "a"}\n'
    assert b'"id"' not in run.output


@pytest.mark.parametrize(
    "environ", [{}, {"FORCE_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": "truecolor"}]
)
def test_off_a_terminal_there_are_lines_and_never_a_moving_cursor(environ: dict[str, str]) -> None:
    run = subprocess.run(
        [*DEMO, "60"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environ},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert run.stdout == b""
    text = run.stderr.decode()
    lines = text.splitlines()
    beats = lines[: next(number for number, line in enumerate(lines) if "╭" in line)]
    assert (
        beats[1]
        == "0:00:10  10/60, 16 %, 1.0/s, ETA 50 s, 8/8 in flight, $0.0010, about $0.0060 in all"
    )
    assert len(beats) == 8, "a title, six heartbeats, a note"
    for movement in ("\r", "\x1b[2K", "\x1b[1A", "\x1b[?25l"):
        assert movement not in text
    if not environ.get("FORCE_COLOR"):
        assert "\x1b" not in text


def test_a_redraw_is_cheap() -> None:
    """Not a clock: the bytes of a redraw, which are what a slow terminal feels."""
    stream = Terminal()
    display = LiveDisplay(
        Console(file=stream, width=120, _environ=XTERM), RunTitle("t", 10), Clock()
    )
    display.start()
    display.update(stats_of(1), CALM)
    before = len(stream.getvalue())
    display.update(stats_of(2), CALM)
    assert len(stream.getvalue()) - before < 600
    display.stop()


@pytest.mark.parametrize(
    ("limit", "kept", "affordable"),
    [("1", "0", 15), ("1", "0.2", 5), ("0.7", "0", 0), ("0.71", "0", 0), (None, "0", None)],
)
def test_what_is_left_of_a_limit_pays_for_so_many_prompts(
    limit: str | None, kept: str, affordable: int | None
) -> None:
    stats = Stats()
    for number in range(35):
        stats.add(replace(OK, id=str(number), cost_usd=Decimal("0.02")))
    budget = BudgetState(
        limit_usd=Decimal(limit) if limit else None,
        limit_tokens=None,
        spent_usd=Decimal("0.70"),
        spent_tokens=0,
        kept_usd=Decimal(kept),
        kept_tokens=0,
        reserved_usd=Decimal(0),
        reserved_tokens=0,
        waiting=0,
    )
    assert affordable_prompts(stats, budget) == affordable
