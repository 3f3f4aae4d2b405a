"""What the texts of a results file were asked to be: a run writes it down, whoever reads uses it.

So a review measures a text as the run did, an export checks it again, and nobody has to name the
prompt file for it. `<results>.rules.json` has the fields or the channel with their limits, and the
prompt file's `checks:`.
"""

import os
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Self

import pydantic

from copygen import system
from copygen.documents import FrozenModel, files
from copygen.errors import ResultsError
from copygen.models import Result, Violation
from copygen.quality.acceptance import Acceptance, PromptRef, RecordChecker
from copygen.quality.channels import FieldSpec
from copygen.quality.checker import Checker
from copygen.quality.fields import Field
from copygen.quality.sameness import VariantStore
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import Unit, boundaries, measure
from copygen.results.decisions import Place
from copygen.results.storage import Beside, replace_beside, reported
from copygen.version import __version__

_VERSION: Final = 1
_MAX_BYTES: Final = 16 * 1024 * 1024
_AT_MOST_FOUR: Final = frozenset(
    (Unit.CODEPOINTS, Unit.GRAPHEMES, Unit.UTF16, Unit.BYTES, Unit.WIDTH)
)
"""Units that count no code point for more than four: most texts need not be measured for them."""
_TEXT: Final = ""
"""What the one text is called where there are no fields."""


class FieldRules(FrozenModel):
    """One named field."""

    name: str
    min_count: Annotated[int, pydantic.Field(ge=1)] = 1
    max_count: Annotated[int, pydantic.Field(ge=1)] = 1
    is_list: bool = False
    spec: FieldSpec


class RulesFile(FrozenModel):
    """The file, as JSON."""

    version: int
    copygen: str = ""
    """The version that wrote it."""
    prompts: str | None = None
    """The prompt file or table, relative to the results' folder; None: no file."""
    template: str | None = None
    """The template, likewise."""
    folder: str = "."
    """Where packs of the user's own are, likewise."""
    fields: tuple[FieldRules, ...] = ()
    channel: FieldSpec | None = None
    """Of the one text, where there are no fields."""
    checks: Mapping[str, Any] = {}
    """The `checks:` of the prompt file."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long a text is, in the unit of its channel."""

    value: int
    limit: int | None
    unit: Unit

    @property
    def over(self) -> int:
        """Units too many; 0 where it fits."""
        return max(0, self.value - self.limit) if self.limit is not None else 0


class Rules:
    """What texts were asked to be, and the checks that say whether they are."""

    def __init__(
        self, given: RulesFile | None, folder: Path, since: datetime | None = None
    ) -> None:
        """`folder` is the results' own; `given` None: nothing was written down; `since` when they
        were written, None: that is not known."""
        self._since = since
        self.are_known = given is not None
        """Whether the run asked anything of its texts; without, nothing is checked."""
        given = given or RulesFile(version=_VERSION)
        self.given = given
        self._folder = folder
        self._checks = ChecksSettings.model_validate(given.checks)
        self._specs = {one.name: one.spec for one in given.fields}
        self._records: RecordChecker | None = None

    @classmethod
    def recall(cls, results: Path) -> Self:
        """Those of the last run that wrote `results`; none where it left none.

        Raises ResultsError for a file that is not what a run writes.
        """
        path = Beside.RULES.of(results)
        given = since = None
        with reported(path, "read it"):
            if files.is_own(path):
                since = datetime.fromtimestamp(files.status(path).st_mtime, UTC)
                content = files.read_bytes(path, Beside.RULES.role, _MAX_BYTES)
                try:
                    given = RulesFile.model_validate_json(content)
                except pydantic.ValidationError as invalid:
                    raise ResultsError(
                        f"{path} is not what a run writes down of its rules; the next run makes it "
                        "anew. Move it away."
                    ) from invalid
        return cls(given, results.parent, since)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The named fields in their order."""
        return tuple(self._specs)

    @property
    def checker(self) -> Checker:
        """The compiled checks. Raises ConfigError where they cannot be used any more."""
        return self._record_checker.checker

    def spec(self, field: str | None) -> FieldSpec | None:
        """What holds for a field, or for the one text; None: nothing is known."""
        return self.given.channel if field is None else self._specs.get(field)

    def prompts(self) -> Path | None:
        """The prompt file or table that the texts were made of, where it was a file."""
        return None if self.given.prompts is None else self._folder / self.given.prompts

    def template(self) -> Path | None:
        """The template that a table's rows were put into."""
        return None if self.given.template is None else self._folder / self.given.template

    def length(self, field: str | None, text: str) -> Length:
        """How long a text of that field is, and how long it may be."""
        return length_of(text, self.spec(field))

    def overflow(self, field: str | None, text: str) -> int | None:
        """The offset into the text from which on it is too long; None: it fits."""
        return overflow_of(text, self.spec(field))

    def language_of(self, record: Result) -> str | None:
        """The language that the record's texts should be in; None: none was asked for."""
        return self.checker.language_of(record.input)

    def is_too_long(self, field: str | None, text: str) -> bool:
        """Whether a text is past a limit that rejects it; no other check is as cheap."""
        spec = self.spec(field)
        if spec is None or spec.limit is None or not spec.fails:
            return False
        if 4 * len(text) <= spec.limit and spec.unit in _AT_MOST_FOUR:
            return False
        return measure(text, spec.unit) > spec.limit

    def checked(self, created_at: datetime) -> bool:
        """Whether the run that wrote a record held its texts against these very rules, so that its
        violations are all there are. A run writes rules only where they have changed."""
        return self._since is None or created_at >= self._since

    def check(
        self, record: Result, texts: Mapping[str | None, Sequence[str]]
    ) -> Mapping[Place, tuple[Violation, ...]]:
        """What is wrong with texts of a record, by place: the checks of a run, by themselves.

        `texts` are those in force, by field; what is wrong with their number has the place
        `(field, None)`. Texts of other records are not looked at. Where no rules are known nothing
        is found.
        """
        if not self.are_known:
            return {}
        named = {name or _TEXT: list(value) for name, value in texts.items()}
        prompt = PromptRef(record.input, record.id)
        found: dict[Place, tuple[Violation, ...]] = {}
        for name, value in texts.items():
            listed = isinstance((record.data or {}).get(name or ""), list)
            field = self._record_checker.field(
                value, self.spec(name), prompt, named,
                label=name, key=name or _TEXT, listed=listed,
            )  # fmt: skip
            if field.whole:
                found[Place(name)] = tuple(field.whole)
            for index, own in enumerate(field.by_text):
                place = Place(name, index if listed else None)
                found[place] = found.get(place, ()) + tuple(own)
        return found

    @property
    def _record_checker(self) -> RecordChecker:
        if self._records is None:
            checker = Checker(self._checks, measure, self._folder / self.given.folder)
            self._records = RecordChecker(checker, VariantStore(1))
        return self._records


