import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest
from rich.text import Text

from copygen.view.console import LastingStream, open_console

ROOT = Path(__file__).parents[2]


class Broken(io.StringIO):
    """A stream whose reader is gone, or slow."""

    def __init__(self, error: type[OSError]) -> None:
        super().__init__()
        self.error = error
        self.tried = 0

    def write(self, text: str) -> int:
        self.tried += 1
        raise self.error

    def flush(self) -> None:
        self.tried += 1
        raise self.error


@pytest.mark.parametrize("error", [BrokenPipeError, OSError])
def test_a_stream_without_a_reader_is_left_alone(error: type[OSError]) -> None:
    broken = Broken(error)
    console = open_console(broken, {})
    for _ in range(5):
        console.print(Text("figures"))
    assert broken.tried == 1


def test_a_full_pipe_loses_a_frame_not_the_display() -> None:
    broken = Broken(BlockingIOError)
    stream = LastingStream(broken)
    stream.write("a")
    stream.write("b")
    stream.flush()
    assert broken.tried == 3


@pytest.mark.parametrize("stream", [None, "closed"])
def test_no_stream_at_all_is_a_console_nobody_sees(stream: str | None) -> None:
    closed = io.StringIO()
    closed.close()
    file: TextIO | None = closed if stream else None
    console = open_console(file, {})
    console.print(Text("figures"))
    assert not console.file.isatty()


def test_without_a_stream_there_is_no_descriptor() -> None:
    with pytest.raises(OSError, match="fileno"):
        LastingStream(None).fileno()


@pytest.mark.parametrize(
    ("environ", "colour"),
    [({}, False), ({"FORCE_COLOR": "1", "TERM": "xterm"}, True)],
)
def test_colour_follows_the_environment(environ: dict[str, str], colour: bool) -> None:
    stream = io.StringIO()
    open_console(stream, environ).print(Text("red", "red"))
    assert ("\x1b[" in stream.getvalue()) is colour


def test_no_color_wins_over_force_color() -> None:
    stream = io.StringIO()
    environ = {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm"}
    open_console(stream, environ).print(Text("red", "red"))
    assert stream.getvalue() == "red\n"


def test_a_string_printed_by_mistake_is_not_markup() -> None:
    stream = io.StringIO()
    open_console(stream, {}).print("[/red] [bold]x[/bold] :smile:")
    assert stream.getvalue() == "[/red] [bold]x[/bold] :smile:\n"


def test_a_reader_that_leaves_does_not_change_the_exit_code() -> None:
    """`copygen ... 2>&1 | head -1`: the interpreter's own flush at exit must not fail either."""
    code = (
        "import os, sys\n"
        "from rich.text import Text\n"
        "from copygen.view.console import open_console\n"
        "console = open_console(sys.stderr, os.environ)\n"
        "for _ in range(3): console.print(Text('x' * 100_000))\n"
        "sys.exit(3)\n"
    )
    reader, writer = os.pipe()
    os.close(reader)
    try:
        run = subprocess.run([sys.executable, "-c", code], stderr=writer, cwd=ROOT, timeout=60)
    finally:
        os.close(writer)
    assert run.returncode == 3
