"""The command line: flags in, wiring, exit code out."""

import contextlib
import gc
import os
import sys

from copygen import system
from copygen.cli.signals import leave_on_signal, leave_with


def main() -> None:
    """The `copygen` command. Ends the process."""
    leave_on_signal()
    _hold_standard_streams()
    system.set_encodings()
    # Imports and tables make 400 000 objects and hardly any garbage: to look for it as often as
    # Python does by itself costs a tenth of the way to the first request, and to look once when the
    # checks are loaded 27 ms. A run has a figure of its own.
    gc.set_threshold(500_000, 20, 20)
    # httpx imports click, pygments and much of rich for a command line of its own: 30 ms.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # how Python is told "not there"
    # pydantic would look through every package there is for plugins, for 15 ms; one would see keys.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    # Only now: a Ctrl-C during half a second of imports would end in a traceback.
    from copygen.cli.app import execute

    code = execute(sys.argv[1:])
    leave_with(code)
    # Python's own way out waits for threads and flushes streams that may be blocked, and takes
    # the handlers of signals away first: nothing could then end it but SIGKILL.
    os._exit(code if _flush_standard_output() else 8)


def _flush_standard_output() -> bool:
    """Write out what is left; False when it could not be, although somebody reads it."""
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.flush()
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as exc:
        return system.reader_gone(exc)
    return True


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
