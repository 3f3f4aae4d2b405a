"""How a command ends when it cannot go on: one clear line and an exit code, no traceback."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from copygen.cli.concealing import Concealing
from copygen.errors import CopygenError, ExitCode


@contextmanager
def reported(stderr: Concealing, *, debug: bool) -> Iterator[None]:
    """Turn what a command raises into a message on standard error and its exit code.

    With `debug` the traceback follows. Anything but a CopygenError is a bug of ours, and says so.
    """
    try:
        yield
    except CopygenError as error:
        _show(error, stderr, debug=debug)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as interrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from interrupt
    except (typer.Exit, typer.Abort):
        raise
    except Exception as bug:
        name = type(bug).__name__
        # An exception may repeat whatever a server or a file said.
        said = stderr.redact(str(bug))
        message = f"this is a bug in copygen ({name}: {said}); what was recorded so far is kept."
        message = message if debug else f"{message} --debug shows where."
        _show(CopygenError(message), stderr, debug=debug)
        raise typer.Exit(ExitCode.BUG) from bug


def _show(error: CopygenError, stderr: Concealing, *, debug: bool) -> None:
    import os

    from copygen.view.console import open_console
    from copygen.view.messages import render_error, render_trace

    console = open_console(sys.stderr, os.environ)
    render_error(error, console)
    if debug:
        render_trace(stderr.redact(traceback.format_exc()), console)
