"""All checks of a run, compiled once, and one text at a time held against them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from copygen.errors import ConfigError
from copygen.models import Item, JsonValue, Message, Severity, Violation
from copygen.quality import facts as grounding
from copygen.quality.channels import CharacterRules, FieldSpec
from copygen.quality.checks import endings, form, language, repetition, wording, wrappers
from copygen.quality.checks.chat import ChatCheck
from copygen.quality.checks.filling import FillingCheck
from copygen.quality.checks.form import TagLimits, tags
from copygen.quality.checks.names import NamesCheck
from copygen.quality.facts import CheckContext, Facts
from copygen.quality.language_detector import Detector
from copygen.quality.language_tally import LanguageTally
from copygen.quality.languages import language_tag
from copygen.quality.normalize import Form, NormalizedText, TermMatcher, visible
from copygen.quality.packs import (
    WORD_LISTS,
    Pack,
    RuleSet,
    WordingRule,
    load_pack,
    load_wording,
)
from copygen.quality.phrases import PhraseReader
from copygen.quality.placeholders import filled, find_placeholders
from copygen.quality.quantities import load_measures
from copygen.quality.sameness import SamenessIndex, repeats, variants
from copygen.quality.settings import ChecksSettings, Override, phrases_for
from copygen.quality.units import Unit

_AROUND = frozenset(("leftovers.quotes", "sameness.opening"))
"""Rules that are about all that stands between two places, not about the letters there."""
_NO_RECORD: Mapping[str, Sequence[str]] = MappingProxyType({})
_FAR_OVER = 10
"""Times its limit from which a text is too long and nothing else is looked for."""
_MOST_PREPARED = 1000
_LONG_CHARS = 4000
"""Shorter ones cost little enough to be told all at once what is wrong with them."""
Check: TypeAlias = Callable[[CheckContext], Iterable[Violation]]
Measure: TypeAlias = Callable[[str, Unit], int]
"""`(text, unit) → length`, and never raises: `copygen.quality.units.measure`."""


class CheckedText(NamedTuple):
    """What was found in one text."""

    violations: tuple[Violation, ...]
    overshoot: int = 0
    """Units by which it misses its limits: to find the best of several."""


@dataclass(frozen=True, slots=True)
class _CompiledChecks:
    """The checks of one field for texts in one language."""

    field: FieldSpec | None
    checks: tuple[Check, ...]
    plain: tuple[Check, ...]
    """Of these the ones for a text of a `Form` with a name: half of all headlines are so plain."""
    words: RuleSet
    """The rules of all word lists and packs, so that one pass over a text finds their words."""
    reports: tuple[wording.Report, ...]
    """What is said of each of them, in their order."""
    looks_for_placeholders: bool


class TextToCheck(NamedTuple):
    """One text of an item, as `examine` is asked for it."""

    text: str
    item: Item
    field: FieldSpec | None
    record: Mapping[str, Sequence[str]]
    asked: Sequence[Message]


@dataclass(slots=True, eq=False)
class _Examination:
    """One text on its way through the rules."""

    text: str
    item: Item
    field: FieldSpec | None
    compiled: _CompiledChecks
    facts: Facts
    language: str | None
    seen: dict[str, NormalizedText]
    """The item's texts as they are compared."""
    found: list[Violation]
    overshoot: int
    context: CheckContext | None
    """None: there is nothing to read, or no need to."""


