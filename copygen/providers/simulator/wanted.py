"""What a request asks for: language, length, form, angle. Read with patterns, not understood."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from copygen.providers.simulator.detect import named_language, script_language
from copygen.providers.simulator.languages import LANGUAGES


class Form(Enum):
    """The shape of a text."""

    EMAIL = auto()
    """A subject line and a body."""
    POST = auto()
    """Sentences and hashtags."""
    DESCRIPTION = auto()
    """A few sentences."""
    HEADLINE = auto()
    """One short line."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    language: str
    """A key of `LANGUAGES`."""
    form: Form
    hashtags: int
    """How many, for a post."""
    max_chars: int | None
    """The smallest limit stated, in code points."""
    angle: int | None
    """Which angle was named, if one was."""


def read_wanted(text: str) -> Wanted:
    """Read the wishes out of a prompt; the last word on a language counts."""
    max_chars = _max_chars(text)
    hashtags = _hashtags(text)
    return Wanted(
        language=named_language(text) or script_language(text),
        form=_form(text, hashtags, max_chars),
        hashtags=hashtags,
        max_chars=max_chars,
        angle=_angle(text),
    )


_CHARS = (
    r"(?:unicode\s+|latin\s+)?(?:characters?|chars?|letters?)\b|文字|(?:[个個]|汉|漢)*字(?:符|元)?"
    r"|ตัวอักษร|อักขระ|อักษร|aksara\b|huruf\b|글자|자(?![가-힣]*리)"
)
_LIMIT = re.compile(
    rf"(?<![\d.,])(?P<number>\d[\d,]*)[ \t]*-?[ \t]*(?:{_CHARS})(?P<after>.{{0,8}})",
    re.IGNORECASE,
)
_LABELLED_LIMIT = re.compile(
    r"(?:character limit|max(?:imum)?[ _](?:characters?|chars|length)|max_chars|文字数|字数|字數)"
    r"\s*(?:of|is|は|を)?\s*[\"']?\s*[:：=]?\s*(\d[\d,]*)(?!\s*[-〜～~])",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"at least|minimum|no (?:less|fewer) than|more than|อย่างน้อย|最少|至少|少なくとも"
    r"|sekurang|최소|以上|이상|or more",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?<!no )(?:less|fewer) than|under|below|น้อยกว่า|kurang daripada|少于|少於|未満|未满|미만",
    re.IGNORECASE,
)


def _max_chars(text: str) -> int | None:
    limits = [_number(match[1]) for match in _LABELLED_LIMIT.finditer(text)]
    for match in _LIMIT.finditer(text):
        around = text[max(0, match.start("number") - 16) : match.start("number")] + match["after"]
        if not _AT_LEAST.search(around):
            limits.append(_number(match["number"]) - bool(_BELOW.search(around)))
    return min((limit for limit in limits if limit > 0), default=None)


def _number(digits: str) -> int:
    # a "number" of a thousand digits is no limit, and slow to convert
    return int(digits.replace(",", "")[:9])


_NO_HASHTAGS = re.compile(
    r"\b(?:no|without|avoid|never use|do not use|don't use)\s+(?:any\s+)?hashtags?"
    r"|ハッシュタグ(?:なし|は?不要|は?使わ|は?付けな|は?つけな)|ไม่(?:ต้อง)?(?:ใส่|ใช้|มี)แฮชแท็ก"
    r"|(?:不要|不用|不加|无|無)(?:使用|加|带)?(?:话题|話題|标签|標籤)|tanpa (?:tanda pagar|hashtag)"
    r"|해시태그\s*(?:없|제외|빼)",
    re.IGNORECASE,
)
_HASHTAGS = re.compile(
    r"hashtags?|instagram|ハッシュタグ|インスタ|แฮชแท็ก|อินสตาแกรม|ไอจี|tanda pagar|话题标签|話題標籤"
    r"|标签|小红书|해시태그|인스타",
    re.IGNORECASE,
)
_HASHTAG_COUNT = re.compile(
    r"(?<!\w)(\d{1,2}|one|two|three|four|five)\s*(?:(?:[-–]|to)\s*\d+\s*)?(?:[a-z]+\s+)?"
    r"(?:hashtags?|tanda pagar)"
    r"|(?:ハッシュタグ|แฮชแท็ก|话题标签|해시태그)[^\d\n]{0,6}(\d{1,2})(?!\d)"
    r"|(?<!\d)(\d{1,2})\s*(?:個の|つの|个|개의)\s*(?:ハッシュタグ|话题标签|해시태그)",
    re.IGNORECASE,
)
_USUAL_HASHTAGS = 3
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def _hashtags(text: str) -> int:
    if not _HASHTAGS.search(text) or _NO_HASHTAGS.search(text):
        return 0
    count = _HASHTAG_COUNT.search(text)
    if not count:
        return _USUAL_HASHTAGS
    said = str(count[count.lastindex or 0]).lower()
    return _COUNTS.get(said) or int(said)


_EMAIL = re.compile(
    r"\be-?mails?\b|\bnewsletter\b|メール|メルマガ|อีเมล|\be-?mel\b|邮件|郵件|이메일|메일",
    re.IGNORECASE,
)
_HEADLINE = re.compile(
    r"\b(?:headline|banner|slogan|tagline|catch-?\s?copy|catchphrase|title|subject line"
    r"|one-liner|tajuk|sepanduk)\b"
    r"|キャッチ|見出し|バナー|スローガン|件名|タイトル|พาดหัว|คำโปรย|แบนเนอร์|สโลแกน|ชื่อเรื่อง"
    r"|标题|標題|横幅|口号|口號|广告语|廣告語|헤드라인|배너|슬로건|캐치",
    re.IGNORECASE,
)
_NO_ROOM_FOR_EMAIL = 120


def _form(text: str, hashtags: int, max_chars: int | None) -> Form:
    if _EMAIL.search(text) and (max_chars is None or max_chars > _NO_ROOM_FOR_EMAIL):
        return Form.EMAIL
    if hashtags:
        return Form.POST
    return Form.HEADLINE if _HEADLINE.search(text) else Form.DESCRIPTION


_ANGLE = re.compile(
    r"(?:\bangle|\btheme|\btone|切り口|訴求|テーマ|มุมมอง|แนวคิด|\bsudut|\btema\b|角度|主题|关注点|관점|테마)"
    r"\s*(?:of|is|は)?\s*[\"']?\s*[:：=]?\s*(?P<words>[^\n.。;；]{1,40})"
    r"|\b(?P<word>[a-z]+) (?:angle|tone|e-?mail|message)\b",
    re.IGNORECASE,
)
_ASKED_BY = tuple(
    (word, number)
    for language in LANGUAGES.values()
    for number, angle in enumerate(language.angles)
    for word in angle.asked_by
)


def _angle(text: str) -> int | None:
    for match in _ANGLE.finditer(text):
        words = (match["word"] or match["words"]).lower()
        for word, number in _ASKED_BY:
            if word in words:
                return number
    return None
