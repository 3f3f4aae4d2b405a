"""What a chat model says around the copy it was asked for, or instead of it.

Refusals, talk before the copy and after it, labels, several texts where one was asked, talk about
the task, thoughts, the prompt given back. The turns of speech of each language are data
(`configs/wording/chat/`). None of them proves anything by itself, for copy says sorry to the cold
and begins with "here you go": what is found is always two of them together, or one at a place
where copy has none (a first line that ends in a colon, a paragraph at the end).
"""

import re
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Final

import pydantic
from ahocorasick_rs import AhoCorasick
from rapidfuzz import fuzz

from copygen.documents import FrozenModel, load_shipped, shipped_names
from copygen.models import Severity, Violation
from copygen.quality.facts import CheckContext, mendable
from copygen.quality.languages import base, language_tag
from copygen.quality.normalize import NormalizedText, fold

_HEAD: Final = 300
"""Characters at the start in which a refusal says that it is one."""
_MARKUP: Final = " \t\n*#>_`~"
_MARKS: Final = re.compile(r"[\s*_]*")
_LEAD: Final = re.compile(r"[\s\"'“”„«»「『*#>_`~\-–—•]*")
_SENTENCE: Final = re.compile(r"[.!?。！？…؟۔।](?:[\"'”»」』)\]]*)(?=\s|$)|[。！？।]|\n")
_CLAUSE: Final = re.compile(rf"{_SENTENCE.pattern}|(?<=[\u0e01-\u0e5b])\s(?=[\u0e01-\u0e5b])")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DIGIT: Final = re.compile(r"\d")
_AFTER_WORD: Final = re.compile(r"[\s,.!:;،。、，！：\-–—~*_\"'“”«»「」]*")
_COLON: Final = re.compile(r"[:：]")
_END_OF_LABEL: Final = re.compile(r"\s?[:：]|\s[-–—]\s|\s?\n")
_BRACKETED: Final = re.compile(r"\s?[(\[（【][^)\]）】\n]{0,40}[)\]）】]|\s?#?\d{1,2}(?!\d)")
_NUMBER: Final = (
    r"(?:#|nr\.?|no\.?|n°|№)?\s?(?:\d{1,2}|[a-e]|i{1,3}|iv|[一二三四五]|[абвгαβγאבגأبج])"
)
_ORDINAL: Final = rf"\s?(?:{_NUMBER}|\w{{2,10}})"
_MARK: Final = re.compile(r"(?:\s?[(（][^)）\n]{0,30}[)）])?[^\w\n]{0,3}[:：.)\-–—\n]")
_AFTER_OPTION: Final = re.compile(_ORDINAL + _MARK.pattern)
_BEFORE_OPTION: Final = re.compile(rf"(?:{_NUMBER}|\w{{2,12}})\s?")
_STROKE: Final = re.compile(r"[\n/|•]")
_FIRST_OF_ALL: Final = ("1", "a", "а", "α", "א", "أ", "가")
_CIRCLED: Final = re.compile(r"(?m)^\s?[①-⑩]")
_NUMBERED: Final = re.compile(r"\W{0,4}(?:\d{1,2}|[a-eа-гα-γא-גأ-ج가-라])\s?[.):、．）]\s?(?=\S)")
_COUNTED: Final = re.compile(
    r"[(\[（][^\d()（）\n]{0,12}\d{1,4}\s?(?:/\s?\d{1,4}\s?)?(?:characters?|chars?|words?|zeichen|"
    r"wörter|caractères|mots|caracteres|palabras|palavras|caratteri|parole|tekens|woorden|tecken|"
    r"tegn|merkkiä|znaków|znaků|znakov|znakova|karakter|caractere|символов|символа|знаков|символів|"
    r"знака|χαρακτήρες|حرفا|حرفًا|حرف|کاراکتر|תווים|अक्षर|वर्ण|ตัวอักษร|ký tự|karakter|aksara|文字|字|"
    r"個字|个字|字符|글자|자)(?:[,;，][^)\]）\n]{0,40})?\s?[)\]）]"
)
_COUNTING: Final = re.compile(r"[(\[（][^\d()（）\n]{0,12}\d")
"""What every count of letters begins with."""
_THINKING: Final = re.compile(r"</?(?:think|thinking|thought|reasoning|reflection|scratchpad)>")
_ALIKE: Final = 62.0
"""Of 100: from here two lines side by side say the same in other words."""
_BRIEF: Final = 160
"""Characters of a line that may be one of several texts."""
_SHORT_STEP: Final = 24
"""Characters: three numbered lines of which one is shorter are steps, or reasons."""
_BRIEF_WISH: Final = 44
"""Characters of a last paragraph that only hopes to please."""
_ECHOED: Final = 24
"""Characters of a sentence of the prompt that nobody writes twice by chance."""
_SHOWN: Final = 60
_FOLDED_MARKS: Final = str.maketrans("’‘", "''")


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
    publish: Lines
    """`before publishing`."""
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


