"""What a text is called before it, or around it: `Headline:`, `Reklamný text – e-mail:`,
`The slogan for the scarf is "…"`.

A label is nothing but words that name a text, a part of one or a channel, what is said of them, and
numbers. `configs/wording/labels.yaml` has them, and the nouns of `configs/wording/chat/`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice, takewhile
from typing import Final, NamedTuple

from copygen.documents import load_shipped
from copygen.quality.checks.assignment import Assignment
from copygen.quality.data import DatedTable
from copygen.quality.languages import language_tag
from copygen.quality.normalize import deferred
from copygen.quality.phrases import Said, folded, phrases_of
from copygen.quality.scripts import UNSPACED

_LONGEST: Final = 70
"""Characters of a label."""
_END: Final = deferred(r"\s?[:：]|\s[-–—]\s|\s?\n")
_LABELLED: Final = deferred(r"[^:：\n]{0,70}(?:[:：\n]|\s[-–—]\s)|[【\[]")
"""What no label is without: a look at the start tells."""
_BETWEEN: Final = deferred(
    r"[\s/|,+&_#*\"'’“”„«»()（）\[\]【】.·•–—\-\u2190-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+"
)
_SEPARATOR: Final = deferred(r"\s[-–—|/,]|[,(/|–—]")
_BRACKETED: Final = deferred(
    r"\s?[(\[（【][^)\]）】\n]{0,40}[)\]）】]|\s?(?:#|№|nr\.?\s?)?\d{1,2}(?!\d)"
)
_ADDRESS: Final = deferred(
    r"\s*(?:\S*@|https?:|www\.|\S+\.(?:com|net|org|de|io|shop)\b|\+?\d[\d ]{4})"
)
_HANGUL: Final = deferred("[\uac00-\ud7a3]")
_SENTENCE: Final = deferred(r"[.!?。！？…؟।](?:\s|$)")
_HEBREW_PREFIXES: Final = "הבלמוכש"
_MOST_LINES: Final = 40
_LOOKED_AT: Final = 2000
"""Lines and characters behind a label that are looked at."""
_MOST_WORDS: Final = 7
_MOST_IN_ONE: Final = 4
"""Words of one entry."""
_ADJECTIVE: Final = 4
"""Letters of a word that says something of a text; shorter ones join."""
_OWN_NAME: Final = 6
"""Letters of a name of texts that a name of the item may follow at once: `kop koffie` is a cup."""
_COMPOUNDING: Final = frozenset(("da", "de", "et", "fi", "hu", "nb", "nl", "sv"))
"""Languages that name a text of a kind in one word: `Produkttext`."""
_LEAST_NOUN: Final = 4
_PAIR: Final = 2
_DENSE: Final = "\u0590"
"""From here scripts need fewer letters for a word."""
_OPENING: Final = deferred('["“„«「『]')
_CLOSING: Final = '"”“»」』'
_AFTER_QUOTE: Final = deferred(r"[\w\s]{0,14}[.!?。？]?\s*")
"""What may stand behind the copy in quotation marks: `です。`, `입니다.`, `はいかがでしょうか？`"""
_LEAST_QUOTED: Final = 6
_LEAST_PROPOSED: Final = 12
"""Letters of copy that is proposed; fewer may be a word that is spoken of."""
_LANGUAGE_NAMED: Final = 3
"""Times that a text which says nothing of its item may not name its language."""
_FIRM: Final = frozenset("!！.。")
"""What stands behind `Sure!`; a comma may be of a sentence: `Sure, she said "maybe later"`."""
_SHORT: Final = 2
"""Letters of a word that may stand in any item."""
_NEAR: Final = 60
"""Characters at the start in which the copy is called what it is."""


class LabelTable(DatedTable):
    """`labels.yaml`: words of labels, separated by spaces; `*` is any ending, `_` a space."""

    channels: str
    """Channels, and names of models that speak, which are a label by themselves."""
    channels_beside: str
    """Channels that are one beside another word."""
    names: dict[str, str]
    """Language → what names a text or a part of one."""
    weak: dict[str, str]
    """Language → what does so beside another of these words, or on a line of its own."""
    fields: str
    """Weak ones that a colon makes a label."""
    about: dict[str, str]
    """Language → what is said of a text, and words between."""
    ordinals: dict[str, str]
    """Language → `first`, `second`, as texts are called."""
    manners: dict[str, str]
    """Language → how versions are called by length and tone: `short`, `playful`."""
    goes_on: dict[str, str]
    """Language → what a line that goes on from the one before begins with: `and`, `it`."""


def _is_dash(end: re.Match[str]) -> bool:
    return end[0].strip() in ("-", "–", "—")


@cache
def label_table() -> LabelTable:
    """The words of labels."""
    return load_shipped(LabelTable, "wording/labels")


class Words:
    """Words of one kind: whole ones, and beginnings."""

    def __init__(self, listed: Iterable[str]) -> None:
        """`listed`: as in `labels.yaml`."""
        entries = [folded(one.replace("_", " ")).rstrip("'") for one in listed]
        self.whole = frozenset(one for one in entries if not one.endswith("*"))
        self._beginnings = tuple(one[:-1] for one in entries if one.endswith("*"))

    def __contains__(self, word: str) -> bool:
        return word in self.whole or (" " not in word and word.startswith(self._beginnings))


def words_of(listed: Mapping[str, str], tags: Sequence[str]) -> list[str]:
    """The words of those languages, and of English."""
    return [word for tag in dict.fromkeys((*tags, "en")) for word in listed.get(tag, "").split()]


class Label(NamedTuple):
    """Where a label stands."""

    start: int
    end: int
    is_sure: bool
    """Whether the rest is the copy: no other part has a label, and this one ends without doubt."""


class Labels:
    """Finds labels in replies of some languages."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        known = label_table()
        nouns = frozenset(map(folded, phrases_of(tags, "noun")))
        weak = frozenset(map(folded, phrases_of(tags, "noun_weak"))) - nouns
        self._joins = not _COMPOUNDING.isdisjoint(tags)
        self._nouns = nouns
        self._compounds = tuple(one for one in nouns if self._joins and len(one) >= _LEAST_NOUN)
        fields = Words(known.fields.split()).whole
        self._fields = fields & (nouns | weak | {*map(folded, words_of(known.weak, tags))})
        self._weak = weak
        self._kinds = {
            "name": Words((*nouns, *words_of(known.names, tags))),
            "channel": Words(known.channels.split()),
            "weak": Words((*weak, *words_of(known.weak, tags))),
            "beside": Words(known.channels_beside.split()),
            "about": Words(words_of(known.about, tags)),
        }
        self._channels = tuple(self._kinds["channel"].whole)
        # Of the words before a colon most come again, and each is held against all compounds.
        self._kind = lru_cache(maxsize=2048)(self._kind_of)

    def find(
        self,
        said: Said,
        begin: int,
        assignment: Assignment,
        *,
        names_product: bool = True,
    ) -> Label | None:
        """The label at `begin`; `names_product`: it may say whose copy it is, with the item's words
        alone.
        """
        if not _LABELLED.match(said.text, begin):
            return None
        label = self._at(said, begin, assignment, names_product=names_product)
        if label is None:
            return None
        rest = islice(said.lines(label.end), _MOST_LINES)
        again = any(
            self._at(said, start, assignment, names_product=names_product, among=True)
            for start, end in rest
            if end > start
        )
        return label._replace(is_sure=label.is_sure and not again)

    def _at(
        self,
        said: Said,
        begin: int,
        assignment: Assignment,
        *,
        names_product: bool,
        among: bool = False,
    ) -> Label | None:
        text = said.text
        if text[begin : begin + 1] in ("【", "["):
            closed = text.find("】" if text[begin] == "【" else "]", begin, begin + 40)
            inside = text[begin + 1 : closed]
            if closed < 0 or not text[closed + 1 :].strip() or among:
                return None
            kinds = self._kinds_of(inside, assignment)
            end = closed + 1 + (text[closed + 1 : closed + 2] in (":", "："))
            return Label(begin, end, True) if _are_label(kinds, inside, own_line=True) else None
        # Up to the colon first: a label may have a dash before it (`Slogan – Halden:`).
        ends = list(_END.finditer(text, begin, begin + _LONGEST))
        dashes = list(takewhile(_is_dash, ends))
        for found in [*ends[len(dashes) : len(dashes) + 1], *dashes]:
            words = text[begin : found.start()].strip(" *_#\"'“”[]")
            behind = text[found.end() : found.end() + _LOOKED_AT]
            is_colon = found[0].strip() in (":", "：")
            if not words or not behind.strip(" *_\n") or _SENTENCE.search(words):
                continue
            if among and not is_colon:
                continue
            may_name = names_product and is_colon
            named = may_name and self._names_its_product(words.split(), assignment)
            told = {"is_colon": is_colon, "is_line": not found[0].strip(), "among": among}
            if named or self._is_label(words, behind, assignment, **told):
                # `Headline – Halden: warm at last`: the name may be of the copy.
                is_sure = not (is_colon and dashes and dashes[0].start() < found.start())
                return Label(begin, found.end(), is_sure)
        return None

    def _is_label(
        self,
        words: str,
        behind: str,
        assignment: Assignment,
        *,
        is_colon: bool,
        is_line: bool,
        among: bool,
    ) -> bool:
        """`among`: others stand before it."""
        bare = _BRACKETED.sub("", words).strip(" *_#")
        if not bare or (bare != words and bare in behind):
            return False  # `Option 1: wait. Option 2: this.` is copy, and half of it is none
        kinds = self._kinds_of(bare, assignment)
        if not kinds:
            return is_colon and self._has_noun(bare, behind, assignment)
        if kinds[-1] in ("number", "about") and bare.rsplit(maxsplit=1)[0] in behind:
            return False  # `Option A: wait. Option B: this.`
        alone = is_line or (is_colon and not behind.split("\n", 1)[0].strip(" *_"))
        if among and kinds == ["weak"]:
            return True
        sole = kinds == ["channel"] or (len(kinds) == 1 and bare in self._fields)
        if sole and (is_colon or (alone and kinds == ["channel"])):
            return not _ADDRESS.match(behind)
        if not is_colon and not is_line and ("item" in kinds or kinds[0] == "about"):
            return False
        quoted = is_colon and behind.lstrip()[:1] in '"“«「『„'
        return _are_label(kinds, bare, own_line=alone or quoted or bare != words)

    def _has_noun(self, words: str, behind: str, assignment: Assignment) -> bool:
        """Whether two or three words, which the text does not say again, begin or end with one."""
        parts = words.split()
        if not 1 < len(parts) <= 3 or any(one in behind for one in parts):
            return False
        ends = (parts[-1],) if len(parts) > _PAIR else (parts[0], parts[-1])
        nouns = (one for one in ends if len(one) > _LEAST_NOUN or one > _DENSE)
        # `Objet trouvé :` and `Asunto resuelto:` are turns of speech.
        names = assignment.names
        return any(one in self._nouns - self._fields and one not in names() for one in nouns)

    def _names_its_product(self, words: Sequence[str], assignment: Assignment) -> bool:
        """`Slogan für Halden Wool Blanket`: what the copy is, a small word, and the item's."""
        at = next((n for n, word in enumerate(words) if word in self._nouns), None)
        if at is None or at > 1:
            return False
        rest = [word.strip("\"'“”„«»「」()") for word in words[at + 1 :]]
        others = [word for word in rest if len(word) <= _SHORT or not assignment.is_known(word)]
        return len(others) < len(rest) and len(others) <= 2 and max(map(len, others), default=0) < 5

    def _kinds_of(self, words: str, assignment: Assignment) -> list[str]:
        """What each word is; nothing where one is none of a label."""
        names = assignment.names
        if words.isalnum() and words in names():
            return []  # `Halden: warm at last`; of what is no name each word is looked up
        if kind := self._kind(words):
            return [] if words in names() else [kind]
        tokens = [one for one in _BETWEEN.split(words) if one]
        if not tokens or len(tokens) > _MOST_WORDS:
            return []
        kinds: list[str] = []
        at = 0
        while at < len(tokens):
            size, kind = self._longest(tokens[at : at + _MOST_IN_ONE])
            if not kind or tokens[at] in names():
                if kind and "name" not in kinds and size == 1:
                    kind = ""  # what the item is called names no text
                if not kind and tokens[at] in names():
                    before = words[: words.find(tokens[at])]
                    if not self._may_be_item(kinds, tokens[:at], before, words):
                        return []
                    size, kind = 1, "item"
            if kind:
                kinds.append(kind)
                at += size
                continue
            parts = self._parts(tokens[at], names())
            if not parts:
                return []
            kinds += parts
            at += 1
        return kinds

    def _longest(self, tokens: Sequence[str]) -> tuple[int, str]:
        for size in range(len(tokens), 0, -1):
            if kind := self._kind(" ".join(tokens[:size])):
                return size, kind
        return 1, ""

    def _kind_of(self, words: str) -> str:
        if len(words) <= 2 and (words.isdecimal() or words in "abcde"):
            return "number"
        is_compound = " " not in words and words.endswith(self._compounds)
        for kind, known in self._kinds.items():
            if words in known or (is_compound and kind == "name"):
                return kind
        if " " in words:
            return ""
        if words[:2] in ("ال", "لل") and len(words) > _LEAST_NOUN:
            return self._kind(words[2:])
        if words[0] in _HEBREW_PREFIXES and len(words) > _LEAST_NOUN:
            return self._kind(words[1:])
        if self._joins and words.startswith(self._channels) and self._is_compound(words):
            return "name"
        return "about" if len(words) > _ADJECTIVE and language_tag(words) else ""

    def _is_compound(self, word: str) -> bool:
        """Whether a channel and what it is are one word: `facebookbericht`."""
        channels = (one for one in self._kinds["channel"].whole if word.startswith(one))
        rests = (word[len(channel) :] for channel in channels)
        return any(rest in self._kinds["name"] or rest in self._kinds["weak"] for rest in rests)

    @staticmethod
    def _may_be_item(kinds: Sequence[str], earlier: Sequence[str], before: str, words: str) -> bool:
        """Whether a name of the item belongs to a label: behind its noun, or before a dash."""
        if "name" in kinds or "channel" in kinds:
            if kinds[-1] in ("name", "channel") and not _SEPARATOR.search(before):
                return len(earlier[-1]) >= _OWN_NAME
            return True
        return "about" not in kinds and _SEPARATOR.search(words) is not None

    def _parts(self, token: str, names: frozenset[str]) -> list[str]:
        """The words of a token in a script without spaces, or of Korean."""
        if not (UNSPACED.search(token) or _HANGUL.search(token)) or len(token) > 24:
            return []
        ways: list[list[str] | None] = [[], *[None] * len(token)]
        for end in range(1, len(token) + 1):
            for start in range(end):
                way = ways[start]
                if way is None:
                    continue
                if kind := "item" if token[start:end] in names else self._kind(token[start:end]):
                    better = ways[end]
                    if better is None or len(way) + 1 < len(better):
                        ways[end] = [*way, kind]
        return ways[-1] or []


