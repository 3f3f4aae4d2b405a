"""How well one language is told from another, on the translations of a web framework's messages.

    python -m tests.quality.languages           the table
    python -m tests.quality.languages --each    by language, and what was taken for another

The messages are Django's (a development dependency), placeholders removed, as in the facts of the
field. Each is held against its own language, then English and others against it, in its place.
The thresholds were set on one half of the messages (by hash of the English one), the other half
was not looked at: both are told. Errors count, but between near languages warnings, too. Those are
held against lines of shops as well (`corpus/near.yaml`), which their file was not made from either.
A message that both of two near languages have word for word is right in both: `near` leaves those
out, `near: shared, too` does not.
"""

import gettext
import hashlib
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from copygen.models import Severity
from copygen.quality.checker import Checker
from copygen.quality.near_languages import GROUPS
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure
from tests.quality.rates import CORPUS

_LATIN: Final = """
    af ca cs cy da de es et eu fi fr ga hr hu id is it lt lv ms nb nl pl pt ro sk sl sq sv sw tr vi
"""
_OTHERS: Final = """
    ar be bg bn ckb el fa he hi hy ja ka kk km kn ko ky mk ml mn mr my ne pa ru sr ta te tg th ug uk
    ur zh_Hans zh_Hant
"""
_CYRILLIC: Final = "be bg kk ky mk mn ru sr tg uk"
LATIN: Final = _LATIN.split()
OTHERS: Final = _OTHERS.split()
SAME_SCRIPT: Final = (
    _CYRILLIC.split(), ["ar", "fa", "ug", "ur"], ["zh_Hans", "zh_Hant"],
    ["ja", "zh_Hans"], ["ja", "zh_Hant"],
)  # fmt: skip
NEAR: Final = (
    ("hr", "sr_Latn"), ("da", "nb"), ("id", "ms"), ("cs", "sk"), ("hi", "mr"), ("hi", "ne"),
    ("mr", "ne"), ("bg", "mk"), ("bg", "ru"), ("mk", "ru"), ("hr", "sr"), ("bs", "sr"),
    ("mk", "sr"),
)  # fmt: skip
"""hr/sr/bs, da/nb, id/ms, cs/sk, hi/mr/ne, bg/mk/ru; Croatian and Bosnian share nearly all words,
and Serbian is written in Cyrillic letters."""
NEARER: Final = (
    ("hr", "bs"), ("sr_Latn", "bs"), ("da", "nn"), ("nb", "nn"), ("da", "sv"), ("nb", "sv"),
    ("hr", "sl"), ("sr_Latn", "sl"), ("ru", "uk"), ("ru", "be"), ("uk", "be"), ("bg", "uk"),
    ("es", "gl"), ("pt", "gl"), ("pt", "es"), ("es", "ca"), ("nl", "af"), ("tr", "az"),
)  # fmt: skip
"""Pairs that the facts do not have: nearly one language, and such as share fewer words."""
ITEM: Final = {"name": "Django"}
"""What all messages are about."""
LENGTHS: Final = {"10-30": (10, 30), "31-90": (31, 90)}
HALVES: Final = ("tuned", "held out")
_PLACEHOLDER: Final = re.compile(r"%\([^)]*\)[a-z]|%[sd]|\{[^}]*\}|<[^>]+>|&\w+;")
_ENGLISH_FROM: Final = ("de", "fr", "ru", "ja", "lv")


@dataclass(frozen=True, slots=True)
class Message:
    """One message in one language."""

    text: str
    half: str
    length: str


@cache
def messages(language: str) -> Sequence[Message]:
    """What the framework says in a language, in an order that says nothing."""
    found: dict[str, str] = {}
    for source in _ENGLISH_FROM if language == "en" else (language,):
        for key, translated in _catalogue(source):
            text = key if language == "en" else translated
            if language == "en" or text != key:
                found.setdefault(" ".join(_PLACEHOLDER.sub("", text).split()), key)
    chosen = [
        Message(text, _half(key), length)
        for text, key in sorted(found.items())
        for length, (low, high) in LENGTHS.items()
        if low <= len(text) <= high
    ]
    random.Random(language).shuffle(chosen)
    return chosen


@cache
def _said_in(language: str) -> frozenset[str]:
    return frozenset(message.text.casefold() for message in messages(language))


@cache
def lines_of_shops(language: str) -> Sequence[Message]:
    """What shops say in a language."""
    samples = yaml.safe_load((CORPUS / "near.yaml").read_text(encoding="utf-8"))
    return [
        Message(text, half, length)
        for half in HALVES
        for text in samples[half][language.replace("_", "-")]
        for length, (low, high) in LENGTHS.items()
        if low <= len(text) <= high
    ]