@cache
def languages() -> frozenset[str]:
    """The languages whose turns of speech are known, as base tags."""
    return frozenset(shipped_names("wording/chat"))


@cache
def speech(language: str) -> Speech:
    """The turns of speech of that language, one of `languages()`."""
    return load_shipped(Speech, f"wording/chat/{language}")


_SHORT_STEM: Final = 4
_SHORT_SENTENCE: Final = 6
"""`Satz` is in `Satzbau`, too."""


class PhraseIndex:
    """Phrases of many kinds, found in one pass over a text.

    Searched for one by one, the two thousand of the languages in Latin letters took 1.5 ms in 800
    characters, eight times the rest of a prompt; in one automaton they take 0.02. `kinds` maps each
    kind to its phrases, `stems` to phrases whose end is free, for languages decline.
    """

    def __init__(
        self, kinds: Mapping[str, Iterable[str]], stems: Mapping[str, Iterable[str]]
    ) -> None:
        entries: dict[str, tuple[set[str], set[str]]] = {}
        for number, group in enumerate((kinds, stems)):
            for kind, phrases in group.items():
                for phrase in map(folded, phrases):
                    # `ad` is not the stem of `adventure`; a word in Chinese has one letter.
                    least = _SHORT_SENTENCE if kind == "sentence" else _SHORT_STEM
                    is_short = len(phrase) < least and _joins(phrase[-1])
                    free = number and not is_short
                    entries.setdefault(phrase, (set(), set()))[bool(free)].add(kind)
        # The small letter of `İ`, with which a Turkish sentence begins, is `i` with a dot above.
        entries |= {f"i\u0307{one[1:]}": of for one, of in entries.items() if one[:1] == "i"}
        self._kinds = [((*whole, *free), tuple(free)) for whole, free in entries.values()]
        self._automaton = AhoCorasick(list(entries))

    def find(self, text: str, *, everywhere: bool = False) -> "Said":
        """Where the phrases stand in a folded text; of a long one at its start and its end, where
        talk stands, unless it is looked for `everywhere`."""
        found: dict[str, list[tuple[int, int]]] = {}
        if not text.isascii() and _SURROGATE.search(text):
            text = _SURROGATE.sub("?", text)  # the automaton searches UTF-8, which has none
        ends = ((0, _HEAD + 100), (len(text) - _HEAD, len(text)))
        for left, right in (
            ends if len(text) > 2 * _HEAD + 100 and not everywhere else ((0, len(text)),)
        ):
            part = text[left:right]
            for number, start, end in self._automaton.find_matches_as_indexes(
                part, overlapping=True
            ):
                start, end = start + left, end + left
                # A word ends at most places that are looked at, which two characters tell.
                if start and text[start - 1].isalnum() and _goes_on(text, start):
                    continue
                whole, free = self._kinds[number]
                goes_on = text[end : end + 1].isalnum() and _goes_on(text, end)
                for kind in free if goes_on else whole:
                    found.setdefault(kind, []).append((start, end))
        return Said(text, found, found.keys())


@dataclass(frozen=True, slots=True)
class Said:
    """A text, and where phrases of which kind stand in it."""

    text: str
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

    def count(self, kind: str, start: int, end: int) -> int:
        """How many places in `start:end` have a phrase of that kind."""
        places = self._found.get(kind, ())
        return len({place for place, stop in places if start <= place and stop <= end})


def folded(phrase: str) -> str:
    """A phrase, or a text, as phrases are compared."""
    return fold(phrase).strip().translate(_FOLDED_MARKS)


def _goes_on(text: str, at: int) -> bool:
    """Whether a word goes on over that place; scripts without spaces have no such places."""
    return 0 < at < len(text) and _joins(text[at - 1]) and _joins(text[at])


