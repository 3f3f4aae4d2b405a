"""What an item says, what a check knows, and whether a text says more than its item."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from copygen.models import Item, JsonValue, Message, Severity, Violation
from copygen.quality.counting import is_scene, month_names, numbers_in_words
from copygen.quality.languages import base
from copygen.quality.normalize import (
    NormalizedText,
    Places,
    TermMatcher,
    deferred,
    fold,
    lazy_property,
)
from copygen.quality.packs import WordingRule
from copygen.quality.placeholders import Placeholder
from copygen.quality.quantities import (
    DIGIT,
    HAN_NUMERALS,
    WASH_DEGREES,
    Measures,
    Quantity,
    common_years,
    han_value,
    no_facts,
    quantities,
    readings,
    telephone_numbers,
)
from copygen.quality.scripts import LATIN_LETTER

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

_DATE: Final = deferred(r"\d{4}[-/.年]\s?(\d{1,2})[-/.月]|(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}")
_MONTH_NUMBER: Final = deferred(r"(\d{1,2})\s?[月월]")
_WORD: Final = deferred(r"[^\W\d_]+")
_NAME_WORD: Final = deferred(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963\u0981-\u09e3])*")
"""With the vowel signs of India, which no word ends at."""
_HAN_NUMBER: Final = deferred(f"[{HAN_NUMERALS}]+")
_LISTING: Final = deferred(r"(?:, |[,;，、/|·،] ?)(?!\d)|(?<!\d), (?=\d)")
_NO: Final = frozenset(
    (
        *("no", "false", "0", "-", "–", "n/a", "none", "nein", "non", "nee", "nej", "nei", "não"),
        *("nie", "ne", "нет", "ні", "не", "hayır", "không", "tidak", "ei", "いいえ", "なし"),
        *("否", "无", "無", "아니오", "ไม่"),
    )
)
_SHARED_SIGNS: Final = (("yen_or_yuan", "JPY", "CNY"), ("krona", "SEK", "NOK", "DKK"))
"""`¥` is the sign of two currencies, `kr` of three."""
_SAME_SIGN: Final = {name: group for group in _SHARED_SIGNS for name in group}
_ID: Final = "id"
"""An article number grounds no figure."""
_MAX_DEPTH: Final = 8
_SHORT_VALUE: Final = 40
_LONG_WORD: Final = 4
_SHORT_NAME: Final = 3
"""Letters up to which a word of a name may be written small: `of`, `and`."""
_NAME_WORDS: Final = 5
"""Words of a value that may be a name, all of it."""
_SMALL_WORDS: Final = frozenset(
    ("the", "and", "a", "an", "of", "for", "with", "your", "you", "our", "is", "are", "to", "from")
)
"""In names, too, and yet they tell English from other languages."""
_NO_NAMES: Final = frozenset[str]()
_MOST_KEPT: Final = 100
"""Letters of a value whose words are remembered."""


@dataclass(slots=True)
class _Numbers:
    """The numbers of one item."""

    written: set[Decimal] = field(default_factory=set)
    exact: set[tuple[Decimal, str]] = field(default_factory=set)
    """In the base of the unit."""
    alone: set[Decimal] = field(default_factory=set)
    """Of cells that hold nothing else."""
    bare: set[Decimal] = field(default_factory=set)
    """Without a unit, among words."""


class Facts:
    """The values of one item, and words allowed beside them. Everything is worked out lazily."""

    def __init__(self, item: Item, measures: Measures, allowed: Sequence[str] = ()) -> None:
        self.item = item
        self._values: list[str] = []
        for name, value in item.items():
            if name == _ID:
                continue
            if type(value) is str:
                self._values.append(value)
            elif type(value) is int or type(value) is float:
                self._values.append(str(value))
            else:
                self._values += _texts(value)
        self._measures = measures
        self._allowed = allowed
        self._known: _Numbers | None = None
        self._in_words: dict[str | None, set[Decimal | int]] = {}

    @lazy_property
    def folded(self) -> NormalizedText:
        """All values as one folded text, a line each."""
        return NormalizedText("\n".join([*self._values, *self._allowed]))

    @lazy_property
    def words(self) -> frozenset[str]:
        """Folded words of all values."""
        return frozenset(_WORD.findall(self.folded.text))

    @lazy_property
    def latin_words(self) -> frozenset[str]:
        """Folded words in Latin letters: names that a text in any language may repeat."""
        return frozenset(word for word in self.words if LATIN_LETTER.match(word))

    @lazy_property
    def names(self) -> frozenset[str]:
        """Folded words that may be names, in any script: those of short values, and of longer ones
        those with a capital. A description's other words are in its language, as a text's are.
        """
        values = (*self._values, *self._allowed) if self._allowed else self._values
        return _NO_NAMES.union(*[_kept(_names_in, one) for one in values if not one.isdecimal()])

    @lazy_property
    def title_words(self) -> frozenset[str]:
        """Folded words of values that begin each word with a capital, as names do."""
        values = self.folded.original.split("\n")
        return _NO_NAMES.union(*(_kept(_title_words_in, value) for value in values))

    @lazy_property
    def _long_words(self) -> list[str]:
        return [word for word in self.words if len(word) >= _LONG_WORD]

    def are_named_in(self, folded: str) -> bool:
        """Whether a folded text has a word of four letters, or a short value, of the item."""
        values = self.folded.text
        # The item has few words; to find all of a text's would take ten times as long.
        if any(one in folded and _stands_in(one, folded) for one in self._long_words):
            return True
        short = (value for value in values.split("\n") if len(value) <= _SHORT_VALUE)
        return any(one in folded for one in short if len(one) > 1 and not one.isascii())

    def grounds(self, amount: Quantity) -> bool:
        """Whether the item has that number, in that unit.

        A cell that is nothing but a number (`2500`) grounds it in any unit; a bare number
        within a sentence grounds all but shares and prices. Writing does not matter: 2,500,
        ２５００ and ๒๕๐๐ are one, and so are 1 kg and 1000 g.
        """
        if self._known is None:
            self._known = self._read()
        numbers, unit = self._known, amount.unit
        values = amount.values
        if amount.parts and all(map(self.grounds, amount.parts)):
            return True
        if common := common_years(values):
            values = (*values, *common)
        if unit is None:
            return not numbers.written.isdisjoint(values)
        units = _SAME_SIGN.get(unit, (unit,))
        if any((v * amount.factor, one) in numbers.exact for v in values for one in units):
            return True
        strict = amount.is_percent or self._measures.is_money(unit)
        return not numbers.alone.isdisjoint(values) or not (
            strict or numbers.bare.isdisjoint(values)
        )

    def has_in_words(self, amount: Quantity, language: str | None) -> bool:
        """Whether the item has that number in words, of the language or of English: `three pairs`.

        It grounds what a bare number does: all but shares and prices.
        """
        if amount.is_percent or (amount.unit and self._measures.is_money(amount.unit)):
            return False
        values = self._in_words.get(language)
        if values is None:
            values = numbers_in_words(self.folded, language)
            values.update(map(han_value, _HAN_NUMBER.findall(self.folded.text)))
            self._in_words[language] = values
        return not values.isdisjoint(amount.values)

    def _read(self) -> _Numbers:
        """Every number of the item, by what it may ground."""
        found = _Numbers()
        for text in [*self._values, *self._allowed]:
            if text.isdecimal() and (values := readings(text)):
                read = [Quantity((0, len(text)), text, values)]
            elif DIGIT.search(text):
                read = quantities(text, self._measures)
            else:
                continue
            alone = len(read) == 1 and read[0].text == text.strip()
            for one in chain(read, *(one.parts for one in read)):
                values = (*one.values, *common_years(one.values))
                found.written.update(values)
                if one.unit is not None:
                    found.exact.update((value * one.factor, one.unit) for value in values)
                else:
                    (found.alone if alone else found.bare).update(values)
        return found

    @lazy_property
    def listed(self) -> frozenset[int]:
        """How many things each value lists, `S, M, L`: who counts them makes nothing up."""
        return frozenset(len(_LISTING.split(value)) for value in self._values)

    @lazy_property
    def figures(self) -> str:
        """All digits of the item's values, a value a line: telephone numbers are among them."""
        return "\n".join("".join(filter(str.isdecimal, value)) for value in self._values)

    @lazy_property
    def months(self) -> frozenset[int]:
        """The months the item speaks of, by name or in a date."""
        text = "\n".join([*self._values, *self._allowed])
        found = {month for _, _, month in self._measures.months_in(text)}
        for match in [*_DATE.finditer(text), *_MONTH_NUMBER.finditer(text)]:
            found |= {int(group) for group in match.groups() if group}
        return frozenset(found)

    def claims(self, rule: WordingRule) -> bool:
        """Whether the item itself makes that claim, in any language: a value, or what a column is
        called that says no `no`.
        """
        if rule.matches(self.folded):
            return True
        columns = [name for name, value in self.item.items() if not _denies(value)]
        return bool(rule.matches(NormalizedText("\n".join(columns).replace("_", " "))))


