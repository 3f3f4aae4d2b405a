"""What the texts of a run must be like, one answer held against it, and what the model is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Final, NamedTuple

from copygen.models import Item, Kind, Message, Severity, Violation
from copygen.quality.channels import FieldSpec
from copygen.quality.checker import Checker, TextToCheck
from copygen.quality.facts import MendableViolation
from copygen.quality.fields import (
    RULE,
    Data,
    Field,
    ParseFault,
    in_words,
    parse_fields,
    plain_text,
    text_in_words,
)
from copygen.quality.injection import InjectionScanner
from copygen.quality.sameness import VariantStore
from copygen.quality.trim import trim

MAX_FAULTS = 12
"""Faults that are named at once; more only confuse."""
_CUT = ("length", "empty")
_REWRITTEN = ("sameness", "language", "variants", "empty")
"""Families of rules that nothing but another wording mends."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One version of the text, or of all fields, and how it was judged."""

    violations: tuple[Violation, ...]
    overshoot: int = 0
    """Units by which its texts miss their limits, added up."""

    @property
    def errors(self) -> int:
        """Violations for which it is rejected."""
        return sum(1 for one in self.violations if one.severity is Severity.ERROR)

    @property
    def accepted(self) -> bool:
        """Whether it may be published."""
        return self.errors == 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """Lower is better: errors, then overshoot, then warnings."""
        return self.errors, self.overshoot, len(self.violations) - self.errors


def better(new: Candidate, best: Candidate) -> bool:
    """Whether `new` takes the place of the best so far. At a draw the earlier one stays.

    So a loop of re-asks cannot make a text worse than it was.
    """
    return new.rank < best.rank


@dataclass(frozen=True, slots=True)
class ReAsk:
    """The next message of the conversation."""

    message: str
    fields: tuple[str, ...]
    """The fields it asks for again, in their order; empty: the one text."""


def reask(
    violations: Sequence[Violation],
    keep: Iterable[str] = (),
    texts: Mapping[str, Sequence[str]] | None = None,
    every: Sequence[str] = (),
) -> ReAsk:
    """Name each error as measured, and ask for the fields at fault only.

    `keep` are words that a shorter text must not lose, as a rule the names of the item and the
    terms of the glossary; only those in the text at fault are mentioned. `texts` are the fields'
    present texts, by name; `{"": [text]}` for a single one. Warnings are not mentioned: nothing
    is rejected for them. `every` names all fields there are: they are asked for together when the
    answer as a whole is at fault. Meant for violations with at least one error.
    """
    faults = [one for one in violations if one.severity is Severity.ERROR]
    fields = tuple(dict.fromkeys(one.field for one in faults if one.field is not None))
    if every and any(one.field is None for one in faults):
        fields = tuple(every)
    lines = [_fault(one, _kept(one, keep, texts or {})) for one in _grouped(faults)[:MAX_FAULTS]]
    if (more := len(_grouped(faults)) - MAX_FAULTS) > 0:
        lines.append(f"and {more} more of the same kinds")
    body = "\n".join(f"- {line}" for line in lines)
    return ReAsk(f"{_opening(faults, len(lines))}\n{body}\n{closing_words(fields)}", fields)


def _opening(faults: Sequence[Violation], lines: int) -> str:
    what = "This is" if lines == 1 else "These are"
    rewritten = any(one.rule.split(".")[0] in _REWRITTEN for one in faults)
    todo = "Correct exactly this and change nothing else"
    if rewritten:
        todo = "Correct exactly this, with as many new words as it takes"
    return f"{what} measured, not an opinion. {todo}:"


def closing_words(fields: tuple[str, ...]) -> str:
    """What a further answer has to be: these fields, or the one text."""
    if not fields:
        return "Reply with the corrected text only."
    names = ", ".join(f'"{name}"' for name in fields)
    whole = "its texts" if len(fields) == 1 else "their texts"
    return (
        f"Reply with one JSON object that has only {names}, with all of {whole}, "
        "those that were right unchanged."
    )


def _grouped(faults: Sequence[Violation]) -> list[Violation]:
    """Each fault once: the same rule, place and words of two checks are one to the model."""
    seen = {(f.rule, f.field, f.index, f.fix or f.message): f for f in reversed(faults)}
    return list(reversed(seen.values()))


def _fault(violation: Violation, kept: Sequence[str]) -> str:
    parts = [f"{_place(violation)}{_is(violation)}"]
    if violation.fix:
        parts.append(violation.fix)
    if kept:
        parts.append(f"keep {', '.join(repr_quoted(words) for words in kept)}")
    return "; ".join(parts)


