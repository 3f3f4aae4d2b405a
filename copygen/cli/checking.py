"""What `copygen check` does: rows in, findings out, one pass, bounded memory."""

import os
import sys
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import pydantic

from copygen import system
from copygen.cli.check_field import Fields, read_fields
from copygen.cli.check_texts import instead_of, texts_of
from copygen.cli.terminal import standard_input
from copygen.documents import explain, validate
from copygen.errors import ConfigError, ExitCode, PromptError, UsageError
from copygen.models import Item, JsonValue
from copygen.prompts import open_table
from copygen.prompts.rows import BadRow, Row
from copygen.prompts.yaml_rows import read_header
from copygen.quality.findings import Finding, Tally
from copygen.quality.judge import Judge
from copygen.quality.measure import measure
from copygen.quality.settings import ChecksSettings
from copygen.quality.specs import FieldSpec
from copygen.quality.violations import Severity, Violation
from copygen.view.console import open_console
from copygen.view.findings import open_writer, render_tally

_OPENINGS = 5
VARIANTS_REMEMBERED = 1000
"""Items whose texts are kept to compare later variants with."""


@dataclass(frozen=True, slots=True)
class Request:
    """The command line of `copygen check`, as given."""

    file: str
    columns: tuple[str, ...]
    channels: tuple[str, ...]
    limit: int | None
    unit: str | None
    packs: tuple[str, ...]
    language: str | None
    language_from: str | None
    checks: Path | None
    settings_file: Path | None
    format: str
    quiet: bool


def check_file(request: Request) -> ExitCode:
    """Check every text of the file and write what is wrong.

    Raises CopygenError. The code is PARTIAL when a text has an error or a row cannot be read.
    """
    _refuse_other_files(request)
    fields = read_fields(request.channels, request.limit, request.unit, request.settings_file)
    folder = request.checks.parent if request.checks else None
    judge = Judge(_settings(request), measure, folder, request.packs)
    write = open_writer(request.format, sys.stdout, os.environ)
    tally = Tally()
    checker = _Checker(judge, fields, request.columns, tally)
    stdin = standard_input("texts") if request.file == "-" else None
    with closing(open_table(request.file, stdin)) as rows:
        for row in rows:
            for finding in checker.findings(row):
                tally.add(finding)
                if finding.violations:
                    write(finding)
    _finish(sys.stdout)
    if not request.quiet:
        openings = judge.sameness.top_openings(_OPENINGS) if judge.sameness else []
        render_tally(tally, openings, judge.packs, open_console(sys.stderr, os.environ))
    return ExitCode.PARTIAL if tally.with_errors else ExitCode.OK


def _refuse_other_files(request: Request) -> None:
    """A prompt file, or a spreadsheet, is no table of texts, whatever can be read from it."""
    suffix = Path(request.file).suffix.lower()
    if suffix in (".yaml", ".yml"):
        raise UsageError(
            f"'{request.file}' is YAML; copygen check reads results and tables of texts (.jsonl, "
            f".csv). For the checks of a prompt file: copygen check RESULTS --checks {request.file}"
        )


def _finish(stream: TextIO) -> None:
    """Write out what is left, unless the reader is gone: then Python must not try at exit."""
    try:
        stream.flush()
    except OSError:
        os.dup2(system.open_file(os.devnull, os.O_WRONLY), stream.fileno())


def _settings(request: Request) -> ChecksSettings:
    """The `checks:` of the named file, and the flags over them."""
    settings = _from_file(request.checks) if request.checks else ChecksSettings()
    flags: dict[str, Any] = {}
    if request.language and request.language_from:
        raise UsageError("give either --language or --language-from.")
    if request.language or request.language_from:
        flags = {"language": request.language, "language_from": request.language_from}
    try:
        return ChecksSettings.model_validate(
            {
                **settings.model_dump(exclude_unset=True),
                **flags,
            }
        )
    except pydantic.ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        raise UsageError(f"--{explain(problem, ChecksSettings)}") from invalid


