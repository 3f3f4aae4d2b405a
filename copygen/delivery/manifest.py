"""`<out>.manifest.json`: what went out and where it is, what stayed and why; the next
export's memory.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Self

import orjson
import pydantic

from copygen.delivery.export import ExportTally
from copygen.delivery.formats.format import FormatSpec
from copygen.delivery.formats.output import JsonObject, Where
from copygen.documents import FrozenModel, files
from copygen.errors import UsageError
from copygen.results.storage import COPY_BYTES, beside
from copygen.version import __version__

VERSION: Final = 1
_MAX_BYTES: Final = 1024 * 1024 * 1024
_EARLIER: Final = "the manifest of an earlier export"
ROLE: Final = "the manifest of the export"


class KeptBack(FrozenModel):
    """One thing that stayed."""

    id: str
    field: str | None = None
    reason: str


class ToldProblem(FrozenModel):
    """One thing that is wrong with a row."""

    id: str
    field: str | None = None
    rule: str
    severity: str
    message: str


class Manifest(FrozenModel):
    """The file, as JSON."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    version: Annotated[int, pydantic.Field(ge=1, le=VERSION)]
    copygen: str
    """The version that wrote it."""
    created_at: datetime
    format: str
    checked: date
    """When the format's rules were last looked at."""
    verified: bool
    out: str
    out_sha256: str | None = None
    """Of a file that people change and that comes back; of others it is not taken."""
    results: str
    results_sha256: str
    records: int
    texts: int
    edited: int
    rows: Mapping[str, Where]
    """Id → where it is: a row, headers counted, or a file."""
    left_out: tuple[KeptBack, ...]
    problems: tuple[ToldProblem, ...]
    invisible: Mapping[str, int]
    """Invisible characters in what went out, by kind."""
    cells: Mapping[str, Mapping[str, str]] = {}
    """Id → column → text, where an update has to repeat what is to be replaced."""

    @classmethod
    def read(cls, path: Path, role: str = _EARLIER) -> Self:
        """Raises UsageError for what is no manifest, OSError where it cannot be read."""
        try:
            return cls.model_validate_json(files.read_bytes(path, role, _MAX_BYTES))
        except pydantic.ValidationError as invalid:
            raise UsageError(f"{path} is no manifest of an export by copygen.") from invalid


def manifest_path(out: Path) -> Path:
    """Beside the export."""
    return beside(out, ".manifest.json")


def manifest_of(
    spec: FormatSpec,
    tally: ExportTally,
    *,
    out: Path,
    comes_back: bool,
    results: Path,
    rows: JsonObject,
    cells: JsonObject,
) -> bytes:
    """What is written. Raises OSError where the results cannot be read."""
    whole: dict[str, Any] = {
        "version": VERSION,
        "copygen": __version__,
        "created_at": datetime.now(UTC),
        "format": spec.name,
        "checked": spec.checked,
        "verified": spec.verified,
        "out": out.name,
        "out_sha256": _hash_of(out, files.EXPORT) if comes_back else None,
        "results": results.name,
        "results_sha256": _hash_of(results, files.RESULTS),
        "records": tally.records,
        "texts": tally.texts,
        "edited": tally.edited,
        "rows": orjson.Fragment(rows.content),
        "left_out": [vars_of(one, "id", "field", "reason") for one in tally.left_out],
        "problems": [
            vars_of(one, "id", "field", "rule", "severity", "message") for one in tally.problems
        ],
        "invisible": dict(tally.marks),
        "cells": orjson.Fragment(cells.content),
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n"


def vars_of(value: object, *names: str) -> Mapping[str, Any]:
    """Attributes of a value by name, without those that are None."""
    found = {name: getattr(value, name) for name in names}
    return {name: one for name, one in found.items() if one is not None}


def was_changed(out: Path) -> bool:
    """Whether somebody changed the file since the export that its manifest is of.

    Without a manifest, or a hash in it, nobody can tell: False. Raises OSError.
    """
    path = manifest_path(out)
    if not (files.is_own(out) and files.is_own(path)):
        return False
    try:
        written = Manifest.read(path, ROLE).out_sha256
    except UsageError:
        return False
    return written is not None and written != _hash_of(out, files.EXPORT)


def _hash_of(path: Path, role: str) -> str:
    found = hashlib.sha256()
    with files.open_regular(path, role) as stream:
        while block := stream.read(COPY_BYTES):
            found.update(block)
    return found.hexdigest()
