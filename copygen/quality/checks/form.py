"""The form of a text: its length, characters that nobody wants, hashtags and mentions."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Final, TypeAlias

from copygen.models import Severity, Violation
from copygen.quality.channels import CharacterRules, FieldSpec
from copygen.quality.data import Endings, table
from copygen.quality.facts import CheckContext
from copygen.quality.normalize import deferred

LONGEST_MARK: Final = 20
_MARK: Final = deferred(r"\s*(?:[(\[]?\d{1,2}[.):\]]|[-–—•*·.…_#>]+)\s*")


def length(measured: int, spec: FieldSpec) -> list[Violation]:
    """Hold a measured length against the field's spec.

    A limit that is soft or unverified warns. An empty text is too short for every field.
    """
    severity = Severity.ERROR if spec.fails else Severity.WARNING
    if spec.limit is not None and measured > spec.limit:
        over = measured - spec.limit
        unsure = "" if spec.verified else " (the limit is unverified)"
        message = f"{measured} of {spec.unit.counted(spec.limit)}{unsure}"
        fix = f"cut at least {spec.unit.counted(over)}"
        return [Violation("length", severity, message, fix=fix)]
    least = spec.min_length or 0
    if measured < least:
        message = f"{spec.unit.counted(measured)}, at least {least} are needed"
        fix = f"add at least {spec.unit.counted(least - measured)}"
        return [Violation("length.short", severity, message, fix=fix)]
    return []


def empty(text: str) -> list[Violation]:
    """A text of nothing but white space, or but the mark of a list: `1.`, `-`."""
    if text and not text.isspace():
        if len(text) > LONGEST_MARK or not _MARK.fullmatch(text):
            return []
        message = f"there is nothing but '{text.strip()}'"
        return [Violation("empty", Severity.ERROR, message, fix="write the text")]
    return [Violation("empty", Severity.ERROR, "the text is empty", fix="write the text")]


def count(number: int, spec: FieldSpec) -> list[Violation]:
    """Hold the number of texts of a field against what it may have."""
    least, most = spec.min_count or 0, spec.max_count
    if number < least:
        message = f"{number} of at least {least} texts"
        fix = f"write {least - number} more"
        return [Violation("count", Severity.ERROR, message, fix=fix)]
    if most is not None and number > most:
        message = f"{number} of at most {most} texts"
        return [
            Violation("count", Severity.ERROR, message, fix=f"leave out {number - most} of them")
        ]
    return []


Found: TypeAlias = tuple[int, int]
Finder: TypeAlias = Callable[[CheckContext], Iterable[Found]]
Check: TypeAlias = Callable[[CheckContext], list[Violation]]

_UNSPACED_LETTER: Final = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
_RIGHT_TO_LEFT: Final = deferred("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MARKS_OF_DIRECTION: Final = frozenset("\u061c\u200e\u200f")
_VARIABLE: Final = (
    "[#*0-9\u00a9\u00ae\u203c\u2049\u2100-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
"""What has an emoji or a text form, by emoji-variation-sequences.txt of Unicode, and around it."""
_CONTROLS: Final = deferred(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    f"\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffd"
    "\ud800-\udfff\ufe00-\ufe0d]"
    f"|(?<!{_UNSPACED_LETTER})\u200b|\u200b(?!{_UNSPACED_LETTER})"
    f"|(?<!{_VARIABLE})[\ufe0e\ufe0f]"
    "|(?<![\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e00ff]"
)
"""Characters that are not seen, and the mark of a decoding error.

