"""The command line: flags in, wiring, exit code out."""

import os

from copygen.cli.signals import ignore_signals, leave_on_signal


def main() -> None:
    """The `copygen` command."""
    leave_on_signal()
    _hold_standard_streams()
    # Only now: a Ctrl-C during half a second of imports would end in a traceback.
    from copygen.cli.app import app

    try:
        app(prog_name="copygen")
    finally:
        ignore_signals()


def _hold_standard_streams() -> None:
    """Put the null device where a standard stream is closed (`2>&-`).

    The next file to be opened would get its number: the results file what is written to standard
    error, and libuv aborts when it finds one of its own there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
