"""Names that a text has almost as its item has them: letters swapped, lost or added, wrong case.

What is a name is told by the item: the columns that `names:` lists, columns that are called so
(`brand`, `name`), and other short values where a capital or a script without case makes a word one.
A near miss alone proves little, for languages decline and every second word is near another: it
needs the name's other words beside it, two letters swapped, or a capital where none is due.
"""

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from copygen.models import Item, Severity, Violation
from copygen.quality.checks.name_forms import (
    FIVE,
    HALF,
    HANGUL,
    LEAST,
    LONG,
    MARKED,
    TITLED,
    Manner,
    NameWord,
    SeenWord,
    is_in_other_case,
    is_near,
    is_word,
    stands_for,
)
from copygen.quality.facts import CheckContext
from copygen.quality.languages import base
from copygen.quality.normalize import deferred, fold
from copygen.quality.word_ends import is_common

_NO_SPACES: Final = "\u0e00-\u0eff\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff"
"""Letters of scripts without spaces: what stands between two of them may be a word of another."""
_SPACES: Final = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What `\\s` is: with letters alone a class is one look at a table."""
_TOKEN: Final = deferred(
    rf"[^{_SPACES}.,!?:;…()\[\]{{}}\"«»„“”|/\\–—।،؟؛。、，：；！？「」【】《》〈〉・～『』（）{_NO_SPACES}]+"
)
_TITLE: Final = deferred(r"[^:–—|.!?\n]{1,60}(?=\s?[:|]|\s[–—])")
_QUOTED: Final = deferred(r"[«„“\"]([^«»„“”\"]+)[»“”\"]")
_JOINTS: Final = "-'’"
_JOINT: Final = deferred(f"[{_JOINTS}]")
"""Between a name and what is joined with it: `Sandlinie-Teppich`, `Yörük'ün`."""
_UNSPACED: Final = deferred(f"[{_NO_SPACES}]")
_UNSPACED_RUN: Final = deferred(f"[{_NO_SPACES}]+")
_PARTS: Final = deferred(rf"[{_NO_SPACES}]+|[^\s{_NO_SPACES}]+")
_HAN: Final = deferred("[\u3400-\u9fff]{2}")
_HIRAGANA: Final = deferred("[\u3041-\u3096ー]{3,}")
_KATAKANA: Final = deferred("[\u30a1-\u30f6ー]{3,}")
_KANA_APART: Final = 0x60
"""From a letter of hiragana to that of katakana."""
_NAME_COLUMNS: Final = frozenset(
    (
        *("name", "title", "product", "product_name", "product_title", "item", "model", "brand"),
        *("vendor", "manufacturer", "maker", "marke", "hersteller", "name_der_marke"),
        *("produktname", "titel", "marque", "nom", "produit", "fabricant", "marca", "nombre"),
        *("producto", "fabricante", "nome", "produto", "prodotto", "marchio", "merk", "naam"),
        *("productnaam", "varumärke", "namn", "produkt", "mærke", "navn", "merke", "nimi"),
        *("tuote", "brändi", "marka", "nazwa", "produkt", "producent", "značka", "název"),
        *("výrobek", "márka", "név", "termék", "marcă", "nume", "produs", "бренд", "марка"),
        *("название", "товар", "наименование", "назва", "ім'я", "име", "продукт", "марка"),
        *("όνομα", "προϊόν", "μάρκα", "ad", "isim", "ürün", "ürün_adı", "اسم", "المنتج"),
        *("العلامة", "نام", "برند", "محصول", "שם", "מותג", "מוצר", "नाम", "ब्रांड", "उत्पाद"),
        *("ชื่อ", "ชื่อสินค้า", "แบรนด์", "สินค้า", "tên", "sản_phẩm", "tên_sản_phẩm"),
        *("thương_hiệu", "nama", "jenama", "merek", "produk", "名前", "商品名", "品名"),
        *("ブランド", "ブランド名", "メーカー", "品牌", "名称", "名稱", "产品", "产品名称"),
        *("prekė", "prece", "toode", "naziv", "proizvod", "izdelek", "ime", "наслов", "назив"),
        *("產品", "產品名稱", "商品", "商品名称", "상품명", "제품명", "브랜드", "이름"),
        *("নাম", "পণ্য", "পণ্যের_নাম", "پروڈکٹ", "پروڈکٹ_کا_نام", "pangalan"),
        *("pangalan_ng_produkto", "produkto", "pavadinimas", "prekės_pavadinimas", "produktas"),
        *("nosaukums", "produkts", "preces_nosaukums", "názov", "názov_produktu", "toote_nimi"),
        *("nimetus", "tuotenimi", "tuotteen_nimi", "varunavn", "produktnavn", "название_товара"),
        *("наименование_товара", "назва_товару", "имя", "име_на_продукта", "ονομασία"),
        *("όνομα_προϊόντος", "اسم_المنتج", "نام_محصول", "שם_המוצר", "उत्पाद_का_नाम"),
        *("naziv_proizvoda", "ime_izdelka", "terméknév", "nume_produs", "denumire"),
        *("nom_produit", "nom_du_produit", "nombre_del_producto", "nome_do_produto"),
        *("nome_prodotto", "nom_del_producte", "nama_produk", "제품", "品牌名"),
    )
)
_BRAND_COLUMNS: Final = frozenset(
    (
        *("brand", "vendor", "manufacturer", "maker", "marke", "hersteller", "marque", "marca"),
        *("fabricante", "marchio", "merk", "varumärke", "mærke", "merke", "brändi", "marka"),
        *("producent", "značka", "márka", "marcă", "бренд", "марка", "μάρκα", "العلامة", "برند"),
        *("מותג", "ब्रांड", "แบรนด์", "thương_hiệu", "jenama", "merek", "ブランド", "ブランド名"),
        *("メーカー", "品牌", "브랜드", "märke", "merkki", "kaubamärk", "zīmols", "znamka"),
        *("prekės_ženklas", "brend", "бренд", "tatak", "brand_name", "markenname", "merknaam"),
        *("برانڈ", "ব্র্যান্ড", "العلامة_التجارية", "marca_comercial", "nazwa_marki"),
        *("bränd", "tuotemerkki", "valmistaja", "tillverkare", "fabrikant", "produsent"),
        *("varemerke", "výrobce", "výrobca", "gyártó", "producător", "производител"),
        *("произвођач", "proizvođač", "robna_marka", "proizvajalec", "blagovna_znamka"),
        *("tootja", "ražotājs", "gamintojas", "ženklas", "fabricant", "produttore", "ผู้ผลิต"),
        *("ยี่ห้อ", "厂家", "牌子", "廠牌", "제조사", "কোম্পানি", "کمپنی", "gawa_ni", "виробник"),
        *("торгова_марка", "επωνυμία", "הספק", "יצרן", "الماركة", "الشركة", "مارک", "कंपनी"),
        *("hãng", "üretici", "marke_name", "marca_commerciale"),
    )
)
_COMPOUNDING: Final = frozenset(
    (
        *("de", "nl", "sv", "da", "nb", "nn", "no", "is", "fi", "et", "hu", "en", "lv", "tr"),
        *("hi", "bn", "ur", "fa", "mr", "ne"),
    )
)
"""Languages that write two nouns as one."""
_MOST_WORDS: Final = 5
"""Words of a value that may be a name."""
_BLANKS: Final = " \n,.:;!?–—"
_LINK: Final = 3
"""Letters of a small word within a name."""
_LIKE: Final = frozenset(
    (
        *("as", "like", "ako", "jako", "kuin", "som", "wie", "als", "comme", "como", "come"),
        *("jak", "kao", "kot", "kaip", "kā", "nagu", "mint", "ca", "com", "gibi", "као", "як"),
        *("мов", "наче", "как", "словно", "като", "σαν", "seperti", "macam", "bagai", "parang"),
        *("như",),
    )
)
"""Words before what something is compared with."""
_BARE: Final = frozenset(("en", "id", "ms", "tl", "nl", "it"))
"""Languages that have next to no marked letters: a text without one tells nothing."""
_SHORT_TEXT: Final = 100
"""Characters of a text that has no marked letter by chance, in a language with few of them."""


class _Pair(NamedTuple):
    """Two words of a name."""

    joined: str
    """As one, folded."""
    words: str
    """As they should be."""
    own: bool
    """Neither of them is a word for a thing: no language writes them as one."""


class _Part(NamedTuple):
    """A name, or a part of it, in a script without spaces."""

    word: str
    before: str
    """The part before it; empty: it is the first."""
    after: str
    is_brand: bool


class _NamesOfValue(NamedTuple):
    """As of `ItemNames`."""

    words: Sequence[NameWord]
    links: Sequence[tuple[str, str, str]]
    small: Sequence[tuple[str, str]]
    pairs: Sequence[_Pair]
    unspaced: Sequence[_Part]


class ItemNames:
    """The names of one item: what of its values may be one, by column, case and script."""

    def __init__(self, item: Item, columns: Container[str]) -> None:
        """`columns` are those that `names:` lists."""
        every: list[_NamesOfValue] = []
        branded = False
        for column, value in item.items():
            if not isinstance(value, str) or not value:
                continue
            brand, named = _kind_of(column)
            if column in columns:
                brand = named = True
            if not named and value.islower() and value.isascii():
                continue  # `silk`: no name has but small letters
            found = _names_in(value, brand, named) if len(value.split()) <= _MOST_WORDS else None
            if found is not None:
                branded = branded or brand
                every.append(found)
        # Of most items one value has any.
        names = every[0] if len(every) == 1 else _together(every)
        self.words: Sequence[NameWord] = names.words
        """In scripts with spaces."""
        self.links = names.links
        """Small words of names, each between those beside it: `Вечір у Карпатах`."""
        self.small = names.small
        """Words in small letters behind a name's other words, as they would be wrong, and right."""
        self.pairs = names.pairs
        self.unspaced = names.unspaced
        if branded and len(self.words) > 1:
            brands = {name.folded for name in self.words if name.is_brand}
            self.words = [
                name._replace(is_brand=True) if name.folded in brands and name.is_named else name
                for name in self.words
            ]


