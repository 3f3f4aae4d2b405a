"""All checks of a run, compiled once, and one text at a time held against them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from copygen.errors import ConfigError
from copygen.models import Item, Message, Severity, Violation
from copygen.quality.channels import CharacterRules, FieldSpec
from copygen.quality.checks import characters, grounding, language, length, wording
from copygen.quality.checks.characters import TagLimits, tags
from copygen.quality.facts import CheckContext, Facts, mendable
from copygen.quality.normalize import NormalizedText, TermMatcher, visible
from copygen.quality.packs import WORD_LISTS, Pack, RuleSet, cut_span, load_pack, load_wording
from copygen.quality.placeholders import filled
from copygen.quality.quantities import load_measures
from copygen.quality.sameness import SamenessIndex, repeats, variants
from copygen.quality.scripts import is_latin, language_tag
from copygen.quality.settings import ChecksSettings, Override, phrases_for
from copygen.quality.units import Unit

_AROUND = frozenset(("leftovers.quotes", "sameness.opening"))
"""Rules that are about all that stands between two places, not about the letters there."""
_NO_RECORD: Mapping[str, Sequence[str]] = MappingProxyType({})
_FAR_OVER = 10
"""Times its limit from which a text is too long and nothing else is looked for."""
_LONG_CHARS = 4000
"""Shorter ones cost little enough to be told all at once what is wrong with them."""
Check: TypeAlias = Callable[[CheckContext], Iterable[Violation]]
Measure: TypeAlias = Callable[[str, Unit], int]
"""`(text, unit) → length`, and never raises: `copygen.quality.measure.measure`."""


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
        self._folder = folder
        self._packs = {name: load_pack(name, folder) for name in settings.packs}
        self._packs |= {name: load_pack(name) for name in own_packs}
        self._everywhere = tuple(self._packs)
        if idle := settings.idle():
            raise ConfigError(idle)
        self._measures = load_measures()
        self._allowed = settings.grounding.allow if settings.grounding else ()
        self._compiled: dict[tuple[str | None, str | None], tuple[Check, ...]] = {}
        self._specs: dict[str, FieldSpec] = {}
        self._last: tuple[Item, Facts, str | None] | None = None
        self._detector: language.Detector | None = None

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
        record: Mapping[str, Sequence[str]] = _NO_RECORD,
        asked: Sequence[Message] = (),
    ) -> tuple[Violation, ...]:
        """What is wrong with one text of an item; nothing when it is fit to publish.

        `record` has all texts of the answer by field, `asked` what the model was asked.

        Never raises for any text or item. It does not change the sameness index: `accept` does.
        """
        if problems := length.empty(text):
            return self._placed(problems, field, index)
        facts, tongue = self._about(item)
        name = field.name if field else None
        seen = visible(text) if field is not None and field.html else text
        context = CheckContext(NormalizedText(seen), facts, tongue, name, record, asked)
        found: list[Violation] = []
        if field is not None:
            measured = self.measured(text, field)
            found += length.length(measured, field)
            if found and len(text) > _LONG_CHARS and self._is_far_over(measured, field):
                return self._placed(found, field, index)
        for check in self._checks(field, tongue):
            found += check(context)
        if self.sameness is not None and not (field and field.shared):
            found += self._alike(self.sameness, context, item_id)
        return self._placed(found, field, index) if found else ()

    def _is_far_over(self, measured: int, field: FieldSpec) -> bool:
        """Whether the text is so long that this is all there is to say: it fails by that."""
        limit, fails = field.limit, field.fails and self.settings.override("length") is None
        return fails and limit is not None and measured > _FAR_OVER * limit

    def _alike(
        self, sameness: SamenessIndex, context: CheckContext, item_id: str
    ) -> Iterator[Violation]:
        """To begin with the product's own name, or to say nothing else, is no lack of ideas."""
        text = context.text.original
        for violation in sameness.look(text, item_id):
            known = context.facts.folded.text
            words = context.text.text.strip()
            if violation.rule == "sameness.opening":
                words = sameness.opening_of(text)
            if words not in known and words not in "".join(known.split()):
                yield violation

    def count(self, number: int, field: FieldSpec) -> tuple[Violation, ...]:
        """Whether a field has too few or too many texts."""
        return self._placed(length.count(number, field), field, None)

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

    def overshoot(self, text: str, field: FieldSpec | None) -> int:
        """Units by which a text misses its limits: to find the best of several."""
        if field is None:
            return 0
        return length.overshoot(self.measured(text, field), field)

    def measured(self, text: str, field: FieldSpec) -> int:
        """The length in the field's unit, each placeholder counted at its longest."""
        return self._measure(filled(text, self.settings.longest), field.unit)

    def accept(self, text: str, item_id: str, field: FieldSpec | None = None) -> None:
        """Remember a text that will be published, for sameness."""
        if self.sameness is not None and not (field and field.shared):
            seen = visible(text) if field is not None and field.html else text
            self.sameness.add(seen, item_id)

    def language_of(self, item: Item) -> str | None:
        """The language texts of that item should be in; None: not told, or no known one."""
        if self.settings.language_from is None:
            return self.settings.language
        value = item.get(self.settings.language_from)
        return language_tag(value) if isinstance(value, str) else None

    def _about(self, item: Item) -> tuple[Facts, str | None]:
        last = self._last
        if last is None or last[0] is not item:
            facts = Facts(item, self._measures, self._allowed)
            last = self._last = (item, facts, self.language_of(item))
        return last[1], last[2]

    def _checks(self, field: FieldSpec | None, tongue: str | None) -> tuple[Check, ...]:
        key = (field.name if field else None, tongue)
        if key not in self._compiled or (field and self._specs[field.name] != field):
            if field:
                self._specs[field.name] = field
            self._compiled[key] = tuple(self._compile(field, tongue))
        return self._compiled[key]

    def _compile(self, field: FieldSpec | None, tongue: str | None) -> Iterator[Check]:
        yield from self._of_characters(field)
        if tongue is not None:
            yield language.script
            if is_latin(tongue) and not self._off("language.latin"):
                yield self._latin
        yield from self._of_phrases(tongue)
        yield from self._of_word_lists(tongue)
        yield from self._of_tags()
        yield from self._of_grounding(tongue)
        yield from self._of_packs(field, tongue)

    def _off(self, rule: str) -> bool:
        """Whether the rule and all below it are off, so that the check need not run."""
        below = (
            given for name, given in self.settings.severity.items() if name.startswith(f"{rule}.")
        )
        off = Override.OFF
        return self.settings.override(rule) is off and all(given is off for given in below)

    def _latin(self, context: CheckContext) -> list[Violation]:
        if self._detector is None:
            self._detector = language.open_detector()
        return language.latin(context, self._detector)

    def _of_characters(self, field: FieldSpec | None) -> Iterator[Check]:
        """Of the settings, and of the field where those do not say it already."""
        own = self.settings.characters
        yield characters.no_control
        yield from characters.checks_of(own)
        if field is None:
            return
        said = own.names()
        left = {n: v for n, v in field.rules.names().items() if said.get(n) != v}
        for check in characters.checks_of(CharacterRules.model_validate(left)):
            yield check if field.verified else partial(_warned, check)

    def _of_phrases(self, tongue: str | None) -> Iterator[Check]:
        settings = self.settings
        for given, rule in (
            (settings.required, "phrases.required"),
            (settings.disclaimers, "phrases.disclaimer"),
        ):
            if wanted := [wording.Phrase.of(words) for words in phrases_for(given, tongue)]:
                yield partial(wording.required, phrases=wanted, rule=rule)
        if banned := TermMatcher(phrases_for(settings.forbidden, tongue)):
            yield lambda context: wording.forbidden(context, banned)
        if terms := self._glossary(tongue):
            yield lambda context: wording.glossary(context, terms)

    def _glossary(self, tongue: str | None) -> list[wording.Term]:
        found = []
        for entry in self.settings.glossary:
            words = phrases_for({tag: (use,) for tag, use in entry.use.items()}, tongue)
            use = wording.Phrase.of(words[0]) if words else None
            if use or entry.keep or entry.avoid:
                source = wording.Phrase.of(entry.term)
                found.append(wording.Term(source, use, entry.keep, entry.avoid, entry.instead))
        return found

    def _of_word_lists(self, tongue: str | None) -> Iterator[Check]:
        """The rules that are files of `configs/wording/`, each for the language of the texts."""
        kept = frozenset(name.casefold() for name in self.settings.placeholders)
        for family in WORD_LISTS:
            if self._off(family) or not (self.settings.leftovers or family != "leftovers"):
                continue
            listed = load_wording(family).rules
            rules = RuleSet(
                [r for r in listed if r.covers(None, tongue) and not self._off(f"{family}.{r.id}")],
                tongue,
            )
            yield partial(wording.word_list, family=family, rules=rules, kept=kept)
        if self.settings.leftovers and not self._off("leftovers"):
            yield partial(wording.placeholders, kept=kept)
            yield wording.quotes

    def _of_tags(self) -> Iterator[Check]:
        hashtags, most = self.settings.hashtags, self.settings.max_mentions
        limits = TagLimits(hashtags.min, hashtags.max, most)
        if limits != TagLimits():
            yield lambda context: tags(context, limits)

    def _of_grounding(self, tongue: str | None) -> Iterator[Check]:
        settings = self.settings.grounding
        if not settings or self._off("grounding"):
            return
        allowed = TermMatcher(settings.allow)
        measures = self._measures
        if settings.numbers:
            yield lambda c: grounding.numbers(c, measures, _spans(allowed, c.text))
        if settings.dates:
            yield grounding.dates
        if settings.claims:
            rules = RuleSet(
                (r for r in load_wording("claims").rules if r.covers(None, tongue)), tongue
            )
            yield lambda c: grounding.claims(c, rules, _spans(allowed, c.text))

    def _of_packs(self, field: FieldSpec | None, tongue: str | None) -> Iterator[Check]:
        for name in dict.fromkeys([*self._everywhere, *(field.packs if field else ())]):
            if name not in self._packs:
                self._packs[name] = load_pack(name, self._folder)
            pack = self._packs[name]
            where = field.name if field else None
            own = (
                rule
                for rule in pack.rules
                if rule.covers(where, tongue) and not self._off(f"pack.{pack.pack}.{rule.id}")
            )
            rules = RuleSet(own, tongue)
            yield partial(_broken, pack=pack, rules=rules)

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
            placed.append(replace(violation, severity=severity, field=name, index=number))
        return tuple(placed) if len(placed) < 2 else _one_each(placed)


