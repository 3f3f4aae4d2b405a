"""What a reply leaves open: brackets, lines and names for what should stand there.

The names of blanks are data, in the files of `copygen.quality.phrases`.
"""

import re
from collections.abc import Container, Iterator
from functools import cache
from types import MappingProxyType
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.checks.number_words import number_words, shares
from copygen.quality.facts import CheckContext
from copygen.quality.normalize import Places, deferred, fold
from copygen.quality.phrases import PhraseIndex, PhraseReader, Said, folded, phrases_of
from copygen.quality.quantities import DIGIT

_BRACKETS: Final = deferred(
    r"\[(?P<square>[^\[\]\n]{1,60})\]|\{(?P<curly>[^{}\n]{0,60})\}|<(?P<angle>[^<>/\n]{2,60})>"
    r"|【(?P<heading>[^】\n]{1,40})】|〔(?P<shell>[^〕\n]{1,40})〕|\((?P<round>[^()\n]{2,40})\)"
    r"|[«„“](?P<quoted>[^«»„“”\n]{3,40})[»“”]|\"(?P<straight>[^\"\n]{3,40})\""
)
_YOUR: Final = (
    "your|my|ihre?|deine?|euer|votre|tu|su|seu|sua|tuo|tua|vostro|il-?tuo|uw|jouw|din|"
    "ditt?|deres|sinun|teie|sinu|jusu|jūsu|twoj[ae]?|twój|tvoj[ae]?|tvuj|tvůj|vas[ae]?|vaš[ae]?|"
    "vash[ae]?|sizin|nama|nazwa|nazev|naziv|nom|nombre|nome|numele|ваш[аеі]?|твой|твоя|твій|вашият?|"
    "име|назва|название"
)
_OWNED: Final = (
    "shop|store|brand|name|domain|domein|domaine|dom[ií]nio|web|site|sitio|sito|page|compan|firm|"
    "boutique|tienda|loja|negozio|negocio|empresa|azienda|winkel|bedrijf|butik|nettside|hemsida|"
    "foretag|företag|kauppa|yritys|sivu|pood|ettevot|veikal|sklep|obchod|eshop|predajn|trgovin|"
    "podjet|prodavnic|magazin|bolt|mark[aeo]|marque|marca|merk|merek|varumark|varumärke|adres|link|url|"
    "entreprise|unternehmen|laden|geschäft|onlineshop|webshop|webwinkel|nettbutikk|verkkokauppa|"
    "toko|kedai|jenama|anda|магазин|сайт|sa[ij]t|бренд|марк|компани|домен|адрес"
)
_SITES: Final = (
    "website|webseite|sitioweb|siteweb|domaine?|domain|dominio|domein|brandname|shopname|storename|"
    "companyname|firmenname|markenname|webaruhaz|azonboltod|tenwebsite|tencuahang|tenmien|"
    "verkkokauppasi|verkkokauppanne|kauppasi|kauppanne|yrityksesi|yrityksenne|brändisi|brandisi|sivustosi|"
    "webshopod|webshopja|boltod|boltja|cegnev|cégnév|ceged|céged|weboldalad|webaruhazad|webáruházad|"
    "magazaniz|mağazanız|magazan|siteniz|siteadresiniz|markaniz|markanız|firmaniz|firmanız|sirketiniz|"
    "şirketiniz|tokoanda|kedaianda|websiteanda|situsanda|jenamaanda|namatoko|namakedai|namabrand|"
    "magazinultau|magazinultău|magazinuldvs|siteultau|siteultău|brandultau|brandultău|firmata|"
    "websitecuaban|cuahangcuaban|tenthuonghieu|tencongty|tindahanmo|websitemo|angiyongsite|"
    "yourdomain|yourwebsite|yoursite|yourshop|yourstore|yourbrand|sinupood|teiepood"
)
_SIGNS: Final = deferred(
    r"(?<![A-Za-z0-9_])_{3,}(?![A-Za-z0-9_])"  # ____
    r"|[〇○◯]{2,}|[△□●]{2,}|某某|(?<![ㄱ-ㆎ])[ㅇㅁ]{2}(?=[가-힣])"
    r"|(?<![A-Za-z\d])[xX×]{2,4}(?=[\u3040-\u9fff\uac00-\ud7a3])"  # XX店
    r"|(?<=[\u3040-\u9fff])[xX×]{2,4}(?![A-Za-z])"
    r"|(?<![A-Za-z])[O○]{2,3}(?=[\uac00-\ud7a3])"  # OO님
    r"|[@#][xX]{3,}(?!\w)|[$€£¥฿]\s?[xX]{2,}(?!\w)|(?<!\w)[xX]{2,}\s?(?:%|€|฿|บาท|円|元|원)"
    r"|[@#](?:your|my)(?:brand|shop|store|name|company|handle)\w*"
    r"|\b(?:www\.)?(?:your|my)[-_]?(?:brand|shop|store|website|company|site|domain|link)\.\w{2,4}\b"
    r"|\bwww\.(?:your|ihre?|deine?|votre|jouw|ditt|toko|kedai)"
    r"[-\w]{0,20}\.\w{2,4}\b"
    r"|\b(?:www\.)?(?:ejemplo|exemplo|exemple|esempio|beispiel|voorbeeld|exempel|eksempel"
    r"|esimerkki|przyklad|priklad|pelda|exemplu|primer|ornek|contoh)\.\w{2,4}\b"
    r"|\b(?:www\.)?example\.(?:com|org|net)\b"
    r"|(?<![^\W_])(?-i:XYZ)(?![^\W_])",
    re.IGNORECASE,
)
_ADDRESS: Final = deferred(
    rf"(?<![\w.-])(?:www\.)?(?:[\w.]{{1,20}}@)?(?:{_YOUR})[-_.]?(?:{_OWNED})[-\w]{{0,24}}\.[^\W\d_]{{2,6}}"
    rf"(?!\w)|(?<![\w.-])(?:www\.|[\w.]{{1,20}}@)?(?:{_SITES})\.[^\W\d_]{{2,6}}(?!\w)|(?<!\w)[@#](?:{_YOUR})[-_]?(?:{_OWNED})\w{{0,16}}",
    re.IGNORECASE,
)
"""`www.ihre-marke.de`, `info@yourbrand.com`, `#VotreMarque`."""
_WORDED: Final = deferred(r"(?<![\w.-])[\w.-]++(?:[@#][\w.-]++)?|[@#]\w++")
"""A word, with the signs of addresses in it: taken whole, so that a long one is read once."""
_CENTURY: Final = deferred(
    r"(?i:(?:siglos?|s[ée]culos?|secol\w*|segles?|siècles?|sec|vek|века?|стол\w+|ст|roku?|juan|"
    r"johannes|louis)\.? (?:[xivl]+[-–/])?)$"
)
_ROMAN: Final = deferred(
    r"(?i:[-–.]?[xivхі]*\.? ?(?:e |ème |esim|век|вiк|стол|стор|ст\b|в\.|wiek|w\.|st\.|stol|vek|"
    r"száz|sajand|gs\.|amž|a\. ?|yüzyıl|asr|αιών|secol|cent|siècle|world|olimp|олимп))"
)
_MARKED: Final = MappingProxyType(
    {
        "letters": deferred(  # XX, 210-XXXXXXX, 20XX; xx alone is a kiss
            r"(?<![^\W\d_])\d*(?:X{2,}|Х{2,}|Χ{2,})\d?(?:[ .-]{1,3}\d*(?:X{2,}|Х{2,}|Χ{2,}))*(?!\w)"
            r"|(?<!\w)XY(?!\w)"
            r"|(?<!\w)(?:\+?\d[\d -]*[xх]{2,}|[xх]{4,16})(?:[ .-][xх\d]{2,})*(?!\w)"
            r"|(?<!\w)[xх]{2,}(?:[ .-][xх]{2,})+(?!\w)"
        ),
        "dots": deferred(
            r"(?<=\s)[.…]{3,}(?<=[.…]{4})(?=[^\S\n])|(?<=\s)…{2,}(?=\s\w)|(?:…|\.{3}) ?[%€]"
        ),
        "lines": deferred(
            r"(?<=\S )(?:\*{3,4}|[–—]{3,}|-{4,})(?=[ .,!?;)])|(?<!\*)\*{2,3}(?=[店市区區路])"
        ),
        "amount": deferred(
            r"(?<![\w-])[XХ] ?(?:[€%₽₺₪฿]|(?:[Ee]uros?|EUR|zł|kr|Kč|Ft|lei|лв|руб|грн|TL)\b)"
        ),
        "variable": deferred(
            r"(?<![\w@/#.:{-])(?:[A-Za-z]+_(?:name|brand|price|url|link|city|code|NAME|BRAND|PRICE|URL)"
            r"|(?:nombre|nom|nama|nome|nazwa|name|NAME|NOMBRE|NOM)_[A-Za-z]+)(?!\w)|#[A-Z_]{3,20}#"
        ),
        "address": deferred(r"https?://(?:\.{3}|…)|\w@(?:\.{2,}|…)"),
        "date": deferred(
            r"(?<!\w)(?:(?:DD|TT|JJ|GG|PP|NN|ДД|ΗΗ|MM)[./-] ?(?:MM|ММ|AA|KK|HH|DD)"
            r"(?:[./-] ?(?:[YAJRGVΕÅ]{2,4}|ГГГГ|РРРР)?)?|dd[./-]mm(?:[./-][yajrgvå]{2,4})?"
            r"|(?:YYYY|JJJJ|AAAA|RRRR|ÉÉÉÉ|ГГГГ)"
            r"(?:[./-] ?(?:MM|HH|ММ)(?:[./-] ?\w\w)?)?|HH:MM|hh:mm)(?!\w)"
            r"|(?:[XxMm×〇○◯*]{1,2}|(?<!\d)0{1,2}) ?月 ?(?:[XxDd×〇○◯*]{1,2}|0{1,2}) ?日"
            r"|(?:[XxO○◯]{1,2}|(?<!\d)0{1,2}) ?월 ?(?:[XxO○◯]{1,2}|0{1,2}) ?일"
        ),
        "digits": deferred(  # of nothing but zeros, or counting up
            r"(?<![\d.,])(?:\+\d{1,3}[ .-]?)?\(?0\d{0,3}\)?[ .-/]?(?:0{2,4}[ .-]?){2,4}(?![\d.,])"
            r"|(?<![\d.,])\+?(?:\d{1,3}[ .-])?0?1?[ .-]?23[ .-]?4?5[ .-]?6[ .-]?7(?:[ .-]?8)?"
            r"(?:[ .-]?9)?(?:[ .-]?0)?(?![\d.,])"
            r"|(?<!\d)(?<!\d )\(?555\)?[ .-](?:01\d\d|\d{3}[ .-]\d{4})(?!\d)"
            r"|(?<![\d.,])00[.,]00(?![\d.,])"
        ),
    }
)
"""Signs of a blank, by the marks that they have (`MARKS`)."""
_HTML: Final = frozenset(
    (
        *("a", "b", "i", "u", "p", "s", "br", "hr", "em", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("li", "ol", "ul", "td", "th", "tr", "div", "img", "sub", "sup", "small", "span"),
        *("table", "strong", "html", "body", "head", "think"),
    )
)
_TAGS: Final = frozenset(
    (
        *("sic", "ad", "ads", "pr", "nb", "ps", "anzeige", "werbung", "reklame", "annonse"),
        *("annons", "reklaam", "mainos", "publicidad", "publicité", "pubblicità"),
        *("publicidade", "new", "neu", "nouveau", "nuevo", "nuova", "nuovo", "novo", "nova"),
        *("ny", "nya", "nytt", "nieuw", "nowość", "novinka", "новинка", "новое", "нове"),
        *("ново", "uus", "uusi", "baru", "mới", "yeni", "új", "nou", "νέο", "جديد", "חדש"),
        *("नया", "নতুন", "ใหม่", "sale", "limited", "exclusive", "広告", "廣告", "广告", "광고"),
        *("реклама",),
    )
)
"""What copy has in brackets by itself."""
_DIGITS: Final = "0123456789"
_LETTERS: Final = deferred(r"[^\W\d_]+")
_SHORTEST: Final = 2
_PHONETIC: Final = deferred("[\u0250-\u02af\u02c8\u02cc\u02d0]|^[/ˈ]")
_UNSPACED: Final = deferred("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_CAPITAL: Final = "A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄҐΑ-Ω"
_CAPITALS: Final = deferred(rf"(?:[{_CAPITAL}]{{2,}}[ ]?){{1,4}}(?<=[{_CAPITAL} ]{{9}})")
"""Nine capitals or more: `VOTRE ENSEIGNE`, `BUTIKSNAMN`."""
_MANY_CAPITALS: Final = deferred(f"[{_CAPITAL} ][{_CAPITAL} ]{{8}}")
_OPENING: Final = deferred(r"[\[{<【〔(«„“\"]")
"""Most texts have neither: to look for them costs a tenth of looking for the whole patterns."""
_RULE: Final = deferred(r"(?m)^[\s_]+$")
_NAMES_SOMETHING: Final = (
    *("名", "名称", "名稱", "リンク", "链接", "連結", "링크", "명", "url", "name"),
)
"""Ends of blanks that no heading of a listing has: 【素材】綿100% is one."""
_COVERED: Final = 0.5
"""Share of what stands in brackets that has to be the name of a blank."""
_NEAR: Final = 30


class FillingCheck:
    """The check of what is left open or made up in words, in the languages of a run's texts."""

    def __init__(self, reader: PhraseReader, kept: Container[str], *, numbers: bool) -> None:
        """`kept` are placeholders that are meant to be there; without `numbers` blanks only."""
        self._reader = reader
        self._kept = kept
        self._numbers = numbers

    def violations(self, context: CheckContext) -> Iterator[Violation]:
        """Blanks, and where they are checked numbers and shares in words that the item has not."""
        said = self._reader.read(context.text, context.language)
        yield from self._blanks(context, said)
        if self._numbers:
            yield from shares(context, said)
            if context.language is not None and len(said.tags) == 1:
                yield from number_words(context, said.tags[0], said)

    def _blanks(self, context: CheckContext, said: Said) -> Iterator[Violation]:
        text, original = context.text, context.text.original
        if (span := _sign(context, said)) is not None:
            yield _blank(context, *span)
            return
        has_brackets = _OPENING.search(text.text) is not None
        meant = None
        for found in _BRACKETS.finditer(text.text) if has_brackets else ():
            if context.placeholders:
                meant = meant or Places((one.start, one.end) for one in context.placeholders)
                if meant.touch(*text.span(*found.span())):
                    continue
            words = found[found.lastgroup or 0].strip()
            said_there = found[0] if found["curly"] is not None else words
            is_known = said_there in context.facts.folded.text or words in self._kept
            if (
                not is_known
                and found[0] not in self._kept
                and _is_blank(words, found, _blank_index(said.tags), context)
            ):
                yield _blank(context, *text.span(*found.span()))
                return
        if _MANY_CAPITALS.search(original) and not original.isupper():
            for found in _CAPITALS.finditer(original):
                blanks = _blank_index(said.tags).find(folded(found[0])).found("blank")
                if any(end - start >= _COVERED * len(found[0]) for start, end in blanks):
                    yield _blank(context, *found.span())
                    return
        for start, end in said.found("insert"):
            behind = text.text[end : end + _NEAR]
            if " " in text.text[start:end] and _blank_index(said.tags).find(behind).found("blank"):
                yield _blank(context, *text.span(start, end))
                return


def _sign(context: CheckContext, said: Said) -> tuple[int, int] | None:
    """Where the first sign of a blank is that needs no name: `____`, `XX`, `DD.MM.`."""
    text, item = context.text.original, context.facts.folded.text
    if "sign" in said.kinds:
        for found in _SIGNS.finditer(text):
            if not _RULE.fullmatch(text, *_line(text, found.start())):
                return found.span()
    for marks, pattern in _MARKED.items() if said.kinds & _MARKED.keys() else ():
        if marks in said.kinds:
            for found in pattern.finditer(text):
                if fold(found[0]).strip() not in item and not _is_numeral(text, *found.span()):
                    return found.span()
    for found in _WORDED.finditer(text) if "address" in said.kinds else ():
        if _ADDRESS.search(found[0]) and fold(found[0]) not in item:
            return found.span()
    return None


def _is_numeral(text: str, start: int, end: int) -> bool:
    """Whether `XX` is twenty: `siglo XX`, `XX века`."""
    if text[start:end].strip("XХ"):
        return False
    before = _CENTURY.search(text, max(0, start - 16), start)
    return before is not None or _ROMAN.match(text, end) is not None


def _is_blank(
    words: str, bracket: re.Match[str], index: PhraseIndex, context: CheckContext
) -> bool:
    """Whether what stands in those brackets names what should stand there."""
    kind = bracket.lastgroup
    if kind == "curly":  # in plain letters they are `leftovers.placeholder`
        return not words.isascii() or not words.strip(_DIGITS)
    said = index.find(folded(words))
    longest = max((end - start for start, end in said.found("blank")), default=0)
    inserts = said.are_within("insert", 0, len(words))
    if kind in ("quoted", "straight"):  # «Название магазина»; a single word is quoted by right
        return longest == len(words) and " " in words
    if kind == "round":
        return longest == len(words) or (inserts and longest > 0)
    if kind == "heading":
        return inserts or (longest >= _COVERED * len(words) and words.endswith(_NAMES_SOMETHING))
    if kind == "square" and said.at("insert", 0):
        return True  # `[Check with legal]`
    if longest >= _COVERED * len(words) or (inserts and longest > 0):
        return True
    return kind in ("square", "angle") and _is_no_tag(words, bracket, context)


def _is_no_tag(words: str, bracket: re.Match[str], context: CheckContext) -> bool:
    """Whether brackets within a text hold what copy does not put there.

    It has what the item says, figures, how a word is spoken, and tags: `[NEW]`, at the start of a
    line above all, where Thai, Chinese, Japanese and Korean shops have any.
    """
    letters = _LETTERS.findall(words)
    if sum(map(len, letters)) < _SHORTEST or _PHONETIC.search(words) or DIGIT.search(words):
        return False
    if bracket.lastgroup == "angle":
        is_tag = letters[0] in _HTML or "=" in words or not words[0].isalpha()
        if is_tag or bracket[0][1] == " " or _UNSPACED.search(words):
            return False
    text, (start, end) = context.text.text, bracket.span()
    before = text[:start].rstrip(" ")
    if text[end : end + 1] == "(":
        return False
    if not before or before[-1] in "\n]】":
        behind = context.text.original[context.text.span(start, end)[1] :][:2]
        goes_on = behind[:1] in (",", "'", "’") or behind[1:].islower()
        return goes_on and letters[0] not in _TAGS
    return letters[0] not in _TAGS and not context.facts.words.issuperset(letters)


def _blank(context: CheckContext, start: int, end: int) -> Violation:
    words = context.text.original[start:end]
    message = f"'{words}': a blank that nobody has filled in"
    fix = f"leave out '{words}', or write what it stands for"
    return Violation("leftovers.blank", Severity.ERROR, message, (start, end), fix=fix)


def _line(text: str, at: int) -> tuple[int, int]:
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


@cache
def _blank_index(tags: tuple[str, ...]) -> PhraseIndex:
    inserts = phrases_of(tags, "insert", "add", "order")
    return PhraseIndex({"blank": phrases_of(tags, "blank")}, {"insert": inserts})
