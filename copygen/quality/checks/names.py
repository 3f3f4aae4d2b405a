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
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from copygen.models import Item, Severity, Violation
from copygen.quality.checks.endings import small_words
from copygen.quality.checks.name_forms import (
    BALTIC,
    FLEETING,
    MARKED,
    MARKED_ENDS,
    PARTICLES,
    POINTED,
    SUFFIXES,
    is_changed,
    is_form_by_marks,
    is_inflected,
    without_marks,
)
from copygen.quality.facts import CheckContext
from copygen.quality.languages import base
from copygen.quality.normalize import fold
from copygen.quality.word_ends import is_common

_TOKEN: Final = re.compile(r"[^\s.,!?:;…()\[\]{}\"«»„“”|/\\–—।،؟؛。、！？「」『』（）]+")
_QUOTED: Final = re.compile(r"[«„“\"]([^«»„“”\"]+)[»“”\"]")
_JOINTS: Final = "-'’"
_JOINT: Final = re.compile(f"[{_JOINTS}]")
"""Between a name and what is joined with it: `Sandlinie-Teppich`, `Yörük'ün`."""
_CLITICS: Final = frozenset("وفبلكهשובלמכ")
"""Letters of Arabic and Hebrew words that are words of their own."""
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_UNSPACED_RUN: Final = re.compile(f"(?:{_UNSPACED.pattern}|[々ー])+")
_HANGUL: Final = re.compile(r"[\uac00-\ud7a3]")
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
_MOST_WORDS: Final = 5
"""Words of a value that may be a name."""
_LEAST: Final = 4
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
_HALF: Final = 3
"""Letters of half a name."""
_SHORT_TEXT: Final = 50
"""Characters of a text that has no marked letter by chance, in a language with few of them."""
_FIVE: Final = 5
"""Letters from which two of them may be wrong within a name whose other words stand beside it."""
_LONG: Final = 7
"""Letters from which two of them may be wrong; from `_LEAST` one may."""
_TITLED: Final = frozenset(("en", "id", "ms", "tl", "vi"))
"""Languages whose shops begin every word of a product's name with a capital."""


class _Name(NamedTuple):
    """One word of a name, and the words beside it."""

    word: str
    folded: str
    before: str
    """Folded; empty: it is the first."""
    after: str
    is_brand: bool
    is_named: bool
    """Whether its column is one of names."""


class _Part(NamedTuple):
    """A name, or a part of it, in a script without spaces."""

    word: str
    before: str
    """The part before it; empty: it is the first."""
    is_brand: bool


class _NamesOfValue(NamedTuple):
    """As of `ItemNames`."""

    words: Sequence[_Name]
    links: Sequence[tuple[str, str, str]]
    unspaced: Sequence[_Part]


class ItemNames:
    """The names of one item: what of its values may be one, by column, case and script."""

    def __init__(self, item: Item, columns: Container[str]) -> None:
        """`columns` are those that `names:` lists."""
        self.words: list[_Name] = []
        """In scripts with spaces."""
        self.links: list[tuple[str, str, str]] = []
        """Small words of names, each between those beside it: `Вечір у Карпатах`."""
        self.unspaced: list[_Part] = []
        for column, value in item.items():
            if isinstance(value, str) and value and len(value.split()) <= _MOST_WORDS:
                brand, named = _kind_of(column)
                if column in columns:
                    brand = named = True
                if (found := _names_in(value, brand, named)) is not None:
                    self.words += found.words
                    self.links += found.links
                    self.unspaced += found.unspaced


# Of a table's columns most hold the same few values again and again.
@lru_cache(maxsize=2048)
def _names_in(value: str, brand: bool, named: bool) -> "_NamesOfValue | None":
    """What a value adds to the names of an item; None: nothing."""
    words, links = [], []
    tokens = _TOKEN.findall(value)
    plain = [fold(token) for token in tokens]
    marked = _QUOTED.search(value) if named else None
    quoted = marked[1].split() if marked else ()
    for at, token in enumerate(tokens):
        small = token[0].islower() and not brand and not (named and token in quoted)
        if named and token.islower() and len(token) <= _LINK and 0 < at < len(tokens) - 1:
            links.append((tokens[at - 1], token, tokens[at + 1]))
        if small or not _is_word(token) or _UNSPACED.search(token):
            continue
        before = plain[at - 1] if at else ""
        after = plain[at + 1] if at + 1 < len(plain) else ""
        words.append(_Name(token, plain[at], before, after, brand, named))
    unspaced = _unspaced(value, brand) if named and not value.isascii() else []
    return _NamesOfValue(words, links, unspaced) if words or links or unspaced else None


