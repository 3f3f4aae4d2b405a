"""How often the checks are wrong: good texts flagged, by rule and language, and faults missed.

    python -m tests.quality.rates            the table
    python -m tests.quality.rates --each     every good text that is flagged, every fault missed

The good texts of `corpus/first` were written before the rules were changed for them, those of
`corpus/held_back` after that, and the rules were not changed for them again. Those of
`corpus/everyday` are what shops publish every day, in 43 languages, without a trap: 18 of 516 were
flagged when they were written. Those of `corpus/on_purpose` say something again for effect, three
in each of 43 languages: 2 of 131 were flagged when they were written. Those of `corpus/unusual`
look faulty and are not, 25 in each of 43 languages: copy about writing, dialogues, choices,
quotations in another language, words of apology to a thing, single words. They are three samples,
and the rules were changed for each: 53 of 518 were flagged when they were written, 7 of 344, and 36
of 237 (27 of these two or three lines behind dashes, of people who speak in turn). It needs nothing
but the public face of `Checker`, so an older commit can be measured with the same corpus:
PYTHONPATH=<its checkout> python <this file>.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from copygen.errors import ConfigError
from copygen.models import Item, Severity, Violation
from copygen.quality.channels import Channels, FieldSpec, load_channels
from copygen.quality.checker import Checker
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure

CORPUS = Path(__file__).parent / "corpus"
PARTS = ("first", "held_back", "everyday", "on_purpose", "unusual")
PACKS = {"th": ("th",), "ja": ("jp",), "zh": ("cn",)}
"""The market's pack, as a shop there would name it."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C takes a tenth of the time."""
_FIELD_FAULTS = frozenset({"caps", "punct"})
_FAULTY_ITEM = {"name": "Thai silk scarf", "size": "180 cm", "made_in": "Lamphun"}


@dataclass(frozen=True, slots=True)
class Good:
    """A text that a shop could have published."""

    part: str
    language: str
    channel: str
    text: str
    item: Item


@dataclass(frozen=True, slots=True)
class Faulty:
    """A text with one planted fault."""

    kind: str
    language: str
    text: str


@cache
def entries_of(path: Path) -> list[dict[str, Any]]:
    """The entries of a file of the corpus, read once: not to be changed."""
    entries: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506
    return entries


def good_texts() -> Iterator[Good]:
    """Every good text, language by language."""
    for part in PARTS:
        yield from good_in(CORPUS / part, part)


def good_in(folder: Path, part: str) -> Iterator[Good]:
    """The good texts of a folder with a file for each language, as those of that part."""
    for path in sorted(folder.glob("*.yaml")):
        for entry in entries_of(path):
            for channel, texts in entry.get("texts", {}).items():
                for text in texts:
                    yield Good(part, path.stem, channel, text, entry["item"])


def faulty_texts() -> Iterator[Faulty]:
    """Every text with a planted fault."""
    return (Faulty(**entry) for entry in entries_of(CORPUS / "faults.yaml"))


class Judges:
    """A judge for each language, as a run of that language has one."""

    def __init__(self) -> None:
        self._channels: Channels = load_channels()
        self._judges: dict[str, Checker] = {}

    def of(self, language: str) -> Checker:
        """The judge of texts in that language."""
        if language not in self._judges:
            packs = PACKS.get(language.split("-")[0], ())
            settings = ChecksSettings.model_validate({"language": language, "packs": packs})
            self._judges[language] = Checker(settings, measure)
        return self._judges[language]

    def field(self, channel: str) -> FieldSpec | None:
        """The field of a channel; None where there is none of that name."""
        try:
            return self._channels.field(channel)
        except ConfigError:
            return None

    def of_good(self, good: Good) -> tuple[Violation, ...]:
        """What is found in a good text; it is remembered as a run remembers it."""
        judge, name = self.of(good.language), str(good.item["name"])
        field = None if good.channel == "text" else self.field(good.channel)
        found = judge.check(good.text, good.item, field, item_id=name)
        judge.accept(good.text, name)
        return found

    def of_faulty(self, faulty: Faulty) -> tuple[Violation, ...]:
        """What is found in a faulty text; its length is no fault."""
        field = self.field("google_ads.headline") if faulty.kind in _FIELD_FAULTS else None
        found = self.of(faulty.language).check(faulty.text, _FAULTY_ITEM, field)
        return tuple(one for one in found if one.rule != "length")


def errors(found: tuple[Violation, ...]) -> list[Violation]:
    """Those for which a text would be rejected."""
    return [one for one in found if one.severity is Severity.ERROR]


def main() -> None:
    """Print the tables."""
    judges, each = Judges(), "--each" in sys.argv
    texts: Counter[tuple[str, str]] = Counter()
    flagged: Counter[tuple[str, str]] = Counter()
    warned: Counter[str] = Counter()
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    findings = 0
    for good in good_texts():
        found = judges.of_good(good)
        wrong = errors(found)
        texts[good.part, good.language] += 1
        flagged[good.part, good.language] += bool(wrong)
        warned[good.part] += bool(found) and not wrong
        findings += len(wrong)
        for rule in {one.rule for one in wrong}:
            rules[rule][good.language] += 1
        if each and wrong:
            said = "; ".join(f"{one.rule}: {one.message}" for one in wrong)
            print(f"  {good.language:8} {good.channel:28} {good.text[:60]!r}  {said}")
    _print_good(texts, flagged, warned, rules, findings)
    _print_faults(judges, each=each)


def _print_good(
    texts: Counter[tuple[str, str]],
    flagged: Counter[tuple[str, str]],
    warned: Counter[str],
    rules: dict[str, Counter[str]],
    findings: int,
) -> None:
    languages = sorted({language for _, language in texts})
    print("good texts with an error, by language")
    for part in PARTS:
        number = sum(n for (p, _), n in texts.items() if p == part)
        wrong = sum(n for (p, _), n in flagged.items() if p == part)
        if not number:
            continue
        by_language = "  ".join(
            f"{one} {flagged[part, one]}/{texts[part, one]}"
            for one in languages
            if texts[part, one]
        )
        print(f"  {part}: {wrong} of {number} ({wrong / number:.1%}), {warned[part]} warned only")
        print(f"    {by_language}")
    print(f"by rule ({findings} findings)")
    for rule, where in sorted(rules.items(), key=lambda entry: -sum(entry[1].values())):
        listed = "  ".join(f"{language} {n}" for language, n in where.most_common())
        print(f"  {rule:32} {sum(where.values()):4}   {listed}")


def _print_faults(judges: Judges, *, each: bool) -> None:
    number: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    findings = 0
    for faulty in faulty_texts():
        found = judges.of_faulty(faulty)
        number[faulty.kind] += 1
        missed[faulty.kind] += not found
        findings += len(found)
        if each and not found:
            print(f"  missed {faulty.kind:12} {faulty.language:4} {faulty.text!r}")
    print(f"faults found: {number.total() - missed.total()} of {number.total()}")
    for kind, n in number.items():
        print(f"  {kind:12} {n - missed[kind]:3} of {n:3}")
    caught = max(1, number.total() - missed.total())
    print(f"  findings for each fault found: {findings / caught:.2f}")


if __name__ == "__main__":
    main()