class Checker:
    """Says what is wrong with a text. One per run; not for several threads at a time.

    `measure` gives lengths in the units of the fields. `folder` is where packs that the settings
    name as files have to be; `own_packs`, which a person named, may be anywhere. Raises ConfigError
    for a pack or rule that cannot be used, and for settings that could never change anything.
    """

    def __init__(
        self,
        settings: ChecksSettings,
        measure: Measure,
        folder: Path | None = None,
        own_packs: Sequence[str] = (),
    ) -> None:
        self.settings = settings
        self.sameness = SamenessIndex(settings.sameness.compiled()) if settings.sameness else None
        """None when it is switched off."""
        self._measure = measure
        self.folder = folder
        """Where packs that the settings name as files are; None: in the current folder."""
        self._packs = {name: load_pack(name, folder) for name in settings.packs}
        self._packs |= {name: load_pack(name) for name in own_packs}
        self._everywhere = tuple(self._packs)
        if idle := settings.idle():
            raise ConfigError(idle)
        self._measures = load_measures()
        self._allowed = settings.grounding.allow if settings.grounding else ()
        self._kept = frozenset(name.casefold() for name in settings.placeholders)
        self._longest = settings.longest
        self._phrases = PhraseReader()
        self._chat = ChatCheck(self._phrases)
        self._names = None if self._off("names") else NamesCheck(settings.names)
        self._compiled: dict[tuple[str | None, str | None], _CompiledChecks] = {}
        self._item: Item | None = None
        self._facts = Facts({}, self._measures)
        self._language = settings.language
        self._seen: dict[str, NormalizedText] = {}
        self._prepared: dict[tuple[int, str], _Examination] = {}
        """Identity of an item, and its text → what all that is about that alone finds."""
        self._detector = Detector()
        self._expected: JsonValue = None
        """What the last item that was expected says of its language."""
        self.languages = LanguageTally()
        """What is to be said of the languages of the run as a whole."""
        if settings.language:
            self.languages.ask(settings.language)
        self.by_language = bool(settings.language or settings.language_from)
        """Whether texts are held against a language."""

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs in use, with their notes and sources."""
        return tuple(self._packs.values())

    def check(
        self,
        text: str,
        item: Item,
        field: FieldSpec | None = None,
        *,
        index: int | None = None,
        item_id: str = "",
    ) -> tuple[Violation, ...]:
        """What is wrong with one text of an item; nothing when it is fit to publish.

        Never raises for any text or item. It does not change the sameness index: `accept` does.
        """
        return self.examine(text, item, field, index=index, item_id=item_id).violations

    def examine(
        self,
        text: str,
        item: Item,
        field: FieldSpec | None = None,
        *,
        index: int | None = None,
        item_id: str = "",
        record: Mapping[str, Sequence[str]] = _NO_RECORD,
        asked: Sequence[Message] = (),
    ) -> CheckedText:
        """The same with the length by which the text misses its limits.

        `record` has all texts of the answer by field, `asked` what the model was asked.
        """
        key = id(item), text
        one = self._prepared.pop(key, None) if self._prepared else None
        if one is not None and one.field is field:
            self._item, self._facts, self._language = item, one.facts, one.language
            self._seen = one.seen
        else:
            self.prepare((TextToCheck(text, item, field, record, asked),))
            one = self._prepared.pop(key)
        found = one.found
        if one.context and self.sameness is not None and not (field and field.shared):
            for violation in self.sameness.look(one.context.text, item_id):
                if not self._is_own_name(violation, one.context.text):
                    found.append(violation)
        return CheckedText(self._placed(found, field, index) if found else (), one.overshoot)

    def prepare(self, texts: Iterable["TextToCheck"]) -> None:
        """Hold texts of several items against all that is about each by itself, so that `examine`
        has it when it is asked for them.

        Rule by rule and not text by text: what one rule runs is then in the processor's caches,
        which takes 40 % off what short texts cost.
        """
        if len(self._prepared) > _MOST_PREPARED:
            self._prepared.clear()  # nobody has asked for them: their prompts were cancelled
        begun = [self._begun(one) for one in texts]
        read = [(one, one.context) for one in begun if one.context is not None]
        for compiled in {id(one.compiled): one.compiled for one, _ in read}.values():
            own = [(one, context) for one, context in read if one.compiled is compiled]
            plain = [one for one in own if one[1].text.form is not Form.OTHER]
            others = [one for one in own if one[1].text.form is Form.OTHER]
            for checks, group in ((compiled.plain, plain), (compiled.checks, others)):
                for check in checks if group else ():
                    for one, context in group:
                        one.found += check(context)
            if self._names is not None:
                for one, context in own:
                    one.found += self._names.violations(context, one.item)
            for one, context in own:
                if context.placeholders and compiled.looks_for_placeholders:
                    one.found += wording.placeholders(context, self._kept)
                for number, spans in compiled.words.hits(context.text):
                    one.found += compiled.reports[number](context, spans)
        for one in begun:
            self._prepared[id(one.item), one.text] = one

    def _begun(self, given: "TextToCheck") -> "_Examination":
        """The text with what is known of it, and what its length and an empty one say."""
        text, item, field, record, asked = given
        if item is not self._item:
            # Its texts come one after the other.
            self._item, self._seen = item, {}
            self._facts = Facts(item, self._measures, self._allowed)
            if self.settings.language_from is not None:  # looked up only where rows differ in it
                self._language = self.ask_language(item)
        name = field.name if field else None
        compiled = self._compiled.get((name, self._language))
        # Looking whether it is the same object spares comparing all that is in it.
        if compiled is None or (compiled.field is not field and compiled.field != field):
            compiled = self._compiled[name, self._language] = self._compile(field, self._language)
        places = find_placeholders(text)
        one = _Examination(
            text, item, field, compiled, self._facts, self._language, self._seen, [], 0, None
        )
        if field is not None and (field.limit is not None or field.min_length):
            # Placeholders count at their longest.
            measured = self._measure(filled(text, self._longest) if places else text, field.unit)
            over = measured - field.limit if field.limit is not None else 0
            one.overshoot = max(0, over) or max(0, (field.min_length or 0) - measured)
            if one.overshoot:
                one.found += form.length(measured, field)
        if len(text) <= form.LONGEST_MARK or text.isspace():
            one.found[:0] = empty = form.empty(text)
            if empty:
                one.found = empty
                return one
        if one.found and len(text) > _LONG_CHARS and self._is_far_over(one.overshoot, field):
            return one
        normalized = self._normalized(text, field)
        one.context = CheckContext(
            normalized, self._facts, self._language, name, record, asked, places
        )
        return one

    def _normalized(self, text: str, field: FieldSpec | None) -> NormalizedText:
        """What readers see of the text, made comparable: once to look at it, and to accept it."""
        seen = visible(text) if field is not None and field.html else text
        normalized = self._seen.get(seen)
        if normalized is None:
            normalized = self._seen[seen] = NormalizedText(seen)
        return normalized

    def _is_far_over(self, overshoot: int, field: FieldSpec | None) -> bool:
        """Whether the text is so long that this is all there is to say: it fails by that."""
        if field is None or field.limit is None or not field.fails:
            return False
        over = overshoot > (_FAR_OVER - 1) * field.limit
        return over and self.settings.override("length") is None

    def _is_own_name(self, violation: Violation, text: NormalizedText) -> bool:
        """To begin with the product's own name, or to say nothing else, is no lack of ideas."""
        known = self._facts.folded.text
        words = text.text.strip()
        if violation.rule == "sameness.opening" and self.sameness is not None:
            words = self.sameness.opening_of(text)
        return words in known or words in "".join(known.split())

    def count(self, number: int, field: FieldSpec) -> tuple[Violation, ...]:
        """Whether a field has too few or too many texts."""
        return self._placed(form.count(number, field), field, None)

    def variants(
        self, texts: Sequence[str], field: FieldSpec | None = None, others: int = 0
    ) -> tuple[Violation, ...]:
        """Which of an item's texts repeat an earlier one or are too near to it.

        Repeats are found where the field forbids them, likeness where `variants` is set. The first
        `others` texts are of earlier answers: they are not called by their number.
        """
        found = repeats(texts, others) if field and field.rules.no_repeats_in_field else []
        if self.settings.variants:
            repeated = {one.index for one in found}
            alike = variants(texts, self.settings.variants, others)
            found += [one for one in alike if one.index not in repeated]
        return self._placed(found, field, None)

    def compares(self, field: FieldSpec | None) -> bool:
        """Whether `variants` looks for anything in texts of that field."""
        return bool(self.settings.variants) or bool(field and field.rules.no_repeats_in_field)

    def accept(self, text: str, item_id: str, field: FieldSpec | None = None) -> None:
        """Remember a text that will be published, for sameness and the languages of the run."""
        if self.by_language:
            seen = self._normalized(text, field).original
            self.languages.accept(field.name if field else "", seen)
        if self.sameness is not None and not (field and field.shared):
            self.sameness.add(self._normalized(text, field), item_id)

    def language_of(self, item: Item) -> str | None:
        """The language texts of that item should be in; None: not told, or no known one."""
        if self.settings.language_from is None:
            return self.settings.language
        value = item.get(self.settings.language_from)
        return language_tag(value) if isinstance(value, str) else None

    def ask_language(self, item: Item) -> str | None:
        """The same as `language_of`, noted for what is said of the run's languages."""
        tag = self.language_of(item)
        if (column := self.settings.language_from) is not None:
            self.languages.ask(tag, item.get(column))
        return tag

    def load_packs(self, field: FieldSpec | None) -> list[Pack]:
        """The packs for texts of that field. Raises ConfigError for one that cannot be used."""
        names = dict.fromkeys([*self._everywhere, *(field.packs if field else ())])
        for name in names:
            if name not in self._packs:
                self._packs[name] = load_pack(name, self.folder)
        return [self._packs[name] for name in names]

    def expect(self, item: Item) -> None:
        """A text of that item is being asked for: begin to load what judging it takes long to load.

        Returns at once.
        """
        column = self.settings.language_from
        value = item.get(column) if column is not None else self.settings.language
        if value == self._expected:
            return
        self._expected = value
        if (tag := self.language_of(item)) is not None and not self._off("language.other"):
            self._detector.start(tag)

    def _compile(self, field: FieldSpec | None, tag: str | None) -> _CompiledChecks:
        worded = [*self._of_word_lists(tag), *self._of_claims(tag), *self._of_packs(field, tag)]
        of_marks: list[Check] = []
        checks = tuple(self._checks_of(field, tag, of_marks))
        return _CompiledChecks(
            field,
            checks,
            tuple(one for one in checks if one not in of_marks),
            RuleSet((rule for rule, _ in worded), tag),
            tuple(report for _, report in worded),
            self.settings.leftovers and not self._off("leftovers"),
        )

    def _checks_of(
        self, field: FieldSpec | None, tag: str | None, of_marks: list[Check]
    ) -> Iterator[Check]:
        """The checks that are code; those of marks, which plain texts lack, are in `of_marks`."""
        yield from self._of_characters(field, of_marks)
        if tag is not None:
            yield language.script
            if not self._off("language.other"):
                yield language.OtherLanguage(tag, self._detector, self.languages)
        yield from self._of_phrases(tag)
        if self.settings.leftovers and not self._off("leftovers"):
            # First what stands around the whole: `text` after a fence is no label.
            of_marks.append(partial(wrappers.wrapped, field=field))
            yield of_marks[-1]
            yield self._chat.violations
            grounded = self.settings.grounding
            numbers = bool(grounded and grounded.numbers) and not self._off("grounding")
            yield FillingCheck(self._phrases, self._kept, numbers=numbers).violations
        if not self._off("repetition"):
            yield repetition.repeated
        if not self._off("truncated"):
            yield endings.cut_off
        hashtags, most = self.settings.hashtags, self.settings.max_mentions
        limits = TagLimits(hashtags.min, hashtags.max, most)
        if limits != TagLimits():
            yield partial(tags, limits=limits)
        settings = self.settings.grounding
        if settings and not self._off("grounding") and (settings.numbers or settings.dates):
            yield partial(
                grounding.figures,
                measures=self._measures,
                allowed=TermMatcher(settings.allow),
                numbers=settings.numbers,
                dates=settings.dates,
            )

    def _off(self, rule: str) -> bool:
        """Whether the rule and all below it are off, so that the check need not run."""
        below = (
            given for name, given in self.settings.severity.items() if name.startswith(f"{rule}.")
        )
        off = Override.OFF
        return self.settings.override(rule) is off and all(given is off for given in below)

    def _of_characters(self, field: FieldSpec | None, of_marks: list[Check]) -> Iterator[Check]:
        """Of the settings, and of the field where those do not say it already."""
        own = self.settings.characters
        yield form.no_control
        for check, is_of_marks in form.checks_of(own):
            of_marks += [check] if is_of_marks else ()
            yield check
        if field is None:
            return
        said = own.names()
        left = {n: v for n, v in field.rules.names().items() if said.get(n) != v}
        for check, is_of_marks in form.checks_of(CharacterRules.model_validate(left)):
            own_check = check if field.verified else partial(_warned, check)
            of_marks += [own_check] if is_of_marks else ()
            yield own_check

    def _of_phrases(self, tag: str | None) -> Iterator[Check]:
        settings = self.settings
        for given, rule in (
            (settings.required, "phrases.required"),
            (settings.disclaimers, "phrases.disclaimer"),
        ):
            if wanted := [wording.Phrase.of(words) for words in phrases_for(given, tag)]:
                yield partial(wording.required, phrases=wanted, rule=rule)
        if banned := TermMatcher(phrases_for(settings.forbidden, tag)):
            yield partial(wording.forbidden, terms=banned)
        if terms := self._glossary(tag):
            yield partial(wording.glossary, terms=terms)

    def _glossary(self, tag: str | None) -> list[wording.Term]:
        found = []
        for entry in self.settings.glossary:
            words = phrases_for({tag: (use,) for tag, use in entry.use.items()}, tag)
            use = wording.Phrase.of(words[0]) if words else None
            if use or entry.keep or entry.avoid:
                source = wording.Phrase.of(entry.term)
                found.append(wording.Term(source, use, entry.keep, entry.avoid, entry.instead))
        return found

    def _of_word_lists(self, tag: str | None) -> Iterator[tuple[WordingRule, wording.Report]]:
        """The rules that are files of `configs/wording/`."""
        for family in WORD_LISTS:
            if self._off(family) or (family == "leftovers" and not self.settings.leftovers):
                continue
            for rule in load_wording(family).rules:
                if rule.covers(None, tag) and not self._off(f"{family}.{rule.id}"):
                    yield rule, partial(wording.listed, family=family, rule=rule, kept=self._kept)

    def _of_claims(self, tag: str | None) -> Iterator[tuple[WordingRule, wording.Report]]:
        settings = self.settings.grounding
        if not settings or not settings.claims or self._off("grounding"):
            return
        allowed = TermMatcher(settings.allow)
        for rule in load_wording("claims").rules:
            if rule.covers(None, tag):
                yield rule, partial(grounding.claims, rule=rule, allowed=allowed)

    def _of_packs(
        self, field: FieldSpec | None, tag: str | None
    ) -> Iterator[tuple[WordingRule, wording.Report]]:
        where = field.name if field else None
        for pack in self.load_packs(field):
            for rule in pack.rules:
                if rule.covers(where, tag) and not self._off(f"pack.{pack.pack}.{rule.id}"):
                    yield rule, partial(wording.linted, pack=pack.pack, rule=rule)

    def _placed(
        self, found: Sequence[Violation], field: FieldSpec | None, index: int | None
    ) -> tuple[Violation, ...]:
        name = field.name if field else None
        placed = []
        for violation in found:
            override = self.settings.override(violation.rule) if self.settings.severity else None
            if override is Override.OFF:
                continue
            severity = Severity(override.value) if override else violation.severity
            number = violation.index if violation.index is not None else index
            placing = (severity, name, number)
            if placing != (violation.severity, violation.field, violation.index):
                # Takes 4 µs, so that it is not done for nothing.
                violation = replace(violation, severity=severity, field=name, index=number)
            placed.append(violation)
        return tuple(placed) if len(placed) < 2 else _one_each(placed)


