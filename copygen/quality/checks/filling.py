"""What a reply leaves open: brackets, lines and names for what should stand there.

The names of blanks are data, in the files of `copygen.quality.phrases`.
"""

import re
from collections.abc import Container, Iterator
from functools import cache
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.checks.number_words import number_words, shares
from copygen.quality.facts import CheckContext
from copygen.quality.normalize import Places
from copygen.quality.phrases import PhraseIndex, PhraseReader, Said, folded, phrases_of

_BRACKETS: Final = re.compile(
    r"\[(?P<square>[^\[\]\n]{1,60})\]|\{(?P<curly>[^{}\n]{1,60})\}|<(?P<angle>[^<>/\n]{2,60})>"
    r"|【(?P<heading>[^】\n]{1,40})】|〔(?P<shell>[^〕\n]{1,40})〕|\((?P<round>[^()\n]{2,40})\)"
)
_SIGNS: Final = re.compile(
    r"(?<![A-Za-z0-9_])_{3,}(?![A-Za-z0-9_])"  # ____
    r"|[〇○◯]{2,}|[△□●]{2,}|某某"
    r"|(?<![A-Za-z\d])[xX×]{2,4}(?=[\u3040-\u9fff\uac00-\ud7a3])"  # XX店
    r"|(?<=[\u3040-\u9fff])[xX×]{2,4}(?![A-Za-z])"
    r"|(?<![A-Za-z])[O○]{2,3}(?=[\uac00-\ud7a3])"  # OO님
    r"|[@#][xX]{3,}(?!\w)|[$€£¥฿]\s?[xX]{2,}(?!\w)|(?<!\w)[xX]{2,}\s?(?:%|€|฿|บาท|円|元|원)"
    r"|[@#](?:your|my)(?:brand|shop|store|name|company|handle)\w*"
    r"|\b(?:www\.)?(?:your|my)[-_]?(?:brand|shop|store|website|company|site|domain|link)\.\w{2,4}\b"
    r"|\bwww\.(?:your|ihre?|deine?|votre|tu|su|seu|tuo|uw|jouw|din|ditt?|twoj|tvuj|vas|vash|toko|kedai)"
    r"[-\w]{0,20}\.\w{2,4}\b"
    r"|\b(?:www\.)?(?:ejemplo|exemplo|exemple|esempio|beispiel|voorbeeld|exempel|eksempel"
    r"|esimerkki|przyklad|priklad|pelda|exemplu|primer|ornek|contoh)\.\w{2,4}\b"
    r"|\b(?:www\.)?example\.(?:com|org|net)\b"
    r"|(?<![^\W_])(?-i:XYZ)(?![^\W_])",
    re.IGNORECASE,
)
_CAPITAL: Final = "A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄҐΑ-Ω"
_CAPITALS: Final = re.compile(rf"(?:[{_CAPITAL}]{{2,}}[ ]?){{1,4}}(?<=[{_CAPITAL} ]{{9}})")
"""Nine capitals or more: `VOTRE ENSEIGNE`, `BUTIKSNAMN`."""
_MANY_CAPITALS: Final = re.compile(f"[{_CAPITAL} ][{_CAPITAL} ]{{8}}")
_OPENING: Final = re.compile(r"[\[{<【〔(]")
"""Most texts have neither: to look for them costs a tenth of looking for the whole patterns."""
_RULE: Final = re.compile(r"(?m)^[\s_]+$")
_NAMES_SOMETHING: Final = (
    *("名", "名称", "名稱", "リンク", "链接", "連結", "링크", "명", "url", "name"),
)
"""Ends of blanks that no heading of a listing has: 【素材】綿100% is one."""
_COVERED: Final = 0.5
"""Share of what stands in brackets that has to be the name of a blank."""
_NEAR: Final = 30


class FillingCheck:
    """The check of what is left open or made up in words, in the languages of a run's texts."""

    def __init__(self, reader: PhraseReader, kept: Container[str], *, numbers: bool) -> None:
        """`kept` are placeholders that are meant to be there; without `numbers` blanks only."""
        self._reader = reader
        self._kept = kept
        self._numbers = numbers

    def violations(self, context: CheckContext) -> Iterator[Violation]:
        """Blanks, and where they are checked numbers and shares in words that the item has not."""
        said = self._reader.read(context.text, context.language)
        yield from self._blanks(context, said)
        if self._numbers:
            yield from shares(context, said)
            if context.language is not None and len(said.tags) == 1:
                yield from number_words(context, said.tags[0], said)

    def _blanks(self, context: CheckContext, said: Said) -> Iterator[Violation]:
        text, original = context.text, context.text.original
        if "sign" in said.kinds:
            for found in _SIGNS.finditer(original):
                if not _RULE.fullmatch(original, *_line(original, found.start())):
                    yield _blank(context, *found.span())
                    return
        meant = Places((one.start, one.end) for one in context.placeholders)
        for found in _BRACKETS.finditer(text.text) if _OPENING.search(text.text) else ():
            if context.placeholders and meant.touch(*text.span(*found.span())):
                continue
            words = found[found.lastgroup or 0].strip()
            is_known = words in context.facts.folded.text or words in self._kept
            if (
                not is_known
                and found[0] not in self._kept
                and _is_blank(words, found, _blank_index(said.tags))
            ):
                yield _blank(context, *text.span(*found.span()))
                return
        if _MANY_CAPITALS.search(original) and not original.isupper():
            for found in _CAPITALS.finditer(original):
                blanks = _blank_index(said.tags).find(folded(found[0])).found("blank")
                if any(end - start >= _COVERED * len(found[0]) for start, end in blanks):
                    yield _blank(context, *found.span())
                    return
        for start, end in said.found("insert"):
            behind = text.text[end : end + _NEAR]
            if " " in text.text[start:end] and _blank_index(said.tags).find(behind).found("blank"):
                yield _blank(context, *text.span(start, end))
                return


def _is_blank(words: str, bracket: re.Match[str], index: PhraseIndex) -> bool:
    """Whether what stands in those brackets names what should stand there."""
    kind = bracket.lastgroup
    if kind == "curly":  # in plain letters they are `leftovers.placeholder`
        return not words.isascii()
    said = index.find(folded(words))
    longest = max((end - start for start, end in said.found("blank")), default=0)
    inserts = said.are_within("insert", 0, len(words))
    if kind == "round":
        return longest == len(words) or (inserts and longest > 0)
    if kind == "heading":
        return inserts or (longest >= _COVERED * len(words) and words.endswith(_NAMES_SOMETHING))
    if kind == "square" and said.at("insert", 0):
        return True  # `[Check with legal]`
    return longest >= _COVERED * len(words) or (inserts and longest > 0)


def _blank(context: CheckContext, start: int, end: int) -> Violation:
    words = context.text.original[start:end]
    message = f"'{words}': a blank that nobody has filled in"
    fix = f"leave out '{words}', or write what it stands for"
    return Violation("leftovers.blank", Severity.ERROR, message, (start, end), fix=fix)


def _line(text: str, at: int) -> tuple[int, int]:
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


@cache
def _blank_index(tags: tuple[str, ...]) -> PhraseIndex:
    inserts = phrases_of(tags, "insert", "add", "order")
    return PhraseIndex({"blank": phrases_of(tags, "blank")}, {"insert": inserts})