def _together(values: Sequence[_NamesOfValue]) -> _NamesOfValue:
    return _NamesOfValue(
        words=[one for names in values for one in names.words],
        links=[one for names in values for one in names.links],
        small=[one for names in values for one in names.small],
        pairs=[one for names in values for one in names.pairs],
        unspaced=[one for names in values for one in names.unspaced],
    )


# Of a table's columns most hold the same few values again and again.
@lru_cache(maxsize=2048)
def _names_in(value: str, brand: bool, named: bool) -> "_NamesOfValue | None":
    """What a value adds to the names of an item; None: nothing."""
    words, links = [], []
    tokens = _TOKEN.findall(value)
    plain = [fold(token) for token in tokens]
    small, pairs = _neighbours(tokens, plain, brand) if named and len(tokens) > 1 else ([], [])
    unspaced = _unspaced(value, brand) if named and not value.isascii() else []
    brand = brand or bool(unspaced)  # `Loomi 投影燈`: what is Latin there is nothing but a name
    marked = _QUOTED.search(value) if named else None
    quoted = marked[1].split() if marked else ()
    for at, token in enumerate(tokens):
        is_small = _JOINT.split(token)[-1][:1].islower() and token[0].islower()
        is_small = is_small and not brand and not (named and token in quoted)
        behind = len(tokens) - at - 1
        if named and token.islower() and len(token) <= _LINK and at and behind:
            links.append((tokens[at - 1], token, tokens[at + 1]))
        if not is_small and _is_word(token):
            before, after = plain[at - 1] if at else "", plain[at + 1] if behind else ""
            words.append(NameWord(token, plain[at], before, after, brand, named, at, behind))
    if not (words or links or small or pairs or unspaced):
        return None
    return _NamesOfValue(words, links, small, pairs, unspaced)