def _place(violation: Violation) -> str:
    if violation.field is None:
        return "the text"
    number = "" if violation.index is None else f" {violation.index + 1}"
    return f"{violation.field}{number}"


def _is(violation: Violation) -> str:
    """`headline 3 is 34 of 30 width units`, `headline 3: 'best' ...`."""
    family = violation.rule.split(".")[0]
    if violation.rule == "sameness.duplicate":  # its message names an id the model has never seen
        return " reads nearly like a text that was written before"
    if family in ("length", "variants"):
        return f" is {violation.message}"
    if family == "count":
        return f" has {violation.message}"
    return f": {violation.message}"


def _kept(
    violation: Violation, keep: Iterable[str], texts: Mapping[str, Sequence[str]]
) -> list[str]:
    """The words to keep that the text at fault has; where it is to be cut, not elsewhere."""
    if violation.rule not in _CUT:
        return []
    present = texts.get(violation.field or "", ())
    at = violation.index or 0
    text = present[at] if at < len(present) else ""
    return [words for words in keep if words and words in text]


def repr_quoted(words: str) -> str:
    """`words` between quotation marks, on one line."""
    return f"'{' '.join(words.split())}'"


WHOLE: Final = ""
"""The name of the one text where there are no fields."""
MENDED: Final = "mended"
"""The rule that a note of a mended text goes by."""
_MOST_MENDS: Final = 3
"""Faults that are mended in one text; one with more is no text with a small fault."""
REASONS: Final = MappingProxyType({"refusal": Kind.REFUSAL})
"""Families of rules that say there is no text: the prompt fails, with this as its kind."""
_KEPT_WORDS: Final = 60
"""The longest value of an item that a shorter text is asked not to lose."""


class OnViolation(StrEnum):
    """What becomes of a text that still breaks a rule after the last re-ask."""

    REJECT = "reject"
    KEEP = "keep"
    TRIM = "trim"
    """Cut at a word or phrase boundary and judged again; rejected if that does not help."""


class PromptRef(NamedTuple):
    """The prompt that an answer is to."""

    item: Item
    prompt_id: str
    asked: Sequence[Message] = ()
    """What was sent first, before any re-ask."""


class Review(NamedTuple):
    """One answer, read and judged."""

    text: str
    """For people: the text itself, or all fields with their names."""
    data: Data | None
    """The fields; None where one text was asked for."""
    violations: tuple[Violation, ...]
    overshoot: int
    texts: Mapping[str, Sequence[str]] = MappingProxyType({})
    """The texts by field; under `WHOLE` the one text."""

    @property
    def candidate(self) -> Candidate:
        """How good it is."""
        return Candidate(self.violations, self.overshoot)

    @property
    def accepted(self) -> bool:
        """Whether it has no errors."""
        return not (
            self.violations and any(one.severity is Severity.ERROR for one in self.violations)
        )

    @property
    def failure(self) -> tuple[Kind, str] | None:
        """Why there is no text at all, and in words; None: there is one, fit or not."""
        for one in self.violations:
            kind = REASONS.get(one.rule.partition(".")[0])
            if kind is not None and one.severity is Severity.ERROR:
                return kind, one.message
        return None


@dataclass(frozen=True, slots=True)
class ReaskPolicy:
    """What follows from a violation."""

    reasks: int = 2
    on_violation: OnViolation = OnViolation.REJECT
    untrusted: frozenset[str] = frozenset()
    """The columns that go into prompts: values that look like instructions are reported."""


@dataclass(slots=True)
class FieldFindings:
    """The texts of one field, and what was found in them."""

    texts: list[str]
    """As given, but for those that were mended."""
    whole: list[Violation]
    """About their number."""
    by_text: list[list[Violation]]
    """About each, in their order."""
    overshoot: int = 0


