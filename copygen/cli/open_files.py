"""What a run has of open files: room for its connections, and standard input."""

import os
import sys
from typing import BinaryIO

from copygen import system
from copygen.errors import UsageError
from copygen.view.console import open_console
from copygen.view.messages import render_note

OTHER_FILES = 64
"""Open files beside the connections: results, locks, the event loop; with room to spare."""


def standard_input(what: str) -> BinaryIO:
    """Standard input, for reading `what`, under a buffer of its own. Raises UsageError.

    The thread that waits in a read holds the buffer's lock, and at exit Python aborts when it
    cannot have the lock of `sys.stdin`.
    """
    if sys.stdin is None:
        raise UsageError(f"standard input is closed, and '-' reads the {what} from it.")
    if sys.stdin.isatty():
        words = f"reading the {what} from the keyboard; Ctrl-D ends them (Windows: Ctrl-Z, Enter)."
        render_note(words, open_console(sys.stderr, os.environ))
    return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)


def make_room(connections: int, files_each: int = 1) -> int:
    """How many connections can be open at a time, `connections` at most.

    Raises this process's limit of open files as far as that needs and its hard limit lets it.
    UsageError when there is no room for a single one.
    """
    wanted = OTHER_FILES + connections * files_each
    limit = system.raise_descriptor_limit(wanted)
    if limit is None:
        return connections
    room = (limit - OTHER_FILES) // files_each
    if room < 1:
        raise UsageError(
            f"this process may open {limit} files only, and needs {OTHER_FILES + files_each} for "
            "one request at a time: raise the hard limit (ulimit -Hn)."
        )
    return min(connections, room)