def _kept(words_in: "_lru_cache_wrapper[frozenset[str]]", value: str) -> frozenset[str]:
    """The words of a value, remembered unless it is long: descriptions do not come again."""
    return (words_in if len(value) <= _MOST_KEPT else words_in.__wrapped__)(value)


# Of a table's columns most hold the same few values again and again.
@lru_cache(maxsize=1024)
def _names_in(value: str) -> frozenset[str]:
    words = _NAME_WORD.findall(value)
    if len(words) > _NAME_WORDS:
        words = [word for word in words if word[0].isupper()]
    return frozenset(map(str.lower if value.isascii() else fold, words)) - _SMALL_WORDS


@lru_cache(maxsize=1024)
def _title_words_in(value: str) -> frozenset[str]:
    words = [word for word in _WORD.findall(value) if len(word) > _SHORT_NAME]
    return frozenset(map(fold, words)) if all(word[0].isupper() for word in words) else _NO_NAMES


def _denies(value: JsonValue) -> bool:
    """Whether a cell says that the item is not what its column is called."""
    return not value or (isinstance(value, str) and value.strip().casefold() in _NO)


def _stands_in(word: str, folded: str) -> bool:
    """Whether it stands there as one of the words that `_WORD` finds."""
    start = folded.find(word)
    while start >= 0:
        end = start + len(word)
        if not (_is_letter(folded[start - 1 : start]) or _is_letter(folded[end : end + 1])):
            return True
        start = folded.find(word, end)
    return False


