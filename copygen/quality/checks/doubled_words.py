"""Words twice in a row: which languages double, which words they keep, and where a script without
spaces has one.

`configs/metrics/doubled.yaml` has the words of each language. Languages double many on purpose
(`さらさら`, `轻轻柔柔`, ๆ is written for it): a slip is a small word, or one too long for a sound.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from copygen.quality.data import Doubled, Endings, table
from copygen.quality.facts import CheckContext
from copygen.quality.languages import base
from copygen.quality.normalize import deferred, fold

MOST_LETTERS: Final = 12
MOST_IN_LONG: Final = 8
"""Letters of a word of a script without spaces that is looked for twice, in a short text and in a
long one, where each costs 3 µs."""
_OWN_RUNS: Final = tuple(
    deferred(f"[{letters}][{letters}]*+")
    for letters in (
        "\u0e01-\u0e7f",
        "\u0e81-\u0eff",
        "\u1780-\u17ff",
        "\u1000-\u109f",
        "\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u9fff\uf900-\ufaff",
    )
)
"""Runs of letters of one script: each by itself is found in a tenth of the time of all in one."""
_KANA: Final = deferred("[\u3041-\u3096\u30a1-\u30fa\u30fc]+")
_PARTICLE_TWICE: Final = deferred(
    "([をのがにでへ])(?:(?<=を)を+|(?<!を)(?:"
    "(?<=[\u3041-\u30fc\u4e00-\u9fff].)(?<!\\1\\1)\\1\\1+(?=[^ぁ-ゖ]|$)"
    "|(?<=[\u30a1-\u30fc\u4e00-\u9fff].)\\1(?=[\u30a1-\u30fa\u4e00-\u9fff、。])))"
)
_PARTICLE_PAIRS: Final = ("のの", "がが", "にに", "でで", "へへ", "をを")
"""One of these is in each of them: most texts have none."""
_ONE_TWICE: Final = deferred("([のがにでへを的与與也很被及或让讓是把从從၏ឬ])(?=\\1)")
"""Small words of one letter; any other may stand twice."""
_KEPT: Final = 4
_HAN_PAIR: Final = deferred("[\u3400-\u9fff]{2}")
_SOUNDS: Final = deferred(
    "[啪嗒哗嘩啦咕嘟噜嚕叮咚当當哐咔嚓滴答吱呀咯噔呼噗嗤扑撲通哈嘻嘿嗡铃鈴铛鐺唰沙咻咚砰嘀嗦簌潺淙]"
)
"""Signs that Chinese writes sounds with: `啪嗒啪嗒`."""
_COUNTED: Final = ("一", "ひと", "少し", "毎", "何", "每", "两", "兩", "ทีละ")
"""`一枚一枚`, `ひとつひとつ`, `毎日毎日`, `ทีละก้าวทีละก้าว`: each of many."""
_BEHIND_COUNTED: Final = frozenset("のにをがはで")
"""Particles behind one that is not: `毎日の毎日の朝に`."""
_OF_WORDS: Final = frozenset(("th", "lo", "km"))
_LEAST_SMALL: Final = 3
"""A phrase that ends with a small word of so many letters is no doubled word: `ถือแล้วถือแล้ว`."""
_LEAST_UNIT: Final = 2
"""Of a word that is no small one: one letter twice is a part of many words."""
_LONG_UNIT: Final = {"th": 6, "lo": 9, "km": 9, "my": 12, "ja": 3, "zh": 3}
"""Letters from which a word of such a script twice is a slip whatever word it is: shorter ones are
doubled on purpose."""


class DoubledWords:
    """What of `doubled.yaml` goes for one language; the small words of all where none is told."""

    kept: frozenset[str]
    """Words that stand there twice on purpose, and set phrases."""
    set_phrases: tuple[str, ...]
    """The same, to look for at an end."""
    after_comma: frozenset[str]
    """Words that stand there twice behind a comma."""
    after: Mapping[str, frozenset[str]]
    """Word → words behind which it may stand twice."""
    before: Mapping[str, frozenset[str]]
    """Word → words before which it may stand twice."""
    articles: frozenset[str]
    """Articles of all languages, and prepositions with one."""
    doubles: bool
    """Whether the language doubles nouns, adjectives and verbs."""
    small: frozenset[str]
    """Small words, which are always a slip."""
    joining: frozenset[str]
    """These and the ones that announce more."""
    ands: frozenset[str]
    """`And`, `but` and `or`."""
    going_on: frozenset[str]
    """What is joined to itself on purpose: `on and on`, `again and again`."""
    no_doubles: re.Pattern[str] | None
    """Forms that a doubling language does not double."""
    kept_forms: re.Pattern[str] | None
    """Forms that a language which doubles no others does double."""

    def __init__(self, language: str) -> None:
        known = table(Doubled, "doubled")

        def words(listed: Mapping[str, str], languages: Iterable[str]) -> frozenset[str]:
            return frozenset(fold(" ".join(listed.get(one, "") for one in languages)).split())

        told = (language,) if language else tuple(known.kept)
        self.kept = words(known.kept, told)
        self.set_phrases = tuple(self.kept)
        self.after_comma = words(known.after_comma, told)

        def near(listed: Mapping[str, Mapping[str, str]]) -> Mapping[str, frozenset[str]]:
            each = (listed.get(one, {}) for one in told)
            return {
                fold(word): frozenset(fold(others).split())
                for words in each
                for word, others in words.items()
            }

        self.after = near(known.after)
        self.before = near(known.before)
        self.articles = frozenset(fold(known.articles).split())
        self.doubles = language not in known.do_not_double.split()
        self.small = words(known.small, told if language else known.small)
        endings = table(Endings, "endings")
        self.joining = self.small | words(endings.words, told)
        self.ands = words(endings.joining, told)
        self.going_on = words(known.going_on, told)
        form, kept = known.never_double.get(language), known.kept_forms.get(language)
        self.no_doubles = re.compile(form) if form else None
        self.kept_forms = re.compile(kept) if kept else None


@cache
def doubled_words(language: str) -> DoubledWords:
    """What goes for a language, given as a base tag; empty: none is told."""
    return DoubledWords(language)


def unspaced_slip(context: CheckContext, text: str, most: int) -> tuple[str, int, int] | None:
    """A word twice in a row in a script without spaces, as `(word, start, end)` of both.

    It is looked for where a word of two letters to `most` comes twice at all.
    """
    places = [(found.start(), 1) for found in _ONE_TWICE.finditer(text)]
    if most > 1:
        places += _places(text, range(2, most + 1))
    if not places:
        return None
    twice = any(pair in text for pair in _PARTICLE_PAIRS)
    if twice and (slip := _PARTICLE_TWICE.search(text)):
        return slip[0][0], *slip.span()
    places += _places(text, range(most + 1, MOST_LETTERS + 1))
    for run, begin, size in _units(text, places):
        start = begin - run.start()
        unit = text[begin : begin + size]
        around = (
            run[0][max(0, start - 1) : start],
            run[0][start + 2 * size : start + 2 * size + _KEPT],
        )
        if (
            not around[1].startswith(unit)
            and around[0] != unit[-1:]
            and _is_slip(unit, around, _language_of(run[0], context.language), context)
        ):
            return unit, begin, begin + 2 * size
    return None


def _places(text: str, sizes: Iterable[int]) -> Iterator[tuple[int, int]]:
    """`(start, letters)` of what may come twice in a row, by size.

    The low bytes of the text as one number, held against itself a few letters further on: where
    they agree there are zeros. A pattern with a back reference takes ten times as long.
    """
    data = text.encode("utf-16-le", "surrogatepass")[::2]
    whole = int.from_bytes(data, "little")
    length = len(data)
    for size in sizes:
        same = (whole ^ (whole >> 8 * size)).to_bytes(length, "little")
        zeros, last = bytes(size), length - size
        at = same.find(zeros)
        while 0 <= at < last:
            yield at, size
            at = same.find(zeros, at + 1)


def _units(
    text: str, places: Iterable[tuple[int, int]]
) -> Iterator[tuple[re.Match[str], int, int]]:
    """`(run, start, letters)` of what comes twice in a row within a run of letters of one script,
    in their order and the longest at each place. `places` have the short ones first."""
    sizes: dict[int, tuple[int, ...]] = {}
    for start, size in places:
        if text[start : start + size] == text[start + size : start + 2 * size]:
            sizes[start] = (*sizes.get(start, ()), size)
    if not sizes:
        return
    scripts = [runs for runs in _OWN_RUNS if any(runs.match(text, start) for start in sizes)]
    every = (run for runs in scripts for run in runs.finditer(text))
    runs = iter(sorted(every, key=re.Match.start))
    run = next(runs, None)
    for start in sorted(sizes):
        while run is not None and run.end() <= start:
            run = next(runs, None)
        if run is None:
            return
        most = (run.end() - start) // 2
        fitting = [size for size in sizes[start] if size <= most]
        if fitting and run.start() <= start:
            yield run, start, fitting[-1]


def _language_of(run: str, told: str | None) -> str:
    first = run[0]
    if first < "\u0e80":
        return "th"
    if first < "\u0f00":
        return "lo"
    if first < "\u10a0":
        return "my"
    if first < "\u1800":
        return "km"
    return "ja" if _KANA.search(run) or base(told or "") == "ja" else "zh"


def _is_slip(unit: str, around: tuple[str, str], language: str, context: CheckContext) -> bool:
    listed = doubled_words(language)
    if unit not in listed.small and len(unit) < _LEAST_UNIT:
        return False
    if unit * 2 in context.facts.folded.text or unit in listed.kept:
        return False
    if f"{around[0]}{unit * 2}".endswith(listed.set_phrases):
        return False
    if f"{unit * 2}{around[1]}".startswith(listed.set_phrases):
        return False
    is_brief = len(unit) <= _KEPT or language in _OF_WORDS
    if is_brief and unit.startswith(_COUNTED) and unit[-1] not in _BEHIND_COUNTED:
        return False
    if unit in listed.small:
        return True
    if len(set(unit)) == 1:
        return False
    if language in _OF_WORDS and any(
        unit.endswith(word) for word in listed.small if _LEAST_SMALL <= len(word) < len(unit) - 1
    ):
        return True
    if language in ("ja", "zh"):
        if _KANA.fullmatch(unit) and len(unit) <= 4:
            return False  # ふわふわ, ゆっくりゆっくり
        if len(set(unit)) < len(unit) - 1:
            return False  # 慢慢来慢慢来
        if _HAN_PAIR.fullmatch(unit):  # a noun, or a verb of those that nobody doubles
            return language == "ja" or not _SOUNDS.search(unit)
    return len(unit) >= _LONG_UNIT[language] and not unit.startswith(("่", "้", "ั", "ิ", "ี", "ุ", "ู"))
