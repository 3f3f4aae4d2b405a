"""Texts that exist held against rules, without a model: rows in, findings out, bounded memory.

job = CheckJob(CheckSpec(file="ads.csv", channels=("headline=google_ads.headline",)))
for finding in job:
    ...
job.tally, job.exit_code
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import pydantic

from copygen.config import load_settings
from copygen.delivery.rules import Rules
from copygen.documents import explain, files, nearest, validate
from copygen.errors import ConfigError, ExitCode, PromptError, UsageError
from copygen.models import Item, JsonValue, Severity, Source, Status, Violation
from copygen.prompts import ReadOptions, open_table
from copygen.prompts.rows import BadRow, Row
from copygen.prompts.structured import read_header
from copygen.prompts.tables import checked_options
from copygen.quality.acceptance import PromptRef, RecordChecker
from copygen.quality.channels import Channels, FieldSpec, load_channels
from copygen.quality.checker import Checker
from copygen.quality.fields import FieldRequest, resolve
from copygen.quality.packs import Pack
from copygen.quality.sameness import Opening, VariantStore
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import Unit, measure
from copygen.results.stats import ViolationCounts

STREAM: Final = "-"
TEXT: Final = "text"
_OPENINGS: Final = 5
_NAMES_SHOWN: Final = 12
_FLAGS: Final = "the command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """What is checked and by which rules. It can be pickled."""

    file: str | Path = STREAM
    """Results of a run or any table of texts (`.jsonl`, `.csv`); `STREAM`: the stream given."""
    columns: tuple[str, ...] = ()
    """Columns with a text; the others are the item. None: `text`."""
    reading: ReadOptions = field(default_factory=ReadOptions)
    """What a table does not tell itself: encoding, delimiter, header row, sheet."""
    channels: tuple[str, ...] = ()
    """`[COLUMN=]NAME` of fields of channels, or of whole channels."""
    limit: int | None = None
    """Longest text allowed; over a channel's."""
    unit: str | None = None
    packs: tuple[str, ...] = ()
    language: str | None = None
    language_from: str | None = None
    """Column that names each text's language."""
    checks: str | Path | None = None
    """A prompt file whose `checks:` apply, or a file with nothing else."""
    settings_file: str | Path | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One text and what is wrong with it."""

    source: Source
    """The row it is in."""
    item_id: str
    text: str
    violations: tuple[Violation, ...]
    spec: FieldSpec | None = None
    """What holds for its length; None: nothing is known."""

    @property
    def has_errors(self) -> bool:
        """Whether it is not fit to publish."""
        return any(one.severity is Severity.ERROR for one in self.violations)


@dataclass(slots=True)
class Tally:
    """Counts of findings, in memory that does not grow with them."""

    texts: int = 0
    with_errors: int = 0
    with_warnings: int = 0
    """Texts with warnings only."""
    without_text: int = 0
    """Rows that have none: failed prompts."""
    rejected_earlier: int = 0
    """Records that a run rejected and in which no error was found now."""
    rejected_for: Counter[str] = field(default_factory=Counter)
    """What they were rejected for: records by rule."""
    rules: ViolationCounts = field(default_factory=ViolationCounts)
    """Violations by severity and rule."""

    def add(self, finding: Finding) -> None:
        """Count one text."""
        self.texts += 1
        if finding.has_errors:
            self.with_errors += 1
        elif finding.violations:
            self.with_warnings += 1
        for one in finding.violations:
            self.rules.add(one, finding.item_id, one.message)

    def add_rejected(self, record: Item) -> None:
        """Count a record that a run rejected and in which no error was found."""
        self.rejected_earlier += 1
        given = record.get("violations")
        broken = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        rules = {one.get("rule") for one in broken if one.get("severity") == Severity.ERROR}
        self.rejected_for.update(rule for rule in rules if isinstance(rule, str))


class CheckJob:
    """One check: an iterator of findings, one for each text, with or without violations."""

    def __init__(
        self,
        spec: CheckSpec,
        *,
        environ: Mapping[str, str] | None = None,
        stdin: BinaryIO | None = None,
    ) -> None:
        """Raises UsageError and ConfigError for rules that cannot be used; nothing is read yet."""
        _refuse_other_files(str(spec.file))
        self.tally = Tally()
        """What was found so far."""
        self._spec = spec
        self._stdin = stdin
        self._reading = checked_options(spec.reading)
        rules = _remembered(spec)
        self.by_remembered_rules = rules is not None
        """Whether no rules were named and those are used that the run has left beside its
        results."""
        if rules is not None:
            specs = {name: rules.spec(name) for name in rules.field_names}
            self._fields = ColumnFields({}, {}, rules.spec(None), specs)
            self._checker = rules.checker
            return
        self._fields = _fields_of(spec, os.environ if environ is None else environ)
        folder = Path(spec.checks).parent if spec.checks else None
        self._checker = Checker(_settings(spec), measure, folder, spec.packs)

    def __iter__(self) -> Iterator[Finding]:
        """Read the file, once. Raises PromptError for what cannot be read at all."""
        reader = _TableReader(self._checker, self._fields, self._spec.columns, self.tally)
        with closing(open_table(str(self._spec.file), self._stdin, self._reading)) as rows:
            for row in rows:
                for finding in reader.findings(row):
                    self.tally.add(finding)
                    yield finding

    @property
    def openings(self) -> Sequence[Opening]:
        """How texts begin most often."""
        sameness = self._checker.sameness
        return sameness.top_openings(_OPENINGS) if sameness else []

    @property
    def languages(self) -> tuple[str, ...]:
        """What is to be said of the languages of all texts, a sentence each: fields with texts that
        may be in another one, and languages that nobody can judge."""
        tally = self._checker.languages
        return (*(doubt.sentence for doubt in tally.doubtful()), *tally.notes())

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs in use, with their notes and sources."""
        return self._checker.packs

    @property
    def exit_code(self) -> ExitCode:
        """PARTIAL when a text has an error or a row cannot be read."""
        return ExitCode.PARTIAL if self.tally.with_errors else ExitCode.OK


