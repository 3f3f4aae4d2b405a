"""What the texts of a run must be like, and one answer after the other held against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from copygen.models import Item
from copygen.quality.fields import Data, Field, in_words, plain_text, text_in_words
from copygen.quality.judge import Judge
from copygen.quality.parsing import RULE, ParseFault, parse_fields
from copygen.quality.reask import Candidate, ReAsk, reask
from copygen.quality.siblings import Siblings
from copygen.quality.specs import FieldSpec
from copygen.quality.suspicion import Suspicion
from copygen.quality.trim import trim
from copygen.quality.violations import Severity, Violation

WHOLE: Final = ""
"""The name of the one text where there are no fields."""
_KEPT_WORDS: Final = 60
"""The longest value of an item that a shorter text is asked not to lose."""


class OnViolation(StrEnum):
    """What becomes of a text that still breaks a rule after the last re-ask."""

    REJECT = "reject"
    KEEP = "keep"
    TRIM = "trim"
    """Cut at a word or phrase boundary and judged again; rejected if that does not help."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose answer it is."""

    item: Item
    prompt_id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer, read and judged."""

    text: str
    """For people: the text itself, or all fields with their names."""
    data: Data | None
    """The fields; None where one text was asked for."""
    violations: tuple[Violation, ...]
    overshoot: int

    @property
    def candidate(self) -> Candidate:
        """How good it is."""
        return Candidate(self.violations, self.overshoot)

    @property
    def accepted(self) -> bool:
        """Whether it has no errors."""
        return self.candidate.accepted

    @property
    def texts(self) -> Mapping[str, Sequence[str]]:
        """The texts by field; under `WHOLE` the one text."""
        if self.data is None:
            return {WHOLE: [self.text]}
        return {name: [value] if isinstance(value, str) else value
                for name, value in self.data.items()}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """What follows from a violation."""

    reasks: int = 2
    on_violation: OnViolation = OnViolation.REJECT
    untrusted: frozenset[str] = frozenset()
    """The columns that go into prompts: values that look like instructions are reported."""


class Standard:
    """The rules of one run. Not for several threads; it remembers accepted texts."""

    def __init__(
        self,
        judge: Judge,
        terms: Terms,
        *,
        fields: Sequence[Field] = (),
        channel: FieldSpec | None = None,
        variants: int = 1,
    ) -> None:
        """Named `fields`, or one text for `channel`, or one text without a limit."""
        self.judge = judge
        self.terms = terms
        self.fields = tuple(fields)
        self._names = [field.name for field in fields]
        self._rules: dict[str, FieldSpec | None] = {field.name: field.spec for field in fields}
        if not fields:
            self._rules[WHOLE] = channel
        self._channel = channel
        self._siblings = Siblings(variants)
        self._suspicion = Suspicion(terms.untrusted)
        self._last: tuple[Item, tuple[Violation, ...]] | None = None

    @property
    def request(self) -> str:
        """What every prompt has to say about the form of its answer; empty: nothing."""
        if self.fields:
            return in_words(self.fields)
        return text_in_words(self._channel) if self._channel else ""

    def read(
        self, answer: str, asker: Asker, earlier: Reading | None, asked: ReAsk | None
    ) -> Reading:
        """Read and judge an answer: the first, or to a re-ask of what `earlier` was.

        Never raises. Fields that were not asked for again stay as they were.
        """
        if not self.fields:
            return self._judged(answer.strip(), None, asker, ())
        before = earlier.data if earlier and earlier.data else {}
        found = self._fields_in(answer, asked.fields if asked else ())
        if isinstance(found, ParseFault):
            merged = self._ordered({**before, **found.data})
            text = plain_text(merged) if merged else answer.strip()
            return self._judged(text, merged, asker, found.violations)
        merged = self._ordered({**before, **found})
        missing = tuple(
            Violation(RULE, Severity.ERROR, f"'{name}' is missing", field=name,
                      fix=f"add '{name}'")
            for name in self._names if name not in merged
        )  # fmt: skip
        return self._judged(plain_text(merged), merged, asker, missing)

    def again(self, reading: Reading, item: Item) -> ReAsk:
        """What to tell the model about an answer that is not accepted."""
        return reask(reading.violations, self._words_to_keep(item), reading.texts, self._names)

    def trimmed(self, reading: Reading, asker: Asker) -> Reading:
        """The texts that are too long cut to their limit, and judged again."""
        cuts = {(v.field, v.index) for v in reading.violations
                if v.rule == "length" and v.severity is Severity.ERROR}  # fmt: skip
        if not cuts:
            return reading
        # What was wrong with the answer as such is not mended by cutting its texts.
        known = [one for one in reading.violations if one.rule == RULE]
        language = self.judge.language_of(asker.item)
        notes: list[Violation] = []

        def cut(name: str, index: int | None, text: str) -> str:
            place = (name or None, index)
            rules = self._rules[name]
            if place not in cuts or rules is None or rules.limit is None:
                return text
            shorter = trim(text, rules.limit, rules.unit, language=language)
            message = f"cut to {rules.unit.counted(rules.limit)} from '{text}'"
            notes.append(Violation("length.trimmed", Severity.WARNING, message, None, *place))
            return shorter

        if reading.data is None:
            return self._judged(cut(WHOLE, None, reading.text), None, asker, known, notes)
        data: Data = {
            name: cut(name, None, value)
            if isinstance(value, str)
            else [cut(name, index, text) for index, text in enumerate(value)]
            for name, value in reading.data.items()
        }
        return self._judged(plain_text(data), data, asker, known, notes)

    def accept(self, reading: Reading, asker: Asker) -> None:
        """Remember the texts of an answer that will be published."""
        for name, texts in reading.texts.items():
            self._siblings.add(asker.prompt_id, name, list(texts))
            for text in texts:
                self.judge.accept(text, asker.prompt_id, self._rules[name])

    def warm_up(self) -> None:
        """Compile all that is needed. Raises ConfigError for what cannot be used."""
        for rules in self._rules.values():
            self.judge.check("x", {}, rules)

    def end(self, prompt_id: str) -> None:
        """A prompt has ended, whatever came of it."""
        self._siblings.end(prompt_id)

    def _fields_in(self, answer: str, asked: Sequence[str]) -> Data | ParseFault:
        """The fields of an answer. One that has all fields will do where some were asked for."""
        wanted = [field for field in self.fields if not asked or field.name in asked]
        found = parse_fields(answer, wanted)
        if isinstance(found, ParseFault) and len(wanted) < len(self.fields):
            whole = parse_fields(answer, self.fields)
            if not isinstance(whole, ParseFault):
                return {field.name: whole[field.name] for field in wanted}
        return found

    def _ordered(self, data: Data) -> Data:
        return {name: data[name] for name in self._names if name in data}

    def _judged(
        self,
        text: str,
        data: Data | None,
        asker: Asker,
        known: Sequence[Violation],
        notes: Sequence[Violation] = (),
    ) -> Reading:
        reading = Reading(text, data, (), 0)
        found = [*known]
        overshoot = 0
        for name, texts in reading.texts.items():
            rules = self._rules[name]
            listed = data is not None and not isinstance(data[name], str)
            overshoot += sum(self.judge.overshoot(one, rules) for one in texts)
            # What the reading says already, of a text or of their number, is not said twice.
            said = {one.index for one in known if one.field == name}
            for one in self._of_field(name, texts, asker, listed=listed):
                if one.rule not in ("empty", "count") or one.index not in said:
                    found.append(one)
        found += [*notes, *self._suspicious(asker.item)]
        return replace(reading, violations=tuple(found), overshoot=overshoot)

    def _of_field(
        self, name: str, texts: Sequence[str], asker: Asker, *, listed: bool
    ) -> Iterator[Violation]:
        rules = self._rules[name]
        if listed and rules is not None:
            yield from (replace(one, field=name) for one in self.judge.count(len(texts), rules))
        for index, text in enumerate(texts):
            place = index if listed else None
            for one in self.judge.check(
                text, asker.item, rules, index=place, item_id=asker.prompt_id
            ):
                yield replace(one, field=name or None)
        others = self._siblings.texts(asker.prompt_id, name)
        for one in self.judge.variants([*others, *texts], rules, len(others)):
            if one.index is not None and one.index >= len(others):
                place = one.index - len(others) if listed else None
                yield replace(one, field=name or None, index=place)

    def _suspicious(self, item: Item) -> tuple[Violation, ...]:
        """A warning for each value that went into the prompt and reads like an order."""
        if self._last is None or self._last[0] is not item:
            found = tuple(
                Violation(
                    "untrusted.instruction",
                    Severity.WARNING,
                    f"the column '{name}' looks like an instruction to the model: {what}",
                )
                for name, what in self._suspicion.of(item)
            )
            self._last = (item, found)
        return self._last[1]

    def _words_to_keep(self, item: Item) -> list[str]:
        """Names a shorter text must not lose: the item's short values, the house's own terms."""
        values = [v for v in item.values() if isinstance(v, str) and 1 < len(v) <= _KEPT_WORDS]
        return [*values, *(entry.term for entry in self.judge.settings.glossary if entry.keep)]
