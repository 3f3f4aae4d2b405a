import io

import pytest
from rich.console import Console

from copygen.errors import ConfigError, CopygenError, PromptError
from copygen.models import Source
from copygen.view.console import render_error, render_note, render_warning


def a_console(width: int = 40, *, colour: bool = False) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
    )
    return console, stream


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ConfigError("no key"), "error: no key\n"),
        (
            PromptError("unknown variable `pice`", Source("a.yaml", 3, 7)),
            "error: a.yaml:3:7: unknown variable `pice`\n",
        ),
        (ConfigError("first\nsecond\n"), "error: first\n  second\n"),
        (ConfigError("\x1b[2J[/red]\u202e"), "error: \\x1b[2J[/red]\\u202e\n"),
    ],
)
def test_an_error_is_one_clear_line(error: CopygenError, shown: str) -> None:
    console, stream = a_console()
    render_error(error, console)
    assert stream.getvalue() == shown


def test_a_long_error_is_not_broken_so_that_paths_can_be_copied() -> None:
    console, stream = a_console(width=20)
    render_error(ConfigError("/a/very/long/path/to/some/file.yaml:1:1: no such key"), console)
    assert stream.getvalue().count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("one two three four five", "error: one two\n  three four five\n"),
        ("exactly ten ab", "error: exactly\n  ten ab\n"),
        (
            "see /a/very/long/path/to/a.yaml now",
            "error: see\n  /a/very/long/path/to/a.yaml\n  now\n",
        ),
        ("first\nsecond line that is long", "error: first\n  second line that\n  is long\n"),
        ("ผ้าไหมแพรวาผืนงามจากกาฬสินธุ์", "error:\n  ผ้าไหมแพรวาผืนงามจากกาฬสินธุ์\n"),
        ("日本語の文 です", "error: 日本語の文\n  です\n"),
    ],
)
def test_on_a_terminal_lines_break_between_words_and_no_word_is_cut(
    message: str, shown: str
) -> None:
    stream = Terminal()
    render_error(ConfigError(message), Console(file=stream, width=20, color_system=None))
    assert stream.getvalue() == shown


def test_warnings_and_notes_are_labelled() -> None:
    console, stream = a_console()
    render_warning("unusual key", console)
    render_note("nothing to do", console)
    assert stream.getvalue() == "warning: unusual key\nnote: nothing to do\n"


def test_only_the_label_is_coloured() -> None:
    console, stream = a_console(colour=True)
    render_error(ConfigError("no key"), console)
    assert stream.getvalue() == "\x1b[1;31merror: \x1b[0mno key\n"
