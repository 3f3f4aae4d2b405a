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
_ROLE: Final = "the manifest of an earlier export"


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
    def read(cls, path: Path) -> Self:
        """Raises UsageError for what is no manifest, OSError where it cannot be read."""
        try:
            return cls.model_validate_json(files.read_bytes(path, _ROLE, _MAX_BYTES))
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
        "results": results.name,
        "results_sha256": _hash_of(results),
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


def _hash_of(path: Path) -> str:
    found = hashlib.sha256()
    with files.open_regular(path, files.RESULTS) as stream:
        while block := stream.read(COPY_BYTES):
            found.update(block)
    return found.hexdigest()
