"""Characters that a channel does not take, or that nobody wants to read."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias

from copygen.quality.checks.context import Context
from copygen.quality.violations import Severity, Violation

Found: TypeAlias = tuple[int, int]
Finder: TypeAlias = Callable[[Context], Iterable[Found]]

_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffd\ud800-\udfff]"
)
"""Controls, zero-width and bidirectional characters, and the mark of a decoding error.

ZERO WIDTH JOINER and NON-JOINER are none of them: emoji, Hindi and Persian are spelled with them.
"""
EMOJI: Final = re.compile(
    "[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693"
    "\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd"
    "\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b"
    "\u2b1c\u2b50\u2b55\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff"
    "\U0001f201\U0001f21a\U0001f22f\U0001f232-\U0001f236\U0001f238-\U0001f23a\U0001f250"
    "\U0001f251\U0001f300-\U0001faff]\ufe0f?|.\ufe0f",
    re.DOTALL,
)
"""Emoji_Presentation of Unicode's emoji-data.txt, and anything with VARIATION SELECTOR-16."""
_HALFWIDTH_KATAKANA: Final = re.compile("[\uff61-\uff9f]+")
_EXCLAMATION: Final = re.compile("[!！❗❕‼⁉]")
_REPEATED: Final = re.compile(r"[!?！？]{2,}|([,，、。;:：；])\1+|\.{4,}|([~～*=_+#])\2{2,}")
_SPACED_CAPITALS: Final = re.compile(r"(?<!\w)(?:[A-Z][ .]){3,}[A-Z](?!\w)")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHOUTED_LETTERS: Final = 5
"""A word of capitals this long is no acronym."""
_SHOUTED_SHARE: Final = 0.5
_URL: Final = re.compile(r"https?://\S+|(?<![\w@])(?:[\w-]+\.)+(?:com|net|org|co|io|shop|th|jp)\b")
_PHONE: Final = re.compile(
    r"(?<![\w.,])(?:\+\d{1,3}[\s-]?)?(?:\(?0\d{1,3}\)?[\s-]?)\d{3,4}[\s-]?\d{3,4}(?!\w)"
)


def _by(pattern: re.Pattern[str]) -> Finder:
    return lambda context: (match.span() for match in pattern.finditer(context.text.original))


def _capitals(context: Context) -> Iterator[Found]:
    """Words in capitals that the item does not write so; acronyms are short."""
    text = context.text.original
    if text.islower():
        return
    yield from (match.span() for match in _SPACED_CAPITALS.finditer(text))
    words = [m for m in _WORD.finditer(text) if m[0].isupper() and len(m[0]) > 1]
    words = [m for m in words if m[0] not in context.facts.folded.original]
    cased = sum(1 for char in text if char.isupper() or char.islower())
    shouting = sum(len(m[0]) for m in words) > _SHOUTED_SHARE * cased and len(words) > 1
    yield from (m.span() for m in words if shouting or len(m[0]) >= _SHOUTED_LETTERS)


_RULES: Final = MappingProxyType(
    {
        "no_control": (_by(_CONTROLS), "is a control or invisible character"),
        "no_emoji": (_by(EMOJI), "is an emoji"),
        "no_halfwidth_katakana": (_by(_HALFWIDTH_KATAKANA), "is half-width katakana"),
        "no_exclamation": (_by(_EXCLAMATION), "is an exclamation mark"),
        "no_capitals": (_capitals, "is written in capitals"),
        "no_repeated_punctuation": (_by(_REPEATED), "repeats punctuation"),
        "no_line_breaks": (_by(re.compile(r"[\r\n]+")), "is a line break"),
        "no_urls": (_by(_URL), "is a web address"),
        "no_phone_numbers": (_by(_PHONE), "is a telephone number"),
        "no_hashtags": (_by(re.compile(r"[#＃](?=\w)")), "begins a hashtag"),
    }
)
ALIASES: Final = MappingProxyType({"no_all_caps": "no_capitals", "no_caps": "no_capitals"})
FORBID: Final = "forbid:"
"""`forbid:<>` is the rule that neither `<` nor `>` may be there."""


def rule_names() -> list[str]:
    """The character rules there are, beside `forbid:...`."""
    return sorted(_RULES)


def is_rule(name: str) -> bool:
    """Whether there is a character rule of that name."""
    return ALIASES.get(name, name) in _RULES or (
        name.startswith(FORBID) and len(name) > len(FORBID)
    )


def check_of(name: str) -> Callable[[Context], list[Violation]]:
    """The check for one character rule; KeyError for a name that `is_rule` does not know."""
    if name.startswith(FORBID):
        chars = name[len(FORBID) :]
        return partial(
            _check, "forbidden", _by(re.compile(f"[{re.escape(chars)}]")), "is not allowed"
        )
    name = ALIASES.get(name, name)
    finder, what = _RULES[name]
    return partial(_check, name.removeprefix("no_"), finder, what)


def _check(rule: str, finder: Finder, what: str, context: Context) -> list[Violation]:
    found = list(finder(context))
    if not found:
        return []
    start, end = found[0]
    words = context.text.original[start:end]
    shown = f"'{words}'" if words.isprintable() else f"U+{ord(words[0]):04X}"
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    message = f"{shown} {what}{more}"
    fix = f"leave out {shown}" if rule != "capitals" else f"do not write {shown} in capitals"
    return [Violation(f"characters.{rule}", Severity.ERROR, message, (start, end), fix=fix)]