def _catalogue(language: str) -> Iterator[tuple[str, str]]:
    import django

    for folder in sorted(Path(django.__file__).parent.glob("**/locale")):
        path = folder / language / "LC_MESSAGES" / "django.mo"
        if path.exists():
            with path.open("rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            for key, text in catalogue.items():
                plain = key if isinstance(key, str) else key[0]
                if plain:
                    yield plain.split("\x04")[-1], text


def _half(key: str) -> str:
    return HALVES[hashlib.sha256(key.encode()).digest()[0] % 2]


@cache
def checker(language: str) -> Checker:
    """A checker of texts in that language, and of nothing but the language."""
    off: dict[str, object] = {"grounding": False, "leftovers": False, "sameness": False}
    off["severity"] = dict.fromkeys(("repetition", "truncated", "names"), "off")
    return Checker(ChecksSettings.model_validate({"language": language, **off}), measure)


@cache  # of near languages, own texts are asked three times
def _said_of_language(text: str, language: str) -> frozenset[Severity]:
    found = checker(language).check(text, ITEM)
    return frozenset(one.severity for one in found if one.rule.startswith("language."))


def is_flagged(text: str, language: str, *, warned: bool = False) -> bool:
    """Whether something is said of its language: an error, or a warning where those count."""
    said = _said_of_language(text, language)
    return bool(said) if warned else Severity.ERROR in said


@dataclass(slots=True)
class Counted:
    """How many were flagged, of how many, with examples of those on the wrong side."""

    flagged: int = 0
    texts: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of all."""
        return self.flagged / self.texts if self.texts else float("nan")


Cells = Mapping[tuple[str, str, str], Counted]
"""(question, length, half) → what came out; and the same by language in the question."""


def measured(
    limit: int = 10_000, *, pairs: int = 6, more: bool = True
) -> dict[tuple[str, str, str], Counted]:
    """Each question over all languages, with at most `limit` messages of a language and length.

    `pairs`: how many others each language is held against; `more`: pairs beyond those of the facts.
    """
    cells: dict[tuple[str, str, str], Counted] = defaultdict(Counted)
    rng = random.Random(7)
    for wanted in LATIN:
        _ask(cells, "latin: own", wanted, wanted, limit, right=True)
        _ask(cells, "latin: English", wanted, "en", limit)
        far = [one for one in LATIN if one != wanted and not _is_near(one, wanted)]
        for other in rng.sample(far, min(pairs, len(far))):
            _ask(cells, "latin: another", wanted, other, limit)
    for wanted in OTHERS:
        _ask(cells, "others: own", wanted, wanted, limit, right=True)
        _ask(cells, "others: English", wanted, "en", limit)
    for group in SAME_SCRIPT:
        for wanted in group:
            for other in group:
                if other != wanted and not _is_near(other, wanted):
                    _ask(cells, "others: another", wanted, other, limit)
    for pair in NEAR:
        for wanted, other in (pair, pair[::-1]):
            _ask(cells, "near: shared, too", wanted, other, limit, warned=True)
            _ask(cells, "near", wanted, other, limit, warned=True, texts=_only_in(other, wanted))
            _ask(cells, "near: own", wanted, wanted, limit, right=True)
            _ask(cells, "near: own warned", wanted, wanted, limit, right=True, warned=True)
    for pair in NEARER if more else ():
        for wanted, other in (pair, pair[::-1]):
            _ask(cells, "near: more pairs", wanted, other, limit, warned=True)
    _ask_shops(cells, limit)
    return cells


def _ask_shops(cells: dict[tuple[str, str, str], Counted], limit: int) -> None:
    """The same of lines of shops, each pair of a group."""
    for group in (name.replace("-", "_").split() for name in GROUPS):
        for wanted in group:
            own = lines_of_shops(wanted)
            _ask(cells, "shops: own", wanted, wanted, limit, right=True, texts=own)
            _ask(cells, "shops: own warned", wanted, wanted, limit, right=True, warned=True,
                 texts=own)  # fmt: skip
            for other in group:
                if other != wanted:
                    texts = lines_of_shops(other)
                    _ask(cells, "shops: near", wanted, other, limit, warned=True, texts=texts)


def _only_in(written: str, wanted: str) -> Sequence[Message]:
    also = _said_in(wanted)
    return [message for message in messages(written) if message.text.casefold() not in also]


def _is_near(one: str, other: str) -> bool:
    return (one, other) in NEAR or (other, one) in NEAR


def _ask(
    cells: dict[tuple[str, str, str], Counted],
    question: str,
    wanted: str,
    written: str,
    limit: int,
    *,
    right: bool = False,
    warned: bool = False,
    texts: Sequence[Message] | None = None,
) -> None:
    asked: Counter[tuple[str, str]] = Counter()
    for message in messages(written) if texts is None else texts:
        place = (message.length, message.half)
        if asked[place] >= limit:
            continue
        asked[place] += 1
        flagged = is_flagged(message.text, wanted, warned=warned)
        for name in (question, f"{question} {wanted}<{written}"):
            cell = cells[name, *place]
            cell.texts += 1
            cell.flagged += flagged
            if flagged is right and len(cell.wrong) < 4:
                cell.wrong.append(message.text)


def table(cells: Cells, *, each: bool = False) -> Iterator[str]:
    """The rows, a question each."""
    places = [(length, half) for length in LENGTHS for half in HALVES]
    heads = "".join(f"{f'{length} {half}':>18}" for length, half in places)
    yield f"{'flagged, of all':28}{heads}"
    for question in dict.fromkeys(question for question, _, _ in cells):
        if "<" in question and not each:
            continue
        row = (cells[question, *place] for place in places if (question, *place) in cells)
        shares = "".join(f"{cell.share:11.1%} {cell.texts:6}" for cell in row)
        yield f"{question:28}{shares}"
        if each and "<" in question:
            wrong: Iterable[str] = (
                text for place in places if (question, *place) in cells
                for text in cells[question, *place].wrong
            )  # fmt: skip
            yield f"      {' | '.join(wrong)[:300]}"


def main() -> None:
    """Print the table."""
    each = "--each" in sys.argv
    for line in table(measured(40 if each else 120), each=each):
        print(line)


if __name__ == "__main__":
    main()