def _neighbours(
    tokens: Sequence[str], plain: Sequence[str], brand: bool
) -> tuple[list[tuple[str, str]], list[_Pair]]:
    """Small words behind others, and pairs of words."""
    small, pairs = [], []
    for at, (one, other) in enumerate(pairwise(tokens)):
        is_cased = one[0].isupper()
        if is_cased and (brand or at) and other.islower() and len(other) > 1:
            small.append((f"{one} {other.capitalize()}", other))
        joined = plain[at] + plain[at + 1]
        if len(joined) >= FIVE and joined.isalpha() and not HANGUL.match(joined):
            own = (brand or at or len(tokens) == 2) and (not is_cased or other[0].isupper())
            pairs.append(_Pair(joined, f"{one} {other}", bool(own)))
    return small, pairs


def _unspaced(value: str, brand: bool) -> list[_Part]:
    parts = _PARTS.findall(value)
    return [
        _Part(part, before, after, brand)
        for before, part, after in zip(("", *parts), parts, (*parts[1:], ""), strict=False)
        if len(part) > 1 and _UNSPACED.match(part)
    ]


@lru_cache(maxsize=1024)
def _kind_of(column: str) -> tuple[bool, bool]:
    """Whether a column is called as those of brands are, and as those of names are."""
    plain = fold(column).strip().replace(" ", "_")
    brand = plain in _BRAND_COLUMNS
    return brand, brand or plain in _NAME_COLUMNS