class RecordChecker:
    """The one way from the texts of a record to what is wrong with them, for a run and a check.

    Each text by itself, their number, and beside the other texts of the same item.
    """

    def __init__(self, checker: Checker, variants: VariantStore, *, mends: bool = False) -> None:
        """`mends`: what can be mended without doubt is, and noted."""
        self.checker = checker
        self.variants = variants
        self._mends = mends

    def field(
        self,
        texts: Sequence[str],
        rules: FieldSpec | None,
        prompt: PromptRef,
        record: Mapping[str, Sequence[str]],
        *,
        label: str | None,
        key: str,
        listed: bool,
        numbered: bool = False,
    ) -> FieldFindings:
        """What is wrong with the texts of one field of a record.

        Violations name the field `label`. `key` is what texts of the item's other records are kept
        by; with `numbered`, they are called by their number, for whoever sees them all. `listed`:
        the field holds a list, of which each text has its place.
        """
        found = FieldFindings([*texts], [], [])
        if listed and rules is not None:
            for one in self.checker.count(len(texts), rules):
                found.whole.append(replace(one, field=label))
        for index, text in enumerate(texts):
            place = index if listed else None
            own: list[Violation] = []
            examined = partial(
                self.checker.examine, item=prompt.item, field=rules, index=place,
                item_id=prompt.prompt_id, record=record, asked=prompt.asked,
            )  # fmt: skip
            checked = examined(text)
            if checked.violations:
                for _ in range(_MOST_MENDS if self._mends else 0):
                    mended = _mended(text, checked.violations)
                    if mended is None:
                        break
                    found.texts[index] = text = mended[0]
                    own.append(replace(mended[1], field=label, index=place))
                    checked = examined(text)
                own += (
                    one if one.field == label else replace(one, field=label)
                    for one in checked.violations
                )
            found.by_text.append(own)
            found.overshoot += checked.overshoot
        if self.checker.compares(rules):
            others = self.variants.texts(prompt.prompt_id, key)
            told = 0 if numbered else len(others)
            every = [*others, *found.texts]
            for one in self.checker.variants(every, rules, told) if len(every) > 1 else ():
                if one.index is not None and one.index >= len(others):
                    number = one.index - len(others)
                    place = number if listed else None
                    found.by_text[number].append(replace(one, field=label, index=place))
        return found

    def accept(
        self, texts: Sequence[str], rules: FieldSpec | None, prompt_id: str, *, key: str
    ) -> None:
        """Remember texts that others should differ from."""
        if self.checker.compares(rules):
            self.variants.add(prompt_id, key, texts)
        for text in texts:
            self.checker.accept(text, prompt_id, rules)


