"""Is the text in the language it should be in? Says nothing when nobody could tell."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.checks.language_parts import ForeignParts
from copygen.quality.checks.names import product_names
from copygen.quality.data import LanguageTable, table
from copygen.quality.facts import CheckContext, Facts
from copygen.quality.language_detector import ENGLISH_WORDS, Detector, Evidence, can_judge
from copygen.quality.language_tally import LanguageTally
from copygen.quality.languages import base, full_script, is_latin, language_name, scripts_of
from copygen.quality.normalize import HAN, HANGUL, KANA, LATIN, OTHER, THAI, deferred
from copygen.quality.scripts import (
    BEYOND_LATIN,
    LATIN_LETTER,
    foreign_letters,
    han_sets,
    own_letters,
    rare_in_japanese,
    script_name,
)
from copygen.quality.scripts import KANA as KANA_LETTER
from copygen.quality.word_ends import word_set

_GROUP_OF: Final = MappingProxyType(
    {"Hang": HANGUL, "Hira": KANA, "Kana": KANA, "Hani": HAN, "Thai": THAI, "Laoo": THAI}
)
_BESIDE: Final = MappingProxyType(
    {"Thai": deferred("[\u0e80-\u0eff]"), "Laoo": deferred("[\u0e00-\u0e7f]")}
)
"""The letters of the other script of a group that two have to themselves."""
_LATIN_WORD: Final = deferred(f"{LATIN_LETTER.pattern[:-1]}'’]+")
_LEAST_RUN: Final = 4
# From the first letter of a word only, and of words that end, so that nothing is read many times.
_LATIN_RUN: Final = deferred(
    rf"[A-Za-z](?<![A-Za-z].)[A-Za-z'’]{{0,60}}+"
    rf"(?:[ ,;]++[A-Za-z][A-Za-z'’]{{0,60}}+){{{_LEAST_RUN - 1},}}+"
)
"""Words in Latin letters, one after the other, that may be a sentence."""
_LEAST_SHARE: Final = 0.3
"""Of the letters that are no words of the item: brand names in Latin are part of Asian copy."""
_LEAST_LETTERS: Final = 6
_OWN_BESIDE_NAMES: Final = 2
_MOST_NAMES: Final = 3
"""Words in Latin letters that are taken for a name beside letters of the language:
`料金 - Mozilla VPN`."""
_HAN_RUN: Final = deferred("(?<![(（\u3400-\u9fff])[\u3400-\u9fff]{2,}+(?![)）])")
"""Outside of the brackets in which Korean says what a word comes from."""
_LEAST_CHINESE: Final = 4
_LONG_HAN: Final = 12
"""Japanese of this many kanji has kana in it; a slogan of fewer may not."""
_SHORT_WORD: Final = 3
"""Letters up to which a word in Latin letters may be a unit or a code: `cm`, `EUR`."""
_MIXED_WORD: Final = MappingProxyType(
    {
        "Cyrl": deferred(r"\w*(?:[a-z](?=[\u0400-\u04ff])|[\u0400-\u04ff](?=[a-z]))\w*"),
        "Grek": deferred(r"\w*(?:[a-z](?=[\u0370-\u03ff])|[\u0370-\u03ff](?=[a-z]))\w*"),
    }
)
"""A word with small letters of Latin and of its own script: `rubber\u0430`. In scripts without
spaces, and in Korean, what belongs to the sentence is written right behind a name."""
_TORN_WORD: Final = deferred("[a-z](?<=[\u0370-\u1fff\u3041-\u9fff\uac00-\ud7a3].)[a-z]{2,}")
"""Small letters right behind a letter of another script: the end of a word of the item, of which
the beginning was put into that script: `コconut`, `汉ami` for Hanami."""
_FOREIGN_END: Final = deferred(
    "[\u0400-\u04ff\u0e01-\u0e5b\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
    "(?:(?<=[a-z\u00df-\u024f].)|(?=[a-z\u00df-\u024f]))"
)
"""A letter of another script in a word of Latin letters: `soa椰`, a Cyrillic `а` in `Cаt`."""
_THAI_LETTER: Final = deferred("[\u0e01-\u0e4e]")
_LEAST_WITHOUT_HANGUL: Final = 4
_CHINESE: Final = frozenset("您你這这們们嗎吗呢很她吧啊个让讓给給吃喝哪么麼没沒，")
"""Signs of every Chinese sentence that Japanese without kana has no use for."""
# A run of blanks from its first only: from each of them, 8 000 in a row took half a second. They
# are looked for as a class at the start, which takes a tenth of looking for each of the cases.
_SEGMENT: Final = deferred(
    r"\s(?<!\s\s)(?:(?<=[.!?…।؟。！？]\s)\s*+|(?<=\n)\s*+|[^\S\n]*+\n\s*+|\s*+[–—|/•·]\s++)"
)
"""Between two sentences, two lines, or on both sides of a stroke."""
_LEAST_SEGMENT: Final = 16
"""Letters of a part that is judged for itself; a shorter one goes with the next."""
_MOST_SEGMENTS: Final = 6
"""Parts of a text, so that a long one does not take long."""
_ENOUGH_LETTERS: Final = 60
"""Of a part: more would say the same."""
_MORE_FOR_A_PART: Final = 3.0
"""What a part needs more than a text: a long text has many, and each may err."""
_LEAST_SMALL_WORDS: Final = 3
"""Without capitals: a part with fewer may be a name."""
_LEAST_LEFT: Final = 2
"""English words among those of the item that a text is made of."""
_BRIEF: Final = 60
"""Characters of a text of which its words may tell more than its letters."""
_LEAST_OWN: Final = 2
_MOST_LISTED: Final = 0.8
"""Share of the words of a brief text: names and words of its own making are in no list."""
_AROUND: Final = ".,;:!?…·–—।۔؟،\"'“”„«»()"
_MANY_KNOWN: Final = 8
"""Words of a text that all belong to its language, so that no doubt is worth a warning."""
_NO_WORDS: Final = frozenset[str]()
_LONG_LEFT: Final = 5
_ENGLISH_ITEM: Final = 3
"""Words of an item that only English has from which it is an English one."""
_INFLECTED: Final = ("ed", "able")
"""Ends of English words that no other language has so, and lists of words are without."""


def script(context: CheckContext) -> list[Violation]:
    """Letters of another script, or too few of the language's own.

    Latin words pass in every language, words of the item in every script.
    """
    language = context.language
    if language is None:
        return []
    text = context.text.original
    if text.isascii():
        return [] if is_latin(language) else _too_few(context, language)
    groups, has_foreign = context.text.groups, False
    has_others = not is_latin(language) or BEYOND_LATIN.search(text)
    if has_others and _may_be_foreign(text, groups, language):
        for match in foreign_letters(language).finditer(text):
            has_foreign = True
            known = match[0].casefold() in context.facts.folded.text
            if not known and not _ornament(language, match[0]):
                return [_foreign(match, language)]
    if is_latin(language):
        if (odd := _FOREIGN_END.search(text)) is not None:
            word = text[max(0, odd.start() - 1) : odd.end() + 1].strip().casefold()
            return [] if word in context.facts.folded.text else [_foreign(odd, language)]
        return _too_few(context, language) if has_foreign or LATIN not in groups else []
    if (LATIN in groups or OTHER in groups) and (few := _too_few(context, language)):
        return few
    if LATIN in groups and (mixed := _mixed_word(context, language)) is not None:
        return [mixed]
    if HANGUL not in groups and full_script(language) == "Kore":
        return _without_hangul(text, language)
    if HAN in groups:
        return _han(context, language)
    return []


def _may_be_foreign(text: str, groups: Sequence[int], language: str) -> bool:
    """Whether the groups of its letters allow one that has no place in the language."""
    if not _foreign_groups(language).isdisjoint(groups):
        return True
    beside = _BESIDE.get(full_script(language))
    return beside is not None and beside.search(text) is not None


@cache
def _foreign_groups(language: str) -> frozenset[int]:
    """The groups of scripts in which a letter that has no place in the language can be."""
    own = {_GROUP_OF[name] for name in scripts_of(language) if name in _GROUP_OF}
    return frozenset((HANGUL, KANA, HAN, THAI, OTHER)) - own


def _foreign(match: re.Match[str], language: str) -> Violation:
    name = language_name(language)
    what = f"{script_name(match[0][0])} script"
    message = f"'{match[0]}' is {what} in a text that should be in {name}"
    fix = f"write the whole text in {name}, without '{match[0]}'"
    return Violation("language.script", Severity.ERROR, message, match.span(), fix=fix)


def _ornament(language: str, letters: str) -> bool:
    """`の` between Chinese characters is a fashion, not a mistake."""
    return base(language) == "zh" and letters == "の"


def _too_few(context: CheckContext, language: str) -> list[Violation]:
    text = context.text.original
    if _has_enough(text, language):
        return []
    own = sum(map(len, own_letters(language).findall(text)))
    if is_latin(language):
        letters = sum(map(str.isalpha, text))
        enough = own >= _LEAST_SHARE * letters
    else:
        words = _LATIN_WORD.findall(text)
        known = context.facts.latin_words if words else ()
        words = [word for word in words if word.casefold() not in known]
        if own >= _OWN_BESIDE_NAMES and _are_names(words):
            return []
        if not own and _is_no_name(text, context.facts):
            words = _LATIN_WORD.findall(text)
        letters = own + sum(map(len, words))
        enough = own >= _LEAST_SHARE * letters
    if letters < _LEAST_LETTERS or enough:
        return []
    message = f"{own} of {letters} letters are {language_name(language)}"
    fix = f"write it in {language_name(language)}; only names may stay in Latin letters"
    return [Violation("language.script", Severity.ERROR, message, fix=fix)]


def _is_no_name(text: str, facts: Facts) -> bool:
    """Whether a text in Latin letters says more of its item than what may be a name."""
    words = [word.casefold() for word in _LATIN_WORD.findall(text) if len(word) > _SHORT_WORD]
    return len(words) > 1 and not facts.title_words.issuperset(words)


def _mixed_word(context: CheckContext, language: str) -> Violation | None:
    text, facts = context.text.original, context.facts
    mixed = _MIXED_WORD.get(full_script(language))
    for match in mixed.finditer(text) if mixed else ():
        if match[0].casefold() not in facts.folded.text:
            return _in_two_scripts(match, language)
    for match in _TORN_WORD.finditer(text):
        torn, known = match[0], facts.latin_words
        # Thai parts its words from those in Latin letters; Japanese and Chinese do not.
        within = _THAI_LETTER.match(text, match.start() - 1) and _THAI_LETTER.match(
            text, match.end()
        )
        if torn not in known and (within or any(word.endswith(torn) for word in known)):
            return _in_two_scripts(match, language)
    return None


def _in_two_scripts(match: re.Match[str], language: str) -> Violation:
    message = f"'{match[0]}' stands in a word of two scripts"
    fix = f"write the word with '{match[0]}' in one script, in {language_name(language)} or Latin"
    return Violation("language.script", Severity.ERROR, message, match.span(), fix=fix)


def _has_enough(text: str, language: str) -> bool:
    """Whether a text has so many letters of its language that it has enough whatever the rest is.

    The first lines of most texts tell.
    """
    own, least = 0, _LEAST_SHARE * len(text)
    for run in own_letters(language).finditer(text):
        own += run.end() - run.start()
        if own >= least:
            return True
    return False


def _without_hangul(text: str, language: str) -> list[Violation]:
    """A sentence of characters that Korean borrows, with single letters of another between them."""
    others = sum(map(str.isalpha, text)) - len(LATIN_LETTER.findall(text))
    if others < _LEAST_WITHOUT_HANGUL:
        return []
    message = f"none of {others} letters are {language_name(language)}"
    fix = f"write it in {language_name(language)}"
    return [Violation("language.script", Severity.ERROR, message, fix=fix)]


def _are_names(words: Sequence[str]) -> bool:
    """Whether words may all be names: a few, with capitals, and no small words between them."""
    if len(words) > _MOST_NAMES or not all(any(map(str.isupper, word)) for word in words):
        return False
    return ENGLISH_WORDS.isdisjoint(word.casefold() for word in words)


def _han(context: CheckContext, language: str) -> list[Violation]:
    """Chinese for Japanese or Korean, simplified for traditional, and the other way round."""
    text = context.text.original
    if full_script(language) == "Kore":
        return _in_korean(context, language)
    for wrong, what in _wrong_forms(language):
        for match in wrong.finditer(text):
            # A name may be written in any way; one that the item has stays as it is there.
            if match[0] in context.facts.folded.text:
                continue
            name = language_name(language)
            message = f"'{match[0]}' is {what} in a text that should be in {name}"
            fix = f"write it in {name}"
            return [Violation("language.script", Severity.ERROR, message, match.span(), fix=fix)]
    if base(language) == "ja" and not KANA_LETTER.search(text):
        return _without_kana(text)
    return []


def _in_korean(context: CheckContext, language: str) -> list[Violation]:
    """Characters that Korean does not write, or more of them than explain a word in brackets."""
    for match in _HAN_RUN.finditer(context.text.original):
        is_korean = match[0] == match[0].encode("euc_kr", "ignore").decode("euc_kr")
        if is_korean and len(match[0]) < _LEAST_CHINESE:
            continue
        if match[0] not in context.facts.folded.text:
            return [_foreign(match, language)]
    return []


@cache
def _wrong_forms(language: str) -> Sequence[tuple[re.Pattern[str], str]]:
    """Characters that do not belong into a text in the language, and what they are."""
    simplified, traditional, japanese = han_sets()
    script = full_script(language)
    found: Sequence[tuple[frozenset[str], str]] = ()
    if script == "Jpan":
        found = ((simplified - _japanese_too(), "simplified Chinese"),)
    elif "Hant" in language or (script == "Hant" and base(language) != "zh"):
        found = ((simplified, "simplified Chinese"), (japanese, "Japanese"))
    elif "Hans" in language:
        found = ((traditional, "traditional Chinese"), (japanese, "Japanese"))
    elif script == "Hans":
        found = ((japanese, "Japanese"),)
    # A class is looked for in 4 µs; a set would be asked about each character.
    return [(re.compile(f"[{''.join(sorted(forms))}]"), what) for forms, what in found]


@cache
def _japanese_too() -> frozenset[str]:
    return frozenset(c for c in han_sets()[0] if c.encode("cp932", "ignore"))


@cache
def _not_japanese() -> frozenset[str]:
    """Traditional forms that Japanese has simplified. Made once: that takes 0.7 ms."""
    return han_sets()[1] & rare_in_japanese()


def _without_kana(text: str) -> list[Violation]:
    han = sum(map(len, own_letters("zh").findall(text)))
    chinese = not _CHINESE.isdisjoint(text) or not _not_japanese().isdisjoint(text)
    sure = chinese and han >= _LEAST_LETTERS and han_sets()[2].isdisjoint(text)
    if not sure and han < _LONG_HAN:
        return []
    message = f"{han} kanji and no kana: this may be Chinese"
    severity = Severity.ERROR if sure else Severity.WARNING
    return [Violation("language.script", severity, message, fix="write it in Japanese")]


class OtherLanguage:
    """Another language than the one asked for, in letters that both are written in.

    `language.other`: the text, by itself or together with the other texts of its answer;
    `language.mixed`: a sentence or a few words within it; `language.near`: one that is hardly told
    from it.
    """

    def __init__(self, language: str, detector: Detector, tally: LanguageTally) -> None:
        self.language = language
        self._detector = detector
        self._tally = tally
        self._latin = is_latin(language)
        self._parts = ForeignParts(language, detector)

    def __call__(self, context: CheckContext) -> list[Violation]:
        """What is wrong with a text."""
        if self._may_have_english(context) and (found := list(self._english_run(context))):
            return found
        if left := self._left_in_english(context):
            return left
        found = self._of_text(context)
        if any(one.severity is Severity.ERROR for one in found):
            return found
        if (part := self._parts(context)) is None:
            return found
        return [self._part(context.text.original, part.span, language_name(part.language))]

    def _of_text(self, context: CheckContext) -> list[Violation]:
        if not can_judge(self.language):
            return self._of_whole(context, None)
        text = context.text.original
        parts = _segments(text)
        if len(parts) > 1:
            return self._of_parts(context, parts)
        whole = self._detector.evidence(text, self.language, context.facts.names)
        return self._of_whole(context, whole)

    def _of_parts(self, context: CheckContext, parts: Sequence[tuple[int, int]]) -> list[Violation]:
        """Each sentence by itself, the text as a whole only if something speaks against one."""
        text, language = context.text.original, self.language
        said = [text[start:end] for start, end in parts]
        is_clear = [self._detector.is_clear(one, language, _ENOUGH_LETTERS) for one in said]
        if all(is_clear):
            return self._of_whole(context, None)
        # Most names of an item are not in its text.
        known = frozenset(one for one in context.facts.names if one in context.text.text)
        evidence = self._detector.evidence
        found = [
            None if clear else evidence(one, language, known, _ENOUGH_LETTERS, text)
            for one, clear in zip(said, is_clear, strict=True)
        ]
        foreign = [
            (part, one)
            for part, words, one in zip(parts, said, found, strict=True)
            if one is not None and _is_foreign(words, one)
        ]
        if foreign and len(foreign) < len(parts):
            part, one = foreign[0]
            return [self._part(text, part, language_name(one.other))]
        whole = None
        if any(one is not None and one.margin > one.needed / 2 for one in found):
            whole = self._detector.evidence(text, self.language, known)
        return self._of_whole(context, whole)

    def _of_whole(self, context: CheckContext, whole: Evidence | None) -> list[Violation]:
        self._tally.judge(context.field or "", context.text.original, self.language, whole)
        if whole is None:
            return []
        if not whole.is_found:
            return self._together(context, whole)
        words = context.text.words
        is_doubtful = not whole.is_sure and len(words) >= _MANY_KNOWN
        if is_doubtful and word_set(base(self.language)).issuperset(words):
            return []
        if whole.is_sure and self._are_own(context, whole.other):
            return []
        return [self._other(whole)]

    def _are_own(self, context: CheckContext, other: str) -> bool:
        """Whether nearly all words of a brief text are listed, and fewer of them for the other."""
        text = context.text.text
        if len(text) > _BRIEF:
            return False
        words = {one.strip(_AROUND) for one in text.replace("-", " ").split()}
        words -= {"", *context.facts.names}
        own = len(words & word_set(base(self.language)))
        enough = own >= _LEAST_OWN and own >= _MOST_LISTED * len(words)
        return enough and len(words & word_set(base(other))) < own

    def _may_have_english(self, context: CheckContext) -> bool:
        return not self._latin and LATIN in context.text.groups

    def _other(self, found: Evidence) -> Violation:
        wanted, other = language_name(self.language), language_name(found.other)
        fix = f"write it in {wanted}"
        if found.is_sure:
            message = f"this seems to be {other}, not {wanted}"
            return Violation("language.other", Severity.ERROR, message, fix=fix)
        message = f"this may be {other}, not {wanted}: the two share many words"
        return Violation("language.near", Severity.WARNING, message, fix=fix)

    def _part(self, text: str, part: tuple[int, int], other: str) -> Violation:
        wanted = language_name(self.language)
        words = " ".join(text[slice(*part)].split())
        message = f"'{words}' seems to be {other} in a text that should be in {wanted}"
        fix = f"write the whole text in {wanted}, with '{words}' in {wanted}, too"
        return Violation("language.mixed", Severity.ERROR, message, part, fix=fix)

    def _english_run(self, context: CheckContext) -> Iterator[Violation]:
        """A sentence of English between letters of another script; names are no sentences."""
        if not own_letters(self.language).search(context.text.original):
            return  # all of it is: the script says so
        for run in _LATIN_RUN.finditer(context.text.original):
            words = _LATIN_WORD.findall(run[0])
            if sum(map(str.islower, words)) < _LEAST_SMALL_WORDS:
                continue
            known = context.facts.names
            words = [word for word in words if word.casefold() not in known]
            small = [word for word in words if word.islower()]
            english = word_set("en")
            known_words = (
                not ENGLISH_WORDS.isdisjoint(word.casefold() for word in words)
                or sum(word in english for word in small) > _LEAST_SMALL_WORDS
            )
            ends = context.text.original[run.end() : run.end() + 1] in (".", "!", "?")
            if len(small) >= _LEAST_SMALL_WORDS and (known_words or ends):
                yield self._part(context.text.original, run.span(), language_name("en"))
                return

    def _left_in_english(self, context: CheckContext) -> list[Violation]:
        """Words of an English item that the text repeats untranslated: `un sac en waxed canvas`.

        What the item writes in small letters is no name. In Latin letters they stand side by side,
        for one alone may be borrowed, or is of five letters (`resealable`) and of an item that is
        English beyond doubt, or they make up a text; in others one is enough.
        """
        if LATIN not in context.text.groups or base(self.language) == "en":
            return []
        facts = context.facts
        small = self._small_words(context, facts.folded.original)
        if not small:
            return []
        own, english = word_set(base(self.language)), word_set("en")
        if not (own if self._latin else own_letters(self.language).search(context.text.original)):
            return []  # nobody knows its words; or all of it is English, as the script says
        foreign = small - own
        left = foreign - _borrowed()
        if not left:
            return []
        names = product_names(facts.item)
        for span in _runs_of(context.text.original, foreign):
            run = context.text.original[slice(*span)]
            if run.lower() not in names and self._is_left(run, facts, left):
                return [self._part(context.text.original, span, language_name("en"))]
        return self._given_back(left - facts.title_words - set(names.split()), english)

    def _small_words(self, context: CheckContext, item: str) -> frozenset[str]:
        """The words of the item that the text has, too, and that stand there in small letters."""
        facts, folded = context.facts, context.text.text
        if self._latin:
            # Of most texts a look for the few words of the item says that there is nothing.
            may_be = [
                one
                for one in facts.names
                if len(one) >= _SHORT_WORD and one.isascii() and one in folded and one in item
            ]
            return frozenset(may_be).intersection(context.text.words) if may_be else _NO_WORDS
        # Where words have no spaces between them, a run of letters is more than one: `seats六人`.
        words = [
            one
            for one in _LATIN_WORD.findall(folded)
            if len(one) >= _SHORT_WORD and one.isascii() and one in item
        ]
        return facts.names.intersection(words) if words else _NO_WORDS

    def _is_left(self, run: str, facts: Facts, left: Set[str]) -> bool:
        """Whether words of the item, side by side, are left in English; `left` are not borrowed."""
        words, english = _LATIN_WORD.findall(run.lower()), word_set("en")
        if left.isdisjoint(words):
            return False
        if not self._latin:
            return run.islower() or " " in run
        if not any(_is_english(one, english) for one in words):
            return False
        if len(words) >= _LEAST_LEFT:
            return run.islower() or run.lower() in facts.folded.original
        if not run.islower() or len(run) < _LONG_LEFT:
            return False
        foreign = facts.names - word_set(base(self.language))
        return sum(_is_english(one, english) for one in foreign) >= _ENGLISH_ITEM

    def _given_back(self, words: Set[str], english: Set[str]) -> list[Violation]:
        """A text of the item's own words, in English."""
        are_english = sum(_is_english(one, english) for one in words) >= _LEAST_LEFT
        if not self._latin or len(words) < _LEAST_SMALL_WORDS or not are_english:
            return []
        message = f"its words are those of the item in {language_name('en')}"
        fix = f"write it in {language_name(self.language)}"
        return [Violation("language.other", Severity.ERROR, message, fix=fix)]

    def _together(self, context: CheckContext, alone: Evidence) -> list[Violation]:
        """A text of which little can be said, judged with the others of its answer."""
        texts = [text for field in context.record.values() for text in field]
        if len(texts) < 2:
            return []
        joined = self._detector.evidence(". ".join(texts), self.language, context.facts.names)
        if joined is None or not joined.is_sure or joined.other != alone.other:
            return []
        found = self._other(joined)
        return [replace(found, message=f"with the other texts of its answer {found.message}")]


