"""A text taken apart: its words and its sentences, with the places of each.

A script without spaces has no words here, and its clauses stand for sentences.
"""

import re
from typing import Final

from copygen.quality.checks.names import product_names
from copygen.quality.facts import CheckContext
from copygen.quality.languages import base
from copygen.quality.normalize import deferred, lazy_property

_END: Final = deferred(r"(?<=[.!?…؟۔।。！？])[\"”“»」』’')）]*(?:\s+|(?<=[。！？」』）]))|\n\s*")
"""Where a sentence ends, in every script."""
_UNSPACED_CLAUSE: Final = deferred(r"[\s.!?…。！？,、，;；:：|/–—·]+")
_LETTERS: Final = deferred(r"[^\W\d_]")
_WORD: Final = deferred(
    r"[^\W_][\w'’\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0963\u0966-\u0dff\u200c-]*"
)
_QUESTION: Final = deferred("[?？؟;\u037e][\"”“»」』’')）]*")

PARENTS: Final = (
    r"mum|mom|mummy|mommy|mam[aáàãăo]?|mamãe|maman|pap[aáàãi]?|papai|babbo|mutti|vati|mamm[ay]?|pappa"
    r"|mor|far|dad|daddy|tat[aoi]|tatínku|tatusiu|maminko|mami|ocko|oci|äiti|isi|iskä|emme|issi|tēt[ei]"
    r"|mamyte|tėti|anya|apa|anyu|apu|anne|baba|мама?|папа?|мам[оу]|мамка|тато?|тату|тате|μαμά|μπαμπά"
    r"|ماما|بابا|مامان|אמא|אבא|माँ|मम्मी|पापा|मा|মা|বাবা|امی|ابو|ibu|bu|ayah|mẹ|bố|ma|nay|nanay|tatay"
    r"|ママ|パパ|お母さん|妈妈|爸爸|엄마|아빠|แม่|พ่อ"
)
"""What children call their parents, whom no model speaks to: alternatives of a pattern."""

KOREAN_STEM: Final = 2
"""Syllables by which forms of a Korean word are held to be the same."""


class Pieces:
    """What stands between the marks of a pattern and has letters, in their order."""

    def __init__(self, pattern: re.Pattern[str], text: str, *, spaced: bool) -> None:
        """`spaced`: its script has spaces between words."""
        self._pattern = pattern
        self._text = text
        # Most begin with a letter and have nothing else: a call for each takes three times as long.
        pieces = pattern.split(text)
        self.written = [one for one in pieces if one[:1].isalpha() or _LETTERS.search(one)]
        """As they stand there."""
        self.bare = [one if one.isalnum() else _bare(one, spaced=spaced) for one in self.written]
        """By their letters and digits alone, words apart where the script has spaces."""

    def span(self, number: int) -> tuple[int, int]:
        """Where one of them stands: worked out for the one that is told of alone."""
        gaps = [match.span() for match in self._pattern.finditer(self._text)]
        starts = [0, *(end for _, end in gaps)]
        ends = [*(start for start, _ in gaps), len(self._text)]
        spans = zip(starts, ends, strict=True)
        return [span for span in spans if _LETTERS.search(self._text, *span)][number]

    def is_answered(self, number: int, by: int) -> bool:
        """Whether one is a question and the next its answer: `Another cup? Another cup.`"""
        return by == number + 1 and self._asks(number) and not self._asks(by)

    def _asks(self, number: int) -> bool:
        start, end = self.span(number)
        return _QUESTION.search(self._text, max(start, end - 3), end + 3) is not None


class Reading:
    """A text as far as it is looked at, taken apart when something in it comes again."""

    def __init__(self, context: CheckContext, told: str, *, spaced: bool) -> None:
        """`told` is the folded text; `spaced`: its script has spaces between words."""
        self.context = context
        self.told = told
        self.spaced = spaced

    @lazy_property
    def words(self) -> list[re.Match[str]]:
        """Its words with their places, in a script with spaces."""
        return list(_WORD.finditer(self.told))

    @lazy_property
    def said(self) -> list[str]:
        """Its words."""
        return [match[0] for match in self.words]

    @lazy_property
    def sentences(self) -> Pieces:
        """Its sentences; in a script without spaces its clauses."""
        return Pieces(_END if self.spaced else _UNSPACED_CLAUSE, self.told, spaced=self.spaced)

    @lazy_property
    def whole_sentences(self) -> Pieces:
        """Its sentences, in every script."""
        return Pieces(_END, self.told, spaced=self.spaced)

    @lazy_property
    def is_korean(self) -> bool:
        """Whether endings are written as one with a word, so that its first syllables tell it."""
        return base(self.context.language or "") == "ko"

    @lazy_property
    def item_names(self) -> frozenset[str]:
        """Words of the item's names, as the words of the text are held together."""
        facts = self.context.facts
        names = facts.title_words.union(product_names(facts.item).split())
        return frozenset(name[:KOREAN_STEM] for name in names) if self.is_korean else names

    def is_known(self, words: str) -> bool:
        """Whether the item says so itself."""
        return words in self.context.facts.folded.text


def letters_of(text: str) -> int:
    """How many letters it has."""
    return len(_LETTERS.findall(text))


def _bare(piece: str, *, spaced: bool) -> str:
    words = _WORD.findall(piece)
    return " ".join(words) if spaced else "".join(words)
