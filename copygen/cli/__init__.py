"""The command line: flags in, wiring, exit code out."""

import os
import sys

from copygen import system
from copygen.cli.signals import ignore_signals, leave_on_signal


def main() -> None:
    """The `copygen` command."""
    leave_on_signal()
    _hold_standard_streams()
    system.set_encodings()
    # Only now: a Ctrl-C during half a second of imports would end in a traceback.
    from copygen.cli.app import app

    try:
        app(prog_name="copygen")
    finally:
        ignore_signals()
        _let_go_of_standard_error()


def _let_go_of_standard_error() -> None:
    """Drop what can no longer be shown: a reader that went away must not change the exit code.

    Python flushes at exit, and ends with 120 when that fails.
    """
    stream = sys.stderr
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        os.dup2(system.open_file(os.devnull, os.O_WRONLY), 2)


def _hold_standard_streams() -> None:
    """Put the null device where a standard stream is closed (`2>&-`).

    The next file to be opened would get its number: the results file what is written to standard
    error, and libuv aborts when it finds one of its own there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # It takes the lowest number that is free: this one.
            system.open_file(os.devnull, os.O_RDWR)
