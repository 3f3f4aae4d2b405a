"""Where a reply speaks about the copy, or about whoever ordered it, and is none.

A model of each language says how much a sentence sounds like it. How much is enough depends on the
place: a paragraph of its own before or after the copy is talk more often than a sentence within it,
and a text that is all there is least often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from copygen.quality.languages import SPACELESS
from copygen.quality.normalize import deferred
from copygen.quality.phrases import Said
from copygen.quality.talk_model import TalkModel, is_of_item, words_in

_BLANK: Final = deferred(r"\s*")
LEAD_IN: Final = deferred(r"[^:：\n]{3,110}[:：](?=\s|[^\d\s/])")
"""What a sentence begins with that presents the rest of it."""
_LONGEST_LEAD: Final = 114
_OR_WORDS: Final = (
    "or oder of ou o u oppure eller tai või vai arba ar lub albo czy nebo alebo ali ili или або"
    " чи vagy sau ή veya أو یا או या বা atau hay hoặc"
)
_OR: Final = frozenset(_OR_WORDS.split())
_AND: Final = frozenset(
    ("and", "und", "og", "och", "et", "y", "și", "és", "и", "і", "та", "ve", "và", "dan", "και")
)
"""With which a sentence goes on from the one before, and that mean nothing else elsewhere."""
_VERSIONS: Final = tuple(f"phiên bản {of}" for of in ("màu", "kích", "size", "hương", "vị", "cỡ"))
"""What somebody may choose from, and nobody wrote: `Draft, final version or shopping list:`."""
_ROOM: Final = deferred(
    r"\b(?:(?:platz|raum) für|(?:plads|rum|plass) til|(?:plats|rum) för"
    r"|(?:room|space) for (?:a|the|your|my|our|one)|(?:sitio|espacio) para|(?:posto|spazio) per"
    r"|(?:lugar|espaço) para|(?:lloc|espai) per|(?:plek|ruimte) voor|miejsce na|míst[oa] (?:na|pro)"
    r"|miest[oa] (?:na|pre)|(?:prostor|mesto|mjesto) za|(?:место|простор) за|место для|місце для"
    r"|loc pentru|χώρος για|chỗ (?:cho|để)|(?:tempat|ruang) untuk|جا برای) (?:\w+ ){0,2}$"
)
"""What a page is for, whoever wrote nothing on it: `Here is room for your first draft.`"""
_NOBODY: Final = deferred(
    r"\b(?:(?:nobody|no one) (?:\w+ ){0,2}(?:reads?|wrote|writes?|remembers?|sees?|forgets?)"
    r"|(?:niemand|keiner) (?:\w+ ){0,2}(?:lies|lesen|schreib|schrieb|merkt|erinner|sieht|vergisst)"
    r"|ingen,? (?:(?:der|som) )?(?:(?:kan|vil|skal) )?(?:husk|læs|les|skriv|minns|läs|ser\b|glem)"
    r"|(?:personne|nul) (?:ne |n')(?:\w+ )?(?:li[rt]|écri|souvien|voit|oubli)"
    r"|nadie (?:\w+ ){0,1}(?:lee|escrib|recuerd|ve\b|olvid)"
    r"|nessuno (?:\w+ ){0,1}(?:legge|scriv|ricord|vede|dimentic)"
    r"|ninguém (?:\w+ ){0,1}(?:lê|ler|escrev|lembr|vê\b|esquec)"
    r"|niemand (?:\w+ ){0,2}(?:leest|lezen|schrijf|onthoud|ziet|vergeet)"
    r"|nikt (?:\w+ ){0,2}(?:czyta|przeczyta|pisze|pamięta|widzi)"
    r"|никто (?:\w+ ){0,2}(?:чита|прочита|пиш|помн|вид))"
)
"""Who does not read, write or remember: `Nobody remembers the wall.`"""
_NOBODYS: Final = deferred(
    r"\b(?:de (?:ninguém|nadie|ningú|personne)|di nessuno|von niemandem|van niemand)[.!…]?$"
)
"""`The notebook judges the first draft of nobody.`"""
_STORY: Final = deferred(
    r"\b(?:nobody|no one|niemand|keiner|personne|nadie|nessuno|ninguém|ningú"
    r"|ingen(?! (?:pris|info|opl|data|detal|beskriv|prod|tekst|text))|kukaan|keegi"
    r"|neviens|niekas|nikt|nikdo|nikto|nihče|nitko|niko|нико|никој|никой|никто|ніхто|nimeni|senki"
    r"|κανείς|κανένας|kimse|không ai|siapa pun|tak seorang|tiada siapa|walang)\b"
    r"|لا أحد|هیچ|אף אחד|कोई नहीं|কেউ|کوئی نہیں|誰[もに]|没有?人|沒有?人|아무도|ไม่มีใคร"
    r"|\b(?:she|he|they|elle|elles|ella|ellos|ela|lei|loro|hon|hun|han|hän|viņ[ašiu]|tema|ona|oni"
    r"|она|они|вона"
    r"|вони|тя|те|ea|ei|εκείνη) "
)
"""Who is in a story, and gave no task: `Here is the text that nobody will read: yours.`"""
_OWN: Final = frozenset(
    (*("me", "myself", "sorry", "cannot", "missing", "asked", "task", "info", "publish", "add"),)
)
"""Kinds of phrases of somebody who speaks for himself, or to whoever asked him."""
_TO_CLIENT: Final = frozenset(("order", "object", "yours", "offer", "shall", "rework"))
"""Kinds of what is to be done with the copy."""
_NOTES: Final = deferred(
    r"(?:[^\s.,!?…،、。！？][^.,!?…،、。！？\n]{0,19}[,،、]\s?){2,8}"
    r"[^\s.,!?…،、。！？][^.,!?…،、。！？\n]{0,19}[.!?…。！？]"
)
"""`Hmm, throw, lambswool, oat.`: what somebody notes before he writes."""
_BRACKETED: Final = deferred(r"[(\[（【][^()\[\]（）【】\n]{6,180}[)\]）】][.。]?$")
"""What stands in brackets at the end."""
_SHORTLY: Final = deferred(
    r"[^\s:：.!?]{1,14}(?: [^\s:：.!?]{1,14}){0,2} ?[:：] ?"
    r"[^\s:：.!?।…]{1,14}(?: [^\s:：.!?।…]{1,14}){0,3}[.!?।…]?"
)
_SHORTLY_UNSPACED: Final = deferred("[^:：。！？]{2,12}[:：] ?[^:：。！？]{2,12}[。！？]?")
"""A few words, a colon and a few words; the same where no space parts words."""
_IN_WORDS: Final = deferred(
    r"\b(?:words?|wort(?:en?)?|mots?|palabras?|parol[ae]|palavras?|paraul(?:a|es)|woord(?:en)?|ord"
    r"|sana|sanaa|sanalla|sõna(?:ga)?|vārd(?:i|os|s|u)|žodžiais?|žodis|słow(?:o|a|ach)|slov(?:o|a|em)"
    r"|besed[aei]|riječi?|reči?|реч[иј]?|дум[аи]|слов[оа]|szó|szóval|cuv[âi]nte?|λέξ(?:η|εισ)|λόγια"
    r"|kelime|kelimeyle|söz(?:ün)?|chữ|kata|salita)\b"
    r"|كلم|کلم|لفظ|מיל|शब्द|শব্দ|คำ|คํา|ひとこと|一言|글자|마디|단어|一句|[长長]話|长话"
)
"""What a lead says of itself: `In a word:`."""
_FIRST_WORD: Final = deferred(r"[^\W\d_]{4,}")
_ASKING: Final = frozenset("?؟？;")
"""Marks of questions; Greek has a semicolon."""
_ASKED: Final = deferred(r"[^.!?…؟。！？\n]{3,50}[?؟？;]\s*")
_BETWEEN_QUOTED: Final = deferred('[.!?…](?:[”“»」』] ?[“„«「『]|" ")')
_QUOTED_END: Final = deferred('[^"“”„«»「『\\n]{2,80}["“”»«」』]$')
"""The rest of what somebody says."""
_DRAFT: Final = deferred('["“”„«»「『][^"“”„«»「」『』\\n]{12,200}["“”»«」』]')
"""What a model tries, and goes on to judge."""
_QUOTES: Final = frozenset("\"“”„«»「『'‘")
_OPENING_QUOTES: Final = frozenset('"“„«»「『‘')
_CLOSING: Final = frozenset(")]）】")
_PIECE: Final = MappingProxyType({"ja": 2, "zh": 2, "th": 4})
"""Signs in a row that may be a name where no space parts words."""
_DENSE: Final = frozenset(("ja", "ko", "zh"))
_ENOUGH: Final = 160
_ENOUGH_HAN: Final = 64
"""Characters of a paragraph that tell what it is; in scripts with a sign a syllable or a word."""


class TalkPlace(Enum):
    """Where a sentence stands, and the score from which it is talk there.

    Set on 345 faulty and 1 181 good texts that were in no lesson.
    """

    NOTES = 0.9
    """A paragraph before the copy that begins as notes do."""
    ABOVE = 1.6
    """A paragraph before the copy."""
    BELOW = 1.1
    """A paragraph behind it."""
    LINE = 1.3
    """A line of its own."""
    FIRST = 3.0
    """The first sentence of a line of copy."""
    DRAFT = 1.35
    """The first sentence, where something longer in quotation marks comes later."""
    LEAD = 1.7
    """What stands before a colon in the first sentence."""
    NAMED = 0.0
    """The same, where it calls the copy what it is, and has words of the item."""
    LAST = 1.6
    """The last sentence of a line of copy."""
    ANSWER = 2.3
    """The same, where it begins with the item, or all there is before it asks which of two."""
    ALONE = 0.6
    """All there is, and nothing of the item."""
    ALL = 3.5
    """All there is, with words of the item."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A part of a text that speaks about it."""

    start: int
    end: int
    place: TalkPlace


