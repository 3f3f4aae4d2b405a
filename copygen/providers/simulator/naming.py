"""What a prompt calls the thing it wants copy for."""

import re
import unicodedata

from copygen.providers.simulator.detect import script_language

WRAPPING = " \t\u3000\"'“”「」『』《》"
"""What may stand around a name and is no part of it."""
_LONGEST_NAME = 120

_QUOTED = re.compile(
    r"“([^”\n]{1,80})”|\"([^\"\n]{1,80})\"|「([^」\n]{1,80})」|『([^』\n]{1,80})』|《([^》\n]{1,80})》"
    r"|‘([^’\n]{2,80})’(?!\w)|(?<!\w)'([^'\n]{2,80})'(?!\w)"
)
_FORBIDS = re.compile(
    r"\b(?:avoid|never (?:use|say)|(?:do not|don't|not) (?:use|say)|no words? like)\b|ห้ามใช้|ไม่ใช้"
    r"|ไม่ใส่|使わない|使わず|避け|禁止|使用しない|不要(?:使用|用|出现)|避免"
    r"|\bjangan guna|\belakkan\b|사용하지|쓰지|금지|피하",
    re.IGNORECASE,
)
_SENTENCE_ENDS = "\n.。!?！？"


def find_name(text: str, labelled: str | None) -> tuple[str, bool]:
    """What the offer is called, and whether that is a name (and not a common noun).

    In this order: the value of a label, the first quotation, what a phrase like "for ..." speaks
    of, capitalised words, the beginning of the prompt.
    """
    if labelled:
        return shorten(labelled, _LONGEST_NAME), True
    for match in _QUOTED.finditer(text):
        name = str(match[match.lastindex or 0]).strip()
        if name and not _FORBIDS.search(_around(text, match.start(), match.end())):
            return name, True
    return _spoken_of(text) or _capitalised(text) or (_beginning(text), True)


_STOPS = (
    r"at|in|on|with|that|which|who|within|under|to|from|by|for|using|costing|priced|aimed|targeting"
    r"|max|maximum|up to|no more|of at most"
)
_CHAR = r"(?:[^\n.,;:!?()\[\]]|[.,](?=\d))"
_MARK = r"(?:[\n;:!?()\[\]]|[.,](?!\d))"
_ENDS = rf"(?=\s*(?:$|{_MARK}|\b(?:{_STOPS})\b))"
_NOT_OFFERED = (
    r"(?:[\w-]+\s+){0,3}(?:people|persons?|wom[ae]n|m[ae]n|famil(?:y|ies)|residents?|tourists?"
    r"|visitors?|customers?|buyers?|parents?|students?|shoppers?|travell?ers?|guests?|readers?"
    rf"|audiences?|markets?)(?=\s*(?:$|{_MARK}|\b(?:{_STOPS}|and|or|of)\b))"
    r"|(?:instagram|facebook|google|line|tiktok|twitter|social media|e-?mail|sms|each|every|use)\b"
)
_ENGLISH = re.compile(
    r"\b(?:about|promot(?:es|ing)|introduc(?:es|ing)|advertis(?:es|ing)|sell(?:s|ing)"
    r"|describ(?:es|ing)|announc(?:es|ing)|featuring|for"
    r"|(?:description|review|introduction) of)\s+"
    rf"(?P<article>(?:the|an?|our|my|this|these)\s+)?(?!{_NOT_OFFERED})"
    rf"(?P<name>{_CHAR}{{2,80}}?){_ENDS}",
    re.IGNORECASE,
)
_JAPANESE = re.compile(
    r"(?P<article>)(?<!\d)(?P<name>[^。、，,\n:：「」『』()（）\s]{2,40}?)"
    r"(?:の(?:[^。、\nの]{1,5}[いな])?|を(?:宣伝|紹介|販売|売る|PR)[^。、\n]{0,8}?|について[^。、\n]{0,8}?)"
    r"(?:商品|製品|SNS|Instagram|インスタ)?"
    r"(?:キャッチ|コピー|広告|宣伝|紹介|説明|バナー|投稿|メール|見出し|PR|文案|告知)"
)
_THAI = re.compile(
    r"(?P<article>)(?:สำหรับ|โปรโมต|โฆษณา|ขาย|เกี่ยวกับ|แนะนำ)\s*"
    r"(?P<name>(?:[^\s,.:「」()]|[.,](?=\d)){2,60}?)(?=$|[\s:()]|[.,](?!\d)|ราคา|ไม่เกิน|ความยาว|เป็นภาษา)"
)
_CHINESE = re.compile(
    r"(?P<article>)(?:为|為|给|給|关于|關於|介绍|推广|宣传)(?:一家|一款|我们的)?"
    r"(?P<name>[^，。,\n：「」“”]{2,30}?)"
    r"(?=写|寫|撰写|创作|生成|的?(?:广告|文案|标题|宣传|介绍|海报)|，|。|,|\n|$)"
)
_KOREAN = re.compile(
    r"(?P<article>)(?<!\d)(?P<name>[^\n.,:]{2,40}?)(?:의|을|를|에 대한|에 대해)?\s*(?:위한\s*)?"
    r"(?:짧은\s*)?(?:광고|카피|문구|홍보|소개|배너)"
)
_MALAY = re.compile(
    r"(?P<article>)\b(?:untuk|tentang|bagi|mempromosikan|menjual)\s+"
    rf"(?:(?:menjual|mempromosikan|mengiklankan|memperkenalkan)\s+)?(?P<name>{_CHAR}{{2,60}}?)"
    rf"(?=\s*(?:$|{_MARK}|\b(?:dengan|dalam|pada|untuk|yang|tidak|maksimum|harga|di)\b))",
    re.IGNORECASE,
)
_SUBJECTS = {
    "en": (_ENGLISH, _MALAY),
    "ms": (_MALAY, _ENGLISH),
    "ja": (_JAPANESE,),
    "th": (_THAI,),
    "zh": (_CHINESE,),
    "ko": (_KOREAN,),
}
_AUDIENCE = re.compile(r"^.*(?:向けの?|ための)(?=.)")


