"""Lists: what their lines begin with, and which of them are copy.

Steps to follow and three brief reasons are copy, though numbered; so are people who speak in turn,
and points that a sentence with a colon leads to. Where one text was asked for, other lists are not.
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final

from copygen.quality.normalize import deferred

_LETTERS: Final = (
    *("abcdefgh", "абвгдежз", "αβγδεζηθ", "אבגדהוזח", "أبجدهوزح", "ابپتثجچح", "ابجدهوزح"),
    *("가나다라마바사아", "কখগঘঙচছজ", "कखगघङचछज", "अआइईउऊएऐ", "ਕਖਗਘਙਚਛਜ", "કખગઘઙચછજ"),
    *("กขคงจฉชซ", "アイウエオカキク", "イロハニホヘト", "一二三四五六七八九", "甲乙丙丁戊己庚"),
    *("აბგდევზთ", "աբգդեզէը", "①②③④⑤⑥⑦⑧⑨⑩", "❶❷❸❹❺❻❼❽❾❿"),
)
"""How the languages count by letters, and by signs that are numbers."""
_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_SPELT: Final = ("الف", "ب", "ج")
_LETTER: Final = f"[{''.join(sorted({letter for each in _LETTERS for letter in each[:8]}))}]"
_ITEM: Final = deferred(
    # A digit right behind the mark makes it a figure or an hour: `1.5 l`, `10:30`.
    rf"\W{{0,4}}?(?P<count>\d{{1,2}}|{_LETTER}|[ivx]{{1,4}}|الف)"
    r"(?:\s?[.):、．）](?:\s(?=\S)|(?=[^\s\d]))|\s[-–—]\s(?=\S)|/\s(?=\S))"
    r"|[ \t]*(?P<keycap>\d)\ufe0f?\u20e3\s?(?=\S)"
    rf"|[ \t]*(?P<mark>[-*+–—](?=[ \t])|[•・●▪◦‣⁃○■◆◇►▸➤→»★☆✅✓✔☑❖※✨👉🔹🔸]|[①-⑳❶-❿])"
    r"\ufe0f?[ \t]*(?:\[[ xX]\][ \t]*)?(?=\S)"
)
"""What a line of a list begins with; `count`: its number or letter."""
_POINTS: Final = "-*+•・●▪◦‣⁃○"
"""Marks that stand before nothing but the points of a list."""
_STEP: Final = 14
"""Characters of a line that is a step to follow: `1. Rinse it`."""
_POINT: Final = 24
"""Characters: of three numbered lines one is shorter, and they are points, not versions."""
_DIALOGUE: Final = deferred(r"[.!?…।؟۔。！？][\"”“»」』’]?$")
_ASKING: Final = deferred(r"[?؟？;][\"”“»」』’]?$")
_CALLING: Final = deferred(r"[?؟？;…!！][\"”“»」』’]?$")
_DASHES: Final = "-–—"
_TURNS: Final = 3
_BRIEF: Final = 30
"""Characters of what somebody says who is answered so."""
_ANSWER: Final = deferred(
    r"[-–—]\s*(?:i know|yes|yeah|yep|no|nope|ok|okay|sure|maybe|coming|me too|not yet|never|thanks"
    r"|(?:ich )?weiß(?: ich)?|ich weiss|ja|nein|doch|klar|gleich|ich auch|noch nicht|nee"
    r"|(?:dat )?weet ik"
    r"|ik weet het|nog niet|jag vet(?: det)?|det vet jag|nej|inte än|(?:det )?ved jeg"
    r"|jeg ved (?:det|godt)"
    r"|det ved jeg(?: godt)?|ikke endnu|jeg vet(?: det)?|det vet jeg|nei|ikke ennå"
    r"|je (?:le )?sais|oui|non"
    r"|pas encore|moi aussi|(?:ya )?lo sé|sí|ya voy|todavía no|(?:eu )?(?:já )?sei|sim|não"
    r"|ainda não"
    r"|(?:già )?lo so|sì|non ancora|(?:ja )?ho sé|encara no|știu|da|nu|încă nu|wiem|tak|nie"
    r"|jeszcze nie"
    r"|(?:já )?vím|to vím|ano|ne|ještě ne|(?:ja )?viem|áno|ešte nie|(?:že )?vem|še ne|znam|još ne"
    r"|знам|да|не"
    r"|ещё нет|(?:я )?знаю|нет|так|ні|ще ні|още не|још не|tudom|igen|nem|még nem|(?:minä )?tiedän"
    r"|joo|kyllä"
    r"|ei|en|(?:ma )?tean|jah|(?:es )?zinu|jā|nē|(?:aš )?žinau|taip|(?:το )?ξέρω|ναι|όχι|όχι ακόμα"
    r"|biliyorum|evet|hayır|henüz değil|(?:أنا )?أعر?[فل]م?|نعم|لا|می.?دان?م|بله|آره|نه"
    r"|(?:אני )?יודעת?|כן|לא|(?:मुझे )?(?:पता|मालूम) है|ह[ाँां]+|नहीं|(?:আমি )?জানি|হ্যাঁ|না"
    r"|(?:مجھے )?(?:پتا|پتہ|معلوم) ہے|ہاں|نہیں|(?:aku|saya) (?:tahu|tau)|ya|tidak|belum|tak"
    r"|(?:tôi |mình |em |anh )?biết(?: rồi| mà)?|ừ|vâng|không|chưa|alam ko|oo|hindi(?: pa)?"
    r"|รู้แล้ว|ใช่|ไม่"
    r"|(?:我)?知道(?:了|啦)?|好的?|不|(?:分|わ)かって(?:い)?る|知ってる|はい|うん|いいえ|알아요?"
    r"|알고 있어요?|[네응]|아니요?"
    r")[.!…।؟۔。！]*",
)
"""What nobody says but to somebody, in all languages: `– I know.`"""
_ASKED_LISTS: Final = deferred(
    r"bullet|\blists?\b(?! price)|\bliste|aufzähl|stichpunkt|puces|viñeta|\blista|elenco"
    r"|opsomming|luettelo|список|перечисл|箇条書き|リスト|列表|清單|清单|목록|รายการ|เป็นข้อ"
    r"|danh sách|gạch đầu dòng|senarai|daftar|قائمة|רשימה|सूची"
    r"|stikpunkt|kulepunkt|punktlist|odrážk|seznam|zoznam|wypunktow|\bpunktach|marcadores"
    r"|\bmarcador"
    r"|loetelu|sąraš|sarakst|spisak|natuknic|списък|списак|перелік|λίστα|κουκκίδ|felsorol|madde"
    r"|فهرست|বুলেট|তালিকা|فہرست|글머리",
    re.IGNORECASE,
)
_SHOWN_LIST: Final = deferred(r"\n[ \t]{0,4}[-*•] ")


_MAY_HAVE: Final = deferred(r"\n[ \t]*(?:\d|[^\w\s\"'“”„«»‘’(#@¿¡])")
_ROOMY: Final = deferred(
    r"descri|beschreib|beskriv|kuvaus|popis|\bopis|опис|leírás|açıklama|mô tả|deskripsi|รายละเอียด"
    r"|คำอธิบาย|説明|描述|介绍|介紹|설명|newsletter|\be-?mails?\b|\bblog|article|landing|\bpages?\b"
    r"|facebook|instagram|linkedin|telegram|whatsapp|\bposts?\b|beitrag",
    re.IGNORECASE,
)
"""Forms in which copy has lists beside sentences."""


class Numbered(Enum):
    """What lines are that have a number or a letter before them."""

    STEPS = "steps"
    """To follow, or three brief reasons: copy."""
    POINTS = "points"
    """Of one text."""
    VERSIONS = "versions"
    """Of one text, a line each."""


def numbered(lines: Sequence[str]) -> Numbered | None:
    """What folded lines with numbers are; None: they have none, or do not count from the first."""
    marks = []
    for line in lines:
        found = _ITEM.match(line)
        mark = found and (found["count"] or found["keycap"] or found["mark"])
        if not mark:
            return None
        marks.append(mark)
    if not _is_in_order(marks):
        return None
    sizes = [len(line) for line in lines]
    # Steps have numbers; what has letters, and is a sentence, is to be chosen from.
    if not marks[0].isdigit():
        is_sentences = all(_DIALOGUE.search(line.strip()) for line in lines)
        return Numbered.VERSIONS if is_sentences or min(sizes) >= _POINT else Numbered.POINTS
    if len(lines) > 2 and max(sizes) <= _STEP and all(map(str.isascii, lines)):
        return Numbered.STEPS
    return Numbered.POINTS if len(lines) > 2 and min(sizes) < _POINT else Numbered.VERSIONS


def _is_in_order(marks: Sequence[str]) -> bool:
    """Whether they are numbers or letters from the first on."""
    if all(map(str.isdecimal, marks)):
        return [int(mark) for mark in marks] == list(range(1, len(marks) + 1))
    if tuple(marks) in (_ROMAN[: len(marks)], _SPELT[: len(marks)]):
        return True
    joined = "".join(marks)
    return len(joined) == len(marks) and any(row.startswith(joined) for row in _LETTERS)


def is_list(text: str) -> bool:
    """Whether the text is nothing but a list: no steps to follow, and nobody's talk."""
    lines = [line.strip() for line in text.casefold().split("\n") if line.strip()]
    if len(lines) < 2 or not all(map(_ITEM.match, lines)):
        return False
    return numbered(lines) is not Numbered.STEPS and not _is_dialogue(lines)