def _unspaced(value: str, brand: bool) -> list[_Part]:
    found, before = [], ""
    for part in value.split():
        if len(part) > 1 and _UNSPACED_RUN.fullmatch(part):
            found.append(_Part(part, before, brand))
        before = part
    return found


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
        if any(name.is_brand for name in names.words):
            yield from _split(context, names)
        if names.unspaced and _UNSPACED.search(text):
            yield from _misspelt_unspaced(text, names)


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
    known = _TOKEN.findall(context.facts.folded.text)
    strange = there.difference(known)
    marks = [mark for mark in _JOINTS if mark in text]
    if marks and not all(name.folded in there for name in names.words):
        joined = {word for mark in marks for word in strange if mark in word}
        parts = {part for word in joined for part in _JOINT.split(word) if len(part) > _LEAST}
        strange = strange.union(parts.difference(known, *map(_JOINT.split, known)))
    found: set[str] = set()
    for name in open_names:
        wanted = name.folded
        if wanted in there:
            if text.count(name.word) < words.count(wanted):
                found.add(wanted)  # in another case
            beside = name.after or name.before
            if not (name.is_named and words.count(beside) > words.count(wanted)):
                continue  # else it may be wrong at another place: `Pico Espreso Machine`
        near = process.extract(wanted, strange, scorer=OSA.distance, score_cutoff=2, limit=None)
        found.update(one for one, _, _ in near)
        if name.is_named:
            halves = (wanted[:size] for size in range(_HALF, len(wanted) - 1))
            found.update(half for half in halves if half in strange)
    return found


def _is_settled(name: _Name, text: str, folded: str) -> bool:
    """Whether a name stands in the text as it should each time, without its other words."""
    start = folded.find(name.folded)
    if (
        start < 0
        or (name.before and name.before in folded)
        or (name.after and name.after in folded)
    ):
        return False
    end = start + len(name.folded)
    around = folded[max(0, start - 1) : start], folded[end : end + 1]
    return text.count(name.word) == folded.count(name.folded) and not any(map(_TOKEN.match, around))


def _misspelt(context: CheckContext, names: ItemNames, suspects: set[str]) -> Iterator[Violation]:
    text, language = context.text.original, context.language
    tokens = [_part(found, suspects) for found in _TOKEN.finditer(text)]
    plain = [fold(token) for token, _, _ in tokens]
    there = frozenset(plain)
    is_marked = language is not None and base(language) not in MARKED
    unmarked = text.isascii() and not (is_marked and len(text) <= _SHORT_TEXT)
    written = frozenset(_TOKEN.findall(context.facts.folded.original))
    for at, (token, start, end) in enumerate(tokens):
        if plain[at] not in suspects or not token[0].isalpha():
            continue
        beside = (plain[at - 1] if at else "", plain[at + 1] if at + 1 < len(plain) else "")
        begins = at == 0 or text[:start].rstrip()[-1:] in ".!?…:\n•。"
        for name in names.words:
            if plain[at] == name.folded:
                # The word that the brand is made of: `rýchly ako kolibrík`.
                is_word = token.islower() and (token in written or beside[0] in _LIKE)
                # `un punto y aparte`, beside the `Academia Punto y Aparte`.
                is_word = is_word or (
                    token.islower() and name.word in text and _is_small(tokens, at)
                )
                wrong = not is_word and _in_case(token, plain[at], name, beside, language)
            elif name.folded in there and not _stands_for(name, beside):
                wrong = False
            else:
                wrong = _near(token, plain[at], name, beside, begins, unmarked, language)
            if wrong:
                yield _wrong(text, start, end, name.word)
                break


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