def _one_each(found: Sequence[Violation]) -> tuple[Violation, ...]:
    """Of findings about the same letters the gravest, and of these the first.

    A rule of the channel, one of its pack and one of the default set may all be about one `!`: to
    whoever has to mend it that is one fault.
    """
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


def _broken(context: CheckContext, pack: Pack, rules: RuleSet) -> Iterator[Violation]:
    """The rules of a pack that a text breaks, one violation each, at the first place."""
    for rule, spans in rules.broken(context.text):
        if not spans:
            message = f"the rule was given up on this text: it took too long [{pack.pack}]"
            yield Violation(f"pack.{pack.pack}.{rule.id}", Severity.WARNING, message)
            continue
        start, end = spans[0]
        words = context.text.original[start:end]
        message = f"'{words}': {rule.message} [{pack.pack}: lint, not legal advice]"
        fix = f"not '{words}': {rule.instead}" if rule.instead else f"leave out '{words}'"
        found = Violation(
            f"pack.{pack.pack}.{rule.id}", rule.severity, message, (start, end), fix=fix
        )
        yield (
            found
            if rule.cut is None
            else mendable(found, *cut_span(rule.cut, (start, end), context.text.original))
        )


def _spans(terms: TermMatcher, text: NormalizedText) -> Sequence[tuple[int, int]]:
    return [text.span(hit.start, hit.end) for hit in terms.find(text)] if terms else ()
