"""One-line messages for people: errors, warnings, notes."""

from rich.console import Console
from rich.text import Text

from copygen.errors import CopygenError
from copygen.view.safe import safe


def render_error(error: CopygenError, console: Console) -> None:
    """Print `error: ...`; several lines of a message stay lines, indented."""
    console.print(_message("error: ", "bold red", str(error)), soft_wrap=True)


def render_warning(warning: str, console: Console) -> None:
    """Print `warning: ...`."""
    console.print(_message("warning: ", "bold yellow", warning), soft_wrap=True)


def render_note(note: str, console: Console) -> None:
    """Print `note: ...`."""
    console.print(_message("note: ", "bold", note), soft_wrap=True)


def render_trace(trace: str, console: Console) -> None:
    """Print a traceback; the messages in it may hold what a stranger wrote."""
    lines = [safe(line) for line in trace.rstrip("\n").split("\n")]
    console.print(Text("\n".join(lines)), soft_wrap=True)


def _message(label: str, style: str, message: str) -> Text:
    lines = [safe(line) for line in message.strip("\n").split("\n")]
    return Text.assemble((label, style), "\n  ".join(lines))