def check_text(
    text: str,
    *,
    item: Item | None = None,
    channel: str | None = None,
    limit: int | None = None,
    unit: str | None = None,
    packs: Sequence[str] = (),
    language: str | None = None,
    checks: Mapping[str, JsonValue] | None = None,
) -> tuple[Violation, ...]:
    """What is wrong with one text; nothing when it is fit to publish.

    `item` has the facts that it may name (a column called by no string is left out, such as that of
    what a CSV row has too much), `channel` the field that it has to fit
    (`google_ads.headline`), `checks` are those of a prompt file; the others are as for `copygen
    check`. For many texts use `CheckJob`: it reads the rules once. Raises UsageError or ConfigError
    for rules that cannot be used.
    """
    spec = CheckSpec(
        channels=(channel,) if channel else (),
        limit=limit,
        unit=unit,
        packs=tuple(packs),
        language=language,
    )
    own = _validated(checks or {}, ChecksSettings(), "checks: ")
    judge = Checker(_with_flags(own, spec), measure, None, spec.packs)
    facts = {name: value for name, value in (item or {}).items() if type(name) is str}
    return judge.check(text, facts, _fields_of(spec, os.environ).of(TEXT))


def _remembered(spec: CheckSpec) -> Rules | None:
    """The rules that a run has left beside the results; None: others are named, or there are none.

    Raises ResultsError for a file of rules that cannot be read, ConfigError for rules that cannot
    be used any more.
    """
    if str(spec.file) == STREAM or replace(spec, file=STREAM, settings_file=None) != CheckSpec():
        return None
    rules = Rules.recall(files.resolved(Path(spec.file)))
    return rules if rules.are_known else None


def _refuse_other_files(file: str) -> None:
    """A prompt file, or a spreadsheet, is no table of texts, whatever can be read from it."""
    if Path(file).suffix.lower() in (".yaml", ".yml"):
        raise UsageError(
            f"'{file}' is YAML; copygen check reads results and tables of texts (.jsonl, "
            f".csv). For the checks of a prompt file: copygen check RESULTS --checks {file}"
        )


def _settings(spec: CheckSpec) -> ChecksSettings:
    """The `checks:` of the named file, and the flags over them."""
    return _with_flags(_from_file(Path(spec.checks)) if spec.checks else ChecksSettings(), spec)


def _with_flags(settings: ChecksSettings, spec: CheckSpec) -> ChecksSettings:
    if spec.language and spec.language_from:
        raise UsageError("give either --language or --language-from.")
    if not (spec.language or spec.language_from):
        return settings
    flags = {"language": spec.language, "language_from": spec.language_from}
    return _validated(flags, settings, "--")


def _validated(changes: Mapping[str, Any], base: ChecksSettings, named: str) -> ChecksSettings:
    try:
        return ChecksSettings.model_validate({**base.model_dump(exclude_unset=True), **changes})
    except pydantic.ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        if named == "--":  # the name of a flag needs no quotes
            flag = "--" + "".join(map(str, problem["loc"][:1])).replace("_", "-")
            said = explain({**problem, "loc": ()}, ChecksSettings)
            raise UsageError(f"{flag} {said}.") from invalid
        raise UsageError(f"{named}{explain(problem, ChecksSettings)}") from invalid


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