def _joins(char: str) -> bool:
    if char.isascii():
        return char.isalnum()
    return (char < "\u0e00" or "\u1e00" <= char <= "\u1fff") and char.isalpha()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing a reply says that is no copy."""

    rule: str
    start: int
    """Offset into the folded text, of the first letter."""
    end: int
    is_cut: bool = False
    """Whether the copy is what remains when it is taken away, without a doubt."""


_REFUSAL: Final = "refusal.reply"
RULES: Final = MappingProxyType(
    {
        _REFUSAL: (
            "the model declines, or asks for more, instead of writing",
            "write the copy with what is given, and leave out what is not",
        ),
        "leftovers.thinking": (
            "the model thinks aloud",
            "reply with the copy itself, without the thoughts that led to it",
        ),
        "leftovers.several": ("several texts where one was asked", "reply with one text, the best"),
        "leftovers.opening": (
            "the model talks about the copy before it",
            "begin with the copy itself",
        ),
        "leftovers.label": ("a label before the copy", "begin with the copy itself"),
        "leftovers.closing": (
            "the model talks about the copy after it",
            "end with the copy itself",
        ),
        "leftovers.task": ("the model talks about its task", "reply with nothing but the copy"),
        "leftovers.echo": ("a sentence of the prompt", "reply with nothing but the copy"),
    }
)
"""Rule → what it says to people, and to the model."""


_SAME_LISTS: Final = MappingProxyType({"no": "nb", "nn": "nb", "bs": "hr", "sh": "sr", "fil": "tl"})
_OF_SCRIPT: Final = tuple(
    (re.compile(letters), tuple(tags.split()))
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
    *(
        "ca",
        "cs",
        "da",
        "de",
        "es",
        "et",
        "fi",
        "fr",
        "hr",
        "hu",
        "id",
        "it",
        "lt",
        "lv",
        "ms",
        "nb",
    ),
    *("nl", "pl", "pt", "ro", "sk", "sl", "sv", "tl", "tr", "vi"),
)

_WHOLE: Final = (
    *(
        "consent",
        "agreed",
        "here",
        "noun",
        "noun_weak",
        "option",
        "or_",
        "offer",
        "this",
        "sorry",
        "cannot",
    ),
    *("cannot_weak", "missing", "myself", "error", "asked", "task", "think", "first", "me"),
)
"""Kinds that are whole words."""


_TELLING: Final = frozenset(
    (
        *("consent", "here", "sorry", "cannot", "cannot_weak", "missing", "error", "myself"),
        *("agreed", "asked", "task", "think", "first", "offer", "yours", "little"),
        *("stress", "publish", "add", "sentence"),
    )
)
"""Kinds without one of which a text of one line, without a colon, is copy."""
_STRUCTURE: Final = re.compile(r"[\n:：<【(（/|]|\s[-–—]\s")
_DECLINING: Final = frozenset(("cannot", "cannot_weak", "missing", "error", "myself"))
_THINKING_ALOUD: Final = frozenset(("think", "first"))
_PLANNING: Final = frozenset(("sentence", "stress"))
_ORDERING: Final = frozenset(("publish", "add"))
_CHOICE: Final = frozenset(("option", "noun"))
_PRESENTING: Final = frozenset(("consent", "here", "agreed"))
_TASK: Final = frozenset(("asked", "task"))
_OFFERING: Final = frozenset(("offer", "yours"))
_LABELLED: Final = re.compile(r"[^:：\n]{0,60}(?:[:：\n]|\s[-–—]\s)|【")
"""What no label is without: a look at the start tells."""


_STEMS: Final = (
    *("change", "yours", "info", "little", "add", "web", "publish", "stress", "sentence"),
)
"""Kinds whose ends are free, for languages decline."""


class ChatDetector:
    """Finds what is no copy in replies of some languages, and in English, the slip of all models.

    Raises KeyError for a language that is none of `languages()`.
    """

    def __init__(self, tags: Iterable[str]) -> None:
        known = [speech(tag) for tag in dict.fromkeys((*tags, "en"))]

        def phrases(*kinds: str) -> list[str]:
            return [one for each in known for kind in kinds for one in getattr(each, kind)]

        self._index = PhraseIndex(
            {kind: phrases(kind) for kind in _WHOLE},
            {
                "any_noun": phrases("noun", "noun_weak"),
                "about": phrases("noun", "noun_weak", "job", "change"),
                "named": phrases("noun", "noun_weak", "option"),
                "plan": phrases("plan", "job", "task"),
                **{kind: phrases(kind) for kind in _STEMS},
            },
        )
        self._nouns = frozenset(map(folded, phrases("noun")))
        self._all_nouns = self._nouns | {folded(one) for one in phrases("noun_weak")}
        self._weak_nouns = self._all_nouns - self._nouns

    def remarks(
        self, text: NormalizedText, shares: Callable[[], bool], request: Callable[[], str]
    ) -> Iterator[Remark]:
        """What the text says that is no copy, at most a remark about its start and one its end.

        `shares` tells whether it has words of its item, `request` gives the folded prompt; both are
        asked where it matters.
        """
        folded = text.text
        said = self._index.find(folded.replace("’", "'").replace("‘", "'"))
        lead = _LEAD.match(folded)
        begin = lead.end() if lead else 0
        if begin >= len(folded):
            return
        kinds = said.kinds
        # Of most texts the kinds alone say that there is nothing, or what there may be.
        is_about = "about" in kinds or "task" in kinds
        if kinds.isdisjoint(_TELLING) and not _STRUCTURE.search(text.original):
            if is_about and (remark := self._echo(said, begin, request)) is not None:
                yield remark
            return
        has_lines = "\n" in folded
        asks = folded.rstrip()[-1:] in "?؟？"
        may_decline = (
            asks or not kinds.isdisjoint(_DECLINING) or ("little" in kinds and "info" in kinds)
        )
        if may_decline and (remark := self._refusal(said, begin, shares)) is not None:
            yield remark
            return
        start: Remark | None = None
        plans = has_lines and not kinds.isdisjoint(_PLANNING)
        if "<" in folded or plans or not kinds.isdisjoint(_THINKING_ALOUD):
            start = self._thought(said, begin)
        strokes = " / " in folded
        if start is None and (has_lines or strokes or not kinds.isdisjoint(_CHOICE)):
            start = self._options(said, begin, text.original)
        if start is None and not kinds.isdisjoint(_PRESENTING):
            start = self._preamble(said, begin)
        if start is None and _LABELLED.match(folded, begin):
            start = self._label(said, begin)
        if start is None and has_lines:
            start = self._announced(said, begin)
        told = "stress" in kinds and "any_noun" in kinds
        if start is None and (told or not kinds.isdisjoint(_TASK)):
            start = self._of_task(said, begin)
        if start is None and is_about:
            start = self._echo(said, begin, request)
        if start is not None:
            yield start
        bracketed = _COUNTING.search(folded) is not None
        if (
            has_lines
            or bracketed
            or not kinds.isdisjoint(_ORDERING)
            or ("change" in kinds and not kinds.isdisjoint(_OFFERING))
        ):
            end = self._closing(said, begin)
            if end is not None and (start is None or end.start >= start.end):
                yield end

    def _refusal(self, said: Said, begin: int, shares: Callable[[], bool]) -> Remark | None:
        """Sorry and cannot; cannot and what was asked; asking for more before anything else."""
        text = said.text
        end = min(len(text), begin + _HEAD)
        sorry = said.within("sorry", begin, end)
        cannot = said.within("cannot", begin, end)
        weak = said.within("cannot_weak", begin, end)
        missing = said.within("missing", begin, end)
        error = said.within("error", begin, end)
        by_itself = said.are_within("myself", begin, end)
        if max(cannot, weak, missing, error) < 0 and not by_itself:
            return self._question(said, begin, end, shares)
        is_early = 0 <= sorry - begin <= 90
        place = next((one for one in (cannot, weak, missing, error) if one >= 0), begin)
        sentence = _sentence(text, begin, place, end)
        about = said.are_within("about", *sentence)
        declined = (
            cannot >= 0
            and (is_early or by_itself or _opens(text, begin, cannot))
            and (about or missing >= 0 or by_itself or (is_early and not shares()))
        )
        hinted = weak >= 0 and (
            (is_early and (about or said.are_within("me", *sentence)))
            or (_opens(text, begin, weak) and said.are_within("here", weak, end))
        )
        lacks = missing >= 0 and (is_early or cannot >= 0 or weak >= 0)
        asks = 0 <= missing - begin <= 40 and (
            about or (not shares() and ("?" in text[missing:end] or "؟" in text[missing:end]))
        )
        failed = error >= 0 and not shares() and (is_early or _opens(text, begin, error))
        told = by_itself and said.are_within("about", begin, _sentence_end(text, begin))
        if not (declined or hinted or lacks or asks or failed or told):
            return self._question(said, begin, end, shares)
        return _declines(text, begin)

    def _question(
        self, said: Said, begin: int, end: int, shares: Callable[[], bool]
    ) -> Remark | None:
        """Too little to go on, or nothing but questions about the product."""
        text = said.text
        first = _sentence_end(text, begin)
        informed = said.are_within("info", begin, first)
        if informed and said.are_within("little", begin, first):
            own = said.are_within("me", begin, end) or said.at("sorry", begin)
            about = said.are_within("about", begin, first)
            if own or about or (_asks(text, end) and not shares()):
                return _declines(text, begin)
        if _asks(text, len(text)) and not shares():
            ends = [text[one.start()] for one in _SENTENCE.finditer(text, begin)]
            asked = len(ends) > 1 and set(ends) <= set("?؟？")
            if asked and said.are_within("plan", begin, end):
                return _declines(text, begin)
        return None

    def _thought(self, said: Said, begin: int) -> Remark | None:
        text = said.text
        if "<" in text and (tag := _THINKING.search(text)) is not None:
            return Remark("leftovers.thinking", *tag.span())
        place = _end(_AFTER_WORD, text, said.at("consent", begin) or begin)
        end = said.at("think", place) or said.at("first", place)
        line = _line_end(text, begin)
        is_apart = text[line : line + 2] == "\n\n"
        if is_apart and text[line:].strip() and self._is_plan(said, begin, line, end):
            return Remark("leftovers.thinking", begin, line)
        if any(_is_heading(text, stop) for stop in said.ends("think", begin + 1)):
            return Remark("leftovers.thinking", begin, _sentence_end(text, begin))
        if not end:
            return None
        sentence, line = _sentence_end(text, end), _line_end(text, begin)
        if text[line:].strip() and (_is_heading(text, end) or said.are_within("plan", end, line)):
            return Remark("leftovers.thinking", begin, line)
        own = said.are_within("me", begin, sentence) or said.are_within("task", begin, sentence)
        if own and said.at("think", place) and said.are_within("about", end, sentence):
            return Remark("leftovers.thinking", begin, sentence)
        return None

    def _is_plan(self, said: Said, begin: int, line: int, opened: int) -> bool:
        """Whether a paragraph before the text plans it: its length, its tone, whom it is for."""
        if said.are_within("sentence", begin, line):
            return True
        spoken = opened or said.at("consent", begin) or said.are_within("me", begin, line)
        return bool(spoken) and said.are_within("stress", begin, line)

    def _options(self, said: Said, begin: int, original: str) -> Remark | None:
        """Several texts: numbered, lettered, with an "or" between, or one said in other words."""
        text = said.text
        numbered = [one for one in _text_starts(text, begin) if _is_option(said, one)]
        if len(numbered) > 1:
            return Remark("leftovers.several", numbered[0], _line_end(text, numbered[0]))
        if len(_CIRCLED.findall(original)) > 1:
            return Remark("leftovers.several", begin, _line_end(text, begin))
        lines = [line for line in _lines(text, begin) if line[1] > line[0]]
        parts = text[begin:].split(" / ")
        if len(parts) > 1 and all(len(one) > 12 and one.rstrip()[-1:] in ".!?。" for one in parts):
            return Remark("leftovers.several", begin, begin + len(parts[0]))
        if len(lines) < 2:
            return None
        for start, end in lines:
            stop = said.at("or_", _end(_LEAD, text, start))
            rest = text[stop:end].strip(" *_-–—") if stop else "x"
            below = start > lines[0][0]
            called = below and rest[-1:] in (":", "：") and end - start <= _SHORT_STEP + 12
            if not rest.strip(":：,.") or (rest[0] in ":：" and below) or (stop and called):
                return Remark("leftovers.several", start, end)
        marks = [_NUMBERED.match(text, start, end) for start, end in lines]
        brief = min(end - start for start, end in lines) < _SHORT_STEP
        if all(marks) and _counts(marks) and (len(lines) == 2 or not brief):
            return Remark("leftovers.several", *lines[1])
        tongues = [text[start:end].split(":", 1)[0] for start, end in lines]
        if all(len(one) < 16 and language_tag(one.strip(" *_【】[]")) for one in tongues):
            return Remark("leftovers.several", *lines[1])
        return _said_again(text, lines)

    def _preamble(self, said: Said, begin: int) -> Remark | None:
        """`Sure! Here is your headline:`: consent, or something presented, before the copy."""
        text = said.text
        line = _line_end(text, begin)
        rest = bool(text[line:].strip())
        agreed = said.at("consent", begin)
        place = _end(_AFTER_WORD, text, agreed) if agreed else begin
        if agreed and place > line and rest:
            return Remark("leftovers.opening", begin, line, is_cut=True)
        shown = said.at("here", place)
        announced = _ends_in_colon(text, line)
        if agreed and not shown and rest and (announced or self._is_talk(said, place, line)):
            return Remark("leftovers.opening", begin, line, is_cut=announced)
        if not shown:
            return _polite(said, begin)
        colon = _COLON.search(text, shown, min(line, begin + 160))
        called = said.within("named", shown, colon.start() if colon else line)
        if announced and rest:
            return Remark("leftovers.opening", begin, line, is_cut=True)
        if colon is not None and (called >= 0 or agreed):
            return Remark(
                "leftovers.opening", begin, colon.end(), is_cut=bool(text[colon.end() :].strip())
            )
        near = 0 <= called - shown <= 30
        if near and rest and line - begin <= 120:
            return Remark("leftovers.opening", begin, line, is_cut=False)
        if (agreed and called >= 0) or (near and said.are_within("noun", shown, line)):
            return Remark("leftovers.opening", begin, _sentence_end(text, shown), is_cut=False)
        return _polite(said, begin)

    def _is_talk(self, said: Said, start: int, end: int) -> bool:
        return said.are_within("named", start, end) or said.are_within("me", start, end)

    def _label(self, said: Said, begin: int) -> Remark | None:
        """`Headline:` before the copy, with a number, a language or an adjective."""
        text = said.text
        closed = "】" if text[begin] == "【" else "]" if text[begin] == "[" else None
        if closed and (end := text.find(closed, begin, begin + 30)) > 0:
            named = self._are_nouns(text[begin + 1 : end])
            return (
                Remark("leftovers.label", begin, end + 1, is_cut=True)
                if named and text[end + 1 :].strip()
                else None
            )
        found = _END_OF_LABEL.search(text, begin, begin + 60)
        if found is None or not text[found.end() :].strip():
            return None
        with_colon = found[0].strip() in (":", "：")
        is_line = "\n" in found[0] or _is_blank(text, found.end())
        words = text[begin : found.start()].strip(" *_#\"'“”[]")
        bare = _BRACKETED.sub("", words).strip(" *_#")
        if not bare:
            return None
        parts = bare.split()
        if bare != words and bare in text[found.end() :]:
            return None  # `Option 1: wait. Option 2: this.` is copy, and half of it is none
        if self._are_nouns(bare) and (with_colon or is_line or found[0].strip() in ("-", "–", "—")):
            return Remark("leftovers.label", begin, found.end(), is_cut=True)
        by_part = 1 < len(parts) <= 3 and (parts[0] in self._nouns or parts[-1] in self._nouns)
        if by_part and with_colon and not any(one in text[found.end() :] for one in parts):
            return Remark("leftovers.label", begin, found.end(), is_cut=True)
        quoted = text[found.end() :].lstrip()[:1] in '"“«「『„'
        if bare in self._weak_nouns and (is_line or quoted or bare != words):
            return Remark("leftovers.label", begin, found.end(), is_cut=True)
        return None

    def _are_nouns(self, words: str) -> bool:
        """Whether it is a noun, or two: `product blurb`, `nội dung bài đăng`, `廣告標語`."""
        if words in self._nouns:
            return True
        spaced = " " in words
        if not spaced and words.isascii():
            return False
        splits = [at for at in range(1, len(words)) if not spaced or words[at] == " "]
        halves = ((words[:at], words[at:].strip()) for at in splits)
        nouns = self._all_nouns
        return any(
            one in nouns and other in nouns and not self._nouns.isdisjoint((one, other))
            for one, other in halves
        )

    def _announced(self, said: Said, begin: int) -> Remark | None:
        """A first line that ends in a colon, before a text that is no list."""
        text = said.text
        line = _line_end(text, begin)
        if not _ends_in_colon(text, line) or line - begin > 140:
            return None
        after = [one for one in _lines(text, line) if one[1] > one[0]]
        if not after or all(_is_item_of_list(text, start) for start, _ in after[:3]):
            return None
        named = said.are_within("named", begin, line)
        if named or said.are_within("me", begin, line) or said.at("asked", begin):
            return Remark("leftovers.opening", begin, line, is_cut=named)
        return None

    def _of_task(self, said: Said, begin: int) -> Remark | None:
        """`As requested, this headline ...`, `The user wants ...`."""
        text = said.text
        end = _sentence_end(text, begin)
        line = _line_end(text, begin)
        asked = said.within("asked", begin, min(end, begin + 60))
        if asked >= 0 and _ends_in_colon(text, line) and text[line:].strip():
            return Remark("leftovers.task", begin, line, is_cut=True)
        after = said.at("asked", asked) if asked >= 0 else 0
        if asked >= 0 and (
            said.are_within("about", after, end)
            or (asked - begin <= 4 and text[after : after + 1] in (",", ":", "、"))
        ):
            return Remark("leftovers.task", begin, end)
        named = said.within("any_noun", begin, min(end, begin + 28))
        if named >= 0 and said.are_within("stress", named, end) and text[end:].strip():
            return Remark("leftovers.task", begin, end)
        task = said.within("task", begin, min(end, begin + 40))
        if 0 <= task - begin <= 12 and said.are_within("about", begin, end):
            return Remark("leftovers.task", begin, end)
        return None

    def _echo(self, said: Said, begin: int, request: Callable[[], str]) -> Remark | None:
        """The prompt given back: the first sentence is one of it, and about the task."""
        end = _sentence_end(said.text, begin)
        first = said.text[begin:end].strip(" \n.!?。\"'“”")
        about = said.are_within("about", begin, end) or said.are_within("task", begin, end)
        if about and len(first) >= _ECHOED and first in request():
            return Remark("leftovers.echo", begin, end)
        return None

    def _closing(self, said: Said, begin: int) -> Remark | None:
        """A last paragraph, or sentence, to whoever ordered the copy; the count of its letters."""
        text = said.text
        if (counted := _COUNTED.search(text, max(begin, len(text) - 200))) is not None:
            return Remark(
                "leftovers.closing", *counted.span(), is_cut=not text[counted.end() :].strip()
            )
        lines = [one for one in _lines(text, begin) if one[1] > one[0]]
        start, end = lines[-1]
        if len(lines) > 1 and self._label(said, start) is not None:
            return Remark("leftovers.closing", start, end, is_cut=False)
        if len(lines) > 1 and self._speaks_to_client(said, start, end, apart=True):
            return Remark(
                "leftovers.closing", start, end, is_cut=text[lines[-2][1] : start].count("\n") > 1
            )
        last = _last_clause(text, start, end)
        if last > start and self._speaks_to_client(said, last, end, apart=False):
            return Remark("leftovers.closing", last, end, is_cut=False)
        return None

    def _speaks_to_client(self, said: Said, start: int, end: int, *, apart: bool) -> bool:
        """Whether a paragraph (`apart`) or a sentence is about the copy and not of it."""
        text = said.text
        word = _end(_LEAD, text, start)
        if text[word : word + 1] in ("(", "[", "（", "※"):
            word += 1
        if said.are_within("publish", word, end):
            return True
        added, web = said.within("add", word, end), said.within("web", word, end)
        if added >= 0 and web >= 0 and added != web:
            return True
        if text[word - 1 : word] == "(" and said.are_within("asked", word, end):
            return True
        offered = said.within("offer", word, min(end, word + 60))
        if apart and 0 <= offered - word <= 2 and end - start <= _BRIEF_WISH:
            return True
        changed = said.are_within("change", word, end)
        named = said.within("any_noun", word, end)
        if offered >= 0 and (
            changed
            or (apart and (self._is_talk(said, word, end) or bool(_DIGIT.search(text, word, end))))
        ):
            return apart or offered - word <= 40
        theirs = said.count("yours", word, end)
        if theirs and changed and (apart or named >= 0 or theirs > 1):
            return True
        if not apart:
            return False
        if named >= 0 and (
            said.are_within("stress", word, end) or said.are_within("asked", word, end)
        ):
            return True
        if named >= 0 and (theirs or (word > start and text[end - 1] in ")]）")):
            return True
        pointed = said.at("this", word) or said.at("task", word)
        return bool(pointed) and 0 <= named - word <= 24


class ChatCheck:
    """The check of what is no copy, in the languages of a run's texts. Made once per run."""

    def __init__(self) -> None:
        self._detectors: dict[tuple[str, ...], ChatDetector] = {}

    def violations(self, context: CheckContext) -> Iterator[Violation]:
        """What the text says that is no copy: refusals, talk, labels, several texts, thoughts."""
        text = context.text
        tags = list_tags(context.language, text)
        detector = self._detectors.get(tags)
        if detector is None:
            detector = self._detectors[tags] = ChatDetector(tags)

        def shares() -> bool:
            return context.facts.are_named_in(text.text)

        def request() -> str:
            asked = (one.content for one in context.asked if isinstance(one.content, str))
            return fold("\n".join(asked)).translate(_FOLDED_MARKS)

        for remark in detector.remarks(text, shares, request):
            yield _violation(remark, text)