def product_names(item: Item) -> str:
    """The values of the columns that are called as those of names are, folded, a line each."""
    named = (value for column, value in item.items() if _kind_of(column)[1])
    return fold("\n".join(value for value in named if isinstance(value, str)))


class NamesCheck:
    """The check of names. One per run."""

    def __init__(self, columns: Sequence[str]) -> None:
        """`columns` are those whose values are names, beside those that are called so."""
        self._columns = frozenset(columns)
        self._item: Item | None = None
        self._names = ItemNames({}, ())

    def violations(self, context: CheckContext, item: Item) -> Iterator[Violation]:
        """Names that the text has almost."""
        if item is not self._item:
            self._item, self._names = item, ItemNames(item, self._columns)
        names, text = self._names, context.text.original
        if names.words and (suspects := _suspects(context, names)):
            yield from _misspelt(context, names, suspects)
        for link in names.links:
            yield from _wrong_link(context, *link)
        for found, right in names.small:
            if found in text and not _is_titled(context):
                start = text.index(found) + len(found) - len(right)
                yield _wrong(text, start, start + len(right), right)
        folded = context.text.text
        if gone := [name for name in names.words if name.is_named and name.folded not in folded]:
            compact = folded.replace(" ", "").replace("-", "")
            if apart := [name for name in gone if name.folded in compact]:
                yield from _split(context, apart)
        for pair in names.pairs:
            if pair.joined in folded:
                yield from _joined(context, pair)
        if names.unspaced and _UNSPACED.search(text):
            yield from _misspelt_unspaced(text, names, context.facts.folded.original)


def _is_word(token: str) -> bool:
    """Whether it is letters, but for one sign: `L'Avenue`, and no article number."""
    if token.isalpha():
        return len(token) > 1
    letters = sum(map(str.isalpha, token))
    if not token.isascii():
        letters += sum(unicodedata.category(char)[0] == "M" for char in token)
    return len(token) > 1 and letters >= len(token) - 1 and token[0].isalpha()


def _suspects(context: CheckContext, names: ItemNames) -> set[str]:
    """The folded words of a text that may be names gone wrong: all others need no look.

    One call into C for each name: word by word in Python it was three quarters of all that the
    checks of 800 characters cost.
    """
    text, folded = context.text.original, context.text.text
    # Most names stand there as they should, and need no word of the text.
    open_names = [name for name in names.words if not _is_settled(name, text, folded)]
    if not open_names:
        return set()
    words = _TOKEN.findall(folded)
    there = frozenset(words)
    # What the item has, too, is left out where there is something to leave out: seldom.
    strange, known = there, None
    marks = [mark for mark in _JOINTS if mark in text]
    if marks and not all(name.folded in there for name in names.words):
        known = _TOKEN.findall(context.facts.folded.text)
        strange = there.difference(known)
        joined = {word for mark in marks for word in strange if mark in word}
        parts = {part for word in joined for part in _JOINT.split(word) if len(part) > LEAST}
        strange = strange.union(parts.difference(known, *map(_JOINT.split, known)))
    found, odd = set[str](), set[str]()
    for name in open_names:
        wanted = name.folded
        if wanted in there:
            if text.count(name.word) < words.count(wanted):
                found.add(wanted)  # in another case
            beside = name.after or name.before
            both = f"{wanted} {beside}" if name.after else f"{beside} {wanted}"
            if not (name.is_named and beside and words.count(beside) > folded.count(both)):
                continue  # else it may be wrong at another place: `Pico Espreso Machine`
        is_placed = name.is_named and (name.before in there or name.after in there)
        among = there if is_placed else strange  # `Bērza elpa`, of birch
        near = process.extract(wanted, among, scorer=OSA.distance, score_cutoff=2, limit=None)
        (found if is_placed else odd).update(one for one, _, _ in near)
        if name.is_named:
            odd |= strange & _halves(wanted)
    if odd and known is None:
        odd.difference_update(_TOKEN.findall(context.facts.folded.text))
    return found | odd