@dataclass(frozen=True, slots=True)
class ColumnFields:
    """Which field each column, or named field of a record, is held against."""

    by_column: Mapping[str, FieldSpec]
    """Those named `COLUMN=FIELD`."""
    by_channel: Mapping[str, FieldSpec]
    """Those of channels named whole, by their short names."""
    others: FieldSpec | None
    """What holds for every other column; None if nothing was said of them."""
    remembered: Mapping[str, FieldSpec | None] = field(default_factory=dict)
    """Those that a run has left, by name; a record need not have them all."""

    def of(self, column: str) -> FieldSpec | None:
        """The field of a column; None for a `text` that is no field."""
        if column in self.remembered:
            return self.remembered[column]
        found = self.by_column.get(column) or self.by_channel.get(column) or self.others
        if found is None and column != "text":
            return FieldSpec(name=column, source=_FLAGS)
        return found


class _TableReader:
    """Takes the texts out of rows and has them judged."""

    def __init__(
        self, checker: Checker, fields: ColumnFields, columns: Sequence[str], tally: Tally
    ) -> None:
        self._settings = checker.settings
        self._fields = fields
        self._columns = columns
        self._tally = tally
        variants = VariantStore(None, by_item=bool(checker.settings.variants))
        self._records = RecordChecker(checker, variants)

    def findings(self, row: Row | BadRow) -> Iterator[Finding]:
        """One for each text of the row, with or without violations."""
        if isinstance(row, BadRow):
            yield Finding(row.source, row.own_id or "", "", (_unreadable(row),))
            return
        item_id = row.own_id or f"line {row.source.line}"
        item, texts = _texts_of(row, self._columns, self._fields)
        if texts:
            self._require_language(item, row)
        if not texts:
            self._tally.without_text += 1
        errors = False
        record = {column: _listed(value) for column, value in texts.items()}
        for column, value in texts.items():
            spec = self._fields.of(column)
            for text, found in self._of_column(column, value, item, item_id, record):
                finding = Finding(row.source, item_id, text, found, spec)
                errors = errors or finding.has_errors
                yield finding
        if texts and not errors and not self._columns and _is_rejected(row.item):
            self._tally.add_rejected(row.item)

    def _require_language(self, item: Item, row: Row) -> None:
        """A language that cannot be looked up is a check that did not run."""
        column = self._settings.language_from
        if column is not None and column not in item:
            hint = _instead_of(column, item, "--language-from")
            message = f"there is no column '{column}' to take the language from; {hint}"
            raise PromptError(message, row.source)

    def _of_column(
        self,
        column: str,
        value: JsonValue,
        item: Item,
        item_id: str,
        record: Mapping[str, Sequence[str]],
    ) -> Iterator[tuple[str, tuple[Violation, ...]]]:
        """Each text with what is wrong with it; a wrong number of texts goes with the first.

        `record` has all texts of the row by column.
        """
        field = self._fields.of(column)
        listed = isinstance(value, list)
        texts = _listed(value)
        key = field.name if field else ""
        found = self._records.field(
            texts,
            field,
            PromptRef(item, item_id),
            record,
            label=column if field else None,
            key=key,
            listed=listed,
            numbered=True,
        )
        self._records.accept(texts, field, item_id, key=key)
        if not texts and found.whole:
            yield "", tuple(found.whole)
        for index, (text, own) in enumerate(zip(texts, found.by_text, strict=True)):
            yield text, tuple(own if index else [*found.whole, *own])


def _listed(value: JsonValue) -> list[str]:
    """The texts of a column: of a list each of its own."""
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _unreadable(row: BadRow) -> Violation:
    return Violation("row", Severity.ERROR, row.message)


def _fields_of(spec: CheckSpec, environ: Mapping[str, str]) -> ColumnFields:
    """The fields that the spec names.

    Raises UsageError for an unknown unit or channel, ConfigError for a channel file at fault.
    """
    named, limit, unit = spec.channels, spec.limit, spec.unit
    if unit is not None and unit not in set(Unit):
        near = nearest(unit, list(Unit))
        hint = f"; did you mean '{near}'?" if near else "."
        raise UsageError(f"--unit should be one of {', '.join(Unit)}, not '{unit}'{hint}")
    if unit is not None and limit is None and not named:
        raise UsageError("--unit changes nothing by itself; give --limit, or --channel, with it.")
    own = FieldRequest(limit=limit, unit=None if unit is None else Unit(unit))
    if not named:
        return ColumnFields({}, {}, _own_field(own))
    loaded = load_settings(spec.settings_file, {}, environ)
    return _of_channels(named, own, load_channels(loaded.channel_files()))


