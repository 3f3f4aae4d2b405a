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

from copygen.quality.checks.reading import PARENTS
from copygen.quality.end_words import THEN
from copygen.quality.languages import SPACELESS
from copygen.quality.normalize import deferred
from copygen.quality.phrases import Said
from copygen.quality.talk_model import TalkModel, is_of_item, words_in

_BLANK: Final = deferred(r"\s*")
LEAD_IN: Final = deferred(r"[^:：\n]{3,110}[:：](?=\s|[^\d\s/])")
"""What a sentence begins with that presents the rest of it."""
_LONGEST_LEAD: Final = 114
_DIALOGUE: Final = deferred(r"\s*[–—-] ?[^\s–—-][^\n]{0,100}?[?؟;？!]\s{1,2}[–—-] ?[^\s–—-]")
"""A question or a call behind a dash, and an answer behind another."""
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
_NO_COPY: Final = frozenset(
    (
        *("here", "consent", "offer", "shall", "asked", "task", "stress", "publish", "myself"),
        *("sorry", "cannot", "missing", "error", "yours"),
    )
)
"""Kinds of which a text that only names versions and drafts has none."""
_VERSION: Final = deferred(
    r"\b(?:vers|vari[aj]n|wersj|verz|versiy|različic|bersiyon|верси|версі|вериј|верзи|вариант"
    r"|варіант|εκδοχ|έκδοσ|παραλλαγ|változat|sürüm|phiên bản)|نسخ|گرس|גרס|संस्करण|সংস্করণ|نسخہ"
    r"|バージョン|版|버전|เวอร์ชัน|แบบ"
)
"""What a product comes in as well as a text, and what a tool for writing keeps."""
_PAPER: Final = deferred(
    r"\b(?:papier|paper |papír|papir|popier|papper|paperi|pabér|paberi|papīr|papel |χάρτιν|хартиен"
    r"|бумажн|паперов|hârtie|kâğıt|kertas|giấy)|ورقي|कागज|কাগজ|کاغذ|紙の|纸质|紙本|종이"
)
"""`The paper version of a receipt fades.`"""
_DRAFT_WORD: Final = deferred(
    r"(?:drafts?|skizze|entwurf|entwürfe|brouillons?|borrador(?:es)?|bozz[ae]|rascunhos?|concept(?:en)?"
    r"|utkast|udkast|kladde|luonno[ks]\w*|mustand\w*|melnrakst\w*|juodrašt\w*|szkic\w*|brudnopis\w*"
    r"|koncept\w*|osnut\w*|skic\w*|nacrt\w*|нацрт\w*|скиц\w*|чернов\w*|чернетк\w*|ciorn\w*|schiț\w*"
    r"|vázlat\w*|piszkozat\w*|προσχέδι\w*|taslak\w*|مسوّ?د[ةہ]|پیش\u200c?نویس|טיוט[הו]ת?|मसौदा|খসড়া"
    r"|下書き|草稿|초안|bản nháp|draf|esborrany\w*)"
)
"""With which the way of what somebody writes begins."""
_PARTS: Final = deferred(r"[,،、]\s*")
_LEAST_LISTED: Final = 2
_LEAST_STEPS: Final = 3
_NAME_SIGNS: Final = range(2, 7)
"""Signs of a name where no space parts words."""
_MOST_WORDS: Final = 4
"""Words of what is listed at most."""
_YOURS: Final = deferred(
    r"\b(?:your|own|dein\w{0,2}|ihr\w{0,2}|eigen\w{0,2}|ton|ta|tes|votre|vos|propres?|tus?|propi[oa]s?"
    r"|tu[oaei]i?|propri[oaei]?|seus?|suas?|próprias?|teus?|tuas?|teva|teu|je|jouw|uw|din[ae]?|dit[t]?"
    r"|egen|eget|egna|oma\w{0,4}|savo|tavo|sav[ouā]\w?|pašu|swoj\w{0,3}|własn\w{1,3}|twoj\w{0,2}"
    r"|sv[ůéou]\w{0,3}|vlastn\w{1,3}|tv[ůéou]\w{0,2}|svoj\w{0,3}|lastn\w{1,3}|tvoj\w{0,2}"
    r"|vlastit\w{1,3}|св[оі]\w{1,4}|тво\w{1,3}|ваш\w{0,3}|власн\w{1,3}|собствен\w{1,3}|saját|tău|tale"
    r"|propria|σου|σας|δικ\w{2,4}|kendi|của (?:bạn|mình)|milikmu|sendiri|anda|mo|iyong)\b"
    r"|自分|あなた|自己|你的|您的|당신|나만|직접|ตัวเอง|ของคุณ|अपन|নিজ|اپن|خود|שלך"
)
"""Whose the cup is: who plans a text says so of nothing."""
_STEP: Final = deferred(r"[^:：\n]{2,20}[:：] ?[^\n:：.!?…。！？،,、]{4,70}[.!…。！।۔]?")
_WITH: Final = frozenset(
    (
        *("with", "mit", "avec", "con", "com", "met", "med", "z", "ze", "s", "se", "so", "sa", "с"),
        *("со", "з", "із", "με", "ile", "با", "עם", "với", "dengan", "amb", "ar", "su", "cu"),
    )
)
_OF_A_TEXT: Final = ("trait", "wrote", "plan", "fit", "pitch")
"""Kinds of phrases that say how a text is, or who wrote it."""
_OF_STEPS: Final = frozenset(
    (*("first", "think", "muse", "number", "span", "insert", "share", "sign", "me", "deny"),)
)
"""Kinds that two lines of what to do may have: `önce` and `まず` are in more than one."""
_WITHOUT: Final = deferred(
    r"\b(?:without|ohne|sans|sin|senza|sem|zonder|utan|uden|uten|ilman|ilma|bez|be|без|brez|fără"
    r"|nélkül|χωρίσ|tanpa|sense|walang|không)\b|siz\b|sız\b|بدون|بلا|ללא|בלי|बिना|ছাড়া|بغیر|のない"
    r"|没有|沒有|없는|ไม่มี"
)
_NEXT: Final = deferred(
    r"\b(?:next|nächst|suivant|prochain|próxim|siguiente|prossim|volgende|nästa|næste|neste|seuraav"
    r"|järgmi|nākam|kit[ao]|następn|další|příští|ďalš|naslednj|sljedeć|idući|sledeć|следећ|следващ"
    r"|следующ|наступн|următo|következ|επόμεν|sonraki|sıradaki|tiếp theo|berikut|selanjutnya"
    r"|seterusnya|pròxim|següent|susunod)|التالي|بعدی|הבא|अगल|পরের|اگل|次|下一|다음|ถัดไป|ต่อไป"
)
"""`Here is a text without a mistake. Your next one can be so, too – with Commaly.`"""
_ALTERED: Final = frozenset(("offer", "shall", "trait", "stress", "asked", "order"))
"""Kinds of what a text should be like, or who offers another."""
_PARENT: Final = deferred(rf"(?:{PARENTS})(?:[,،、!！]| ?,|จ๋า|ครับ|คะ)")
"""To whom no model speaks: `"Mum, I have not corrected everything yet!"`."""
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
        if not lines or is_story(self.said, begin, self.is_known):
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
        found = self._talk(start, end, TalkPlace.DRAFT if is_draft else TalkPlace.FIRST)
        return None if found and self._is_of_paper(start, end) else found

    def _is_of_paper(self, start: int, end: int) -> bool:
        """Whether all that a sentence calls a text is what stands on paper."""
        said = self.said
        paper = _PAPER.search(said.text, start, end)
        nouns = [one for one in said.found("named") if start <= one[0] and one[1] <= end]
        is_version = all(_VERSION.match(said.text, *one) for one in nouns)
        return paper is not None and is_version and said.kinds.isdisjoint(_NO_COPY)

    def ending(self, begin: int) -> Talk | None:
        """A last paragraph or sentence that is talk."""
        text = self.said.text
        lines = self.said.written_lines(begin)
        if not lines:
            return None
        start, end = lines[-1]
        if _DIALOGUE.match(text) and self._is_of_item():
            return None  # `– Another cup? – Of course! The Halden is ready.`
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
        may_be_copy = may_be_copy or are_its_versions(self.said, begin, self.is_known)
        return self._talk(last, end, TalkPlace.ANSWER, is_last=True) if may_be_copy else found

    def _is_of_item(self) -> bool:
        """Whether the text names the item and speaks to nobody about a text."""
        speaks = not self.said.kinds.isdisjoint(_OWN | _TO_CLIENT)
        return not speaks and self._has_item(self.said.text)

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
        if first >= TalkPlace.ALONE.value and are_its_versions(self.said, begin, self.is_known):
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
        if self._is_copy_behind_lead(begin, stop) or is_story(self.said, begin, self.is_known):
            return True
        if begin and text[begin - 1] in _QUOTES and _PARENT.match(text, begin):
            return text[end - 1] not in _ASKING and "any_noun" not in self.said.kinds
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
        if are_its_versions(said, start, self.is_known):
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