@lru_cache(maxsize=1024)
def _halves(wanted: str) -> frozenset[str]:
    """Beginnings of a name that are half of it or more."""
    return frozenset(wanted[:size] for size in range(HALF, len(wanted) - 1))


def _is_settled(name: NameWord, text: str, folded: str) -> bool:
    """Whether a name stands in the text as it should each time, without its other words."""
    start = folded.find(name.folded)
    if (
        start < 0
        or (name.before and name.before in folded)
        or (name.after and name.after in folded)
    ):
        return False
    end = start + len(name.folded)
    for beside in (folded[max(0, start - 1) : start], folded[end : end + 1]):
        if beside and beside not in _BLANKS and _TOKEN.match(beside):
            return False
    return text.count(name.word) == folded.count(name.folded)


def _misspelt(context: CheckContext, names: ItemNames, suspects: set[str]) -> Iterator[Violation]:
    text = context.text.original
    tokens = [_part(found, suspects) for found in _TOKEN.finditer(text)]
    plain = [fold(token) for token, _, _ in tokens]
    manner = _manner(context, {token for token, _, _ in tokens})
    for at, (token, start, end) in enumerate(tokens):
        if plain[at] not in suspects or not token[0].isalpha():
            continue
        beside = (plain[at - 1] if at else "", plain[at + 1] if at + 1 < len(plain) else "")
        begins = at == 0 or text[:start].rstrip()[-1:] in ".!?…:\n•。"
        seen = SeenWord(token, plain[at], *beside, begins, at)
        is_other = any(name.folded == seen.plain for name in names.words)
        for name in names.words:
            if seen.plain == name.folded:
                is_small = token.islower() and _is_small(tokens, at)
                wrong = not _is_everyday(seen, name, manner, is_small and name.word in text)
                wrong = wrong and is_in_other_case(seen, name, manner)
            else:
                elsewhere = name.folded in plain and not stands_for(name, beside)
                wrong = not elsewhere and not is_other and is_near(seen, name, manner)
            if wrong:
                yield _wrong(text, start, end, name.word)
                break


def _manner(context: CheckContext, tokens: set[str]) -> Manner:
    text, language = context.text.original, context.language
    tag = base(language) if language else ""
    is_plain = text.isascii() and tag not in _BARE
    is_meant = tag in MARKED or (tag == "es" and ("!" in text or "?" in text))
    title = _TITLE.match(text)
    return Manner(
        language,
        tag,
        is_plain and (is_meant or len(text) > _SHORT_TEXT),
        sum(len(token) > 2 and token.isupper() for token in tokens) > 1,
        len(_TOKEN.findall(title[0])) if title else 0,
        frozenset(_TOKEN.findall(context.facts.folded.original)),
        frozenset(_TOKEN.findall(context.facts.folded.text)),
    )


def _is_everyday(seen: SeenWord, name: NameWord, manner: Manner, is_small: bool) -> bool:
    """Whether it is the word that a brand is made of, and no brand.

    `rýchly ako kolibrík`; `un punto y aparte`, beside the `Academia Punto y Aparte`.
    """
    if not seen.token.islower():
        return False
    is_apart = not (name.before and name.before == seen.before)
    is_apart = is_apart and not (name.after and name.after == seen.after)
    said = seen.token in manner.written or seen.before in _LIKE or is_small
    return said or (is_apart and is_word(seen.plain, manner.language))


def _part(found: re.Match[str], suspects: set[str]) -> tuple[str, int, int]:
    """A word and its place; of one with hyphens the part that may be a name: `Sandline-Teppich`."""
    start = found.start()
    if _JOINT.search(found[0]) and fold(found[0]) not in suspects:
        for part in _JOINT.split(found[0]):
            if fold(part) in suspects:
                return part, start, start + len(part)
            start += len(part) + 1
    return found[0], *found.span()


def _is_small(tokens: Sequence[tuple[str, int, int]], at: int) -> bool:
    """Whether the words around one are written small, too."""
    return all(one[0].islower() for one in tokens[max(0, at - 2) : at])