def _are_label(kinds: Sequence[str], words: str, *, own_line: bool) -> bool:
    """Whether words of those kinds are one."""
    said = set(kinds)
    if "name" in said:
        return True
    if "item" in said:
        return False
    if "channel" in said:
        return len(kinds) > 1 or own_line
    if "weak" in said:
        adjective = any(len(one) >= _ADJECTIVE for one in words.split())
        if len(said) > 1 or kinds.count("weak") > 1:
            return "beside" in said or own_line or (adjective and kinds[0] != "about")
        return own_line
    return False


def quoted_copy(said: Said, begin: int, assignment: Assignment) -> tuple[int, int] | None:
    """The copy of a sentence that says what it is, or proposes it: `The slogan for the scarf is
    "…"`, `Of course! How about "…"?`

    A shirt `with the slogan "…"` is copy, and so is what the item has.
    """
    text = said.text
    noun = min((one for one in said.found("noun") if one[0] - begin <= _NEAR), default=None)
    if noun is not None and not assignment.is_known(text[slice(*noun)]):
        lead, least = noun[1], _LEAST_QUOTED
    else:
        lead, least = _proposal_end(said, begin), _LEAST_PROPOSED
    opening = _OPENING.search(text, lead, lead + _NEAR) if lead else None
    if opening is None or not text[lead : opening.start()].strip():
        return None
    closing = max(text.rfind(one, opening.end()) for one in _CLOSING)
    inside = text[opening.end() : closing].strip()
    is_brief = len(inside) < (least if inside[:1] < _DENSE else _LEAST_QUOTED)
    if is_brief or _OPENING.search(inside) or assignment.is_known(inside):
        return None
    if "\n" in text[begin : opening.start()] or not _AFTER_QUOTE.fullmatch(text, closing + 1):
        return None
    return opening.end(), closing


def is_about_language(said: Said) -> bool:
    """Whether it names its language and English, or its own again and again, as a model answers
    to the note of a re-ask: `This seems to be in Italian, not in English`."""
    return len(said.found("tongue")) >= _LANGUAGE_NAMED or "english" in said.kinds


def _proposal_end(said: Said, begin: int) -> int:
    """Where the `Sure!` ends with which a text begins; 0: it does not."""
    agreed = said.at("consent", begin + (said.text[begin] == "¡"))
    if agreed and said.text[agreed:].lstrip()[:1] in _FIRM:
        return agreed
    return 0


@cache
def calls_versions(tags: tuple[str, ...]) -> tuple[Words, Words]:
    """The ordinals and the manners by which versions are called in those languages."""
    known = label_table()
    return Words(words_of(known.ordinals, tags)), Words(words_of(known.manners, tags))


@cache
def words_that_go_on(tags: tuple[str, ...]) -> frozenset[str]:
    """What a line that goes on from the one before begins with, in those languages."""
    return Words(words_of(label_table().goes_on, tags)).whole