class TalkReader:
    """Looks at the start and at the end of a text, where models talk."""

    def __init__(self, said: Said, model: TalkModel, is_known: Callable[[str], bool]) -> None:
        """`is_known` tells whether the item has a word."""
        self.said = said
        self.model = model
        self.is_known = is_known
        # What stands at an end is asked for alone, and again as a part of all there is.
        self._scores: dict[tuple[int, int, bool], float] = {}
        self._last: tuple[int, int, int] | None = None

    def has_parts(self, begin: int) -> bool:
        """Whether anything in the text may be talk beside copy."""
        end = self.said.sentence_end(begin)
        return end < len(self.said.text.rstrip()) or ":" in self.said.text

    def opening(self, begin: int) -> Talk | None:
        """A first paragraph, sentence or lead that is talk."""
        text = self.said.text
        lines = self.said.written_lines(begin)
        if not lines or is_story(self.said, begin):
            return None
        start, line = lines[0]
        end = self.said.sentence_end(start)
        if len(lines) > 1:
            apart = text[line : lines[1][0]].count("\n") > 1
            notes = apart and _NOTES.match(text, start, line)
            place = TalkPlace.NOTES if notes else TalkPlace.ABOVE if apart else TalkPlace.LINE
            if (found := self._talk(start, line, place)) is not None:
                return found
        if (lead := self._lead(start, line)) is not None:
            return lead
        # `Natürlich!` alone opens an advertisement as well.
        is_word = self.model.tag not in SPACELESS and " " not in text[start:end].strip()
        if end >= line or is_word or _are_spoken(text, start, end, line):
            return None
        is_draft = (
            _QUOTES.isdisjoint(text[: start + 1]) and _DRAFT.search(text, end, line) is not None
        )
        return self._talk(start, end, TalkPlace.DRAFT if is_draft else TalkPlace.FIRST)

    def ending(self, begin: int) -> Talk | None:
        """A last paragraph or sentence that is talk."""
        text = self.said.text
        lines = self.said.written_lines(begin)
        if not lines:
            return None
        start, end = lines[-1]
        if len(lines) > 1:
            apart = text[lines[-2][1] : start].count("\n") > 1
            place = TalkPlace.BELOW if apart else TalkPlace.LINE
            if (found := self._talk(start, end, place, is_last=True)) is not None:
                return found
        last = self._last_sentence(start, end)
        if not _OPENING_QUOTES.isdisjoint(text[: start + 1]) and (
            text[last] in _OPENING_QUOTES or _QUOTED_END.match(text, last, end)
        ):
            return None  # who speaks in a dialogue
        if not _CLOSING.isdisjoint(text[end - 2 : end]):
            remark = _BRACKETED.search(text, last, end)
            last = remark.start() if remark else last
        if last == start or self.said.asks_customer(last, end):
            return None
        found = self._talk(last, end, TalkPlace.LAST, is_last=True)
        if found is None or self._is_of_nobody(last, end):
            return None
        may_be_copy = self._is_of_product(last, end) or self._is_answer(lines, last)
        return self._talk(last, end, TalkPlace.ANSWER, is_last=True) if may_be_copy else found

    def is_all(self, begin: int, shares: Callable[[], bool]) -> bool:
        """Whether there is no copy: the first sentence and the last are talk.

        `shares` tells whether the text has words of its item. Of a line that has none they are
        talk together.
        """
        text = self.said.text
        end = len(text.rstrip())
        stop = min(end, self.said.sentence_end(begin))
        first = self._score(begin, stop)
        if (first < TalkPlace.ALL.value and shares()) or _is_choice(text[begin:stop]):
            return False
        start = self._last_sentence(text.rfind("\n", 0, end) + 1, end)
        last = first if start < stop else self._score(start, end, is_last=True)
        both = min(first, last) if "\n" in text[begin:end] else (first + last) / 2
        # Few come so far.
        if both < TalkPlace.ALONE.value or self._may_be_copy(begin, stop, start, end):
            return False
        return min(first, last) >= TalkPlace.ALL.value or not shares()

    def _may_be_copy(self, begin: int, stop: int, start: int, end: int) -> bool:
        """Whether a text that sounds like talk says what copy says: its first sentence ends at
        `stop`, its last one begins at `start`.
        """
        text = self.said.text
        if self._is_copy_behind_lead(begin, stop) or is_story(self.said, begin):
            return True
        if stop == end and self._is_said_shortly(begin, end):
            return True
        speak = _BETWEEN_QUOTED.search(text) and text[begin - 1 : begin] in _QUOTES
        return bool(speak) or ("\n" not in text[begin:end] and self._is_of_nobody(start, end))

    def _is_answer(self, lines: Sequence[tuple[int, int]], last: int) -> bool:
        """Whether all there is before it asks which of two."""
        (start, _), text = lines[0], self.said.text
        asks = len(lines) == 1 and text[lines[0][1] - 1] not in _ASKING
        asks = asks and self.said.kinds.isdisjoint(_OWN | _TO_CLIENT)
        return asks and asks_which(text[start:last])

    def _is_of_nobody(self, begin: int, end: int) -> bool:
        """Whether nobody reads or remembers what a sentence says, of no text and for nobody."""
        said = self.said
        if not said.kinds.isdisjoint(_OWN):
            return False
        if (noun := said.within("any_noun", begin, end)) >= 0:
            whose = _NOBODYS.search(said.text, noun, end)
            return whose is not None and self._has_item(said.text[begin:noun])
        return _NOBODY.search(said.text, begin, end) is not None

    def _is_of_product(self, begin: int, end: int) -> bool:
        """Whether a sentence begins with the item and says, for nobody, what it does."""
        text = self.said.text
        if text[end - 1] in _ASKING or not self.said.kinds.isdisjoint(_OWN):
            return False
        word = _FIRST_WORD.match(text, begin, end)
        return word is not None and self.is_known(word[0])

    def _lead(self, start: int, line: int) -> Talk | None:
        """`Advertising text for Halden:` before the copy, on its line."""
        lead = LEAD_IN.match(self.said.text, start, line)
        if not lead or not self.said.text[lead.end() : line].strip():
            return None
        if self.is_known(lead[0].rstrip(" :")):
            return None  # `Halden: warm at last`
        said, end = self.said, lead.end()
        opened = said.sentence_end(start)
        # `Yes, it scratches. That is real wool: the throw …`: both have to be talk.
        is_second = opened < end and bool(said.text[opened : end - 1].strip())
        if is_second and self._score(opened, end) < TalkPlace.ALONE.value:
            return None
        if _is_choice(lead[0]) or self._is_said_shortly(start, len(self.said.text.rstrip())):
            return None
        is_named = (
            opened >= end
            and said.are_within("any_noun", start, end)
            and not said.are_within("stress", start, end)
            and self._has_item(lead[0])
        )
        return self._talk(start, end, TalkPlace.NAMED if is_named else TalkPlace.LEAD)

    def _is_said_shortly(self, begin: int, end: int) -> bool:
        """Whether a few words lead to a few, and that is all there is: `Two words: one more.`"""
        text = self.said.text
        shortly = _SHORTLY_UNSPACED if self.model.tag in SPACELESS else _SHORTLY
        if not shortly.fullmatch(text, begin, end):
            return False
        colon = text.index(":", begin)
        # `Text in words: warm wool`, but `word` is in the lists of what a text is called as well.
        named = [one for one in self.said.found("any_noun") if one[0] < colon]
        if any(not _IN_WORDS.search(text, *one) for one in named) or self._has_item(text[colon:]):
            return False
        return _IN_WORDS.search(text, begin, colon) is not None

    def _is_copy_behind_lead(self, start: int, end: int) -> bool:
        """Whether the sentence is no talk but for what names the copy before it."""
        lead = self._lead(start, end)
        is_named = lead is not None and lead.place is TalkPlace.NAMED
        return lead is not None and is_named and self._score(lead.end, end) < TalkPlace.ALONE.value

    def _has_item(self, words: str) -> bool:
        """Whether one of the words is of the item."""
        size = _PIECE.get(self.model.tag)
        if size is None:
            return any(is_of_item(word, self.is_known) for word in words_in(words))
        return any(map(self.is_known, (words[at : at + size] for at in range(len(words) - size))))

    def _last_sentence(self, start: int, end: int) -> int:
        if self._last is None or self._last[:2] != (start, end):
            last = self.said.last_sentence(start, end)
            self._last = start, end, self.said.past(_BLANK, last) if last > start else start
        return self._last[2]

    def _talk(
        self, start: int, end: int, place: TalkPlace, *, is_last: bool = False
    ) -> Talk | None:
        score = self._score(start, end, is_last=is_last)
        if score < place.value or _is_choice(self.said.text[start:end]):
            return None
        return Talk(start, end, place)

    def _score(self, start: int, end: int, *, is_last: bool = False) -> float:
        asked = start, end, is_last
        if (known := self._scores.get(asked)) is not None:
            return known
        enough = _ENOUGH_HAN if self.model.tag in _DENSE else _ENOUGH
        span = (max(start, end - enough), end) if is_last else (start, min(end, start + enough))
        score = self.model.score(self.said, span, self.is_known, is_last=is_last)
        self._scores[asked] = score
        return score