def _one_each(found: Sequence[Violation]) -> tuple[Violation, ...]:
    """Of findings about the same letters the gravest, and of these the first.

    A rule of the channel, one of its pack and one of the default set may all be about one `!`: to
    whoever has to mend it that is one fault.
    """
    if any(one.rule == "language.other" and one.severity is Severity.ERROR for one in found):
        # Every second word of another language is half a word of this one.
        found = [one for one in found if one.rule != "truncated.word"]
    ranked = sorted(found, key=lambda one: one.severity is not Severity.ERROR)
    kept: set[int] = set()
    taken: dict[int | None, list[tuple[int, int]]] = {}
    for one in ranked:
        if one.span is not None and one.rule not in _AROUND:
            spans = taken.setdefault(one.index, [])
            at = bisect_left(spans, one.span)
            # They share no letter, so that only the two beside it can share one with it.
            beside = spans[max(0, at - 1) : at + 1]
            if any(start < one.span[1] and one.span[0] < end for start, end in beside):
                continue
            spans.insert(at, one.span)
        kept.add(id(one))
    return tuple(one for one in found if id(one) in kept)


def _warned(check: Check, context: CheckContext) -> Iterator[Violation]:
    """What a check finds, as warnings: the source of an unverified field is a weak one."""
    for violation in check(context):
        yield replace(violation, severity=Severity.WARNING)
