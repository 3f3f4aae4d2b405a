"""Figures that claim nothing about a product: formats, ordinals, addresses, names of models."""

import re
from collections.abc import Iterator
from typing import Final

_DOMAIN_ENDINGS: Final = (
    "com|net|org|info|biz|shop|store|app|dev|io|co|me|ly|gl|link|page|online|site|example|eu|th|jp|cn|"
    "tw|hk|kr|my|sg|id|vn|de|at|ch|fr|es|it|pt|br|mx|nl|be|se|no|dk|fi|pl|cz|ru|ua|il|uk|us|ca|au"
)
# Currencies, measured grades, fineness of metal, and short words that a figure is glued to.
_NO_MODEL: Final = (
    "THB|USD|EUR|GBP|SGD|JPY|CNY|RMB|KRW|IDR|MYR|VND|INR|PHP|TWD|HKD|SEK|NOK|DKK|PLN|CZK|HUF|CHF|AUD|"
    "CAD|NZD|MXN|BRL|TRY|RUB|ILS|ZAR|AED|RM|RP|RS|US|NT|HK|R|SPF|UPF|PPD|IP|IPX|K|PT|AG|AU|S9|"
    "OFF|TOP|BUY|GET|NOW|ALL|FOR|TO|UP|NO|IN|OR|AND|THE|IS|AT|ON|BY|OF|X"
)
_KINDS: Final = tuple(
    (re.compile(sign), re.compile("|".join(patterns)))
    for sign, *patterns in (
        (  # addresses
            r"@|[.:][A-Za-z/]",
            r"https?://\S{1,2000}",
            r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}",
            rf"(?<![\w@.-])[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,3}}\.(?:{_DOMAIN_ENDINGS})(?!\w)"
            r"(?:/\S{0,500})?",
        ),
        (  # open all day
            "24|7",
            r"(?<![\d/])(?:24/7(?:/365)?|7/24|24 ?[x×] ?7|7 ?[x×] ?24)(?![\d/])",
            r"24 (?:hours a|Stunden am|horas al|horas por|ore al|timmar om|jam sehari)",
            r"24 (?:godziny na|часа в)",
            r"(?:24 ?h(?:eures)?(?: sur |/) ?24|24 ore su 24|7 giorni su 7)",
            r"7 ?j(?:ours)?(?: sur |/) ?7",
            r"las 24 horas|7 days a week",
            r"24時間(?:365日|年中無休|受付|対応|営業|サポート)|24시간 365일",
            r"ตลอด ?24 ?(?:ชั่วโมง|ชม)",
        ),
        (  # ordinals in Latin and Cyrillic letters; to be the first is a claim
            r"\d[snrteèº.ª°:-]|-\d|ứ ",
            r"\b\d{1,3}(?:nd|rd|th)\b|\b\d{0,2}1st\b(?! (?:in|place|choice|brand))",
            r"\b\d{1,2}(?:er|ère|re|e|ème|nde?)\b|\b\d{1,2}\.?[ºª]|\b[1-9]°(?= [a-zà-ú])",
            r"\b\d{1,2}:[ae]\b",
            r"\b\d{1,2}-(?:й|я|е|го|му|ый|ий|ая|ой|ое|ом|м|х)\b",
            r"\bke-\d{1,3}\b|\b[Tt]hứ \d{1,2}\b",
            r"(?<=\w )\d{1,2}\.(?= (?:[a-zà-ÿ]|Generation|Auflage|Geburtstag|Etage|Advent))",
        ),
        (  # ordinals in others
            "[第제번ที่]",
            r"第 ?\d{1,3}(?! ?[位名])|제 ?\d{1,3}(?=[회탄기차장과])|\d{1,2} ?번째",
            r"(?:ครั้ง|ชิ้น|รุ่น|วัน|คน|ขั้น|ตัว|เล่ม|ปี|คู่|บท|ตอน)ที่ ?\d{1,3}",
        ),
        (  # formats and models: MP3, 4K, A4, E27, HUB-7, WN2500RP
            r"[A-Za-z][.-]?\d|\d[A-Za-z]",
            r"(?<![A-Za-z\d])(?:[234]D|[2-6]G|(?:480|720|1080|1440|2160|4320)[pi])(?![A-Za-z\d])",
            r"(?<![A-Za-z\d])[2458]K(?![A-Za-z\d])(?! ?(?:users|people|customers|reviews))",
            r"(?<![A-Za-z\d])(?i:mp[34]|m4[av]|x86|x64|h\.?26[456]|utf-?8)(?![A-Za-z\d])",
            rf"(?<![^\W_])(?!(?:{_NO_MODEL})-?\d)[A-Z]{{1,3}}-?\d[A-Z\d-]{{0,15}}(?![^\W_])",
            rf"(?<![A-Za-z\d])(?!(?:{_NO_MODEL})-?\d)[A-Z]{{1,3}}\d{{1,5}}[A-Z]{{0,3}}"
            r"(?![A-Za-z\d])",
        ),
        (  # turns, all in one, and sizes
            "0|5°|1|RM",
            r"(?<!\d)(?:360|180)(?: ?°(?! ?[CF])|[ -]?(?:degrees?|Grad|degrés|gradi|grados)\b|"
            r" ?[度도]| ?องศา|-?градус)|(?<!\d)(?:45|90|120|270)°(?! ?[CF])",
            r"(?<!\d)[2-9][ -]?(?:in|en|em|di|w|合)[ -]?1(?!\d)",
            # what receiving a message costs, which Malaysian senders must name first
            r"\ARM ?0(?:\.00)?(?=[ :])",
        ),
    )
)
"""A sign that a text may have figures of a kind, and the kind: most have none."""
_PHONE: Final = re.compile(
    r"(?<![\w.,/-])(?!\d{1,2}[-.]\d{1,2}[-.]\d{2,4}(?!\d))"
    r"(?:\+\d{1,3}|\(?0|1-8\d\d)[\d ()-]{6,16}\d(?![\w%])"
)
_PHONE_DIGITS: Final = range(8, 16)


def no_facts(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text` whose figures need not be in the item: `24/7`, `MP4`, `3rd`, `A4`, `360°`."""
    for sign, kind in _KINDS:
        if sign.search(text):
            yield from (match.span() for match in kind.finditer(text))


def telephone_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Spans of what is a telephone number as a whole: with a country code, or a leading zero."""
    for match in _PHONE.finditer(text):
        if sum(map(str.isdecimal, match[0])) in _PHONE_DIGITS:
            yield match.span()
