"""What a request offers: its name, features and price, taken from the words of the request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from copygen.providers.simulator.naming import WRAPPING, find_name, shorten


@dataclass(frozen=True, slots=True)
class Price:
    """An amount and, where it was written as a word, its currency."""

    amount: str
    """As written, digits and separators; with its sign (`฿2,500`) when there is no `currency`."""
    currency: str | None
    """ISO 4217."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the text is to be about, in the words of the request."""

    name: str
    proper: bool
    """Whether `name` is a name, to be kept as it is, and not a common noun."""
    features: tuple[str, ...]
    figures: tuple[str, ...]
    """Numbers with a unit of measure, or percentages."""
    price: Price | None


def read_offer(text: str) -> Offer:
    """Read the offer out of a prompt; `name` falls back on how the prompt begins."""
    fields = _fields(text)
    name, proper = find_name(text, fields.get("name"))
    return Offer(
        name=name,
        proper=proper,
        features=tuple(_features(text, fields.get("features"))),
        figures=tuple(_figures(text, name)),
        price=_price(fields.get("price") or text, labelled="price" in fields),
    )


_LABELS = {
    "name": (
        r"(?:product|item|brand|shop|store|restaurant|hotel|resort|place|service)(?:[ _]name)?"
        r"|name|title|商品名|製品名|商品|製品|品名|店名|店舗名|名前|名称|产品名称|产品名|产品|產品"
        r"|ชื่อสินค้า|ชื่อร้าน|ชื่อ|สินค้า|ผลิตภัณฑ์|ร้าน|nama produk|produk|nama|상품명|상품|제품명|제품"
        r"|이름"
    ),
    "price": r"(?:sale[ _])?price|価格|値段|价格|價格|售价|ราคา|harga|가격",
    "features": (
        r"(?:key[ _])?features?|benefits?|highlights?|selling[ _]points?|details?|特徴|特長"
        r"|ポイント|特点|特點|卖点|亮点|จุดเด่น|คุณสมบัติ|รายละเอียดสินค้า|รายละเอียด|ciri-ciri|ciri"
        r"|keistimewaan|특징|장점"
    ),
    "other": (
        r"(?:target[ _])?audience|target(?:[ _]group)?|customers?|tone|style|channel|language"
        r"|locale|lang|angle|theme|format|limit|id|sku|category|city|location|call to action|cta"
        r"|対象|ターゲット|トーン|言語|切り口|文字数|目标客户|目标人群|语气|语言|角度|กลุ่มเป้าหมาย|โทน|ภาษา"
        r"|sasaran|nada|bahasa|대상|타깃|톤|언어"
    ),
}
_LABEL = re.compile(
    r"(?<![^\W\d])(?:"
    + "|".join(rf"(?P<{kind}>{labels})" for kind, labels in _LABELS.items())
    + r")[\"']?\s{0,3}$",
    re.IGNORECASE,
)
_LONGEST_LABEL = 32
_COLON = re.compile(r"[:：=]")
_VALUE = re.compile(
    r"[ \t\u3000]*(?:\"([^\"\n]{1,400})\"|“([^”\n]{1,400})”|「([^」\n]{1,400})」|([^\n;；|]*))"
)
_SENTENCE_END = re.compile(r"(?<=\w{3})[.!?]\s+|。")
_LOOSE_ENDS = WRAPPING + "{}()（）,，、.。-*•"


def _fields(text: str) -> dict[str, str]:
    """What stands after each kind of label; of several, the first. A value ends with its line,
    or where the next label begins."""
    found = []
    for colon in _COLON.finditer(text):
        before = max(0, colon.start() - _LONGEST_LABEL)
        if label := _LABEL.search(text[before : colon.start()]):
            kind = next(kind for kind in _LABELS if label[kind])
            found.append((kind, before + label.start(), colon.end()))
    fields: dict[str, str] = {}
    end_of_text = ("", len(text), len(text))
    for (kind, _, start), (_, end, _) in pairwise([*found, end_of_text]):
        match = _VALUE.match(text, start, end)
        value = str(match[match.lastindex or 0]) if match else ""
        if value := _SENTENCE_END.split(value, maxsplit=1)[0].strip(_LOOSE_ENDS):
            fields.setdefault(kind, value)
    return fields


_BULLET = re.compile(r"^\s*[-*•・]\s*(\S.{0,80})$", re.MULTILINE)
_SEPARATOR = re.compile(r"\s*(?:[,，、;；/・]|\band\b|\bdan\b|และ)\s*(?!\d{3}\b)")
_MOST_FEATURES = 3
_LONGEST_FEATURE = 60


def _features(text: str, labelled: str | None) -> Iterator[str]:
    found = _SEPARATOR.split(labelled) if labelled else _BULLET.findall(text)
    usable = (entry.strip(WRAPPING + ".。[]") for entry in found)
    for count, feature in enumerate(entry for entry in usable if entry and ":" not in entry):
        if count == _MOST_FEATURES:
            return
        if len(feature) <= _LONGEST_FEATURE:
            yield feature


_FIGURE = re.compile(
    r"(?<![A-Za-z\d.,])\d[\d.,]*\s?"
    r"(?:%|(?:kg|g|mg|ml|cl|l|cm|mm|m|km|inch|oz|lb|kcal|W|GB|TB|mAh)(?![A-Za-z]))"
)


def _figures(text: str, name: str) -> Iterator[str]:
    seen = {name}
    for match in _FIGURE.finditer(text):
        if match[0] not in name and match[0] not in seen:
            seen.add(match[0])
            yield match[0]


_AMOUNT = r"(?P<amount>\d+(?:[ ,.]\d{3})*(?:\.\d+)?)"
_CURRENCIES = {
    "THB": r"baht\b|THB\b|บาท|バーツ|泰铢|泰銖|铢|바트|밧",
    "JPY": r"yen\b|JPY\b|円|日元|日圓|เยน|엔",
    "USD": r"(?:US )?dollars?\b|USD\b|dolar\b|ドル|美元|ดอลลาร์|달러",
    "MYR": r"ringgit\b|MYR\b|リンギット|令吉|ริงกิต|링깃",
    "CNY": r"yuan\b|RMB\b|CNY\b|人民币|人民幣|元(?!気)|หยวน|위안",
    "KRW": r"won\b|KRW\b|ウォン|韩元|韓元|วอน|원",
    "EUR": r"euros?\b|EUR\b|ユーロ|欧元|歐元|ยูโร|유로",
}
_CODES = "|".join(_CURRENCIES)
_PRICE = re.compile(
    rf"(?P<signed>(?:[฿¥￥$€£₩]|US\$|S\$|RM|Rp)\s?\d+(?:[ ,.]\d{{3}})*(?:\.\d+)?)"
    rf"|(?P<code>{_CODES})\s?{_AMOUNT.replace('amount', 'coded')}"
    rf"|(?<![\d.,]){_AMOUNT}\s?(?:"
    + "|".join(rf"(?P<{code}>{words})" for code, words in _CURRENCIES.items())
    + ")"
)


def _price(text: str, *, labelled: bool) -> Price | None:
    match = _PRICE.search(text)
    if not match:
        return Price(shorten(text, 40), None) if labelled and text[:1].isdigit() else None
    if match["signed"]:
        return Price(match["signed"], None)
    if match["code"]:
        return Price(match["coded"], match["code"])
    return Price(match["amount"], match.lastgroup)