def _is_letter(char: str) -> bool:
    return _WORD.match(char) is not None


def _texts(value: JsonValue, depth: int = _MAX_DEPTH) -> Iterator[str]:
    """The texts and numbers in a value that is no text itself."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, Mapping) and depth:
        for inner in value.values():
            yield from _texts(inner, depth - 1)
    elif isinstance(value, list | tuple) and depth:
        for inner in value:
            yield from _texts(inner, depth - 1)
    else:
        yield str(value)


class CheckContext(NamedTuple):
    """One text of one item, folded once for all checks, and what is known about it."""

    text: NormalizedText
    facts: Facts
    language: str | None = None
    """Tag of the language it should be in: `th`, `zh-Hant`; None: not told."""
    field: str | None = None
    """Name of the field, `headline` or `google_ads.headline`; None: the text as a whole."""
    record: Mapping[str, Sequence[str]] = MappingProxyType({})
    """All texts of the answer by field, this one among them; empty where it stands alone."""
    asked: Sequence[Message] = ()
    """What the model was asked, where that is known: in a run."""
    placeholders: Sequence[Placeholder] = ()
    """Those in the text."""


@dataclass(frozen=True, slots=True)
class MendableViolation(Violation):
    """A violation that a run mends by itself, without doubt, and notes, instead of asking again."""

    mend: tuple[int, int, str] = (0, 0, "")
    """`(start, end, replacement)` in the text; white space around what results is stripped."""


def mendable(found: Violation, start: int, end: int, replacement: str = "") -> MendableViolation:
    """A violation that is gone once `start:end` of the text is `replacement`."""
    place = (found.span, found.field, found.index, found.fix)
    mend = (start, end, replacement)
    return MendableViolation(found.rule, found.severity, found.message, *place, mend)


_LISTED = deferred(r"^[ \t]*(\d{1,2})[.)．）、](?=\s)", re.MULTILINE)
_STEP = deferred(
    # No `\w`: the vowels of Indian scripts are none of it.
    r"(?P<word>[^\s\d.,:;!?…。！？：、()\"“”„«»]{2,16})(?: ?(?:no\.|nr\.|n°|№|#))? ?"
    r"(?P<number>\d)(?=\s?[:：.,，،、。)–—-](?!\d))"
    r"|(?:(?<=[.!?…。！？।۔] )|(?<=[。！？\n])|\A)(?P<ahead>\d)"
    r"(?:[.)]? ?(?P<behind>[^\s\d.,:;!?…。！？：、()\"“”„«»]{1,16})\s?[:：]|\s?[:：)](?!\d))"
)
"""A number of steps, with what they are called."""
_STEP_WORDS = (
    r"steps?|schritt|étape|paso|passo|pas|stap|steg|trin|trinn|vaihe|krok|korak|koraka|шаг|крок|корак"
    r"|стъпка|étapa|etapa|adım|lépés|pasul|βήμα|samm|solis|žingsnis|langkah|bước|hakbang|ขั้นที่|ขั้นตอนที่"
    r"|चरण|कदम|ধাপ|مرحلہ|قدم|مرحله|گام|الخطوة|خطوة|שלב|צעד|ステップ|手順|步骤|步驟|단계"
)
_CALLED_STEP = deferred(
    rf"(?<!\w)(?:{_STEP_WORDS}) ?(?P<number>\d)(?!\d)"
    rf"|(?<![\d.,])(?P<ahead>\d)(?:[.º-]? ?)(?:{_STEP_WORDS})(?![^\W\d_])",
    re.IGNORECASE,
)
"""The same by what steps are called: no mark needs to follow."""
_TEMPERATURE = deferred(
    r"\d ?(?:[°º℃]|deg|grad|aste\w|stopn|stup|kraad|градус|степен|βαθμ|derece|derajat|darjah"
    r"|度|도|องศา|độ|درجة|درجه|ڈگری|डिग्री|ডিগ্রি|מעלות|grau|fok)"
)
_PLACEHOLDER = deferred(r"%\d+\$[sd]|\{[^{}\n]*\}")
_MOST_COUNTED = 12
"""Words with numbers of a text in which one more step is looked for."""
_MOST_TOLD = 40
"""Unknown numbers of one text that are told."""
_CLOCK = deferred(
    r"(?<![\d:.,])(?:[01]?\d|2[0-4])(?::[0-5]\d(?!:?\d)| ?(?:Uhr|o'clock)\b|h[0-5]\d\b| ?[ap]\.?m\b"
    r"| ?時(?![間期代])| ?시(?![간즌])| ?น\.| ?นาฬิกา)"
    r"|\b(?i:kl\.|klo|kell|plkst\.|godz\.|pukul|jam|a las|alle|às|lúc|ora|saat|в|о"
    r"|الساعة|ساعت|בשעה)"
    r" ?(?:[01]?\d|2[0-4])(?:[.:][0-5]\d)?(?!\d|[.,:]\d| ?%)(?:(?= ?[.,;!?—–-])|\Z)"
    r"|(?<![\d.,])(?:[01]?\d|2[0-4]) ?(?:बजे|بجے|টায়)"
    r"|(?:\b(?:à|dès|vers)|\A) ?(?:[01]?\d|2[0-4]) ?h\b"  # without: how long, not when
)
"""`6:45`, `16 h`, `6 Uhr`, `朝6時`, `15시`."""
_ASCII_DIGIT = deferred("[0-9]")
"""`\\d` of plain text in a quarter of the time."""
_LOCAL_DIGITS = 7
"""Digits at the end of a telephone number that are the same however it is dialled."""


def figures(
    context: CheckContext,
    measures: Measures,
    allowed: TermMatcher,
    *,
    numbers: bool = True,
    dates: bool = True,
) -> list[Violation]:
    """Numbers with their units, and months beside a number, that the item does not have.

    None are those of a numbered list, of formats, ordinals, addresses and model names (`no_facts`),
    those inside placeholders and those within a phrase that is `allowed`. A telephone number is
    judged as a whole. Of one text the first dozens are told: a reply of nothing but figures has
    thousands, and nobody reads more.
    """
    text, facts = context.text.original, context.facts
    if not (_ASCII_DIGIT if text.isascii() else DIGIT).search(text):
        return []
    found: list[Violation] = []
    if numbers:
        unknown = [
            one
            for one in quantities(text, measures)
            if not (facts.grounds(one) or facts.has_in_words(one, context.language))
        ]
        if unknown:
            found += _unexplained(context, unknown, measures, allowed)
    if dates:
        language = base(context.language) if context.language else ""
        for start, end, month in measures.months_in(text, language):
            if month not in facts.months:
                words = text[start:end]
                message = f"the date with '{words}' is not in the item"
                fix = f"take out the date with '{words}', or use one the item gives"
                span = (start, end)
                found.append(Violation("grounding.date", Severity.ERROR, message, span, fix=fix))
                if len(found) >= _MOST_TOLD:
                    break
    return found


def _unexplained(
    context: CheckContext, unknown: Sequence[Quantity], measures: Measures, allowed: TermMatcher
) -> list[Violation]:
    """Of the numbers that the item does not have, those that nothing else explains."""
    text = context.text.original
    passed = [
        *_list_numbers(text),
        *_step_numbers(text),
        *(m.span() for m in _PLACEHOLDER.finditer(text)),
    ]
    passed += allowed.spans(context.text)
    passed += no_facts(text)
    if not _TEMPERATURE.search(context.facts.folded.text):
        passed += [m.span() for m in WASH_DEGREES.finditer(text)]
    passed += month_names(text)
    phones = list(telephone_numbers(text))
    explained = Places([*passed, *phones])
    clocks = [one.span() for one in _CLOCK.finditer(text)]
    found: list[Violation] = []
    for one in unknown:
        for part in _at_fault(one, context):
            if not explained.touch(*part.span):
                hour = next((one for one in clocks if _touch(one, part.span)), None)
                if hour is None and is_scene(text, *part.span):
                    hour = part.span
                found.append(hour_of(text, hour) if hour else _ungrounded(part, measures))
        if len(found) >= _MOST_TOLD:
            break
    return found + [_phone(context, span) for span in phones if _is_unknown(context, span)]


def _at_fault(amount: Quantity, context: CheckContext) -> Sequence[Quantity]:
    """What is not in the item: the whole, or that part of it which might be a number of its own."""
    unknown = [part for part in amount.parts if not context.facts.grounds(part)]
    return unknown if len(unknown) < len(amount.parts) else (amount,)


def _is_unknown(context: CheckContext, span: tuple[int, int]) -> bool:
    digits = "".join(filter(str.isdecimal, context.text.original[slice(*span)]))
    # With the country's code in one place and the leading zero in the other.
    return digits[-_LOCAL_DIGITS:] not in context.facts.figures


def _phone(context: CheckContext, span: tuple[int, int]) -> Violation:
    words = context.text.original[slice(*span)]
    message = f"the telephone number '{words}' is not in the item"
    fix = f"take out '{words}'"
    return Violation("grounding.phone", Severity.WARNING, message, span, fix=fix)


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def hour_of(text: str, span: tuple[int, int]) -> Violation:
    """An hour may be a shop's, or that of a sunrise: who reads it knows."""
    words = text[slice(*span)].strip()
    message = f"the hour '{words}' is not in the item"
    fix = f"take out '{words}', or use an hour the item gives"
    return Violation("grounding.hour", Severity.WARNING, message, span, fix=fix)


