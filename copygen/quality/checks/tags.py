"""Hashtags and mentions: how many, and whether they work."""

import re
from dataclasses import dataclass
from typing import Final

from copygen.quality.checks.context import Context
from copygen.quality.violations import Severity, Violation

# Not \w: the vowel and tone marks of Thai are no word characters to Python, and are to platforms.
_LETTERS: Final = r"[^\s#＃!-/:-@\[-^`{-~。、，．！？…「」『』（）“”‘’]+"
_TAG: Final = re.compile(rf"[#＃]({_LETTERS})")
_RUN: Final = re.compile(rf"(?<![^\s(（「『。、！？!?,.…:：])(?:[#＃]{_LETTERS})+")
"""Hashtags one after the other; what follows a letter (`C#a`, `/#part`) is none."""
_LOOSE: Final = re.compile(r"(?<!\S)[#＃](?=\s|$)")
_MENTION: Final = re.compile(r"(?<![\w.@])@(\w[\w.]*)")


@dataclass(frozen=True, slots=True)
class TagLimits:
    """How many there may be; None: any number."""

    min_hashtags: int = 0
    max_hashtags: int | None = None
    max_mentions: int | None = None


def hashtags(text: str) -> list[tuple[int, int]]:
    """Spans of the hashtags that platforms link: digits alone (`#1`) are none."""
    found = (tag for run in _RUN.finditer(text) for tag in _TAG.finditer(text, *run.span()))
    return [tag.span() for tag in found if not tag[1].isnumeric()]


def mentions(text: str) -> list[tuple[int, int]]:
    """Spans of the mentions; an e-mail address is none."""
    return [match.span() for match in _MENTION.finditer(text)]


def tags(context: Context, limits: TagLimits) -> list[Violation]:
    """Too many or too few hashtags, too many mentions, and a `#` that begins nothing."""
    text = context.text.original
    found = limited_tags(context, limits)
    if loose := _LOOSE.search(text):
        message = "a '#' with nothing after it links to nothing"
        fix = "write each hashtag without a space after '#'"
        found.append(Violation("tags.broken", Severity.ERROR, message, loose.span(), fix=fix))
    return found


def limited_tags(context: Context, limits: TagLimits) -> list[Violation]:
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