def _wrong_link(context: CheckContext, before: str, small: str, after: str) -> Iterator[Violation]:
    """Another small word in a small word's place between two words of a name."""
    text = context.text.original
    if after not in text or f"{before} {small} {after}" in text:
        return
    words = rf"(?<!\w){re.escape(before)} ([^\W\d_]{{1,{_LINK}}}) {re.escape(after)}(?!\w)"
    if (found := re.search(words, text)) is not None and found[1].islower():
        yield _wrong(text, *found.span(1), small)


def _split(context: CheckContext, names: Sequence[NameWord]) -> Iterator[Violation]:
    """A name of one word in two: `Bright Side`, `Berg-Kranz`."""
    folded, item = context.text.text, context.facts.folded.text
    for name in names:
        wanted = name.folded
        if len(wanted) < FIVE or (len(wanted) < LONG - 1 and not (name.before or name.after)):
            continue
        parts = r"[ -]?".join(map(re.escape, wanted))
        found = re.search(rf"(?<!\w){parts}(?!\w)", folded)
        if found is None or found[0].count(" ") + found[0].count("-") != 1 or found[0] in item:
            continue
        beside = folded[: found.start()].rstrip(), folded[found.end() :].lstrip()
        known = name.before and beside[0].endswith(name.before)
        known = known or (name.after and beside[1].startswith(name.after))
        start, end = context.text.span(*found.span())
        is_upper = context.text.original[start].isupper() or not name.word[0].isupper()
        least = LONG if name.word[0].isupper() else LONG - 1
        if is_upper and (known or (name.is_brand and len(wanted) >= least)):
            yield _wrong(context.text.original, start, end, name.word)
            return


def _is_titled(context: CheckContext) -> bool:
    """Whether a language begins the words of headlines with capitals, or this item's writer does:
    `Точак Плус` is wrong where names are written as sentences are."""
    return context.language is None or base(context.language) in TITLED


def _joined(context: CheckContext, pair: _Pair) -> Iterator[Violation]:
    """Two words of a name written as one: `Kajakapesa`."""
    text, tag = context.text, base(context.language) if context.language else ""
    if pair.joined in context.facts.folded.text or is_common(pair.joined, tag):
        return
    if not pair.own and (tag in _COMPOUNDING or not tag):
        return
    before = "" if pair.words[0].isupper() else "[وفبلكהשובלמכ]{0,2}"
    found = re.search(
        rf"(?<![\w#@./-]){before}({re.escape(pair.joined)})(?![\w@/-]|\.\w)", text.text
    )
    if found is None:
        return
    start, end = text.span(*found.span(1))
    if pair.words[0].isupper() and (tag == "de" or not text.original[start].isupper()):
        return
    yield _wrong(text.original, start, end, pair.words)


def _misspelt_unspaced(text: str, names: ItemNames, item: str) -> Iterator[Violation]:
    for part in names.unspaced:
        name = part.word
        at = text.find(name)
        if at >= 0:
            if (span := _doubled_edge(text, name, at)) is not None:
                yield _wrong(text, *span, name)
            continue
        if (found := _unmarked(text, name)) is not None:
            yield _wrong(text, *found, name)
            continue
        found = _beside(text, part)
        if found is None and part.is_brand:
            found = _in_other_kana(text, name)
        if found is None and len(name) >= (3 if part.is_brand else LEAST):
            found = _window(text, name, 1 if len(name) < LONG else 2)
        if found is None and len(name) > LEAST:
            found = _within(text, name)
        if found is not None and text[slice(*found)] not in item:
            yield _wrong(text, *found, name)


def _doubled_edge(text: str, name: str, at: int) -> tuple[int, int] | None:
    """A name whose first or last sign stands there twice: `山山ノ音`, `ใบบัวว`."""
    end = at + len(name)
    if text[end : end + 1] == name[-1]:
        is_thai = "\u0e01" <= name[-1] <= "\u0e5b"
        if is_thai or (len(name) > 2 and not _UNSPACED.match(text, end + 1)):
            return at, end + 1
    is_first = at > 0 and text[at - 1] == name[0] and (at == 1 or not _UNSPACED.match(text, at - 2))
    return (at - 1, end) if is_first and len(name) > 2 else None