def _are_spoken(text: str, start: int, end: int, line: int) -> bool:
    """Whether a first sentence is quoted, and another behind it: a dialogue."""
    is_quoted = not _OPENING_QUOTES.isdisjoint(text[: start + 1]) and text[end - 1] in _QUOTES
    return is_quoted and any(one in _OPENING_QUOTES for one in text[end : min(line, end + 2)])


def _is_choice(sentence: str) -> bool:
    """Whether a lead lists what to choose from, with a comma and `or`, or colours and sizes."""
    lead, colon, _ = sentence[:_LONGEST_LEAD].partition(":")
    before, _, last = lead.rpartition(", ")
    listed = before and not _OR.isdisjoint(last.split()[1:-1])
    return bool(colon) and (bool(listed) or any(one in lead for one in _VERSIONS))


def asks_which(text: str) -> bool:
    """Whether a text is one question, of which of two."""
    return _ASKED.fullmatch(text) is not None and not _OR.isdisjoint(text.split())


def is_story(said: Said, begin: int) -> bool:
    """Whether a lead presents a text of which it tells who reads it: no task had that.

    Or the first sentence presents where to write it, and no other follows but one that goes on.
    """
    shown = said.at("here", begin)
    lead = LEAD_IN.match(said.text, begin) if shown else None
    if lead is not None:
        return _STORY.search(lead[0], shown - begin) is not None
    end, text = said.sentence_end(begin), said.text.rstrip()
    named = said.within("any_noun", shown, end) if shown else -1
    if named < 0 or _ROOM.search(text[:named], shown) is None:
        return False
    rest = text[end:].lstrip(" ")
    return not rest or rest.partition(" ")[0] in _AND