def _around(text: str, start: int, end: int) -> str:
    """The sentence a quotation stands in, without the quotation."""
    first = max(text.rfind(mark, 0, start) for mark in _SENTENCE_ENDS) + 1
    last = min(
        (text.find(mark, end) for mark in _SENTENCE_ENDS if mark in text[end:]), default=None
    )
    return f"{text[first:start]} {text[end:last]}"


def _spoken_of(text: str) -> tuple[str, bool] | None:
    for pattern in _SUBJECTS[script_language(text)]:
        if match := pattern.search(text):
            name = _AUDIENCE.sub("", match["name"]).strip(WRAPPING)
            if name:
                return name, not (name[0].islower() or (name[0].isdigit() and match["article"]))
    return None


_CAPITALISED = re.compile(r"[A-Z][\w'’&-]*(?:\s+(?:(?:of|de|&)\s+)?[A-Z0-9][\w'’&-]*)*")
_INSTRUCTION = re.compile(
    r"^(?:(?:Write|Create|Generate|Give|Make|Compose|Draft|Produce|Suggest|Please|You|Use|Do|Keep"
    r"|Include|Return|Only|Tulis|Buat|An?|The|In|At|For|I|We|Our|It|No|Not|Max|Google Ads|Google"
    r"|Instagram|Facebook|TikTok|SMS|LINE|English|Japanese|Thai|Malay|Chinese|Korean)\b\s*)+"
)


def _capitalised(text: str) -> tuple[str, bool] | None:
    for match in _CAPITALISED.finditer(text):
        name = _INSTRUCTION.sub("", match[0]).strip()
        if len(name) > 1:
            return shorten(name, _LONGEST_NAME), True
    return None


def _beginning(text: str) -> str:
    lines = text.split("\n")
    first = next((line.strip(WRAPPING + ".。!?！？") for line in lines if line.strip()), "")
    return shorten(first, 40) or "…"


_NUMBER = re.compile(r"\d[\d.,]*(?: \d{3})*")


def shorten(text: str, room: int) -> str:
    """The beginning of `text` that fits in `room` characters: whole words where there are any,
    never part of a number, never a letter without its marks."""
    if len(text) <= room:
        return text
    end = room
    while end and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    for number in _NUMBER.finditer(text):
        if number.start() < end < number.end():
            end = number.start()
    words, space, _ = text[: end + 1].rpartition(" ")
    return (words if space else text[:end]).rstrip() or "…"