@cache
def _borrowed() -> frozenset[str]:
    return frozenset(table(LanguageTable, "languages").borrowed.split())


def _runs_of(text: str, words: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where one of those words or more stand side by side."""
    runs: list[tuple[int, int]] = []
    for match in _LATIN_WORD.finditer(text):
        if match[0].lower() not in words:
            continue
        if runs and text[runs[-1][1] : match.start()] in (" ", "-"):
            runs[-1] = runs[-1][0], match.end()
        else:
            runs.append(match.span())
    return iter(runs)


def _is_english(word: str, english: Set[str]) -> bool:
    word = word.lower()
    stems = [word.removesuffix(end) for end in _INFLECTED if word.endswith(end)]
    stems += [stem.removeprefix("re") for stem in stems]
    return word in english or any(
        len(stem) > _SHORT_WORD and (stem in english or f"{stem}e" in english) for stem in stems
    )


def _is_foreign(part: str, found: Evidence) -> bool:
    """Whether a part of a text is in another language, and no name."""
    if not found.is_sure or found.margin <= found.needed + _MORE_FOR_A_PART:
        return False
    return sum(1 for word in part.split() if not word[0].isupper()) >= _LEAST_SMALL_WORDS


def _segments(text: str) -> Sequence[tuple[int, int]]:
    """The sentences and lines of a text, the short ones with the next."""
    if len(text) < 2 * _LEAST_SEGMENT:
        return ()
    least = max(_LEAST_SEGMENT, len(text) // _MOST_SEGMENTS)
    found, start = [], 0
    while gap := _SEGMENT.search(text, start + least):
        found.append((start, gap.start()))
        start = gap.end()
    if len(text) - start >= _LEAST_SEGMENT or not found:
        found.append((start, len(text)))
    return found
