"""Good copy cut at random, as a limit on tokens cuts it, and how much of it is found.

    python -m tests.quality.cuts            what is found, by where a text is cut
    python -m tests.quality.cuts --each     every cut that passed, every whole text that did not

`corpus/cuts` has texts of 43 languages, eight each in `first.txt` and `second.txt`: `# de` says the
language, `~` stands behind a small word, and `|` between the words of Thai, Japanese and Chinese.
A text is cut within a word, behind a small word, or behind another one in a sentence: with a
sentence before it that ends with a full stop, or without. The rules were widened for what cuts of
`first.txt` showed; cuts of `second.txt` were measured before anything was done about them: 183 of
301 were found (60.8 %; by the rules before 80). Behind another word in a first sentence nothing can
be found, for most of those are whole: `Soft wool`. `by_hand.txt` has five a language that somebody
who reads them would call cut off: of the first three, of which one has two sentences, 119 of 129
were found at first (70 by the rules before), of the others, of one brief sentence, 62 of 86.
`whole.txt` has texts that end without a full stop, with a verb, a preposition or a rare word.
"""

import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from copygen.models import Severity
from copygen.quality.checks.endings import cut_off
from tests.quality.rates import CORPUS
from tests.support.quality_fields import context

Way: TypeAlias = Literal["word", "small", "second", "first"]
WAYS: Final[tuple[Way, ...]] = ("word", "small", "second", "word", "small", "first")
"""Where a text is cut, in turn: within a word, behind a small word, behind another one in a later
sentence, or in the first one."""
_FOLDER: Final = CORPUS / "cuts"
_EACH: Final = 7
_UNSPACED: Final = frozenset(("th", "ja", "zh-Hans", "zh-Hant"))
_SHORT: Final = frozenset(("ja", "ko", "zh-Hans", "zh-Hant"))
"""Languages in which a letter is a word, so that one is enough to be left of another."""
_ENDS: Final = tuple(".!?。！？।۔")
_LETTERS: Final = re.compile(r"\w[\w\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e'’\u200c-]*")
_JOINED: Final = re.compile(
    "[\u0300-\u036f\u0901-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u200c\u200d]"
)
_NO_CUT_BEHIND: Final = tuple("'’-\u200c\u094d\u09cd")


@dataclass(frozen=True, slots=True)
class CutText:
    """The beginning of a good text, or a whole one."""

    language: str
    text: str
    way: Way | None = None


def lines(name: str) -> Iterator[tuple[str, str]]:
    """The languages and lines of a file of `corpus/cuts`."""
    language = ""
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            language = line[2:]
        elif line:
            yield language, line


def whole_texts() -> Iterator[CutText]:
    """Every good text, those that are cut as well."""
    for name in ("first", "second", "whole"):
        for language, line in lines(name):
            yield CutText(language, re.sub("[~|]", "", line))


def cuts(name: str, seed: int) -> Iterator[CutText]:
    """Seven cuts of the texts of each language, in turn by way."""
    chance = random.Random(seed)
    ways = iter(WAYS * 60)
    by_language: dict[str, list[str]] = {}
    for language, line in lines(name):
        by_language.setdefault(language, []).append(line)
    for language, texts in by_language.items():
        chance.shuffle(texts)
        possible = [list(_cuts_of(language, text)) for text in texts]
        for _ in range(_EACH):
            way = next(ways)
            chosen = [[cut for cut in of_text if cut.way == way] for of_text in possible]
            some = [of_text for of_text in chosen if of_text]
            if not some and way == "second":  # Thai has no full stop
                some = [[cut for cut in of_text if cut.way == "first"] for of_text in possible]
            yield chance.choice(chance.choice(some))


def _cuts_of(language: str, marked: str) -> Iterator[CutText]:
    words = marked.split("|") if language in _UNSPACED else re.findall(r"\S+\s*", marked)
    text = re.sub("[~|]", "", marked)
    end = words_before = 0
    is_first = True
    for word in words:
        start, end = end, end + len(re.sub("[~|]", "", word))
        yield from _within(language, text, start, end)
        bare = text[start:end].strip()
        words_before += 1
        if bare.endswith(_ENDS):
            is_first, words_before = False, 0
        elif text[end:].strip():
            way: Way = "small" if "~" in word else "first" if is_first else "second"
            if way == "small" or words_before > 1:
                yield CutText(language, text[:end].rstrip().rstrip(",،、，;؛"), way)


def _within(language: str, text: str, start: int, end: int) -> Iterator[CutText]:
    found = _LETTERS.search(text, start, end)
    least, letters = (1, 2) if language in _SHORT else (2, 4)
    if not found or len(found[0]) < letters:
        return
    for at in range(found.start() + least, found.end()):
        if not _JOINED.match(text[at]) and not text[:at].endswith(_NO_CUT_BEHIND):
            yield CutText(language, text[:at], "word")


def is_found(cut: CutText) -> bool:
    """Whether a rule says that the text is cut off."""
    return any(one.severity is Severity.ERROR for one in cut_off(context(cut.text, cut.language)))


def _print(title: str, texts: Iterable[CutText]) -> None:
    number: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for text in texts:
        way = text.way or "all"
        number[way] += 1
        found[way] += is_found(text)
        if "--each" in sys.argv and is_found(text) is (text.way is None and title == "whole"):
            print(f"  {text.language:7} {way:7} {text.text[-70:]!r}")
    shares = (f"{way} {found[way]} of {number[way]}" for way in number)
    print(f"{title}: {found.total()} of {number.total()} ({', '.join(shares)})")


def main() -> None:
    """Print what is found."""
    for name in ("first", "second"):
        _print(name, (cut for seed in range(3) for cut in cuts(name, seed)))
    _print("by_hand", (CutText(language, line) for language, line in lines("by_hand")))
    _print("whole", whole_texts())


if __name__ == "__main__":
    main()