def _own_field(own: FieldRequest) -> FieldSpec | None:
    if own.limit is None:
        return None
    return FieldSpec(name="text", limit=own.limit, unit=own.unit or Unit.CODEPOINTS, source=_FLAGS)


def _of_channels(named: Sequence[str], own: FieldRequest, channels: Channels) -> ColumnFields:
    by_column: dict[str, FieldSpec] = {}
    by_channel: dict[str, FieldSpec] = {}
    others = []
    for entry in named:
        column, equals, name = entry.rpartition("=")
        try:
            if equals:
                by_column[column] = _spec(name, own, channels)
            elif "." not in name and len(channels.channel(name).fields) > 1:
                fields = channels.channel(name).fields
                by_channel |= {short: _spec(f"{name}.{short}", own, channels) for short in fields}
            else:
                others.append(_spec(name, own, channels))
        except ConfigError as unknown:
            raise UsageError(f"--channel {entry}: {unknown}") from unknown
    if len(others) > 1:
        names = " and ".join(spec.name for spec in others)
        raise UsageError(f"--channel {names}: say which column is which, as COLUMN=FIELD.")
    return ColumnFields(by_column, by_channel, others[0] if others else None)


def _spec(name: str, own: FieldRequest, channels: Channels) -> FieldSpec:
    return resolve(name, own.model_copy(update={"channel": name}), channels).spec


def _texts_of(
    row: Row, columns: Sequence[str], fields: ColumnFields
) -> tuple[Item, Mapping[str, JsonValue]]:
    """The item, and its texts by column or named field.

    A line of a results file has them under `data` or `text`, and its item under `input`; in other
    tables the named columns are texts and the rest is the item; a blank cell there is no text.
    Raises PromptError for a column or field that is not there.
    """
    whole = row.item
    if columns or not _is_record(whole):
        named = _columns(row, columns, fields)
        _all_there(named, whole, "column", row.source)
        texts = {name: whole[name] for name in named if not _is_blank(whole[name])}
        return {name: value for name, value in whole.items() if name not in named}, texts
    given = whole["input"] if isinstance(whole["input"], dict) else {}
    data = whole.get("data")
    if isinstance(data, dict):
        texts = {n: v for n, v in data.items() if isinstance(v, str | list)}
    else:
        texts = {TEXT: whole[TEXT]} if isinstance(whole[TEXT], str) else {}
    if texts:
        _all_there(fields.by_column, texts, "field", row.source)
        if fields.by_channel and not _held(texts, fields):
            raise _none_of(fields, row.source)
    return given, texts


def _is_blank(value: JsonValue) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _columns(row: Row, columns: Sequence[str], fields: ColumnFields) -> Sequence[str]:
    named = dict.fromkeys([*columns, *fields.by_column])
    if not columns:
        named |= dict.fromkeys(name for name in fields.by_channel if name in row.item)
    if fields.by_channel and not _held(named, fields):
        raise _none_of(fields, row.source)
    return tuple(named) or (TEXT,)


def _held(names: Iterable[str], fields: ColumnFields) -> bool:
    return any(name in fields.by_channel or name in fields.by_column for name in names)


def _none_of(fields: ColumnFields, source: Source) -> PromptError:
    known = ", ".join(fields.by_channel)
    return PromptError(
        f"no text here is called like a field of the channel ({known}); "
        "say which is which with --channel COLUMN=FIELD",
        source,
    )


def _all_there(names: Iterable[str], known: Mapping[str, object], what: str, at: Source) -> None:
    for name in names:
        if name not in known:
            flag = "--text" if what == "column" else "--channel"
            message = f"there is no {what} '{name}' here; {_instead_of(name, known, flag)}"
            raise PromptError(message, at)


def _instead_of(name: str, known: Iterable[str], flag: str) -> str:
    """What a misspelt name may have been, or which names there are."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"name one with {flag}: {shown}{more}"


def _is_rejected(whole: Item) -> bool:
    return _is_record(whole) and whole["status"] == Status.REJECTED


def _is_record(whole: Item) -> bool:
    """Whether it is a line of a results file."""
    return TEXT in whole and "input" in whole and whole.get("status") in list(Status)