def _split(context: CheckContext, names: ItemNames) -> Iterator[Violation]:
    """A name of one word in two: `Bright Side`, `Berg-Kranz`."""
    folded, item = context.text.text, context.facts.folded.text
    for name in names.words:
        wanted = name.folded
        if not name.is_brand or len(wanted) < _LONG or wanted in folded:
            continue
        if wanted in folded.replace(" ", "").replace("-", ""):
            parts = r"[ -]?".join(map(re.escape, wanted))
            found = re.search(rf"(?<!\w){parts}(?!\w)", folded)
            if found is not None and found[0].count(" ") + found[0].count("-") == 1:
                span = context.text.span(*found.span())
                if found[0] not in item and context.text.original[span[0]].isupper():
                    yield _wrong(context.text.original, *span, name.word)
                    return


def _stands_for(name: _Name, beside: tuple[str, str]) -> bool:
    """Whether a word stands between the words of the name that it is near."""
    before, after = name.before, name.after
    return bool(before or after) and (before or beside[0], after or beside[1]) == beside


def _in_case(
    token: str, plain: str, name: _Name, beside: tuple[str, str], language: str | None
) -> bool:
    """Whether a name has the wrong case: a brand, or a name beside its other words."""
    if token == name.word or token in (name.word.upper(), token.upper()):
        return False
    if any(char.isupper() for char in token[1:]) and not token.isupper():
        return name.is_named and not any(char.isupper() for char in name.word[1:])
    if token != plain or name.word == name.word.lower():
        return False
    whole = (not name.before or name.before == beside[0]) and (
        not name.after or name.after == beside[1]
    )
    titled = language is None or language.split("-")[0] in _TITLED
    proper = name.is_brand or (name.is_named and bool(name.before) and not titled)
    return proper and whole and (bool(name.before or name.after) or name.is_brand)


def _near(
    token: str,
    plain: str,
    name: _Name,
    beside: tuple[str, str],
    begins: bool,
    unmarked: bool,
    language: str | None,
) -> bool:
    """Whether a word is a name with a letter or two wrong.

    `unmarked` tells that the whole text is written without marks on letters, as in short messages.
    """
    wanted = name.folded
    hangul = _HANGUL.match(token) is not None
    if plain[0] in _CLITICS and plain[0] != wanted[0] and len(plain) > _LEAST:
        plain = plain[1:]
        if plain.endswith(wanted):
            return False
    before = len(name.before) >= _LEAST and beside[0].startswith(name.before)
    before = before or (bool(name.before) and beside[0] == name.before)
    adjoining = before or (bool(name.after) and beside[1].startswith(name.after))
    is_half = len(wanted) - len(plain) >= 2 and len(plain) >= _HALF and wanted.startswith(plain)
    if is_half and name.is_named and adjoining and name.word[0].isupper():
        return token[0].isupper()
    if len(wanted) - len(plain) >= 2 and wanted.startswith(plain) and not adjoining:
        return False  # an everyday word that a brand is made of: `Sommer`, of Sommerau
    if plain.endswith((f"'{wanted}", f"’{wanted}")):
        return False  # `l'Agriturismo`
    bare, bare_wanted = without_marks(plain), without_marks(wanted)
    swapped = sorted(bare) == sorted(bare_wanted) and bare != bare_wanted
    marks = bare == bare_wanted
    in_place = _stands_for(name, beside) and plain[0] == wanted[0]
    in_place = in_place and (token[0].isupper() or name.word[0].islower())
    if hangul and len(plain) > len(wanted) and plain[-1] in PARTICLES:
        plain = plain[:-1]
    is_short = adjoining and (hangul or swapped or marks or in_place)
    if len(wanted) < (2 if is_short else _LEAST) or abs(len(plain) - len(wanted)) > 2:
        return False
    tag = base(language) if language else ""
    is_like = in_place and len(wanted) >= _FIVE
    is_like = is_like and (plain[-1] == wanted[-1] or tag in SUFFIXES)
    is_like = is_like and not plain.startswith(wanted[:-1])
    allowed = 1 if len(wanted) < _LONG and not swapped and not is_like else 2
    if not marks and OSA.distance(plain, wanted, score_cutoff=allowed) > allowed:
        return False
    cased = name.word[0] != name.word[0].lower()
    if cased and not token[0].isupper() and (not adjoining or _is_common(plain, language)):
        return False  # `Leder und Oak`, of a table called `Lund Oak`
    if swapped and (adjoining or len(wanted) > _LEAST):
        return not (wanted.endswith(FLEETING) and plain[:-2] == wanted[:-2])
    if marks and not (adjoining and name.is_brand) and _is_common(plain, language):
        return False  # `Iarna`, the winter, of a brand `Iarnă`
    if marks and POINTED.search(plain):
        return False
    if marks:
        is_ending = tag in (BALTIC if adjoining else MARKED_ENDS) and plain[:-1] == wanted[:-1]
        is_ending = is_ending or is_form_by_marks(plain, wanted, tag)
        return (name.is_named or adjoining) and not unmarked and not is_ending
    if is_inflected(plain, wanted, tag, hangul=hangul, adjoining=adjoining, in_place=in_place):
        return False
    if is_changed(plain, wanted, tag):
        return False
    if adjoining:
        return name.is_named or cased
    is_other = plain[:-2] == wanted[:-2] and plain[-2:-1] != wanted[-2:-1]
    if _is_common(plain, language) or is_other:
        return False  # another word of the stem: `Fjället`, of a brand `Fjällro`
    if hangul and name.is_named and not name.before and not name.after and len(wanted) >= _FIVE:
        return True
    due = begins or tag == "de"
    return name.is_brand and len(wanted) > _LEAST and cased and (not due or len(wanted) >= _LONG)