def are_its_versions(said: Said, begin: int, is_known: Callable[[str], bool]) -> bool:
    """Whether a lead names versions, and what it leads to is of the item: all of a list is
    (`Three versions of one dream: white, sand, olive.`), or drafts go before a sentence that begins
    with the product (`Draft, correction, final version: Foldnote keeps everything.`).
    """
    text = said.text
    colon = text.find(":", begin, begin + _LONGEST_LEAD)
    if colon < 0 or "\n" in text or ":" in text[colon + 1 :] or not said.kinds.isdisjoint(_NO_COPY):
        return False
    if any(said.are_within(kind, begin, colon) for kind in _OF_A_TEXT):
        return False
    # `i` is "in" or "and" elsewhere, but in English.
    if any(
        stop <= colon and (stop - at > 1 or text[at + 1] == "'" or said.tags == ("en",))
        for at, stop in said.found("me")
    ):
        return False
    lead, end = text[begin:colon], said.sentence_end(colon + 1)
    nouns = [span for span in said.found("named") if span[0] >= begin]
    listed = _PARTS.split(text[colon + 1 : end].strip(" .!…。।۔"))
    if len(listed) >= _LEAST_LISTED:
        called = _VERSION.search(lead) is not None
        called = called and all(_VERSION.match(text, *one) for one in nouns if one[1] <= colon)
        return called and all(_is_value(one, is_known) for one in listed)
    steps = _PARTS.split(lead.strip())
    if len(steps) < _LEAST_STEPS or any(len(one.split()) >= _MOST_WORDS for one in steps):
        return False
    if text[end:].strip() or not any(map(is_known, _of_name(listed[0]))):
        return False
    if _DRAFT_WORD.fullmatch(steps[0]):
        last = begin + lead.rindex(steps[-1])
        return _VERSION.search(steps[-1]) is not None or said.are_within("named", last, colon)
    kept = [one for one in nouns if one[0] > colon]
    return nouns == kept != [] and all(_VERSION.match(text, *one) for one in kept)