def length_of(text: str, spec: FieldSpec | None) -> Length:
    """How long a text is by what holds for its field; without, in code points and without limit."""
    unit = spec.unit if spec else Unit.CODEPOINTS
    return Length(measure(text, unit), spec.limit if spec else None, unit)


def overflow_of(text: str, spec: FieldSpec | None) -> int | None:
    """The offset into the text from which on it is longer than it may be; None: it fits."""
    length = length_of(text, spec)
    if length.limit is None or not length.over:
        return None
    ends = [0, *boundaries(text)]
    fitting = bisect_right(ends, length.limit, key=lambda end: measure(text[:end], length.unit))
    return ends[max(0, fitting - 1)]


def remember_rules(
    results: Path, acceptance: Acceptance | None, *, prompts: Path | None, template: Path | None
) -> None:
    """Write down beside `results` what this run asks of its texts, in place of an earlier run's.

    `acceptance` None: nothing is asked, and an earlier run's rules are taken away. For the holder
    of the results' lock. Raises ResultsError.
    """
    path = Beside.RULES.of(results)
    with reported(path, "write it"):
        if acceptance is None:
            if files.is_own(path):
                system.remove(path)
            return
        content = _rules_file(results.parent, acceptance, prompts, template).model_dump_json(
            exclude_defaults=True, indent=1
        )
        encoded = content.encode() + b"\n"
        if files.is_own(path) and files.read_bytes(path, Beside.RULES.role, _MAX_BYTES) == encoded:
            return
        replace_beside(results, Beside.RULES, encoded)


def _rules_file(
    folder: Path, acceptance: Acceptance, prompts: Path | None, template: Path | None
) -> RulesFile:
    checker = acceptance.checker
    return RulesFile(
        version=_VERSION,
        copygen=__version__,
        prompts=_relative(prompts, folder),
        template=_relative(template, folder),
        folder=_relative(checker.folder, folder) or ".",
        fields=tuple(map(_field_rules, acceptance.fields)),
        channel=acceptance.channel,
        checks=checker.settings.model_dump(mode="json", exclude_unset=True),
    )


def _field_rules(field: Field) -> FieldRules:
    return FieldRules(
        name=field.name,
        min_count=field.min_count,
        max_count=field.max_count,
        is_list=field.is_list,
        spec=field.spec,
    )


def _relative(path: Path | None, folder: Path) -> str | None:
    """The path as seen from the results; whole where there is none, as between Windows' drives."""
    if path is None:
        return None
    try:
        return Path(os.path.relpath(files.resolved(path), files.resolved(folder))).as_posix()
    except ValueError:
        return str(files.resolved(path))
