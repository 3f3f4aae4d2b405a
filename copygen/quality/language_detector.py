"""Is a text in the language it should be in: how much speaks for another one.

Three witnesses: letters that words of the language do not have; the margin between the language
and the best other one by `language_model`, over all languages in that script; and between it and
the few that share most of its words, by `near_languages`. How great a margin has to be goes by the
length of the text and by the two languages. The figures are those of
`python -m tests.quality.languages`.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from copygen.quality.data import Endings, LanguageTable, table
from copygen.quality.language_model import (
    LanguageModel,
    Scores,
    labels_of,
    letters_of,
    load_model,
    model_labels,
)
from copygen.quality.languages import base, scripts_of, wider
from copygen.quality.near_languages import NearLanguages, near_languages
from copygen.quality.normalize import deferred

_TABLE: Final = "languages"
_JUDGED: Final = frozenset(("Latn", "Cyrl", "Arab", "Deva", "Beng"))
"""Scripts that the model knows several languages in."""
_SHARED: Final = _JUDGED | {"Hebr", "Ethi", "Tibt"}
"""Scripts of several languages; in any other the script says it all."""
_BYTES: Final = MappingProxyType({"Cyrl": 2, "Arab": 2, "Hebr": 2, "Deva": 3, "Beng": 3})
"""Of UTF-8, a letter."""
_LESS_IN_OTHERS: Final = 3.0
"""What a margin may be less in scripts that fewer languages share."""
_MOST_IN_WORDS: Final = 160
"""Characters that may be judged by their words: three bytes each fill half a lane of the model."""
_AFTER_CAPITALS: Final = "["
"""What comes behind A to Z, and before all other letters."""
_FEW: Final = 2
"""Words of which fewer say nothing."""
_CLEAR: Final = 4.0
"""The margin of the words by themselves from which nothing is against it: of 14 900 texts,
half of them mixed for the purpose, one then passes that did not, and one does not any more."""
_LONG: Final = 200
"""Characters from which a name in the text does not hide in which language it is."""
_LEAST_LETTERS: Final = 8
"""In fewer there may be no more than a name."""
_ODD_WORD: Final = 12.0
"""What a word with a letter that is foreign to the language says, as a margin."""
_ODD_LATIN_WORD: Final = 4.0
"""In Latin letters, in which names and dishes travel."""
_BORROWED: Final = 4.0
"""What a word with a letter says that only borrowed words have."""
_SMALL_WORD: Final = 2.0
"""What an article or a preposition says, of the language or of English."""
_ENGLISH_WORDS: Final = """
    the and a an of for with your you our is are to from every by this that it in on not has
    have was be