def has_list(text: str) -> bool:
    """Whether at least two lines in a row are points of a list, and the most of the text."""
    if not _MAY_HAVE.search(text):
        return False
    lines = [line.strip() for line in text.casefold().split("\n") if line.strip()]
    run = _longest_run(lines)
    if len(run) < 2 or 2 * len(run) < len(lines) or _is_dialogue(run):
        return False
    if numbered(run) is Numbered.STEPS:
        return False
    first = lines.index(run[0])
    if not first and len(run) < len(lines) and _is_exchange(run):
        return False
    # A sentence that leads to its points with a colon is copy, where nothing else is marked.
    leads = first > 0 and lines[first - 1].endswith((":", "："))
    return not leads or "**" in text


def _longest_run(lines: Sequence[str]) -> list[str]:
    """The most lines in a row that begin with the same mark, or with numbers."""
    best: list[str] = []
    run: list[str] = []
    last = ""
    for line in lines:
        found = _ITEM.match(line)
        kind = (found["mark"] or "1") if found else ""
        run = [*run, line] if kind and kind == last else [line] if kind else []
        last = kind
        best = max(best, run, key=len)
    return best


def _is_dialogue(lines: Sequence[str]) -> bool:
    """Whether people speak in turn: behind a dash each, and one asks; or calls, behind a long one.

    `- For rain.` and `- For wind.` are points; nobody has asked.
    """
    if any(line[0] not in _DASHES for line in lines):
        return False
    if _are_turns(lines):
        return True
    asking = _ASKING if lines[0][0] == "-" else _CALLING
    return any(map(asking.search, lines[:-1]))


