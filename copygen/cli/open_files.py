"""Room for connections: every one takes an open file, and processes may have only so many."""

from copygen import system
from copygen.errors import UsageError

OTHER_FILES = 64
"""Open files beside the connections: results, locks, the event loop; with room to spare."""


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