class Acceptance:
    """The rules of one run. Not for several threads; it remembers accepted texts."""

    def __init__(
        self,
        checker: Checker,
        policy: ReaskPolicy,
        *,
        fields: Sequence[Field] = (),
        channel: FieldSpec | None = None,
        variants: int = 1,
    ) -> None:
        """Named `fields`, or one text for `channel`, or one text without a limit."""
        self.checker = checker
        self.policy = policy
        self.fields = tuple(fields)
        self._names = [field.name for field in fields]
        self._rules: dict[str, FieldSpec | None] = {field.name: field.spec for field in fields}
        if not fields:
            self._rules[WHOLE] = channel
        self.channel = channel
        """Of the one text; None where there are fields, or no limit."""
        self.variants = variants
        """Prompts of one item, whose texts should differ."""
        self._records = RecordChecker(checker, VariantStore(variants), mends=True)
        self._scanner = InjectionScanner(policy.untrusted) if policy.untrusted else None

    @property
    def request(self) -> str:
        """What every prompt has to say about the form of its answer; empty: nothing."""
        if self.fields:
            return in_words(self.fields)
        return text_in_words(self.channel) if self.channel else ""

    def read(
        self, answer: str, prompt: PromptRef, earlier: Review | None, asked: ReAsk | None
    ) -> Review:
        """Read and judge an answer: the first, or to a re-ask of what `earlier` was.

        Never raises. Fields that were not asked for again stay as they were.
        """
        if not self.fields:
            return self._judged(answer.strip(), None, prompt, ())
        before = earlier.data if earlier and earlier.data else {}
        kept = _notes_kept(earlier, asked)
        found = self._fields_in(answer, asked.fields if asked else ())
        if isinstance(found, ParseFault):
            merged = self._ordered({**before, **found.data})
            text = plain_text(merged) if merged else answer.strip()
            return self._judged(text, merged, prompt, found.violations, kept)
        merged = self._ordered({**before, **found})
        missing = tuple(
            Violation(RULE, Severity.ERROR, f"'{name}' is missing", field=name,
                      fix=f"add '{name}'")
            for name in self._names if name not in merged
        )  # fmt: skip
        return self._judged(plain_text(merged), merged, prompt, missing, kept)

    def again(self, review: Review, item: Item) -> ReAsk:
        """What to tell the model about an answer that is not accepted."""
        return reask(review.violations, self._words_to_keep(item), review.texts, self._names)

    def trimmed(self, review: Review, prompt: PromptRef) -> Review:
        """The texts that are too long cut to their limit, and judged again."""
        cuts = {(v.field, v.index) for v in review.violations
                if v.rule == "length" and v.severity is Severity.ERROR}  # fmt: skip
        if not cuts:
            return review
        # What was wrong with the answer as such is not mended by cutting its texts.
        known = [one for one in review.violations if one.rule == RULE]
        language = self.checker.language_of(prompt.item)
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

        if review.data is None:
            return self._judged(cut(WHOLE, None, review.text), None, prompt, known, notes)
        data: Data = {
            name: cut(name, None, value)
            if isinstance(value, str)
            else [cut(name, index, text) for index, text in enumerate(value)]
            for name, value in review.data.items()
        }
        return self._judged(plain_text(data), data, prompt, known, notes)

    def accept(self, review: Review, prompt: PromptRef) -> None:
        """Remember the texts of an answer that will be published."""
        for name, texts in review.texts.items():
            self._records.accept(texts, self._rules[name], prompt.prompt_id, key=name)

    def warm_up(self) -> None:
        """Compile what every row needs. Raises ConfigError for what cannot be used."""
        for rules in self._rules.values():
            if self.checker.settings.language_from is not None:
                # Each row tells its language: the lists of all, 0.1 s, are hardly ever needed.
                self.checker.load_packs(rules)
            else:
                self.checker.check("x", {}, rules)

    def end(self, prompt_id: str) -> None:
        """A prompt of several of its item has ended, whatever came of it."""
        self._records.variants.end(prompt_id)

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
        prompt: PromptRef,
        known: Sequence[Violation],
        notes: Sequence[Violation] = (),
    ) -> Review:
        record: dict[str, Sequence[str]] = {WHOLE: [text]}
        if data is not None:
            record = {name: [one] if isinstance(one, str) else one for name, one in data.items()}
            self.checker.prepare(
                TextToCheck(text, prompt.item, self._rules[name], record, prompt.asked)
                for name, texts in record.items()
                for text in texts
            )
        changed: dict[str, list[str]] = {}
        found = [*known]
        overshoot = 0
        for name, texts in record.items():
            listed = data is not None and not isinstance(data[name], str)
            field = self._records.field(
                texts, self._rules[name], prompt, record,
                label=name or None, key=name, listed=listed,
            )  # fmt: skip
            overshoot += field.overshoot
            # What the review says already, of a text or of their number, is not said twice.
            said = {one.index for one in known if one.field == name} if known else ()
            found += (
                one
                for one in chain(field.whole, *field.by_text)
                if one.rule not in ("empty", "count") or one.index not in said
            )
            if field.texts != texts:
                changed[name] = field.texts
        if changed:
            record |= changed
            text, data = _with_texts(data, record)
        found += notes
        # A warning for each value that went into the prompt and reads like an order.
        found += (
            Violation(
                "untrusted.instruction",
                Severity.WARNING,
                f"the column '{name}' looks like an instruction to the model: {what}",
            )
            for name, what in (self._scanner.of(prompt.item) if self._scanner else ())
        )
        return Review(text, data, tuple(found), overshoot, record)

    def _words_to_keep(self, item: Item) -> list[str]:
        """Names a shorter text must not lose: the item's short values, the house's own terms."""
        values = [v for v in item.values() if isinstance(v, str) and 1 < len(v) <= _KEPT_WORDS]
        return [*values, *(entry.term for entry in self.checker.settings.glossary if entry.keep)]


def _notes_kept(earlier: Review | None, asked: ReAsk | None) -> list[Violation]:
    """What was noted of texts that were not asked for again."""
    if earlier is None or asked is None or not asked.fields:
        return []
    notes = (one for one in earlier.violations if one.rule == MENDED)
    return [one for one in notes if one.field not in asked.fields]


def _mended(text: str, found: Sequence[Violation]) -> tuple[str, Violation] | None:
    """The text with the first fault taken out that can be, and the note of it; None: none can."""
    for one in found:
        if isinstance(one, MendableViolation):
            start, end, replacement = one.mend
            left = f"{text[:start]}{replacement}{text[end:]}".strip()
            if left and left != text:
                message = f"{one.message}: taken out by copygen [{one.rule}]"
                return left, Violation(MENDED, Severity.WARNING, message)
    return None


def _with_texts(data: Data | None, texts: Mapping[str, Sequence[str]]) -> tuple[str, Data | None]:
    """The text for people and the data of an answer with these texts."""
    if data is None:
        return texts[WHOLE][0], None
    changed: Data = {
        name: texts[name][0] if isinstance(value, str) else list(texts[name])
        for name, value in data.items()
    }
    return plain_text(changed), changed