"""
ENGLISH_WORDS: Final = frozenset(_ENGLISH_WORDS.split())
"""Words that hardly an English sentence does without, and that no name is made of alone."""
_ONLY_ENGLISH: Final = ENGLISH_WORDS - frozenset(
    ("a", "an", "in", "on", "is", "be", "was", "of", "for", "to", "by", "it", "has", "not")
)
"""Those that are no word of another language."""
_RARE: Final = 6.0
"""How much likelier a language has to be that hardly anybody orders copy in."""
_CLASSICAL: Final = 20.0
"""The same for Sanskrit, whose words are those of headings in Hindi and Marathi: three of them have
9 to 20 (`गुप्तशब्द पुनरस्थापना`), sentences of it 50 and more."""
_NEAR_WARNING: Final = 0.6
_NEAR_ERROR: Final = 5.0
"""The least margins between near languages for a warning and an error, whatever was measured."""
_NEAR_LESS: Final = 0.2
_NEAR_SURER: Final = 1.08
_NEAR_MORE_A_LETTER: Final = 0.06
_NEAR_LETTERS: Final = (20, 90)
"""What a warning needs less and an error more than was measured, and both more for each letter
between these: copy has other words than messages of programs, the more of them the longer it is."""
QUOTED: Final = deferred(
    r"(?<!\w)(?:[\"“”„«»‹](?=\s?\w)[^\n\"“”„«»‹›「」『』]{1,80}[\"“”«»›]"
    r"|['‘‚](?=\w)[^\n'’]{1,80}['’](?!\w))"
    r"|[「『《〈“](?=\w)[^\n\"“”「」『』《》〈〉]{1,80}[」』》〉”]"
)
_LEAST_BESIDE: Final = 20
_MOST_QUOTED: Final = 30
_SHARE_QUOTED: Final = 0.34
"""Letters of a text beside what it quotes, that are judged instead of that, letters of what is
quoted, and its share of all: a text that is quoted as a whole is judged."""
_BRIEF: Final = 60
"""Characters of a text in which a word that is said again weighs much."""
_LEAST_SAID: Final = 3
"""Letters of such a word: every text has small ones more than once."""
_AROUND: Final = ".,;:!?…·–—-\"'“”„«»"
_WORDS: Final = deferred(r"[^\W\d_]+")
_WORDS_AND_MARKS: Final = deferred(r"[¿¡]|[^\W\d_]+")
# An address and a code are looked for from their first sign only, and nothing is given back: from
# each of its signs, a reply of 16 000 letters without a space held the loop for minutes.
_MADE: Final = deferred(
    r"<[A-Za-z/][^<>]*+>|https?://\S++|www\.\S++|(?<!\S)\S[^\s@]*+@\S++"
    r"|[#@][\w\u0900-\u0963\u0981-\u09e3]++"
    r"|(?<!\w)[^\W\d]*+\d\w*+|\b\w++\.(?:com|org|net)\b"
)
"""What is of no language: tags, addresses, hashtags, mentions, codes."""
_INITIALS: Final = deferred(r"\b[A-Z]{2,5}\b")
_TRAVELLED: Final = deferred(
    r"\b(?:e-?mail|website|webshop|web|online|internet|blog|newsletter|smartphone|bluetooth)s?\b",
    re.IGNORECASE,
)
"""Words of English that hardly a language has its own for."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for another language than the one a text should be in."""

    other: str
    """The tag of the likeliest other one."""
    margin: float
    """Natural logarithm of how many times likelier it is, letters and words counted in."""
    needed: float
    """The margin from which this is taken for true, in a text of that length."""
    near: bool
    """Whether the two can hardly be told apart."""
    needed_if_near: float = 0.0
    """The margin from which it is more than a doubt between two such languages."""

    @property
    def is_found(self) -> bool:
        """Whether it is enough."""
        return self.margin > self.needed

    @property
    def is_sure(self) -> bool:
        """Whether it is enough to reject a text."""
        return self.is_found and (not self.near or self.margin > self.needed_if_near)

    def is_stronger(self, other: "Evidence") -> bool:
        """Whether it says more against the language than the other evidence does."""
        if self.is_sure is not other.is_sure:
            return self.is_sure
        return self.margin - self.needed > other.margin - other.needed


class Detector:
    """Knows one language from all others. The model is read once a process, on first use.

    `start` reads it in a thread, while the first requests are in flight: nobody waits for it.
    """

    _model: LanguageModel | None = None
    _lock = threading.Lock()

    def __init__(self) -> None:
        self._started: set[str] = set()

    def start(self, tag: str) -> None:
        """Begin to read what judges texts in `tag`, for Thai nothing; returns at once."""
        if Detector._model is None and tag not in self._started:
            self._started.add(tag)
            read, name = self._read_for, "language-model"
            threading.Thread(target=read, args=(tag,), name=name, daemon=True).start()

    def _read_for(self, tag: str) -> None:
        if can_judge(tag):
            self.model()

    def model(self) -> LanguageModel:
        """The model, read if it is not yet."""
        with Detector._lock:
            if Detector._model is None:
                Detector._model = load_model()
            return Detector._model

    def evidence(
        self,
        text: str,
        tag: str,
        known: frozenset[str] = frozenset(),
        most_letters: int = 480,
        whole: str = "",
    ) -> Evidence | None:
        """What speaks against `tag`; None: nothing does, or nobody can tell.

        Words of `known` (folded) are of no language: names, and values of the item. Of a longer
        text only the first letters are looked at, `most_letters` or 480 bytes of UTF-8.
        `whole`: what `text` is a part of.
        """
        about = _about(tag)
        if not about.is_judged:
            return None
        most_in_words = min(most_letters, _MOST_IN_WORDS)
        if len(text) > most_in_words or (about.odd and about.odd.search(text)):
            own = text if len(text) > _LONG else without_known(text, known)
            is_clear = self.is_clear(own, tag, most_in_words)
        else:
            is_clear = self._are_clear(_words_beside(text, known), about)
            if is_clear and about.near is None:
                return None
            own = without_known(text, known)
            is_clear = is_clear and not _seems_near(own, about)
        if is_clear:
            return None
        most_bytes = most_letters * about.bytes_a_letter
        found = self._found(own, about, most_bytes)
        if found is None or not found.is_found:
            return found
        # Only what seems to be wrong is worth taking out all that is of no language.
        made = _without_quoted(without_made(text), whole or text)
        own = without_known(made if len(made) > _BRIEF else _said_once(made), known)
        return self._found(own, about, most_bytes)

    def is_clear(self, text: str, tag: str, most_letters: int) -> bool:
        """Whether its words, each by itself, speak so much for it that nothing is against it.

        It is so of nearly every sentence. Says no where it is not sure.
        """
        about = _about(tag)
        if not about.is_judged or (about.odd and about.odd.search(text)):
            return False
        words = text[:most_letters].split()
        if len(text) > most_letters:
            del words[-1:]  # cut off
        # Names begin with capitals, and are of no language.
        if not self._are_clear([word for word in words if word > _AFTER_CAPITALS], about):
            return False
        return not _seems_near(text, about, most_letters)

    def _are_clear(self, words: Sequence[str], about: "_About") -> bool:
        if about.at is None or len(words) < _FEW:
            return False
        model = Detector._model or self.model()
        return model.leads(words, about.script, about.at, round(_CLEAR / model.unit))

    def _found(self, text: str, about: "_About", most_bytes: int) -> Evidence | None:
        letters = letters_of(text)[:most_bytes]
        length = len(letters) // about.bytes_a_letter
        if length < _LEAST_LETTERS:
            return None
        near = _near(text, letters, about)
        model = Detector._model or self.model()
        scores = model.read(letters, about.script)
        other = _weighed(text, length, scores, model, about) if scores else None
        if near is None or (other is not None and other.is_stronger(near)):
            return other
        return near


