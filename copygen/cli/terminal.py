"""What a command has of this process's terminal: how it fails, what standard error may not say,
standard input, and a pager for long output.

A command ends in one clear line and an exit code, no traceback; and no key leaves through standard
error, whoever writes there. Messages are redacted where they are made, but tracebacks, the event
loop's log and warnings are written by others, and an exception may repeat whatever a server echoed.
"""

import io
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

import typer

from copygen import system
from copygen.documents import files
from copygen.errors import CopygenError, ExitCode, UsageError, unwritten
from copygen.providers.redact import Redactor, Secret

if TYPE_CHECKING:
    import subprocess

    from rich.console import Console


class RedactingStream:
    """A text stream in front of another that takes the secrets it knows out of every write."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._redactor = Redactor()

    def conceal(self, secret: Secret | None) -> None:
        """From now on, keep `secret` from being written."""
        if secret is not None:
            self._redactor = Redactor([secret])

    def redact(self, text: str) -> str:
        """`text` of unknown origin without secrets, known or by their shape."""
        return self._redactor.redact(text)

    def write(self, text: str) -> int:
        """Write `text` without secrets."""
        self._stream.write(self._redactor.redact_known(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each of `lines` without secrets."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def conceal(secret: Secret | None) -> None:
    """From now on, keep `secret` from being written to standard error."""
    if isinstance(sys.stderr, RedactingStream):
        sys.stderr.conceal(secret)


def redacted(text: str) -> str:
    """`text` of unknown origin without secrets, known or by their shape."""
    if isinstance(sys.stderr, RedactingStream):
        return sys.stderr.redact(text)
    return Redactor().redact(text)


@contextmanager
def concealing() -> Iterator[None]:
    """Put a `RedactingStream` in the place of `sys.stderr`."""
    original = sys.stderr
    stream = RedactingStream(original)
    if original is not None:
        sys.stderr = cast("TextIO", stream)
    try:
        yield
    finally:
        sys.stderr = original


@contextmanager
def reported(*, debug: bool) -> Iterator[None]:
    """Turn what a command raises into a message on standard error and its exit code.

    Files that the command reads and writes are watched meanwhile: see `copygen.documents.files`.
    """
    try:
        with files.watched():
            yield
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt as interrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from interrupt
    except Exception as error:
        raise typer.Exit(tell(error, debug=debug)) from error


def tell(error: Exception, *, debug: bool) -> ExitCode:
    """Say on standard error what went wrong; the exit code that stands for it.

    With `debug` the traceback follows. Anything but a CopygenError is a bug of ours, and says so;
    nothing is said when whoever reads standard output has gone away.
    """
    from copygen.view.console import open_console, render_error, render_trace

    if isinstance(error, OSError) and system.reader_gone(error):
        return ExitCode.OK  # `| head` has read what it wanted
    # An exception may repeat whatever a server, a file or a command line said.
    if isinstance(error, CopygenError):
        told, code = CopygenError(redacted(str(error))), error.exit_code
    else:
        said = redacted(f"{type(error).__name__}: {error}")
        words = f"this is a bug in copygen ({said}); what was recorded so far is kept."
        told, code = CopygenError(words if debug else f"{words} --debug shows where."), ExitCode.BUG
    console = open_console(sys.stderr, os.environ)
    render_error(told, console)
    if debug:
        trace = "".join(traceback.format_exception(error))
        render_trace(redacted(trace), console)
    return code


@contextmanager
def paged_output(environ: Mapping[str, str], *, wanted: bool = True) -> Iterator["Console"]:
    """A console on standard output, through a pager where that is a terminal.

    As git does it: $PAGER, else less, which ends by itself where everything fits on the screen;
    `cat` or an empty $PAGER is none. Where there is no such program the console is the terminal.
    """
    from copygen.view.console import open_console

    console = open_console(sys.stdout, environ)
    is_watched = wanted and console.file.isatty()
    pager = _start_pager(environ, console.encoding) if is_watched else None
    if pager is None or pager.stdin is None:
        yield console
        return
    # Ctrl-C is for the pager, which stops reading at it; it ends with q, and the writing with it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    stream = io.TextIOWrapper(pager.stdin, console.encoding, "backslashreplace")
    try:
        yield open_console(stream, environ, paged=console)
    finally:
        with suppress(OSError):
            stream.close()
        pager.wait()
        signal.signal(signal.SIGINT, before)


def _start_pager(environ: Mapping[str, str], encoding: str) -> "subprocess.Popen[bytes] | None":
    import subprocess

    try:
        words = system.split_command(environ.get("PAGER", "less"))
    except ValueError:
        return None
    if not words or words == ["cat"] or environ.get("TERM") == "dumb":
        return None
    # F: end where one screen is enough. R: pass colours on, and nothing else. X: leave it standing.
    defaults = {"LESS": "FRX", "LV": "-c"}
    if encoding.startswith("utf"):  # which less would else go by the locale for
        defaults["LESSCHARSET"] = "utf-8"
    command = [system.program(words[0]), *words[1:]]
    with suppress(OSError):
        return subprocess.Popen(  # noqa: S603 - the user's own environment names the program
            command, stdin=subprocess.PIPE, env=defaults | dict(environ)
        )
    return None


def standard_input(what: str) -> BinaryIO:
    """Standard input, for reading `what`, under a buffer of its own. Raises UsageError.

    The thread that waits in a read holds the buffer's lock, and at exit Python aborts when it
    cannot have the lock of `sys.stdin`.
    """
    from copygen.view.console import open_console, render_note

    if sys.stdin is None:
        raise UsageError(f"standard input is closed, and '-' reads the {what} from it.")
    if sys.stdin.isatty():
        words = f"reading the {what} from the keyboard; Ctrl-D ends them (Windows: Ctrl-Z, Enter)."
        render_note(words, open_console(sys.stderr, os.environ))
    return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)


def say(words: str = "", *, end: str = "\n") -> None:
    """Write words to standard output at once. Raises ResultsError where there is no room for them,
    BrokenPipeError where nobody reads them."""
    try:
        typer.echo(f"{words}{end}", nl=False)
    except OSError as error:
        raise error if system.reader_gone(error) else unwritten(error) from error


def flush_data(stream: TextIO) -> None:
    """Write out what is left, unless the reader is gone: then Python must not try at exit.

    Raises ResultsError where there is no room for it.
    """
    try:
        stream.flush()
    except OSError as error:
        os.dup2(system.open_file(os.devnull, os.O_WRONLY), stream.fileno())
        if not system.reader_gone(error) and not stream.isatty():
            raise unwritten(error) from error
