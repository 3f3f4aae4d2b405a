"""The page as one file that needs no server: for a colleague, for mail, for the archive.

Its records are in it as lines of JSON, packed where they are large. Decisions made in it stay in
the browser until they are downloaded, as a decisions file that `copygen import` reads.
"""

import base64
import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from copygen.delivery.desk import ReviewDesk
from copygen.delivery.webpage import inert, page_around
from copygen.documents import files
from copygen.results.storage import reported

PACKED_FROM_BYTES: Final = 5_000_000
"""Unpacking costs a browser more than reading, until the file is this large."""
MANY_RECORDS: Final = 100_000
"""From here on a browser takes more than some seconds to open it."""
_HELD_BYTES: Final = 16 * 1024 * 1024
_BASE64_BYTES: Final = 3 * 256 * 1024  # a multiple of three: pieces join without padding
_ROLE: Final = "the report"


def write_report(desk: ReviewDesk, out: Path, *, made_at: datetime, subtitle: str) -> int:
    """Write the page with all records of `desk` to `out`, in place of what is there, or not at all.

    The number of records. Raises ResultsError.
    """
    with (
        reported(out, "write it"),
        tempfile.SpooledTemporaryFile(max_size=_HELD_BYTES) as lines,
    ):
        count, run = _spool(desk, lines)
        setup = desk.setup() | {
            "mode": "report",
            "readOnly": False,
            "run": run,
            "made": made_at.isoformat(timespec="seconds"),
            "subtitle": subtitle,
        }
        before, after = page_around(setup, connects=False)
        size = lines.tell()
        lines.seek(0)
        _replace(out, before, lines, size, after)
    return count


def _spool(desk: ReviewDesk, lines: IO[bytes]) -> tuple[int, str]:
    """Write every record down once; how many, and a name for the run that they are of."""
    digest = hashlib.sha256()
    count = 0
    for line in desk.lines():
        lines.write(inert(line.content))
        digest.update(f"{line.id}\n{line.key}\n".encode(errors="replace"))
        count += 1
    for orphan in desk.orphans():
        lines.write(inert(orphan))
    return count, digest.hexdigest()[:16]


def _replace(out: Path, before: bytes, lines: IO[bytes], size: int, after: bytes) -> None:
    new = files.NewFile(out, _ROLE)
    page = new.stream
    try:
        page.write(before)
        if size < PACKED_FROM_BYTES:
            page.write(b'<script type="application/json" id="data">')
            shutil.copyfileobj(lines, page)
        else:
            page.write(b'<script type="text/plain" id="data" data-packed="gzip">')
            for piece in _packed(lines):
                page.write(piece)
        page.write(b"</script>\n")
        page.write(after)
        new.commit()
    except BaseException:
        new.discard()
        raise


def _packed(lines: IO[bytes]) -> Iterator[bytes]:
    """The lines in gzip, as base64."""
    with tempfile.SpooledTemporaryFile(max_size=_HELD_BYTES) as packed:
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as archive:
            shutil.copyfileobj(lines, archive)
        packed.seek(0)
        while piece := packed.read(_BASE64_BYTES):
            yield base64.b64encode(piece)