def _unmarked(text: str, name: str) -> tuple[int, int] | None:
    """A Thai name that lacks its last mark: `ใบไผ`."""
    stem = name[:-1]
    at = text.find(stem) if len(stem) > HALF and unicodedata.combining(name[-1]) else -1
    end = at + len(stem)
    is_other = text[end : end + 1] and unicodedata.category(text[end]) in ("Mn", "Lo")
    return (at, end) if at >= 0 and not is_other else None


def _beside(text: str, part: _Part) -> tuple[int, int] | None:
    """What stands in a name's place beside another part of it, with one letter wrong."""
    name = part.word
    if part.before and (at := text.find(part.before)) >= 0:
        start = at + len(part.before)
        start += text[start : start + 1] in (" ", "\u3000")
        if _is_like(text[start : start + len(name)], name) and text[start] == name[0]:
            return start, start + len(name)
    if part.after and (end := text.find(part.after)) > 0:
        end -= text[end - 1] in (" ", "\u3000")
        start = max(0, end - len(name))
        if _is_like(text[start:end], name) and len(name) > 2:
            return start, end
    return None


def _is_like(part: str, name: str) -> bool:
    return len(part) > 1 and OSA.distance(part, name, score_cutoff=1) <= 1


def _in_other_kana(text: str, name: str) -> tuple[int, int] | None:
    """A brand in the other one of the Japanese syllabaries: `ミナカミ`, of みなかみ."""
    if _HIRAGANA.fullmatch(name):
        other = "".join(one if one == "ー" else chr(ord(one) + _KANA_APART) for one in name)
    elif _KATAKANA.fullmatch(name):
        other = "".join(one if one == "ー" else chr(ord(one) - _KANA_APART) for one in name)
    else:
        return None
    at = text.find(other)
    return (at, at + len(name)) if at >= 0 else None


def _within(text: str, name: str) -> tuple[int, int] | None:
    """A name with other letters between its beginning and its end: `月の雫化粧水`."""
    size = next((size for size in range(len(name) - 2, 1, -1) if name[:size] in text), 0)
    if not size:
        return None
    start = text.find(name[:size])
    after = start + size
    last = start + len(name) + 1
    for left in range(len(name) - size - 1, 1, -1):
        at = text.find(name[-left:], after + 1, last)
        if at > 0 and _UNSPACED_RUN.fullmatch(text[after:at]):
            lost = len(name) - size - left
            return (start, at + left) if lost <= HALF and lost < size + left - 1 else None
    return None


def _window(text: str, name: str, allowed: int) -> tuple[int, int] | None:
    """The nearest stretch of letters in the text to a name."""
    best: tuple[int, int, int] | None = None
    for run in _UNSPACED_RUN.finditer(text):
        for size in (len(name), len(name) - 1, len(name) + 1):
            for start in range(run.start(), run.end() - size + 1):
                ends = (text[start] == name[0]) + (text[start + size - 1] == name[-1])
                if not ends:
                    continue
                part = text[start : start + size]
                same = sum(map(str.__eq__, part, name))
                is_other = size == len(name) and same < max(2, len(name) - allowed - 1)
                if is_other and sorted(part) != sorted(name):
                    continue
                if size != len(name) and (ends < 2 or len(name) <= LEAST):
                    continue
                if size == len(name) and _is_particle_for(part, name):
                    continue  # a sentence about it: `今朝はほうじ茶`, of 朝露ほうじ茶
                if part[0] != name[0] and sorted(part[:2]) != sorted(name[:2]) and allowed > 1:
                    continue  # another word before the same: `菩提樹のはちみつ`, of 金箱のはちみつ
                distance = OSA.distance(part, name, score_cutoff=allowed)
                if distance <= allowed and (best is None or distance < best[0]):
                    best = (distance, start, start + size)
    return best[1:] if best else None


def _is_particle_for(part: str, name: str) -> bool:
    """Whether what differs is a particle of Japanese behind a Han character, for another one."""
    at = next((at for at in range(1, len(name)) if part[at] != name[at]), 0)
    return (
        bool(at)
        and part[at] in "はがもをにへと"
        and _HAN.match(part[at - 1] + name[at]) is not None
    )


def _wrong(text: str, start: int, end: int, name: str) -> Violation:
    words = text[start:end]
    message = f"'{words}': the item has '{name}'"
    return Violation("names.misspelt", Severity.ERROR, message, (start, end), fix=f"write '{name}'")
