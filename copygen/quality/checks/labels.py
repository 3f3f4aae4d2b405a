"""What a text is called before it, or around it: `Headline:`, `The slogan for the scarf is "…"`.

What copy is called in each language is data, in the files of `copygen.quality.phrases`.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from copygen.quality.phrases import Said, folded, phrases_of

_END_OF_LABEL: Final = re.compile(r"\s?[:：]|\s[-–—]\s|\s?\n")
_BRACKETED: Final = re.compile(r"\s?[(\[（【][^)\]）】\n]{0,40}[)\]）】]|\s?#?\d{1,2}(?!\d)")
_LABELLED: Final = re.compile(r"[^:：\n]{0,60}(?:[:：\n]|\s[-–—]\s)|【")
"""What no label is without: a look at the start tells."""
_COMPOUNDING: Final = frozenset(("da", "de", "et", "fi", "hu", "nb", "nl", "sv"))
"""Languages that name a text of a kind in one word: `Produkttext`."""
_LEAST_NOUN: Final = 4
_OPENING: Final = re.compile('["“„«「『]')
_CLOSING: Final = '"”“»」』'
_AFTER_QUOTE: Final = re.compile(r"[\w\s]{0,8}[.!。]?\s*")
"""What may stand behind the copy in quotation marks: `です。`, `입니다.`"""
_LEAST_QUOTED: Final = 6
_SHORT: Final = 2
"""Letters of a word that may stand in any item."""
_NEAR: Final = 60
"""Characters at the start in which the copy is called what it is."""


class Labels:
    """Labels in some languages and in English.

    Raises KeyError for a language that is none of `languages()`.
    """

    def __init__(self, tags: tuple[str, ...]) -> None:
        self._nouns = frozenset(map(folded, phrases_of(tags, "noun")))
        self._all_nouns = self._nouns | {folded(one) for one in phrases_of(tags, "noun_weak")}
        self._weak_nouns = self._all_nouns - self._nouns
        joins = not _COMPOUNDING.isdisjoint(tags)
        self._compounded = [one for one in self._nouns if joins and len(one) >= _LEAST_NOUN]

    def end(
        self, said: Said, begin: int, is_known: Callable[[str], bool] = lambda _: False
    ) -> int | None:
        """Where a label at `begin` ends: with a number, a language, an adjective, the item's name.

        `is_known` tells whether the item has a word. None: there is no label.
        """
        text = said.text
        if not _LABELLED.match(text, begin):
            return None
        closed = "】" if text[begin] == "【" else "]" if text[begin] == "[" else None
        if closed and (end := text.find(closed, begin, begin + 30)) > 0:
            named = self._are_nouns(text[begin + 1 : end])
            return end + 1 if named and text[end + 1 :].strip() else None
        found = _END_OF_LABEL.search(text, begin, begin + 60)
        if found is None or not text[found.end() :].strip():
            return None
        with_colon = found[0].strip() in (":", "：")
        is_line = "\n" in found[0] or not text[found.end() : said.line_end(found.end())].strip(
            " *_"
        )
        words = text[begin : found.start()].strip(" *_#\"'“”[]")
        bare = _BRACKETED.sub("", words).strip(" *_#")
        if not bare:
            return None
        parts = bare.split()
        if bare != words and bare in text[found.end() :]:
            return None  # `Option 1: wait. Option 2: this.` is copy, and half of it is none
        if self._are_nouns(bare) and (with_colon or is_line or found[0].strip() in ("-", "–", "—")):
            return found.end()
        by_part = 1 < len(parts) <= 3 and (parts[0] in self._nouns or parts[-1] in self._nouns)
        if by_part and with_colon and not any(one in text[found.end() :] for one in parts):
            return found.end()
        if with_colon and self._names_its_product(parts, is_known):
            return found.end()
        quoted = text[found.end() :].lstrip()[:1] in '"“«「『„'
        if bare in self._weak_nouns and (is_line or quoted or bare != words):
            return found.end()
        return None

    def _names_its_product(self, words: Sequence[str], is_known: Callable[[str], bool]) -> bool:
        """`Slogan für Halden Wool Blanket`: what the copy is, a small word, and the item's."""
        at = next((n for n, word in enumerate(words) if word in self._nouns), None)
        if at is None or at > 1:
            return False
        rest = [word.strip("\"'“”„«»「」()") for word in words[at + 1 :]]
        others = [word for word in rest if len(word) <= _SHORT or not is_known(word)]
        return len(others) < len(rest) and len(others) <= 2 and max(map(len, others), default=0) < 5

    def _are_nouns(self, words: str) -> bool:
        """Whether it is a noun, or two: `product blurb`, `nội dung bài đăng`, `廣告標語`."""
        if words in self._nouns:
            return True
        spaced = " " in words
        if not spaced and any(words.endswith(one) for one in self._compounded):
            return True  # `Produkttext`
        if not spaced and words.isascii():
            return False
        splits = [at for at in range(1, len(words)) if not spaced or words[at] == " "]
        halves = ((words[:at], words[at:].strip()) for at in splits)
        nouns = self._all_nouns
        return any(
            one in nouns and other in nouns and not self._nouns.isdisjoint((one, other))
            for one, other in halves
        )


def quoted_copy(said: Said, begin: int, is_known: Callable[[str], bool]) -> tuple[int, int] | None:
    """The copy of a sentence that says what it is: `The slogan for the scarf is "…"`.

    A shirt `with the slogan "…"` is copy, and so is what the item has.
    """
    text = said.text
    noun = min((one for one in said.found("noun") if one[0] - begin <= _NEAR), default=None)
    if noun is None or is_known(text[slice(*noun)]):
        return None
    opening = _OPENING.search(text, noun[1], noun[1] + _NEAR)
    if opening is None or not text[noun[1] : opening.start()].strip():
        return None
    closing = max(text.rfind(one, opening.end()) for one in _CLOSING)
    inside = text[opening.end() : closing].strip()
    if len(inside) < _LEAST_QUOTED or _OPENING.search(inside) or is_known(inside):
        return None
    if "\n" in text[begin : opening.start()] or not _AFTER_QUOTE.fullmatch(text, closing + 1):
        return None
    return opening.end(), closing