ZERO WIDTH JOINER and NON-JOINER are none of them: emoji, Hindi and Persian are spelled with them.
ZERO WIDTH SPACE parts the words of Thai, Lao, Burmese and Khmer; a variation selector stands behind
what has variants; tag letters spell the flags of England, Scotland and Wales."""
_SUSPECT: Final = deferred(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffd"
    "\ud800-\udfff\U000e0000-\U000e01ef]"
)
"""One of these is in every text that `_CONTROLS` or `_JOINER` matches, and in few others."""
_JOINER: Final = deferred("(?<=[A-Za-z])[\u200c\u200d](?=[A-Za-z])")
"""Where a joiner joins nothing."""
EMOJI: Final = deferred(
    "[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693"
    "\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd"
    "\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b"
    "\u2b1c\u2b50\u2b55\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff"
    "\U0001f201\U0001f21a\U0001f22f\U0001f232-\U0001f236\U0001f238-\U0001f23a\U0001f250"
    "\U0001f251\U0001f300-\U0001faff]\ufe0f?|.\ufe0f",
    re.DOTALL,
)
"""Emoji_Presentation of Unicode's emoji-data.txt, and anything with VARIATION SELECTOR-16."""
_HALFWIDTH_KATAKANA: Final = deferred("[\uff61-\uff9f]+")
_EXCLAMATION: Final = deferred("[!！❗❕‼⁉]")
_REPEATED: Final = deferred(
    r"[!?！？]{2,}|([,，、。;:：；])\1+|\.{4,}|([~～*=_#])\2{2,}|(?<![A+])\+{3,}"
)
"""`PA++++` is a grade of sun protection."""
_SPACED_CAPITALS: Final = deferred(r"(?<!\w)(?:[A-Z][ .]){3,}[A-Z](?!\w)")
_SHOUTED_LETTERS: Final = 5
"""A word of capitals this long is no acronym."""
_SHOUTED_SHARE: Final = 0.5
# fmt: off
_ACRONYMS: Final = frozenset((
    "AC", "ANC", "API", "AV", "BPA", "CD", "CEO", "CPU", "CSV", "DC", "DIN", "DIY", "DVD", "EPUB",
    "EU", "FAQ", "GB", "GPS", "GPU", "GPX", "HD", "HDMI", "HDR", "HEPA", "HTML", "ISO", "LCD",
    "LED", "LTE", "MP", "NAS", "NFC", "OLED", "PC", "PDF", "PDFS", "PIN", "PVC", "QLED", "RAM",
    "RGB", "SD", "SIM", "SPF", "SSD", "SUV", "TB", "TV", "UHD", "UK", "US", "USA", "USB", "UV",
    "VIP", "VPN", "VR", "WLAN", "XL", "XS", "XXL", "XXXL",
))
# fmt: on
_URL: Final = deferred(
    r"https?://\S+|(?<![\w@-])(?:[\w-]++\.){1,8}(?:com|net|org|co|io|shop|th|jp)\b"
)
"""Of more than eight names the last eight: from each dot on, no more than that is looked at."""
_EMAIL: Final = deferred(r"(?<![\w.+-])[\w.+-]++@(?:[\w-]++\.)+[A-Za-z]{2,}(?![\w-])")
_HTML: Final = deferred(
    r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>\n]{0,200})?/?>|<!--|&(?:[a-z]{2,8}|#\d{2,6}|#x[\da-f]{2,5});"
)
_ORNAMENTS: Final = deferred(
    "[\u2020-\u2023\u203b\u2043\u2190-\u21ff\u25a0-\u26ff\u2700-\u27bf\u27f0-\u27ff"
    "\u2900-\u297f\u2b00-\u2bff\u3013]+"
)
"""Bullets, arrows, geometric shapes, miscellaneous symbols and dingbats."""
_SPACED_WORD: Final = deferred(
    "(?:(?![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f])[^\\W\\d_]){2,}"
)
"""Words of the scripts that put spaces between them; of the others nobody can tell them apart
without a dictionary."""
_PHONE: Final = deferred(
    r"(?<![\w.,])(?:\+\d{1,3}[\s-]?)?(?:\(?0\d{1,3}\)?[\s-]?)\d{3,4}[\s-]?\d{3,4}(?!\w)"
)


def _by(pattern: re.Pattern[str]) -> Finder:
    return lambda context: [match.span() for match in pattern.finditer(context.text.original)]


def _capitals(context: CheckContext) -> Iterator[Found]:
    """Words in capitals that the item does not write so; acronyms are short."""
    text = context.text.original
    if text.islower():
        return
    yield from (match.span() for match in _SPACED_CAPITALS.finditer(text))
    words = [m for m in _SPACED_WORD.finditer(text) if all(map(str.isupper, m[0]))]
    words = [m for m in words if m[0] not in context.facts.folded.original]
    # Letters of every script: two acronyms in a Thai or Japanese text are no shouting.
    letters = sum(map(str.isalpha, text))
    said = [m for m in words if m[0] not in _ACRONYMS]
    shouting = len(words) > 1 and sum(len(m[0]) for m in said) > _SHOUTED_SHARE * letters
    yield from (m.span() for m in said if shouting or len(m[0]) >= _SHOUTED_LETTERS)