def _from_file(path: Path) -> ChecksSettings:
    """The `checks:` of a prompt file; a file without `prompt` and `items` may hold them bare."""
    try:
        document = read_header(str(path), "the checks").document
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    if document is None:
        raise ConfigError(f"{path}: there are no 'checks' in it")
    if "checks" in document.data:
        return validate(ChecksSettings, document, at=("checks",))
    if "prompt" in document.data or "items" in document.data:
        raise ConfigError(f"{path}: there are no 'checks' in it; leave --checks out")
    return validate(ChecksSettings, document)


class _Checker:
    """Takes the texts out of rows and has them judged."""

    def __init__(self, judge: Judge, fields: Fields, columns: Sequence[str], tally: Tally) -> None:
        self._judge = judge
        self._fields = fields
        self._columns = columns
        self._tally = tally
        self._earlier: OrderedDict[tuple[str, str], list[str]] = OrderedDict()

    def findings(self, row: Row | BadRow) -> Iterator[Finding]:
        """One for each text of the row, with or without violations."""
        if isinstance(row, BadRow):
            yield Finding(row.source, row.own_id or "", "", (_unreadable(row),))
            return
        item_id = row.own_id or f"line {row.source.line}"
        item, texts = texts_of(row, self._columns, self._fields)
        if texts:
            self._require_language(item, row)
        if not texts:
            self._tally.without_text += 1
        for column, value in texts.items():
            for text, found in self._of_column(column, value, item, item_id):
                yield Finding(row.source, item_id, text, found)

    def _require_language(self, item: Item, row: Row) -> None:
        """A language that cannot be looked up is a check that did not run."""
        column = self._judge.settings.language_from
        if column is not None and column not in item:
            hint = instead_of(column, item, "--language-from")
            message = f"there is no column '{column}' to take the language from; {hint}"
            raise PromptError(message, row.source)

    def _of_column(
        self, column: str, value: JsonValue, item: Item, item_id: str
    ) -> Iterator[tuple[str, tuple[Violation, ...]]]:
        """Each text with what is wrong with it; a wrong number of texts goes with the first."""
        field = self._fields.of(column)
        if not isinstance(value, list):
            text = str(value)
            yield text, _called(column, self._judged(text, item, field, None, item_id))
            return
        counted = self._judge.count(len(value), field) if field else ()
        if not value and counted:
            yield "", _called(column, counted)
        for index, text in enumerate(map(str, value)):
            found = self._judged(text, item, field, index, item_id)
            yield text, _called(column, found if index else counted + found)

    def _judged(
        self, text: str, item: Item, field: FieldSpec | None, index: int | None, item_id: str
    ) -> tuple[Violation, ...]:
        found = self._judge.check(text, item, field, index=index, item_id=item_id)
        self._judge.accept(text, item_id, field)
        return found + self._unlike_others(text, field, index, item_id)

    def _unlike_others(
        self, text: str, field: FieldSpec | None, index: int | None, item_id: str
    ) -> tuple[Violation, ...]:
        """Against the item's other texts: of the same field, or of its other variants."""
        if not self._judge.compares(field):
            return ()
        item = _without_variant(item_id) if self._judge.settings.variants else item_id
        key = (item, field.name if field else "")
        earlier = self._earlier.setdefault(key, [])
        self._earlier.move_to_end(key)
        if len(self._earlier) > VARIANTS_REMEMBERED:
            self._earlier.popitem(last=False)
        earlier.append(text)
        last = len(earlier) - 1
        alike = self._judge.variants(earlier, field)
        return tuple(replace(one, index=index) for one in alike if one.index == last)


def _called(column: str, found: Sequence[Violation]) -> tuple[Violation, ...]:
    """Named as the table names it: several columns may be held against one field."""
    return tuple(replace(one, field=column) if one.field else one for one in found)


def _without_variant(item_id: str) -> str:
    head, slash, tail = item_id.rpartition("/")
    return head if slash and tail.isdecimal() else item_id


def _unreadable(row: BadRow) -> Violation:
    return Violation("row", Severity.ERROR, row.message)
