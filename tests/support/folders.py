"""Folders for tests that sync a lot."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - only the place; what is made in it has a random name


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder where syncing costs nothing, if the machine has such a place; deleted at the end."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)