def _without_quoted(text: str, whole: str) -> str:
    """The text without what it quotes, if that is a small part of the whole."""
    said = QUOTED.sub(" ", text)
    if said == text:
        return text
    beside, own, letters = (sum(map(str.isalpha, one)) for one in (said, text, whole))
    quoted = own - beside
    is_small = quoted <= min(_MOST_QUOTED, _SHARE_QUOTED * letters)
    is_judged = letters - quoted >= _LEAST_BESIDE and beside >= _LEAST_LETTERS
    return said if is_small and is_judged else text


def _said_once(text: str) -> str:
    """A brief text with each longer word once: said three times, it proves no more."""
    words: dict[str, str] = {}
    for at, word in enumerate(text.split()):
        plain = word.casefold().strip(_AROUND)
        words.setdefault(plain if len(plain) >= _LEAST_SAID else f"{plain} {at}", word)
    return " ".join(words.values())


def can_tell(tag: str) -> bool:
    """Whether a text in `tag` is told from one in another language of its script."""
    return not _about(tag).is_shared or _about(tag).at is not None


def can_judge(tag: str) -> bool:
    """Whether the model knows languages in the script of `tag`, so that a text has evidence."""
    return _about(tag).is_judged


def without_made(text: str) -> str:
    """The text without what is of no language: addresses, hashtags, codes, initials, `e-mail`."""
    text = _TRAVELLED.sub(" ", _MADE.sub(" ", text))
    return text if text.isupper() else _INITIALS.sub(" ", text)


def without_known(text: str, known: frozenset[str]) -> str:
    """The text without those words, which are folded."""
    if not known:
        return text
    small = text.casefold()
    there = [one for one in known if one in small]
    if not there:
        return text
    if len(small) != len(text):
        return _WORDS.sub(lambda match: "" if match[0].casefold() in known else match[0], text)
    # Word by word only where one of them stands: a call for each word of a text takes ten times.
    for word in there:
        kept, end = [], 0
        start = small.find(word)
        while start >= 0:
            stop = start + len(word)
            if not (_is_letter(small[start - 1 : start]) or _is_letter(small[stop : stop + 1])):
                kept.append((end, start))
                end = stop
            start = small.find(word, stop)
        kept.append((end, len(text)))
        text = "".join([text[a:b] for a, b in kept])
        small = "".join([small[a:b] for a, b in kept])
    return text


def _words_beside(text: str, known: frozenset[str]) -> Sequence[str]:
    """The words of `without_known` that begin with no capital, in half of its time."""
    if not text.isascii() and len(text.casefold()) != len(text):
        return [word for word in without_known(text, known).split() if word > _AFTER_CAPITALS]
    words = []
    for word in text.split():
        # Names begin with capitals, and are of no language.
        if word > _AFTER_CAPITALS and word not in known:
            if not (word.isalpha() and word.islower()):
                word = without_known(word, known)
                if word <= _AFTER_CAPITALS:
                    continue
            words.append(word)
    return words