def _violation(remark: Remark, text: NormalizedText) -> Violation:
    start, end = text.span(remark.start, remark.end)
    words = " ".join(text.original[start:end].split())
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()}…"
    said, fix = RULES[remark.rule]
    message = f"'{shown}': {said}"
    found = Violation(remark.rule, Severity.ERROR, message, (start, end), fix=fix)
    if not remark.is_cut:
        return found
    if remark.rule == "leftovers.closing":
        return mendable(found, start, end)
    if text.original[:start].strip(_MARKUP):
        return found  # it stands within quotation marks, which are mended first
    return mendable(found, 0, _end(_MARKS, text.original, end))


def list_tags(language: str | None, text: NormalizedText) -> tuple[str, ...]:
    """The languages whose lists are tried: its own; where that is not known, all of its letters."""
    known = base(language) if language else ""
    known = _SAME_LISTS.get(known, known)
    if known in languages():
        return (known,)
    if text.original.isascii():
        return _LATIN
    return next((tags for letters, tags in _OF_SCRIPT if letters.search(text.text)), _LATIN)


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Start and end of each line, without the spaces around it."""
    while start < len(text):
        end = _line_end(text, start)
        line = text[start:end]
        left = start + len(line) - len(line.lstrip())
        yield left, max(left, start + len(line.rstrip()))
        start = end + 1


def _sentence_end(text: str, start: int) -> int:
    found = _SENTENCE.search(text, start)
    return found.end() if found else len(text)


def _sentence(text: str, begin: int, place: int, end: int) -> tuple[int, int]:
    """The sentence around `place`, within `begin:end`."""
    start = begin
    for found in _SENTENCE.finditer(text, begin, place):
        start = found.end()
    return start, min(end, _sentence_end(text, place))


def _last_clause(text: str, start: int, end: int) -> int:
    """Where the last sentence begins; in Thai, which does not mark them, the last clause."""
    last = start
    for found in _CLAUSE.finditer(text, start, end):
        if text[found.end() : end].strip():
            last = found.end()
    return last


def _opens(text: str, begin: int, place: int) -> bool:
    """Whether the words at `place` begin one of the first two sentences."""
    ends = [found.end() for found in _SENTENCE.finditer(text, begin, place)]
    return len(ends) <= 1 and place - (ends[-1] if ends else begin) <= 40


def _asks(text: str, end: int) -> bool:
    return text[:end].rstrip()[-1:] in ("?", "؟", "？")


def _declines(text: str, begin: int) -> Remark:
    return Remark(_REFUSAL, begin, len(text.rstrip()))


def _polite(said: Said, begin: int) -> Remark | None:
    """`承知しました。`, `Sure!`: no copy begins so."""
    end = said.at("agreed", begin)
    if not end:
        return None
    thai = "\u0e01" <= said.text[end - 1 : end] <= "\u0e5b"  # whose sentences end in a space
    marked = said.text[end - 1] == "!" or said.text[end : end + 1] in ("", *"!.,。、\n")
    return Remark("leftovers.opening", begin, end) if marked or thai else None


def _said_again(text: str, lines: list[tuple[int, int]]) -> Remark | None:
    """Two to six lines of one length that say one thing: versions of one text."""
    sizes = [end - start for start, end in lines]
    if len(lines) > 6 or max(sizes) > _BRIEF or min(sizes) < 16 or max(sizes) > 2 * min(sizes):
        return None
    first, *others = (text[start:end] for start, end in lines)
    if all(_ALIKE <= fuzz.token_set_ratio(first, other) < 100 for other in others):
        return Remark("leftovers.several", *lines[1])
    return None


def _text_starts(text: str, begin: int) -> Iterator[int]:
    """Where a text may begin: at the start, in a new line, behind a stroke."""
    yield begin
    start = begin
    for found in _STROKE.finditer(text, begin):
        # Empty lines lead to the same place: read from each, 8 000 of them took 0.15 s.
        if found.end() > start:
            start = _end(_LEAD, text, found.end())
        yield start


def _is_option(said: Said, start: int) -> bool:
    """`Option A:`, `2. version:`.

    Of one alone there is no telling, and `Option A: freeze. Option B: this scarf.` is copy.
    """
    for kind in ("option", "noun"):
        for place, end in said.found(kind):
            if place == start and _AFTER_OPTION.match(said.text, end):
                return True
    before = _BEFORE_OPTION.match(said.text, start)
    end = max(said.at("option", before.end()), said.at("noun", before.end())) if before else 0
    return end > 0 and _MARK.match(said.text, end) is not None


def _is_heading(text: str, end: int) -> bool:
    return text[end : end + 2].strip()[:1] in (":", "：")


def _ends_in_colon(text: str, line: int) -> bool:
    return text[:line].rstrip(" *_\"'")[-1:] in (":", "：")


def _is_blank(text: str, start: int) -> bool:
    """Whether nothing more stands in the line."""
    return not text[start : _line_end(text, start)].strip(" *_")


def _is_item_of_list(text: str, start: int) -> bool:
    return not text[start : start + 1].isalpha() and text[start : start + 1] not in '"“«「『„*'


def _counts(marks: list[re.Match[str] | None]) -> bool:
    """Whether the first mark is the first number or letter."""
    first = marks[0]
    return first is not None and first[0].strip(" .):、．）(*\n-")[:1] in (
        "1",
        "a",
        "а",
        "α",
        "א",
        "أ",
        "가",
    )