def _is_common(word: str, language: str | None) -> bool:
    """Whether it is a word of the language: `Fjället`, beside a brand `Fjällro`."""
    if not language:
        return False
    return is_common(word, base(language)) or word in small_words(base(language))


def _misspelt_unspaced(text: str, names: ItemNames) -> Iterator[Violation]:
    for name, before, brand in names.unspaced:
        at = text.find(name)
        if at >= 0:
            end = at + len(name)
            if "\u0e01" <= name[-1] <= "\u0e5b" and text[end : end + 1] == name[-1]:
                yield _wrong(text, at, end + 1, name)
        elif (found := _unmarked(text, name)) is not None or (
            before and (found := _behind(text, name, before)) is not None
        ):
            yield _wrong(text, *found, name)
        elif len(name) >= (3 if brand else _LEAST):
            allowed = 1 if len(name) < _LONG else 2
            if (found := _window(text, name, allowed)) is not None:
                yield _wrong(text, *found, name)


def _unmarked(text: str, name: str) -> tuple[int, int] | None:
    """A Thai name that lacks its last mark: `ใบไผ`."""
    stem = name[:-1]
    at = text.find(stem) if len(stem) > _HALF and unicodedata.combining(name[-1]) else -1
    end = at + len(stem)
    is_other = text[end : end + 1] and unicodedata.category(text[end]) in ("Mn", "Lo")
    return (at, end) if at >= 0 and not is_other else None


def _behind(text: str, name: str, before: str) -> tuple[int, int] | None:
    """What stands in a name's place behind its other part, with one letter wrong."""
    at = text.find(before)
    start = at + len(before)
    start += text[start : start + 1] in (" ", "\u3000")
    part = text[start : start + len(name)]
    near = at >= 0 and len(part) > 1 and OSA.distance(part, name, score_cutoff=1) <= 1
    return (start, start + len(name)) if near and part[0] == name[0] else None


def _window(text: str, name: str, allowed: int) -> tuple[int, int] | None:
    """The nearest stretch of letters in the text to a name."""
    best: tuple[int, int, int] | None = None
    for run in _UNSPACED_RUN.finditer(text):
        for size in (len(name), len(name) - 1, len(name) + 1):
            for start in range(run.start(), run.end() - size + 1):
                part = text[start : start + size]
                same = sum(map(str.__eq__, part, name))
                ends = (part[0] == name[0]) + (part[-1] == name[-1])
                if not ends or (size == len(name) and same < max(2, len(name) - allowed - 1)):
                    continue
                if size != len(name) and (ends < 2 or len(name) <= _LEAST):
                    continue
                if part[0] != name[0] and sorted(part[:2]) != sorted(name[:2]) and allowed > 1:
                    continue  # another word before the same: `菩提樹のはちみつ`, of 金箱のはちみつ
                distance = OSA.distance(part, name, score_cutoff=allowed)
                if distance <= allowed and (best is None or distance < best[0]):
                    best = (distance, start, start + size)
    return best[1:] if best else None


def _wrong(text: str, start: int, end: int, name: str) -> Violation:
    words = text[start:end]
    message = f"'{words}': the item has '{name}'"
    return Violation("names.misspelt", Severity.ERROR, message, (start, end), fix=f"write '{name}'")