def _is_letter(char: str) -> bool:
    """As `_WORDS` has it, and the vowel signs of India."""
    return (
        (char.isalnum() and not char.isdecimal())
        or "\u0900" <= char < "\u0964"
        or ("\u0981" <= char < "\u09e4")
    )


@dataclass(frozen=True, slots=True)
class _Rival:
    """Another language of the same script, as seen from the one that is wanted."""

    at: int
    """Its place among the model's labels of the script."""
    tag: str
    handicap: float
    """Taken off its margin: it is a rare one."""
    odd_letters: frozenset[str]
    """Of the letters that are foreign to the wanted language those that its words have."""
    borrowed_letters: frozenset[str]
    """Of the letters that only borrowed words of the wanted language have those it has itself."""
    lost_letters: frozenset[str]
    """Letters of the wanted language that its words do not have: ы, for Bulgarian."""


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of the language that is wanted."""

    script: str
    """Of Unicode: `Latn`."""
    is_shared: bool
    """Whether others are written in its script."""
    is_judged: bool
    """Whether the model knows languages in its script."""
    at: int | None
    """Its place among the model's labels of the script; None: the model does not know it."""
    bytes_a_letter: int
    near: NearLanguages | None
    """Those that share most of its words, and itself."""
    near_at: int
    """Its place among them."""
    near_letters: tuple[frozenset[str], ...]
    """Of the letters that are foreign to the language those that each of them has."""
    rivals: tuple[_Rival, ...]
    """All others."""
    english: _Rival | None
    odd: re.Pattern[str] | None
    """A letter of its script that its words do not have."""
    odd_word: float
    """What a word with such a letter says, as a margin."""
    borrowed: re.Pattern[str] | None
    """A letter from a to z that only borrowed words have."""
    small_words: frozenset[str]
    """Its articles and prepositions that English does not have."""


@cache
def _about(tag: str) -> _About:
    script = scripts_of(tag)[0]
    labels, common = labels_of(script), model_labels()[1]
    same = list(enumerate(labels))
    own = next((at for name in wider(tag) for at, one in same if one == name), None)
    listed = table(LanguageTable, _TABLE)
    given = listed.letters.get(script, {})
    alphabets = {name: frozenset(letters.split()) for name, letters in given.items()}
    alphabet = next((alphabets[name] for name in wider(tag) if name in alphabets), None)
    every: frozenset[str] = frozenset().union(*alphabets.values())
    odd = every - alphabet if alphabet is not None else frozenset()
    borrowed = _without(tag)
    names = frozenset(wider(tag)) | ({labels[own]} if own is not None else set())
    near_tag = next((name for name in wider(tag) if near_languages(name)), "")
    near = near_languages(near_tag)
    group = near.languages if near else ()
    rivals = tuple(
        _Rival(
            at=at,
            tag=one,
            handicap=_CLASSICAL if one == "sa" else 0.0 if one in common else _RARE,
            odd_letters=odd & alphabets.get(one, odd),
            borrowed_letters=borrowed - _without(one),
            lost_letters=(alphabet or frozenset()) - alphabets.get(one, alphabet or frozenset()),
        )
        for at, one in same
        if one not in names and one not in group
    )
    return _About(
        script=script,
        is_shared=len(same) > 1 or script in _SHARED,
        is_judged=script in _JUDGED,
        at=own,
        bytes_a_letter=_BYTES.get(script, 1),
        near=near,
        near_at=group.index(near_tag) if near else 0,
        near_letters=tuple(odd & alphabets.get(one, frozenset()) for one in group),
        rivals=rivals,
        english=next((one for one in rivals if one.tag == "en"), None),
        odd=re.compile(f"[{''.join(sorted(odd))}]") if odd else None,
        odd_word=_ODD_LATIN_WORD if script == "Latn" else _ODD_WORD,
        borrowed=re.compile(f"[{''.join(sorted(borrowed))}]") if borrowed else None,
        small_words=_small_words(tag) - ENGLISH_WORDS,
    )


@cache
def _small_words(tag: str) -> frozenset[str]:
    return frozenset(table(Endings, "endings").words.get(base(tag), "").split())


@cache
def _without(tag: str) -> frozenset[str]:
    listed = table(LanguageTable, _TABLE).without
    return frozenset(next((listed[name] for name in wider(tag) if name in listed), "").split())