def _are_turns(lines: Sequence[str]) -> bool:
    """Whether somebody answers a brief sentence behind a long dash: `– Your turn. – I know.`

    Points end in full stops as well: those alone say nothing.
    """
    if not _is_exchange(lines) or max(map(len, lines)) > _BRIEF:
        return False
    return any(map(_ANSWER.fullmatch, lines[1:]))


def _is_exchange(lines: Sequence[str]) -> bool:
    """Whether two or three lines behind long dashes are sentences, as of people who speak in turn.

    Copy opens with such an exchange, and goes on with who sells it.
    """
    return len(lines) <= _TURNS and all(
        line[0] in _DASHES[1:] and _DIALOGUE.search(line) for line in lines
    )


def point_of_none(text: str) -> int:
    """Where a text begins that has the mark of a point before it, and is no list; 0: it has none.

    `- 20 %` is less by that, and `— Tom` speaks.
    """
    found = _ITEM.match(text)
    if found is None or (found["mark"] or "–") not in _POINTS:
        return 0
    rest = text[found.end() :]
    if found["mark"] in rest or rest[:1].isdigit():
        return 0
    return found.end()


def has_room_for_list(asked: str) -> bool:
    """Whether a message asks for a form in which copy has lists beside sentences."""
    return _ROOMY.search(asked) is not None


def names_list(asked: str) -> bool:
    """Whether a message asks for a list by that name."""
    return _ASKED_LISTS.search(asked) is not None


def asks_for_list(asked: str) -> bool:
    """Whether a message asks for a list, or shows one: of the form to keep, or of facts."""
    return names_list(asked) or _SHOWN_LIST.search(asked) is not None
