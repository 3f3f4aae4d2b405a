"""How a command ends when it cannot go on: one clear line and an exit code, no traceback."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from copygen.documents import files
from copygen.errors import CopygenError, ExitCode


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

    With `debug` the traceback follows. Anything but a CopygenError is a bug of ours, and says so.
    """
    import os

    from copygen.cli.concealing import redacted
    from copygen.view.console import open_console
    from copygen.view.messages import render_error, render_trace

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
