"""Words that a text does not end with, and what else `configs/metrics/endings.yaml` lists of them.

Lists are those of a base tag, folded as texts are: Greek is written with a final sigma there.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from copygen.quality.data import Endings, table
from copygen.quality.normalize import deferred

UNSPACED: Final = frozenset(("ja", "zh", "ko"))
"""Languages in which a few letters are a sentence."""
THEN: Final = deferred(
    r"(?:then|and then|after that|dann|danach|ensuite|puis|después|luego|poi|dopo|depois|dan|daarna"
    r"|sedan|därefter|så|derefter|siden|deretter|sitten|siis|seejärel|pärast|pēc tam|tad|tada"
    r"|paskui|vėliau|potem|później|pak|potom|nato|potem pa|zatim|onda|затим|онда|после|след това"
    r"|потом|затем"
    r"|потім|далі|apoi|după|aztán|majd|utána|μετά|ύστερα|έπειτα|sonra|ثم|بعد ذلك|بعد|سپس|ואז"
    r"|אחר כך|फिर|तब|তারপর|পরে|پھر|次に|それから|そのあと|然后|然後|接着|그다음|다음|그리고"
    r"|จากนั้น|แล้ว|rồi"
    r"|sau đó|lalu|kemudian|selepas itu|després|pagkatapos|saka)"
)
"""With what comes second begins: `Then: drink coffee.`"""


@cache
def small_words(language: str) -> frozenset[str]:
    """Prepositions, conjunctions and the like of a language; of English where none is told."""
    return _folded(table(Endings, "endings").words, language)


@cache
def perhaps_small(language: str) -> frozenset[str]:
    """Small words that a good text may end with as well."""
    return _folded(table(Endings, "endings").perhaps, language) | linking_words(language)[0]


@cache
def linking_words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Prepositions that need a verb beside them, and words that go with them."""
    listed = table(Endings, "endings").linking.get(language, "").casefold()
    linking, _, excused = listed.partition(" | ")
    return frozenset(linking.split()), frozenset(excused.split())


@cache
def joining_words(language: str) -> frozenset[str]:
    """`and`, `but` and `or`, with which a sentence begins for effect."""
    return frozenset(table(Endings, "endings").joining.get(language, "").split())


@cache
def clause_words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words that open a clause, and those that follow them."""
    listed = table(Endings, "endings").pairs.get(language, "")
    openers, _, followers = listed.casefold().partition(" | ")
    last_words = (one.rpartition("_")[2] for one in openers.split())
    return frozenset(last_words), frozenset(followers.split())


@cache
def open_phrases(language: str) -> frozenset[str]:
    """Two words, joined by `_`, that only open a clause."""
    return frozenset(table(Endings, "endings").phrases.get(language, "").casefold().split())


@cache
def last_of_openings(language: str) -> frozenset[str]:
    """The second words of what opens a clause: of those that follow a word that does, and of
    `open_phrases`."""
    phrases = (one.rpartition("_")[2] for one in open_phrases(language))
    return clause_words(language)[1].union(phrases)


@cache
def calls_to_act(language: str) -> re.Pattern[str] | None:
    """Finds the beginnings of words of a call to act; None where none are listed."""
    listed = table(Endings, "endings").calls.get(language)
    if not listed:
        return None
    bound = "" if language in UNSPACED else r"(?<=\b.)"
    words = [one.replace("_", " ") for one in listed.split()]
    first = {form for one in words for form in _cases(one.lstrip("^")[0])}
    ends = (
        f"(?<={'^' * (one[0] == '^')}{re.escape(said[0])}){re.escape(said[1:])}"
        for one in words
        if (said := one.lstrip("^"))
    )
    # Beginning with one set of letters, what takes 33 µs in copy takes 6.
    letters = re.escape("".join(sorted(first)))
    return re.compile(f"(?-i:[{letters}]){bound}(?:{'|'.join(ends)})", re.IGNORECASE)


def _cases(letter: str) -> set[str]:
    """How a letter may be written where case does not matter."""
    others = {"i": "ıİ", "s": "ſ", "k": "\u212a"}.get(letter.lower(), "")
    return {letter, *others, *(one for one in (letter.lower(), letter.upper()) if len(one) == 1)}


@cache
def listed_ends(kind: str, script: str) -> Mapping[str, tuple[str, ...]]:
    """Ends of phrases in a script without spaces, by their last sign: of a hundred and fifty few
    have that of a text. `kind` is `open`, `perhaps_open`, `whole` or `stems`."""
    listed: Mapping[str, str] = getattr(table(Endings, "endings"), kind)
    ends: dict[str, tuple[str, ...]] = {}
    for end in listed.get(script, "").split():
        ends[end[-1]] = (*ends.get(end[-1], ()), end)
    return ends


def _folded(listed: Mapping[str, str], language: str) -> frozenset[str]:
    """The words as listed (`Ihrem`), and folded (`τησ`) as those of texts are."""
    words = listed.get(language, "" if language else listed["en"])
    return frozenset((*words.split(), *words.casefold().split()))