def _ungrounded(amount: Quantity, measures: Measures) -> Violation:
    rule, what = "grounding.number", "number"
    if amount.is_percent:
        rule, what = "grounding.percent", "percentage"
    elif amount.unit is not None and measures.is_money(amount.unit):
        rule, what = "grounding.price", "price"
    elif amount.unit is not None:
        rule, what = "grounding.unit", "measure"
    message = f"the {what} '{amount.text}' is not in the item"
    fix = f"take out '{amount.text}', or use a figure the item gives"
    return Violation(rule, Severity.ERROR, message, amount.span, fix=fix)


def _list_numbers(text: str) -> list[tuple[int, int]]:
    """The numbers of a list, if there is one: 1, 2, ... at the starts of lines."""
    found = list(_LISTED.finditer(text))
    counted = [match for n, match in enumerate(found, 1) if int(match[1]) == n]
    return [match.span(1) for match in counted] if len(counted) > 1 else []


def _step_numbers(text: str) -> list[tuple[int, int]]:
    """The numbers of steps, days or rules: `Step 1: … Step 2: …`, `1. lépés: …`, `1: … 2: …`.

    There are at least the first two, behind the same word or before it, and a mark. Who counts so
    may name one more: `There is no step 3.`
    """
    found: dict[str, dict[int, tuple[int, int]]] = {}
    for step in _STEP.finditer(text):
        word = (step["word"] or step["behind"] or "").casefold()
        number = "number" if step["number"] else "ahead"
        found.setdefault(word, {}).setdefault(int(step[number]), step.span(number))
    spans = _called_steps(text)
    for word, numbers in found.items():
        if list(numbers) == list(range(1, len(numbers) + 1)) and len(numbers) > 1:
            spans += numbers.values()
            if word and len(found) <= _MOST_COUNTED:
                again = rf"(?i:{re.escape(word)})\W{{1,3}}({len(numbers) + 1})(?!\d)"
                spans += [one.span(1) for one in re.finditer(again, text)]
    return spans


def _called_steps(text: str) -> list[tuple[int, int]]:
    """The numbers of what is called a step, where the first two come in their order."""
    steps = [one.span(one.lastgroup or 0) for one in _CALLED_STEP.finditer(text)]
    numbers = [int(text[slice(*span)]) for span in steps]
    in_order = list(dict.fromkeys(numbers))
    return steps if len(in_order) > 1 and in_order == [*range(1, len(in_order) + 1)] else []


def claims(
    context: CheckContext,
    spans: Sequence[tuple[int, int]],
    *,
    rule: WordingRule,
    allowed: TermMatcher,
) -> list[Violation]:
    """A superlative or certification that the item does not claim itself, in any language."""
    exempt = Places(allowed.spans(context.text)) if allowed else None
    left = [span for span in spans if not (exempt and exempt.touch(*span))]
    if not left or context.facts.claims(rule):
        return []
    words = context.text.original[slice(*left[0])]
    message = f"'{words}': {rule.message}"
    fix = f"take out '{words}'; {rule.instead or 'say only what the item says'}"
    return [Violation(f"grounding.{rule.id}", rule.severity, message, left[0], fix=fix)]
