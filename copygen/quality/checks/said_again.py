"""What a text says again in a script with spaces: a phrase right behind itself, or a sentence later
on.

A phrase behind a comma may be a figure. It is one where it is brief, where it says `X, X.` and
nothing else, and where it comes three times: `Hold on, hold on.`, `Let it snow, let it snow`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, groupby, pairwise
from operator import itemgetter
from types import MappingProxyType
from typing import Final

from rapidfuzz.distance import Prefix

from copygen.quality.checks.doubled_words import DoubledWords, doubled_words
from copygen.quality.checks.parts_again import JOINED_AND
from copygen.quality.checks.reading import Reading, letters_of
from copygen.quality.languages import base
from copygen.quality.normalize import deferred

LEAST_WORDS: Final = 3
"""Words of a sentence that is one too many right after itself."""
_LEAST_APART: Final = 4
_LEAST_APART_LETTERS: Final = 13
"""Words and letters of one that is with others between; the letters are for one word less."""
_TWO_WORDS: Final = 12
_TWO_WORDS_APART: Final = 14
"""Letters of a sentence of two words: `Shh now. Shh now.` is a figure."""
_WITHIN: Final = 5
"""Words of a sentence with a pause in it that is a refrain."""
_REFRAIN: Final = 3
"""Times in a row: twice is a slip, and four times a loop."""
_LONGEST_PHRASE: Final = 16
_LEAST_SLIP: Final = 6
_SYLLABLES_SLIP: Final = 5
_DENSE_SLIP: Final = 3
"""Letters of a phrase that is said again with nothing between."""
_PAIR: Final = 2
_EACH: Final = frozenset(("từng", "mỗi", "từ", "हर", "한"))
"""`từng ngày từng ngày`: day by day."""
_BY: Final = MappingProxyType(
    dict.fromkeys(("ca", "it", "es", "pt", "gl", "oc"), "a")
    | dict.fromkeys(("pl", "cs", "sk", "sl", "hr", "bs", "lt"), "po")
    | dict.fromkeys(("ru", "uk", "be", "bg", "mk", "sr"), "по")
    | {"lv": "pa", "fr": "à"}
)
"""Prepositions that share out: `a poc a poc`, `a due a due`, `po troškách po troškách`."""
_TWO_BEHIND_COMMA: Final = 10
_JOINED_BEHIND_COMMA: Final = 9
_NAMED_BEHIND_COMMA: Final = 14
_LISTED_BEHIND_COMMA: Final = 8
_MORE_BEHIND_COMMA: Final = 8
_ALONE_BEHIND_COMMA: Final = 16
"""Letters of a phrase that is no figure behind a comma: of two words, of a small one and another,
of an article and a noun, of an item before `and`, of more words, and of a sentence that has nothing
else."""
_JOINED_LETTERS: Final = 9
"""Letters of a phrase joined to itself: `on and on and on and on` has fewer."""
_JOINED_WORD: Final = 8
_JOINED_DENSE: Final = 5
"""Letters of a word joined to itself: `klipper og klipper`, `hours and hours` have fewer. The
second where `and` is written as one with it."""
_LISTED_WORD: Final = 3
_LISTED_DENSE: Final = 2
_LISTED_PHRASE: Final = 6
"""Letters of one behind a comma (`warm, soft and soft`), and of a phrase in Vietnamese, which
writes syllables."""
_ELIDED: Final = ("l'", "l’", "d'", "d’")
_KOREAN_PARTICLES: Final = frozenset("은는이가을를의에로와과도만")
_KOREAN_ADJECTIVE: Final = frozenset("한운은인")
_KOREAN_JOINING: Final = ("고", "며")
_MANY: Final = deferred("(?:ات|ين|ون|ים|ות)\\Z")
_GROWS: Final = deferred(
    r"(?:[aeo]?re?|ее|ше|ші|ша|ej|eji|ší|sz[aey]|je|ji|bb\w{0,4}|mp\w{1,4}|mmin|maks|āk\w{0,4}"
    r"|iau|esn\w{1,4}|تر)\Z|\A(?:kilom|[kк][иі]л[оo]м|χιλι|h?undert|tausend|hundred|thousand|genera)"
)
"""Forms that say more of something, and measures: `leichter und leichter`."""
_GROWN: Final = 5
"""Least letters of such a form."""
_STEPS: Final = 3
_STEM: Final = 3
"""Words of a phrase that has a word in two forms, and letters that these share."""
_BEHIND_DASH: Final = 4
"""Words of a phrase that no dash makes a figure."""
_COMMA: Final = deferred(r"\s*[,،、;؛]\s*")
_DASH: Final = deferred(r"\s*[:–—-]\s*")
_SENTENCE_MARKS: Final = '.!?…؟۔।\n"“”„«»'
_DENSE: Final = deferred("[\u0590-\u06ff\u0900-\u0dff\uac00-\ud7a3]")
"""Scripts that need fewer letters for a word."""


def phrase_at_once(reading: Reading) -> tuple[str, int, int] | None:
    """A phrase right after itself, as `(phrase, start, end)` of both."""
    told, words = reading.said, reading.words
    if reading.is_korean:
        told = _without_particles(told)
    ands = doubled_words(base(reading.context.language or "")).ands
    for at, size in _at_once(told):
        phrase = told[at : at + size]
        if len(set(phrase)) == 1:
            continue
        start, end = words[at].start(), words[at + 2 * size - 1].end()
        seam = reading.told[words[at + size - 1].end() : words[at + size].start()]
        both = words[at : at + size], words[at + size : at + 2 * size]
        inner = [reading.told[a.end() : b.start()] for one in both for a, b in pairwise(one)]
        if seam.isspace():
            around = (told[at - 1] if at else "", *told[at + 2 * size : at + 2 * size + 1])
            if (around[0] == phrase[-1] and (size <= _PAIR or phrase[0] not in ands)) or (
                around[1:] == (phrase[0],) and not reading.is_known(" ".join(phrase))
            ):
                continue  # `step by step by step`, `on and on and on`
            slip = all(map(str.isspace, inner)) and _is_slip(reading, phrase, words[at : at + size])
        else:
            slip = _is_echo(reading, at, size, seam, inner)
        if slip:
            return " ".join(phrase), start, end
    return _joined(reading)


def _without_particles(told: Sequence[str]) -> list[str]:
    """Korean words without the particle behind one that is there alone, too: `밤 … 밤을`."""
    known = {*told}
    return [one[:-1] if one[-1] in _KOREAN_PARTICLES and one[:-1] in known else one for one in told]


def _joined(reading: Reading) -> tuple[str, int, int] | None:
    """A phrase joined to itself: `full of taste and full of taste`; one word may grow so."""
    told, words = reading.said, reading.words
    language = base(reading.context.language or "")
    listed, prefix = doubled_words(language), JOINED_AND.get(language)
    for at, word in enumerate(told):
        if word not in listed.ands:
            if at and (
                (prefix and _is_joined_to(reading, at, prefix, listed))
                or (reading.is_korean and _is_korean_item(reading, at))
            ):
                return told[at - 1], words[at - 1].start(), words[at + (not prefix)].end()
            continue
        is_sentence = not at or reading.told[words[at - 1].end()] in _SENTENCE_MARKS
        for size in range(min(at, _LONGEST_PHRASE), 2 if is_sentence else 1, -1):
            phrase = told[at - size : at]
            if phrase == told[at + 1 : at + 1 + size]:
                if told[max(0, at - 2 * size) : at - size] == phrase:
                    continue
                is_item = language == "vi" and _is_listed(reading, at - size)
                least = _LISTED_PHRASE if is_item else _JOINED_LETTERS
                if len("".join(phrase)) >= least:
                    return " ".join(phrase), words[at - size].start(), words[at + size].end()
        if told[at - 1 : at] == told[at + 1 : at + 2] and at and _is_joined_word(reading, at):
            return told[at - 1], words[at - 1].start(), words[at + 1].end()
    return None


def _is_listed(reading: Reading, at: int) -> bool:
    """Whether a comma and another item are before a word: `warm, soft and soft`."""
    if not at or reading.said[at - 1] == reading.said[at]:
        return False
    words = reading.words
    return _COMMA.fullmatch(reading.told, words[at - 1].end(), words[at].start()) is not None


def _is_joined_word(reading: Reading, at: int) -> bool:
    """Whether the word on both sides of a joint neither grows nor goes on and on."""
    told, word = reading.said, reading.said[at - 1]
    letters = letters_of(word)
    if letters < _JOINED_WORD:
        listed = doubled_words(base(reading.context.language or ""))
        least = _LISTED_DENSE if _DENSE.match(word) else _LISTED_WORD
        is_kept = word in listed.joining or word in listed.going_on
        if letters < least or is_kept or not _is_listed(reading, at - 1):
            return False
    if letters >= _GROWN and _GROWS.search(word):
        return False
    seam = reading.told[reading.words[at - 1].end() : reading.words[at + 1].start()]
    around = (told[max(0, at - 3) : at - 1], told[at + 2 : at + 4])
    return set(seam) <= {" ", *told[at]} and not any(word in near for near in around)


def _is_joined_to(reading: Reading, at: int, prefix: str, listed: DoubledWords) -> bool:
    """The same where `and` is written as one with the word: `أناقة وأناقة`."""
    word, before = reading.said[at], reading.said[at - 1]
    if word[0] != prefix or word[1:] != before or before in listed.going_on:
        return False
    if reading.said[at - 2 : at - 1] == ["ألف"] or _MANY.search(before):
        return False  # `ألف ليلة وليلة`, `ساعات وساعات`
    if not reading.told[reading.words[at - 1].end() : reading.words[at].start()].isspace():
        return False
    is_item = at > 1 and (reading.said[at - 2][0] == prefix or _is_listed(reading, at - 1))
    return len(before) >= (_LISTED_WORD if is_item else _JOINED_DENSE)


def _is_korean_item(reading: Reading, at: int) -> bool:
    """Whether a row of verbs names one twice: `바삭하고 고소하고 바삭하고 담백한`, `… 바삭한`."""
    said = reading.said[at - 1 : at + 3]
    if len(said) < len("ABAC"):
        return False
    if said[2][-1] in _KOREAN_ADJECTIVE and said[2][:-1] == said[0][:-2] and len(said[2]) > 2:
        said = [*said[:2], said[0]]
    elif said[0] != said[2] or said[3][-1] not in _KOREAN_ADJECTIVE:
        return False
    between = reading.told[reading.words[at - 1].end() : reading.words[at + 1].start()]
    return (
        all(len(one) > 2 and one.endswith(_KOREAN_JOINING) for one in said[:3])
        and between == f" {said[1]} "
    )


def _at_once(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """`(place, words)` of what may be the same as what is right behind it, in order."""
    last: dict[tuple[str, str], int] = {}
    for place, pair in enumerate(pairwise(words)):
        earlier = last.get(pair)
        last[pair] = place
        if earlier is None:
            continue
        size = place - earlier
        if 1 < size <= _LONGEST_PHRASE and (words[earlier:place] == words[place : place + size]):
            yield earlier, size


def _is_slip(reading: Reading, phrase: Sequence[str], words: Sequence[re.Match[str]]) -> bool:
    """Whether it is no name (`New York New York`), and no sound (`tick tock tick tock`)."""
    context, joined = reading.context, " ".join(phrase)
    if reading.is_known(f"{joined} {joined}"):
        return False
    language = base(context.language or "")
    listed = doubled_words(language)
    is_share = phrase[0] == _BY.get(language) and phrase[1] not in listed.joining
    is_share = is_share and not phrase[1].startswith(_ELIDED)
    if len(phrase) == _PAIR and (is_share or phrase[0] in _EACH):
        return False
    if any(word in listed.joining or word.isdecimal() for word in phrase):
        return True
    spans = (context.text.span(*word.span()) for word in words)
    if all(context.text.original[start:end][:1].isupper() for start, end in spans):
        return reading.is_known(joined)
    if _sound_alike(phrase):
        return False
    least = _SYLLABLES_SLIP if language == "vi" else _LEAST_SLIP
    return letters_of(joined) >= (_DENSE_SLIP if _DENSE.search(joined) else least)


def _sound_alike(words: Sequence[str]) -> bool:
    """`tick tock`, `pitter patter`, `bập bùng`: one letter first, and one length."""
    lengths = list(map(len, words))
    return len({word[0] for word in words}) == 1 and max(lengths) - min(lengths) <= 1


def _share_stem(words: Sequence[str]) -> bool:
    """Whether two words are forms of one: `krok po kroku`, `lépésről lépésre`."""
    return any(
        Prefix.similarity(one, other) >= max(_STEM, min(len(one), len(other)) - 1)
        for one, other in combinations(words, 2)
    )


def _is_echo(reading: Reading, at: int, size: int, seam: str, inner: Sequence[str]) -> bool:
    """Whether a phrase is a slip behind a comma or a dash."""
    told, words, text = reading.said, reading.words, reading.told
    phrase = told[at : at + size]
    joined = " ".join(phrase)
    if not (_COMMA.fullmatch(seam) or (_DASH.fullmatch(seam) and size >= _BEHIND_DASH)):
        return False
    if size < _WITHIN and not all(map(str.isspace, inner)):
        return False  # `klick, klack, klick, klack`
    if told[at + 2 * size : at + 3 * size] == phrase or told[max(0, at - size) : at] == phrase:
        return False
    if (
        phrase[0] == phrase[-1]
        or (size <= _STEPS and _share_stem(phrase))
        or reading.is_known(f"{joined}, {joined}")
    ):
        return False  # `day after day, day after day`
    if at and told[at - 1] == phrase[-1]:
        return False  # `dip, dip again, dip again`
    listed = doubled_words(base(reading.context.language or ""))
    if size == 2 and not listed.kept.isdisjoint(phrase):
        return False  # `never again, never again`
    is_share = size == _PAIR and phrase[0] == _BY.get(base(reading.context.language or ""))
    if is_share or (size == LEAST_WORDS and phrase[-1] in listed.going_on):
        return False  # `po troškách, po troškách`, `then another, then another`
    letters = sum(map(len, phrase))
    if _DENSE.search(joined):
        letters += letters * 2 // 3 if reading.is_korean else letters * 3 // 5
    before = text[: words[at].start()].rstrip(" ")[-1:]
    behind = text[words[at + 2 * size - 1].end() :].lstrip(" ")[:1]
    if before in _SENTENCE_MARKS and behind in _SENTENCE_MARKS:
        return size > 2 and letters >= _ALONE_BEHIND_COMMA
    if before not in _SENTENCE_MARKS and phrase[-1] in listed.joining - listed.kept:
        return True  # `made for the, for the`
    if size > 2:
        return letters >= _MORE_BEHIND_COMMA
    if phrase[0] in listed.articles:  # `Two reasons: the sausage, the sausage and the mustard.`
        return letters >= _NAMED_BEHIND_COMMA
    is_listed = not listed.ands.isdisjoint(told[at + 2 * size : at + 2 * size + 1])
    if is_listed:  # `soft foam, soft foam and a scent`
        return letters >= _LISTED_BEHIND_COMMA
    return letters >= (_JOINED_BEHIND_COMMA if phrase[0] in listed.joining else _TWO_BEHIND_COMMA)


def is_refrain(reading: Reading) -> bool:
    """Whether a brief sentence comes three times in a row: `Up slow, down. Up slow, down. …`

    One of more words has a pause in it, else it is a loop.
    """
    bare = reading.sentences.bare
    if "\n" in reading.told or len(bare) - len(set(bare)) < _REFRAIN - 1:
        return False
    for said, same in groupby(zip(bare, reading.sentences.written, strict=True), key=itemgetter(0)):
        written = [one for _, one in same]
        if len(written) == _REFRAIN:
            size = said.count(" ") + 1
            return size <= LEAST_WORDS or (size <= _WITHIN and "," in written[0])
    return False


def sentences_again(reading: Reading) -> Iterator[tuple[int, int]]:
    """Where sentences stand that were said before."""
    sentences = reading.sentences
    before: dict[str, int] = {}
    for number, said in enumerate(sentences.bare):
        earlier = before.get(said)
        before[said] = number
        if (
            earlier is not None
            and _is_long(said, adjacent=earlier == number - 1)
            and not sentences.is_answered(earlier, number)
        ):
            yield sentences.span(number)


def _is_long(said: str, *, adjacent: bool) -> bool:
    words = said.count(" ") + 1
    if words >= (LEAST_WORDS if adjacent else _LEAST_APART):
        return True
    if words < _LEAST_APART - 2:
        return False
    letters = letters_of(said)
    if adjacent:
        return letters >= _TWO_WORDS
    return letters >= (_LEAST_APART_LETTERS if words == LEAST_WORDS else _TWO_WORDS_APART)