_FLAGS: Final = MappingProxyType(
    {
        "no_emoji": (_by(EMOJI), "is an emoji"),
        "no_exclamation": (_by(_EXCLAMATION), "is an exclamation mark"),
        "no_repeated_punctuation": (_by(_REPEATED), "repeats punctuation"),
        "no_all_caps": (_capitals, "is written in capitals"),
        "no_halfwidth_katakana": (_by(_HALFWIDTH_KATAKANA), "is half-width katakana"),
        "no_line_breaks": (_by(deferred(r"[\r\n]+")), "is a line break"),
        "no_urls": (_by(_URL), "is a web address"),
        "no_email_addresses": (_by(_EMAIL), "is an e-mail address"),
        "no_phone_numbers": (_by(_PHONE), "is a telephone number"),
        "no_html": (_by(_HTML), "is HTML"),
        "no_decorative_symbols": (_by(_ORNAMENTS), "is an ornament"),
    }
)
_OF_MARKS: Final = frozenset(
    (
        *("no_emoji", "no_line_breaks", "no_urls", "no_email_addresses", "no_html"),
        *("no_decorative_symbols", "max_urls"),
    )
)
"""About marks that no text of a `Form` with a name has. An exclamation mark may end one."""
_COUNTED: Final = MappingProxyType(
    {
        "max_exclamations": (_by(_EXCLAMATION), "exclamation marks"),
        "max_urls": (_by(_URL), "web addresses"),
    }
)


def no_control(context: CheckContext) -> list[Violation]:
    """Control, zero-width and bidirectional characters: no text may have them."""
    text = context.text.original
    # Most texts are plain, which costs nothing to tell, or have none of these.
    if (text.isascii() and text.isprintable()) or not _SUSPECT.search(text):
        return []
    return _none("control", _invisible, "is a control or invisible character", context)


def _invisible(context: CheckContext) -> Iterator[Found]:
    text = context.text.original
    # Marks of direction hold a number or a Latin name in place within Hebrew and Arabic.
    seen = _MARKS_OF_DIRECTION if _RIGHT_TO_LEFT.search(text) else frozenset[str]()
    yield from (match.span() for match in _CONTROLS.finditer(text) if match[0] not in seen)
    if "\u200d" in text or "\u200c" in text:
        yield from (match.span() for match in _JOINER.finditer(text))


def checks_of(rules: CharacterRules) -> Iterator[tuple[Check, bool]]:
    """The checks for the rules that are on, in the order of `CharacterRules`, and whether each is
    about marks, of which a text of a `Form` with a name has none.

    `no_repeats_in_field` is about several texts and no check of one: see `checks.variants`.
    """
    for name, value in rules.names().items():
        if name in _FLAGS:
            yield partial(_none, name.removeprefix("no_"), *_FLAGS[name]), name in _OF_MARKS
        elif name in _COUNTED:
            yield partial(_at_most, name, int(value), *_COUNTED[name]), name in _OF_MARKS
    if rules.forbidden_characters:
        finder = _by(re.compile(f"[{re.escape(rules.forbidden_characters)}]"))
        yield partial(_none, "forbidden_characters", finder, "is not allowed"), False
    if rules.max_same_word is not None:
        yield partial(_same_word, rules.max_same_word), False
    limits = TagLimits(0, rules.max_hashtags, rules.max_mentions)
    if limits != TagLimits():
        yield partial(limited_tags, limits=limits), False


def _none(rule: str, finder: Finder, what: str, context: CheckContext) -> list[Violation]:
    found = list(finder(context))
    if not found:
        return []
    start, end = found[0]
    words = context.text.original[start:end]
    shown = f"'{words}'" if words.isprintable() else f"U+{ord(words[0]):04X}"
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    message = f"{shown} {what}{more}"
    fix = f"leave out {shown}" if rule != "all_caps" else f"do not write {shown} in capitals"
    return [Violation(f"characters.{rule}", Severity.ERROR, message, (start, end), fix=fix)]


def _at_most(
    rule: str, most: int, finder: Finder, noun: str, context: CheckContext
) -> list[Violation]:
    found = list(finder(context))
    if len(found) <= most:
        return []
    message = f"{len(found)} of at most {most} {noun}"
    fix = f"leave out {len(found) - most} of the {noun}"
    return [Violation(f"characters.{rule}", Severity.ERROR, message, found[most], fix=fix)]


