"""Turns of speech of chat models, language by language, and where they stand in a text.

The phrases are data (`configs/wording/chat/`, a file a language). A text is read against those of
its language and of English, the slip of all models; where its language is not told, against those
of all languages in its letters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import product
from types import MappingProxyType
from typing import Annotated, Final, NamedTuple

import pydantic
from ahocorasick_rs import AhoCorasick

from copygen.documents import FrozenModel, load_shipped, shipped_names
from copygen.quality.languages import base
from copygen.quality.normalize import NormalizedText, deferred, fold

_HEAD: Final = 400
_TAIL: Final = 300
"""Characters at the start and at the end of a long text in which models talk."""
_LETTER: Final = deferred("[a-z]")
# Each begins with one class of all its first signs: alternatives would be tried at each character.
SENTENCE_END: Final = deferred(
    r"[.!?。！？…؟۔।\n](?:(?<!\n)[\"'”»」』)\]]*(?=\s|$)|(?<=[。！？।\n]))"
)
_CLAUSE_END: Final = deferred(
    r"[.!?。！？…؟۔।\s](?:(?<!\s)[\"'”»」』)\]]*(?=\s|$)|(?<=[。！？।\n])"
    r"|(?<=[\u0e01-\u0e5b]\s)(?=[\u0e01-\u0e5b]))"
)
_NEAR_END: Final = 240
_SURROGATE: Final = deferred("[\ud800-\udfff]")
_PREFIXED: Final = deferred(
    "(?<![\u05d0-\u05ea\u0620-\u06ff])"
    "(?:[\u0648\u0641]?[\u0628\u0644\u0643]?(?:\u0627\u0644|\u0644\u0644)?"
    "|\u05d5?[\u05e9\u05db]?[\u05d1\u05dc\u05de]?\u05d4?)$"
)
"""Words of a letter or two in Arabic and Hebrew that have no space behind them."""
_OF_CLOTH: Final = ("il", "ил")
_CLOTH: Final = ("text", "tekst", "текст")
"""`Textil` is no text; `tekstil` is "on the text" in Estonian, and Finnish begins so."""
_ON_TEXT: Final = frozenset(("et", "fi"))
_SHORT_STEM: Final = 4
_SHORT_SENTENCE: Final = 6
"""`Satz` is in `Satzbau`, too."""
_SAME_LISTS: Final = MappingProxyType({"no": "nb", "nn": "nb", "bs": "hr", "sh": "sr", "fil": "tl"})
_OF_SCRIPT: Final = tuple(
    (deferred(letters), tuple(tags.split()))
    for letters, tags in (
        ("[\u3041-\u30ff]", "ja"),
        ("[\uac00-\ud7a3\u1100-\u11ff]", "ko"),
        ("[\u3400-\u9fff]", "zh"),
        ("[\u0e01-\u0e5b]", "th"),
        ("[\u0370-\u03ff]", "el"),
        ("[\u0400-\u052f]", "bg ru sr uk"),
        ("[\u0590-\u05ff]", "he"),
        ("[\u0600-\u06ff]", "ar fa ur"),
        ("[\u0900-\u097f]", "hi"),
        ("[\u0980-\u09ff]", "bn"),
    )
)
"""Letters → the languages that a text with them may be in, where none is told."""
_LATIN: Final = (
    *("ca", "cs", "da", "de", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "ms"),
    *("nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "tl", "tr", "vi"),
)

Lines = Annotated[tuple[str, ...], pydantic.BeforeValidator(lambda text: text.split("\n")[:-1])]
"""A block of text, a phrase a line: as lists of YAML 27 languages take 0.2 s to read."""


class Speech(FrozenModel):
    """`configs/wording/chat/<language>.yaml`: turns of speech of chat models, a list a kind."""

    source: str
    checked_on: date
    consent: Lines
    """Agrees to the task: `sure`."""
    agreed: Lines = ()
    """Agrees, in words that no copy begins with: `承知しました`."""
    here: Lines
    """Presents what comes: `here is`, `I suggest`."""
    noun: Lines
    """What the copy is called and no copy begins with: `headline`."""
    noun_weak: Lines
    """The same, for words that copy may begin with: `message`, `result`."""
    option: Lines
    """Names one of several: `version`."""
    or_: Lines = pydantic.Field(alias="or")
    """Stands between two whole texts."""
    offer: Lines
    """Speaks to whoever ordered the copy: `let me know`."""
    change: Lines
    """What is offered: `adjust`, `shorter`, `another`."""
    yours: Lines
    """What is to be done with the copy: `your brand`, `before publishing`, `you can`."""
    add: Lines
    """What is to be done by whoever ordered the copy: `insert`, `add`."""
    web: Lines
    """What is to be added: `link`, `address`."""
    cart: Lines
    """What a customer is asked to put things into: `cart`, `basket`, `wish list`."""
    publish: Lines
    """What is said to whoever ordered the copy alone: `before publishing`, `good luck with the
    campaign`."""
    stress: Lines
    """What a text is said to do: `highlights`, `is aimed at`."""
    sentence: Lines
    """`one sentence`, of which no copy speaks."""
    this: Lines
    """Points at the copy: `this`."""
    sorry: Lines
    cannot: Lines
    """Declines, and says who: `I can't`."""
    cannot_weak: Lines
    """Declines, and may be about anything: `not possible`."""
    missing: Lines
    """Asks for more to go on: `not enough information`."""
    info: Lines
    """`information`."""
    little: Lines
    """`not enough`."""
    myself: Lines
    """The model speaks of itself: `as a language model`, `my guidelines`."""
    error: Lines
    """Something failed, or was not understood: `try again later`."""
    machine: Lines = ()
    """What a server speaks of: `service`, `request`, `session`."""
    down: Lines = ()
    """What becomes of it: `unavailable`, `timed out`, `was not completed`."""
    asked: Lines
    """`as requested`."""
    task: Lines
    """The task itself: `the user wants`, `this headline`."""
    job: Lines
    """What is declined or asked: `write`, `content`, `request`."""
    think: Lines
    """Thinks aloud: `let me think`."""
    first: Lines
    """Begins a thought, and much else: `first`."""
    plan: Lines
    """What is thought about: `the product`, `emphasize`."""
    me: Lines
    """Words of the first person."""
    blank: Lines
    """What a placeholder names: `brand name`."""
    insert: Lines
    """What a placeholder says: `insert here`."""
    share: Lines
    """Shares of a price or of people, in words: `half price`."""
    numbers: Lines = ()
    """Number words, each behind its value: `12 twelve`."""
    counted: Lines = ()
    """What even two of are a claim: `years`, `generations`, `stars`, `times faster`."""
    homonyms: Lines = ()
    """Number words that are other words, too: they count what is in `counted` or `things` only."""
    things: Lines = ()
    """Beginnings of what else is often counted: `minute`, `colour`."""
    idle: Lines = ()
    """A number and the beginning of what so many of are no claim: `4 season`; 0: any number."""
    known: Lines = ()
    """Words before a number of things that are known: `between`, `both`, `the`."""
    spans: Lines = ()
    """A number and what it counts, behind the value: `3 사흘`, `1.5 másfél kiló`."""
    nth: Lines = ()
    """Ordinals from two: `third`, which with what is free makes an offer, with customers a share.
    """
    gratis: Lines = ()
    """Costs nothing: `free`, `on the house`."""
    buyers: Lines = ()
    """Of whom shares are told: `customer`, `household`."""
    halve: Lines = ()
    """By what share something is less: `in half`, `halves`."""
    saved: Lines = ()
    """What there is less of: `time`, `your bill`."""
    wrote: Lines = ()
    """What whoever wrote a text did with it: `i kept`, `i left out`."""
    deny: Lines = ()
    """Denies, or says what is lacking: `cannot`, `not enough`."""
    aid: Lines = ()
    """What is declined, with the words of a request: `assist`, `fulfil`, `your request`."""
    tongue: Lines = ()
    """That something is in the language itself: `in English`."""
    english: Lines = ()
    """The same of English; in English, of others."""
    beyond: Lines = ()
    """Declines by itself: `beyond my abilities`."""
    pitch: Lines = ()
    """Presents a text as a suggestion: `how about this`."""
    fit: Lines = ()
    """Asks whether a text will do: `does this work for you`."""
    rework: Lines = ()
    """What is done to a text: `shorten`, `rewrite`."""
    piece: Lines = ()
    """A text, or a part of one, in talk about it: `this line`, `wording`."""
    order: Lines = ()
    """Orders, to whoever ordered the text: `make sure`, `replace`."""
    object: Lines = ()
    """What is to be checked or added: `link`, `before posting`."""
    trait: Lines = ()
    """What a text is called: `short`, `catchy`."""
    craft: Lines = ()
    """What a text is made of: `tone`, `superlatives`, `price`, `words`."""
    effect: Lines = ()
    """What a text does: `evokes`, `plays on`."""
    shall: Lines = ()
    """Offers, or asks what is wanted: `shall i`, `if you prefer`."""
    muse: Lines = ()
    """Weighs what to write: `maybe`, `should`, `better not`."""


@cache
def languages() -> frozenset[str]:
    """The languages whose turns of speech are known, as base tags."""
    return frozenset(shipped_names("wording/chat"))


@cache
def speech(language: str) -> Speech:
    """The turns of speech of that language, one of `languages()`."""
    return load_shipped(Speech, f"wording/chat/{language}")


def list_tags(language: str | None, text: NormalizedText) -> tuple[str, ...]:
    """The languages whose lists are tried: its own; where that is not known, all of its letters.

    None but English for a text without letters.
    """
    known = base(language) if language else ""
    known = _SAME_LISTS.get(known, known)
    if known in languages():
        return (known,)
    if text.original.isascii():
        return _LATIN if _LETTER.search(text.text) else ()
    return next((tags for letters, tags in _OF_SCRIPT if letters.search(text.text)), _LATIN)


class _IndexedPhrase(NamedTuple):
    """One phrase of an index."""

    opens: bool
    """Whether a word may go on before its first letter, and it would be none."""
    closes: bool
    """The same of what is behind its last letter."""
    kinds: tuple[str, ...]
    free: tuple[str, ...]
    """Of these the kinds whose end is free."""
    marks: tuple[str, ...]
    """Kinds that it is of within a word, too."""
    anywhere: bool
    """Whether it is looked for in the middle of a long text, too."""


def _entry(
    phrase: str, whole: set[str], free: set[str], anywhere: frozenset[str]
) -> _IndexedPhrase:
    marks = tuple(whole.intersection(MARKS))
    kinds = (*whole.difference(MARKS), *free)
    return _IndexedPhrase(
        opens=_joins(phrase[0]),
        closes=_joins(phrase[-1]),
        kinds=kinds,
        free=tuple(free),
        marks=marks,
        anywhere=bool(marks) or not anywhere.isdisjoint(kinds),
    )


class PhraseIndex:
    """Phrases of many kinds, found in one pass over a text.

    Searched for one by one, the two thousand of the languages in Latin letters took 1.5 ms in 800
    characters, eight times the rest of a prompt; in one automaton they take 0.02. `kinds` maps each
    kind to its phrases, `stems` to phrases whose end is free, for languages decline. In a long text
    the start and the end are looked at, where models talk; for the kinds of `anywhere` all of it.
    """

    def __init__(
        self,
        kinds: Mapping[str, Iterable[str]],
        stems: Mapping[str, Iterable[str]],
        anywhere: frozenset[str] = frozenset(),
        tags: tuple[str, ...] = (),
    ) -> None:
        entries: dict[str, tuple[set[str], set[str]]] = {}
        plain: dict[str, str] = {}
        for number, group in enumerate((kinds, stems)):
            for kind, phrases in group.items():
                for given in phrases:  # many a one is of several kinds
                    phrase = plain.get(given) or plain.setdefault(given, folded(given))
                    # `ad` is not the stem of `adventure`; a word in Chinese has one letter.
                    least = _SHORT_SENTENCE if kind == "sentence" else _SHORT_STEM
                    is_short = len(phrase) < least and _joins(phrase[-1])
                    free = number and not is_short
                    entries.setdefault(phrase, (set(), set()))[bool(free)].add(kind)
        # The small letter of `İ`, with which a Turkish sentence begins, is `i` with a dot above.
        entries |= {f"i\u0307{one[1:]}": of for one, of in entries.items() if one[:1] == "i"}
        # The automaton would stop at each `i` of a text for the word `i`.
        single = [one for one in entries if len(one) == 1 and _joins(one)]
        longer = [one for one in entries if one not in single]
        self._anywhere = anywhere
        self._tags = tags
        self._entries = [_entry(one, *entries[one], anywhere) for one in (*longer, *single)]
        self._find = AhoCorasick(longer).find_matches_as_indexes
        # The letters come first: from an assertion on Python would try at every character.
        letters = f"[{re.escape(''.join(single))}]"
        self._single = re.compile(rf"{letters}(?!\w)(?<!\w.)", re.DOTALL) if single else None
        self._of_single = {one: number for number, one in enumerate(single, len(longer))}

    def find(self, text: str) -> "Said":
        """Where the phrases stand in a folded text."""
        found: dict[str, list[tuple[int, int]]] = {}
        if not text.isascii():
            text = text.replace("’", "'").replace("‘", "'")
        last, entries = len(text), self._entries
        head, tail = (_HEAD, last - _TAIL) if last > _HEAD + _TAIL else (last, last)
        try:
            hits = self._find(text, overlapping=True)
        except UnicodeEncodeError:  # the automaton searches UTF-8, which has no lone surrogates
            text = _SURROGATE.sub("?", text)
            hits = self._find(text, overlapping=True)
        if self._single is not None:
            words = self._single.finditer(text)
            hits += [(self._of_single[word[0]], *word.span()) for word in words]
        for number, start, end in hits:
            opens, closes, kinds, free, marks, anywhere = entries[number]
            for kind in marks:
                found.setdefault(kind, []).append((start, end))
            is_between = end > head and start < tail
            if is_between and not anywhere:
                continue
            if opens and start and _joins(text[start - 1]):
                # Arabic and Hebrew write `and`, `in` and `the` together with the next word.
                if not "\u0590" <= text[start] <= "\u06ff":
                    continue
                if not _PREFIXED.search(text, max(0, start - 5), start):
                    continue
            if closes and end < last and _joins(text[end]):
                kinds = (
                    () if text.startswith(_OF_CLOTH, end) and self._is_cloth(text, end) else free
                )
            for kind in kinds:
                if not is_between or kind in self._anywhere:
                    found.setdefault(kind, []).append((start, end))
        return Said(text, self._tags, found, found.keys())

    def _is_cloth(self, text: str, end: int) -> bool:
        return text[:end].endswith(_CLOTH) and _ON_TEXT.isdisjoint(self._tags)


@dataclass(slots=True, eq=False)  # frozen takes 1 µs more, and one is made of each text
class Said:
    """A text, and where phrases of which kind stand in it."""

    text: str
    tags: tuple[str, ...]
    """The languages that it was read in, English apart."""
    _found: Mapping[str, list[tuple[int, int]]]
    kinds: KeysView[str]
    """The kinds of which it has a phrase."""

    def at(self, kind: str, start: int) -> int:
        """Where the longest phrase of that kind that begins at `start` ends; 0: none does."""
        return max((end for place, end in self._found.get(kind, ()) if place == start), default=0)

    def found(self, kind: str) -> Sequence[tuple[int, int]]:
        """Start and end of all phrases of that kind."""
        return self._found.get(kind, ())

    def ends(self, kind: str, start: int) -> Iterator[int]:
        """Where the phrases of that kind end that begin at `start` or later."""
        return (end for place, end in self._found.get(kind, ()) if place >= start)

    def within(self, kind: str, start: int, end: int) -> int:
        """Where the first phrase of that kind begins in `start:end`; -1: nowhere."""
        places = self._found.get(kind, ())
        return min((one for one, stop in places if start <= one and stop <= end), default=-1)

    def are_within(self, kind: str, start: int, end: int) -> bool:
        """Whether a phrase of that kind stands in `start:end`."""
        return self.within(kind, start, end) >= 0

    def asks_customer(self, start: int, end: int) -> bool:
        """Whether a sentence speaks of what customers put things into, and of no link to it."""
        return self.are_within("cart", start, end) and not self.are_within("web", start, end)

    def count(self, kind: str, start: int, end: int) -> int:
        """How many places in `start:end` have a phrase of that kind."""
        places = self._found.get(kind, ())
        return len({place for place, stop in places if start <= place and stop <= end})

    def past(self, pattern: re.Pattern[str], start: int) -> int:
        """Where what the pattern matches at `start` ends; `start` where it matches nothing."""
        found = pattern.match(self.text, start)
        return found.end() if found else start

    def line_end(self, start: int) -> int:
        """Where the line of `start` ends."""
        end = self.text.find("\n", start)
        return len(self.text) if end < 0 else end

    def lines(self, start: int) -> Iterator[tuple[int, int]]:
        """Start and end of each line from `start`, without the spaces around it."""
        while start < len(self.text):
            end = self.line_end(start)
            line = self.text[start:end]
            left = start + len(line) - len(line.lstrip())
            yield left, max(left, start + len(line.rstrip()))
            start = end + 1

    def written_lines(self, start: int) -> list[tuple[int, int]]:
        """The same of the lines that have something."""
        return [one for one in self.lines(start) if one[1] > one[0]]

    def sentence_end(self, start: int) -> int:
        """Where the sentence of `start` ends, with its marks; the end of the text if nowhere."""
        found = SENTENCE_END.search(self.text, start)
        return found.end() if found else len(self.text)

    def last_sentence(self, start: int, end: int) -> int:
        """Where the last sentence of `start:end` begins; in Thai, which does not mark them, the
        last clause. `start` if there is one alone.

        It is looked for near the end first, where it nearly always is.
        """
        for begin in (max(start, end - _NEAR_END), start):
            ends = [found.end() for found in _CLAUSE_END.finditer(self.text, begin, end)]
            told = (one for one in reversed(ends) if any(map(str.isalnum, self.text[one:end])))
            if last := next(told, 0):  # behind it there may be a picture: `Hope it helps! 😊`
                return last
        return start


_WHOLE: Final = (
    *("consent", "agreed", "here", "noun", "noun_weak", "option", "or_", "offer", "this", "sorry"),
    *("cannot", "cannot_weak", "missing", "myself", "error", "asked", "task", "think", "first"),
    "me",
)
"""Kinds that are whole words."""
_OF_SHARES: Final = ("nth", "gratis", "buyers", "halve", "saved")
"""Of which a clause makes a share or an offer."""
_STEMS: Final = (
    *("tongue", "english"),
    *("change", "yours", "info", "little", "add", "cart", "web", "publish", "stress", "sentence"),
    *("share", "machine", "down"),
    *_OF_SHARES,
)
"""Kinds whose ends are free, for languages decline."""
_OF_TALK: Final = (
    *("deny", "aid", "wrote", "piece", "order", "object", "trait", "craft", "effect", "shall"),
    *("muse", "fit", "rework", "pitch", "beyond"),
)
"""Signs of talk about a text, with free ends but in English."""
_JOINING: Final = frozenset(("da", "de", "et", "fi", "hu", "it", "nb", "nl", "sv"))
"""Languages that write `twenty thousand` in one word."""
_COMPOUNDING: Final = frozenset(
    (
        *("bg", "cs", "da", "de", "el", "et", "fi", "hr", "hu", "lt", "lv", "nb", "nl", "pl"),
        *("ru", "sk", "sl", "sr", "sv", "uk"),
    )
)
"""Languages that write a number and what it counts in one word: `zweijährig`, `dvouletý`."""
_OWN: Final = tuple(
    f"{whose}{mark}{what}"
    for whose in ("your", "my")
    for mark in ("", "-", "_")
    for what in ("brand", "shop", "store", "name", "company", "handle", "website", "site", "domain")
)
_EXAMPLES: Final = (
    *("ejemplo", "exemplo", "exemple", "esempio", "beispiel", "voorbeeld", "exempel", "eksempel"),
    *("esimerkki", "przyklad", "priklad", "pelda", "exemplu", "primer", "ornek", "contoh"),
)
_WHOLE_SIGNS: Final = (
    *("__", "xyz", "xx", "xxx", "××", "x×", "×x", "oo", "ooo", "o○", "○o", "某某", "ㅇㅇ", "ㅁㅁ"),
)
_SIGNS: Final = (
    *("xxxx", "www.", "example.", "your-link", "my-link"),
    *(f"{one}." for one in _EXAMPLES),
    *_OWN,
)
"""What signs of a blank have that no list names, at their start and as a whole: `XX店`,
`www.your-shop.com`."""


MARKS: Final = MappingProxyType(
    {
        "letters": ("xx", "xy", "хх", "χχ"),
        "dots": ("....", "……", "...%", "... %", "... €", "...€"),
        "lines": ("***", "——", "–—", "—–", "----", "**店", "**市", "**区", "**區", "**路"),
        "amount": tuple(
            f"{letter}{space}{unit}"
            for letter in "xх"
            for space in ("", " ")
            for unit in (
                *("€", "%", "₽", "₺", "₪", "฿", "euro", "eur", "zł", "kr", "kč", "ft"),
                *("lei", "лв", "руб", "грн"),
            )
        ),
        "variable": (
            *("_name", "_brand", "_price", "_url", "_link", "_city", "_code", "nombre_", "nom_"),
            *("nama_", "nome_", "nazwa_", "name_", "name#"),
        ),
        "date": (
            *("mm/", "mm.", "mm-", "mm月", ".mm", "/mm", "-mm", "мм", "/aa", ".aa", "-aa", ".kk"),
            *("hh:", "hh.", "yyyy", "jjjj", "rrrr", "dd.", "dd/"),
            *("x月", "×月", "〇月", "○月", "◯月"),
            *("0月", "*月", "m月", "x월", "o월", "○월", "◯월", "0월"),
        ),
        "digits": ("000", "00,00", "00.00", "345", "555"),
        "address": (
            *("@", "#", "://", "www.", ".com", ".net", ".org", ".eu", ".shop", ".de", ".at"),
            *(".ch", ".fr"),
            *(".es", ".it", ".pt", ".br", ".cat", ".nl", ".be", ".se", ".dk", ".no", ".fi", ".ee"),
            *(".lv", ".lt", ".pl", ".cz", ".sk", ".si", ".hr", ".rs", ".bg", ".ru", ".ua", ".ro"),
            *(".hu", ".gr", ".tr", ".id", ".my", ".ph", ".vn", ".kr", ".jp", ".in", ".bd", ".pk"),
            *(".ir", ".il", ".рф", ".срб", ".укр"),
        ),
    }
)
"""What blanks of a kind without a name have, within a word, too: `210-XXXXXXX`, `20XX`."""


_SAID: Final = "said"
"""Under this name a text keeps its phrases, with the language that they were looked for in."""


class PhraseReader:
    """Reads each text once, for all checks that look for phrases. One per run."""

    def __init__(self) -> None:
        self._listed: dict[str, PhraseIndex] = {}
        """Language with lists of its own → their index."""

    def read(self, text: NormalizedText, language: str | None) -> Said:
        """The text with the phrases in it, of its language or of all that it may be in."""
        last: tuple[str | None, Said] | None = text.__dict__.get(_SAID)
        if last is not None and last[0] == language:
            return last[1]
        index = self._listed.get(language) if language is not None else None
        if index is None:
            tags = list_tags(language, text)
            index = phrase_index(tags, with_numbers=language is not None)
            if language is not None and tags == (_SAME_LISTS.get(own := base(language), own),):
                self._listed[language] = index
        said = index.find(text.text)
        text.__dict__[_SAID] = language, said
        return said


@cache
def phrase_index(tags: tuple[str, ...], *, with_numbers: bool) -> PhraseIndex:
    """The phrases of the languages and of English; number words of one that is told only."""

    def phrases(*kinds: str) -> list[str]:
        return phrases_of(tags, *kinds)

    return PhraseIndex(
        {
            **{kind: phrases(kind) for kind in _WHOLE},
            "sign": (*_WHOLE_SIGNS, *map("".join, product("〇○◯△□●", repeat=2))),
            **MARKS,
            "number": number_values(tags[0]) if with_numbers and len(tags) == 1 else (),
            # `line` is in `linen`, and English declines little.
            **{kind: getattr(speech("en"), kind) for kind in _OF_TALK},
        },
        {
            **{
                kind: [one for tag in tags if tag != "en" for one in getattr(speech(tag), kind)]
                for kind in _OF_TALK
            },
            "span": spans_of(tags[0]) if with_numbers and len(tags) == 1 else (),
            "text": phrases("noun", "noun_weak", "sentence"),
            "any_noun": phrases("noun", "noun_weak"),
            "about": phrases("noun", "noun_weak", "job", "change"),
            "named": phrases("noun", "noun_weak", "option"),
            "plan": phrases("plan", "job", "task"),
            "insert": [one for one in phrases("insert") if " " in one],
            "sign": _SIGNS,
            **{kind: phrases(kind) for kind in _STEMS},
        },
        anywhere=frozenset(("number", "span", "insert", "share", "sign", *_OF_SHARES)),
        tags=tags,
    )


def phrases_of(tags: tuple[str, ...], *kinds: str) -> list[str]:
    """The phrases of those kinds in the languages and in English, the slip of all models."""
    known = [speech(tag) for tag in dict.fromkeys((*tags, "en"))]
    return [one for each in known for kind in kinds for one in getattr(each, kind)]


@cache
def number_values(tag: str) -> Mapping[str, int]:
    """The number words of a language, folded, and what they are worth."""
    pairs = (one.split(" ", 1) for one in speech(tag).numbers)
    found = {folded(words): int(value) for value, words in pairs}
    if tag in _JOINING:
        great = [(word, value) for word, value in found.items() if value in (100, 1000)]
        found |= {
            small + word: times * value
            for small, times in list(found.items())
            if times < 100
            for word, value in great
        }
    return found


@cache
def counted_by(tag: str) -> tuple[str, ...]:
    """Beginnings of what even two of are a claim, folded."""
    return tuple(map(folded, speech(tag).counted))


@cache
def spans_of(tag: str) -> Mapping[str, Decimal]:
    """Beginnings of words that are a number and what it counts, folded, and the number."""
    pairs = (one.split(" ", 1) for one in speech(tag).spans)
    found = {folded(words): Decimal(value) for value, words in pairs}
    if tag in _COMPOUNDING:
        units = (*counted_by(tag), *speech(tag).things)
        small = [(word, value) for word, value in number_values(tag).items() if value <= 10]
        found |= {word + unit: Decimal(value) for word, value in small for unit in units}
    return found


def folded(phrase: str) -> str:
    """A phrase, or a text, as phrases are compared."""
    return fold(phrase).strip().replace("’", "'").replace("‘", "'")


@lru_cache(maxsize=4096)
def _joins(char: str) -> bool:
    """Whether it is a letter of a word, in a script that has spaces between words."""
    if char.isascii():
        return char.isalnum()
    if "\u0900" <= char <= "\u0dff":
        return char.isalnum() or unicodedata.category(char)[0] == "M"  # vowel signs
    return (char < "\u0e00" or "\u1e00" <= char <= "\u1fff") and char.isalpha()