def _near(text: str, letters: bytes, about: _About) -> Evidence | None:
    """The language that shares most words with it and that most speaks for."""
    if about.near is None:
        return None
    length = len(letters) // about.bytes_a_letter
    odd = _odd_words(text, about.odd) if about.odd and not text.isascii() else ()
    found: Evidence | None = None
    for at, margin in enumerate(about.near.margins(letters, about.near_at)):
        if margin <= 0:
            continue
        margin += about.odd_word * _having(odd, about.near_letters[at])
        needed = about.near.needed(about.near_at, at, length)
        more = _NEAR_MORE_A_LETTER * max(0, min(length, _NEAR_LETTERS[1]) - _NEAR_LETTERS[0])
        evidence = Evidence(
            about.near.languages[at],
            margin,
            max(_NEAR_WARNING, needed.warning - _NEAR_LESS + more),
            near=True,
            needed_if_near=max(_NEAR_ERROR, needed.error + _NEAR_SURER + more),
        )
        if found is None or evidence.is_stronger(found):
            found = evidence
    return found


def _seems_near(text: str, about: _About, most_letters: int | None = None) -> bool:
    """Whether the letters speak enough for a language that shares most words with it."""
    if about.near is None:
        return False
    near = _near(text, letters_of(text[:most_letters]), about)
    return near is not None and near.is_found


def _weighed(
    text: str, length: int, read: Scores, model: LanguageModel, about: _About
) -> Evidence | None:
    if about.at is None:
        return _only_english(length, read.each(), model, about)
    odd = _odd_words(text, about.odd) if about.odd and not text.isascii() else ()
    if not odd and read.is_best(about.at):
        return None
    words = frozenset(_WORDS.findall(text.lower()))
    borrowed = _odd_words(text, about.borrowed) if about.borrowed else ()
    for_own = _SMALL_WORD * len(about.small_words & words)
    for_english = _SMALL_WORD * len(words & _ONLY_ENGLISH)
    # Most rivals are far behind: only those are weighed that letters and words could bring ahead.
    most = about.odd_word * len(odd) + _BORROWED * len(borrowed) + for_english
    scores = read.each()
    own = scores[about.at]
    least = own + (for_own - most) / model.unit
    found: Evidence | None = None
    for rival in about.rivals:
        if scores[rival.at] <= least:
            continue
        margin = (scores[rival.at] - own) * model.unit - rival.handicap - for_own
        if rival.tag == "en":
            margin += for_english
        margin += about.odd_word * _having(odd, rival.odd_letters)
        margin += _BORROWED * _having(borrowed, rival.borrowed_letters)
        if margin > 0 and rival.lost_letters:
            margin -= about.odd_word * _having([*words], rival.lost_letters)
        if margin <= 0:
            continue
        needed = _needed(length, rival, about)
        if found is None or margin - needed > found.margin - found.needed:
            found = Evidence(rival.tag, margin, needed, near=False)
    return found


def _having(words: Sequence[str], letters: frozenset[str]) -> int:
    return sum(1 for word in words if not letters.isdisjoint(word)) if words and letters else 0


def _only_english(
    length: int, scores: Sequence[int], model: LanguageModel, about: _About
) -> Evidence | None:
    """For a language that the model does not know: whether it is English rather than any other."""
    if about.english is None:
        return None
    best = max(scores[rival.at] for rival in about.rivals if rival.tag != "en")
    margin = (scores[about.english.at] - best) * model.unit
    return Evidence("en", margin, _any_needed(length), near=False) if margin > 0 else None


def _odd_words(text: str, odd: re.Pattern[str]) -> Sequence[str]:
    """The words that have a letter which is foreign to the language, in small; no names.

    A capital may make a name, but not at the beginning of the text.
    """
    small = text.lower()
    if not odd.search(small):
        return ()
    words = _WORDS_AND_MARKS.findall(text)
    return [
        word.lower()
        for at, word in enumerate(words)
        if (at == 0 or not word[0].isupper()) and odd.search(word.lower())
    ]


def _needed(length: int, rival: _Rival, about: _About) -> float:
    if rival.tag == "en":
        return _english_needed(length)
    needed = _any_needed(length)
    return needed if about.odd_word == _ODD_LATIN_WORD else needed - _LESS_IN_OTHERS


def _english_needed(length: int) -> float:
    """English alone against the language: models fall back to it, so little is needed."""
    return max(3.0, min(4.5, 7.1 - 0.15 * length))


def _any_needed(length: int) -> float:
    return max(6.0, min(13.0, 20.5 - 0.35 * length))