def _same_word(most: int, context: CheckContext) -> list[Violation]:
    """The first word that comes more often than `most` times; small words may."""
    places: dict[str, list[Found]] = defaultdict(list)
    for match in _SPACED_WORD.finditer(context.text.original):
        places[match[0].casefold()].append(match.span())
    for word, spans in places.items():
        if len(spans) > most and word not in _small_words():
            message = f"'{word}' {len(spans)} times, at most {most} are allowed"
            fix = f"use '{word}' at most {most} times"
            rule = "characters.max_same_word"
            return [Violation(rule, Severity.ERROR, message, spans[most], fix=fix)]
    return []


@cache
def _small_words() -> frozenset[str]:
    """Articles, prepositions and conjunctions of the languages there is a list for."""
    listed = table(Endings, "endings").words
    return frozenset(word for words in listed.values() for word in words.casefold().split())


# Not \w: the vowel and tone marks of Thai are no word characters to Python, and are to platforms.
_LETTERS: Final = r"[^\s#＃!-/:-@\[-^`{-~。、，．！？…「」『』（）“”‘’]+"
_TAG: Final = deferred(rf"[#＃]({_LETTERS})")
_RUN: Final = deferred(rf"(?<![^\s(（「『。、！？!?,.…:：])(?:[#＃]{_LETTERS})+")
"""Hashtags one after the other; what follows a letter (`C#a`, `/#part`) is none."""
_LOOSE: Final = deferred(r"(?<!\S)[#＃](?=\s|$)")
_MENTION: Final = deferred(r"(?<![\w.@])@(\w[\w.]*)")


@dataclass(frozen=True, slots=True)
class TagLimits:
    """How many there may be; None: any number."""

    min_hashtags: int = 0
    max_hashtags: int | None = None
    max_mentions: int | None = None


def hashtags(text: str) -> list[tuple[int, int]]:
    """Spans of the hashtags that platforms link: digits alone (`#1`) are none."""
    if not _has_tag(text):
        return []
    found = (tag for run in _RUN.finditer(text) for tag in _TAG.finditer(text, *run.span()))
    return [tag.span() for tag in found if not tag[1].isnumeric()]


def mentions(text: str) -> list[tuple[int, int]]:
    """Spans of the mentions; an e-mail address is none."""
    return [match.span() for match in _MENTION.finditer(text)] if "@" in text else []


def _has_tag(text: str) -> bool:
    # Patterns that begin with a look behind are tried at each character: 30 µs for 800 of them.
    return "#" in text or "＃" in text


def tags(context: CheckContext, limits: TagLimits) -> list[Violation]:
    """Too many or too few hashtags, too many mentions, and a `#` that begins nothing."""
    text = context.text.original
    found = limited_tags(context, limits)
    if _has_tag(text) and (loose := _LOOSE.search(text)):
        message = "a '#' with nothing after it links to nothing"
        fix = "write each hashtag without a space after '#'"
        found.append(Violation("tags.broken", Severity.ERROR, message, loose.span(), fix=fix))
    return found


def limited_tags(context: CheckContext, limits: TagLimits) -> list[Violation]:
    """Too many or too few hashtags, too many mentions."""
    text = context.text.original
    return [*_hashtags(text, limits), *_mentions(text, limits)]


def _hashtags(text: str, limits: TagLimits) -> list[Violation]:
    spans = hashtags(text)
    most = limits.max_hashtags
    if most is not None and len(spans) > most:
        message = f"{len(spans)} of at most {most} hashtags"
        fix = f"leave out {len(spans) - most} hashtags"
        return [Violation("tags.hashtags", Severity.ERROR, message, spans[most], fix=fix)]
    if len(spans) < limits.min_hashtags:
        message = f"{len(spans)} of at least {limits.min_hashtags} hashtags"
        fix = f"add {limits.min_hashtags - len(spans)} hashtags"
        return [Violation("tags.hashtags", Severity.ERROR, message, fix=fix)]
    return []


def _mentions(text: str, limits: TagLimits) -> list[Violation]:
    most = limits.max_mentions
    spans = mentions(text) if most is not None else []
    if most is None or len(spans) <= most:
        return []
    message = f"{len(spans)} of at most {most} mentions"
    fix = f"leave out {len(spans) - most} mentions"
    return [Violation("tags.mentions", Severity.ERROR, message, spans[most], fix=fix)]