def _is_value(part: str, is_known: Callable[[str], bool]) -> bool:
    """Whether the item has a word of what is listed."""
    words = words_in(part)
    known = any(is_known(one) or is_of_item(one, is_known) for one in words)
    return known and len(words) <= _MOST_WORDS


def _of_name(sentence: str) -> Sequence[str]:
    """What may be the product's name at the start of a sentence, behind an article or none."""
    if " " not in sentence.strip():
        return [sentence.strip()[:size] for size in _NAME_SIGNS]
    words = words_in(sentence)[:2]
    return [one for one in words if len(one) > 2] or words


def are_steps(said: Said, begin: int) -> bool:
    """Whether two lines say what you do first and then with what is yours."""
    first, _, rest = said.text[begin:].rstrip().partition("\n")
    if not said.kinds <= _OF_STEPS or THEN.match(rest) is None:
        return False
    return all(map(_STEP.fullmatch, (first, rest))) and _YOURS.search(said.text, begin) is not None


def _has_next(said: Said, begin: int, end: int, is_known: Callable[[str], bool]) -> bool:
    """Whether a text shows itself as what the product does: it lacks something, and the next one
    does with the product, which ends it.
    """
    rest = said.text[end:].strip()
    if not said.kinds.isdisjoint(_ALTERED) or _WITHOUT.search(said.text, begin, end) is None:
        return False
    words = words_in(rest)
    is_brand = not _WITH.isdisjoint(words[-2:-1]) and is_of_item(words[-1], is_known)
    return is_brand and "\n" not in rest and _NEXT.search(rest) is not None


def is_story(said: Said, begin: int, is_known: Callable[[str], bool]) -> bool:
    """Whether a lead presents a text of which it tells who reads it: no task had that.

    Or the first sentence presents where to write it, and no other follows but one that goes on; or
    it shows what comes of the product, which the second names at its end.
    """
    shown = said.at("here", begin)
    lead = LEAD_IN.match(said.text, begin) if shown else None
    if lead is not None:
        return _STORY.search(lead[0], shown - begin) is not None
    end, text = said.sentence_end(begin), said.text.rstrip()
    named = said.within("any_noun", shown, end) if shown else -1
    if named < 0:
        return False
    if _ROOM.search(text[:named], shown) is None:
        return _has_next(said, begin, end, is_known)
    rest = text[end:].lstrip(" ")
    return not rest or rest.partition(" ")[0] in _AND
