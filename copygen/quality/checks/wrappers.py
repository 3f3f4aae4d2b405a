"""What stands around a text or in it for a program to read: fences, quotes, tags, JSON, Markdown.

Each is mended where what is left is the text without doubt: a wrapper around the whole, or
emphasis, whose marks alone go. The rest, such as a table or a list where one text was asked for, is
for the model to write again. What data can say is in `configs/wording/leftovers.yaml`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Final

from copygen.models import Message, Severity, Violation
from copygen.quality.channels import FieldSpec
from copygen.quality.checks.lists import (
    asks_for_list,
    has_list,
    has_room_for_list,
    is_list,
    point_of_none,
)
from copygen.quality.facts import CheckContext, mendable
from copygen.quality.normalize import Places, deferred

_QUOTES: Final = MappingProxyType({
    '"': '"', "“": "”“", "„": "“”", "”": "”", "‟": "”", "«": "»", "»": "«", "‹": "›", "›": "‹",
    "「": "」", "『": "』", "﹁": "﹂", "〝": "〞〟", "`": "`'", "‘": "’", "‚": "‘’", "'": "'",
    "’": "’", "＂": "＂",
})  # fmt: skip
"""Quotation marks of the languages of CLDR, and typists' ones: what opens, what closes it."""
_TRIPLE: Final = ('"""', "'''")
_ENDS: Final = frozenset(".!?…。！？")
_LEAST_HALF: Final = 12
"""Characters of a text that is no more than a word in quotation marks, cut off."""
_SINGLE: Final = frozenset("'‘’`")
_CONTRACTED: Final = deferred(r"['’](?:tis|twas|til|cause|em|n|s|t|k|round|bout|\d)\b", re.I)
_MARKS: Final = deferred("[`*_<{\\[\"“„”‟«»‹›「『﹁〝‘‚'’＂>~#|•・●▪◦‣⁃○■◆✅✓✔☑\\-–—+\\d①]")
"""One of these begins each text that is wrapped or is a list."""
_INSIDE: Final = deferred("\\*\\S|_\\S|`\\S|<[A-Za-z]|~~")
_FENCE: Final = deferred(r"\A(`{3,}|~{3,})[^\n`]{0,20}\n(.*?)\n?[ \t]*\1\Z", re.DOTALL)
_ONE_LINE_FENCE: Final = deferred(r"\A```([^`\n]++)```\Z")
_TAG: Final = deferred(r"\A<([A-Za-z][\w:-]{0,30})(?:\s[^<>]{0,200})?>(.*)</\1\s*>\Z", re.DOTALL)
_THOUGHT: Final = frozenset(("think", "thinking", "thought", "reasoning", "reflection"))
"""What stands between such tags is no copy."""
_BRACKET_TAG: Final = deferred(r"\A\[([A-Za-z]{2,12})\](.*)\[/\1\]\Z", re.DOTALL)
_HEADING: Final = deferred(r"\A#{1,6}[ \t]+([^\n]+)\Z")
_QUOTED_LINES: Final = deferred(r"\A(?:>[^\n]*+(?:\n|\Z))++\Z")
_EMPHASIS: Final = deferred(
    r"\*\*\*(?=\S)([^*\n]{1,300}?)(?<=\S)\*\*\*|\*\*(?=\S)([^*\n]{1,300}?)(?<=\S)\*\*"
    r"|(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*\\])\*(?![\w*])"
    r"|(?<![\w_@])__(?=[^\s_])([^\n]{1,300}?)(?<=[^\s_])__(?![\w_])"
    r"|(?<![\w_@./\\])_(?=[^\s_])([^_\n]{1,300}?)(?<=[^\s_])_(?![\w_])"
    r"|(?<![\w`])`(?=\S)([^`\n]{2,200}?)(?<=\S)`(?![\w`])"
    r"|<(?i:b|i|em|strong|u|span|mark|small)>([^<>]{1,300})</(?i:b|i|em|strong|u|span|mark|small)>"
)
_CHAT: Final = ("whatsapp", "telegram", "slack", "discord")
"""Channels that show `*bold*` and `_italic_` as such."""
_SHORT_FIELD: Final = 200
"""A field that takes no more shows no list."""


_WRAPPERS: Final = MappingProxyType(
    {
        "fence": "a code block",
        "data": "JSON",
        "tag": "tags",
        "lines": "the marks of a heading or a quotation",
    }
)
_JSON_KEY: Final = deferred(
    r"\A[\[{]{1,2}\s{0,9}[\"'“][^\"'“”\n]{1,60}[\"'”]\s{0,3}[:：]\s{0,3}[\"'“\[{\d]"
)
_JSON_STRINGS: Final = deferred(r"\A\[\s{0,9}\"[^\n]")


def wrapped(context: CheckContext, field: FieldSpec | None = None) -> Iterator[Violation]:
    """Marks of a program around the text or in it."""
    text = context.text.original.strip()
    if not text:
        return
    if _MARKS.match(text):
        for look in (_fence, _data, _quotes, _tag, _lines):
            if found := look(text):
                what, inside = found
                yield _taken_off(context, text, what, inside)
                return
        if said := _broken_data(text):
            rule = "leftovers.json"
            yield _error(context, text, rule, said, "reply with the text itself, without JSON")
            return
    if "\n" in text and _is_list(text, context.asked, field):
        fix = "write one text in whole sentences, without a list"
        yield _error(context, text, "leftovers.list", "a list where one text was asked for", fix)
        return
    if _MARKS.match(text) and (begin := point_of_none(text)):
        yield _point(context, text, begin)
        return
    if _INSIDE.search(text):
        yield from _emphasis(context, field)


def _taken_off(context: CheckContext, text: str, what: str, inside: str) -> Violation:
    original = context.text.original
    start = original.index(text)
    span = (start, start + len(text))
    if what == "quotes":
        rule = "leftovers.quotes"
        closed = text[-1] if text[-1] in _QUOTES.get(text[0], "") else text[-2]
        message = f"the whole text stands between {text[0]} and {closed}"
        if text.count(text[0]) == 1 and text[0] == '"':
            message = f"{text[0]} is opened and never closed"
        fix = "leave out the quotation marks around the text"
    else:
        rule = "leftovers.wrapper"
        message = f"the whole text stands in {_WRAPPERS[what]}"
        fix = f"leave out {_WRAPPERS[what]} around the text"
    return mendable(Violation(rule, Severity.ERROR, message, span, fix=fix), *span, inside)


def _error(context: CheckContext, text: str, rule: str, message: str, fix: str) -> Violation:
    start = context.text.original.index(text)
    span = (start, start + len(text))
    return Violation(rule, Severity.ERROR, message, span, fix=fix)


def _fence(text: str) -> tuple[str, str] | None:
    if text[:3] not in ("```", "~~~"):
        return None
    if found := _FENCE.match(text):
        inside = found[2].strip()
        return ("fence", inside) if inside and "```" not in inside else None
    one = _ONE_LINE_FENCE.match(text)
    inside = one[1].strip(" \t") if one else ""
    return ("fence", inside) if inside else None


def _data(text: str) -> tuple[str, str] | None:
    """The one text of a JSON object, list or string."""
    if text[0] not in '{["' or text[-1] not in '}]"':
        return None
    if text[0] == '"' and "\\" not in text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    while isinstance(value, dict | list) and len(value) == 1:
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
    if not isinstance(value, str) or not value.strip():
        return None
    return "data", value.strip()


def _broken_data(text: str) -> str | None:
    """What is said of text that is JSON of several values, or the beginning of some."""
    if _JSON_KEY.match(text) or _JSON_STRINGS.match(text):
        return "JSON where a text was asked for"
    return None


def _quotes(text: str) -> tuple[str, str] | None:
    if (triple := text[:3]) in _TRIPLE and len(text) > 6 and text.endswith(triple):
        return "quotes", text[3:-3].strip()
    end = ""
    if text[-1] in _ENDS and text[-2:-1] in _QUOTES.get(text[0], ""):
        text, end = text[:-1], text[-1]  # `"Soft silk".`
    first, last = text[0], text[-1]
    if first == '"' and text.count('"') == 1 and len(text) > _LEAST_HALF:
        return "quotes", text[1:].strip()  # opened and never closed
    if len(text) < 3 or last not in _QUOTES.get(first, ""):
        return None
    inside = text[1:-1]
    if first in _SINGLE:
        bare = re.sub(r"(?<=\w)['’](?=\w)", "", inside)
        if _CONTRACTED.match(text) or first in bare or last in bare:
            return None
    elif first in inside or last in inside:
        return None
    inside = inside.strip()
    return "quotes", inside if inside[-1:] in _ENDS else inside + end


def _tag(text: str) -> tuple[str, str] | None:
    found = _TAG.match(text) or _BRACKET_TAG.match(text)
    if not found or found[1].casefold() in _THOUGHT:
        return None
    inside = found[2].strip()
    again = f"<{found[1]}".casefold() in inside.casefold()
    return ("tag", inside) if inside and not again else None


def _lines(text: str) -> tuple[str, str] | None:
    """A heading that is the whole text, a text that is quoted line by line."""
    if text[0] == "#" and (found := _HEADING.match(text)):
        return "lines", found[1].rstrip("# \t")
    if text[0] == ">" and _QUOTED_LINES.match(text):
        inside = "\n".join(line.lstrip("> \t") for line in text.split("\n")).strip()
        return ("lines", inside) if inside else None
    return None


def _is_list(text: str, asked: Sequence[Message], field: FieldSpec | None) -> bool:
    """Whether the text is a list, or the most of it, where nobody asked for one."""
    if field and (field.limit or _SHORT_FIELD + 1) > _SHORT_FIELD:
        return False
    if is_list(text):
        return not any(asks_for_list(one.content) for one in asked)
    if not has_list(text):
        return False
    return not any(asks_for_list(one.content) or has_room_for_list(one.content) for one in asked)


def _point(context: CheckContext, text: str, begin: int) -> Violation:
    start = context.text.original.index(text)
    span = (start, start + begin)
    message = f"'{text[:begin].strip()}': the mark of a list before a text that is none"
    fix = "begin with the text itself, without the mark of a list"
    found = Violation("leftovers.list", Severity.ERROR, message, span, fix=fix)
    return mendable(found, *span)


def _emphasis(context: CheckContext, field: FieldSpec | None) -> Iterator[Violation]:
    text = context.text.original
    if field and (field.html or field.name.split(".")[0] in _CHAT):
        return
    first = next(iter(_EMPHASIS.finditer(text)), None)
    if (
        context.placeholders
        and first
        and Places((one.start, one.end) for one in context.placeholders).touch(*first.span())
    ):
        return  # `*|FNAME|*`
    if first is None or first[0] in context.facts.folded.original:
        return
    shown = first[0] if len(first[0]) <= 40 else f"{first[0][:40]}…"
    message = f"'{shown}': markup that readers would see"
    fix = "write plain text without Markdown or HTML"
    found = Violation("leftovers.markdown", Severity.ERROR, message, first.span(), fix=fix)
    # Tags and underscores may be more than emphasis: a name of a program, a link's text.
    sure = all(match[0][0] == "*" for match in _EMPHASIS.finditer(text))
    yield mendable(found, 0, len(text), _EMPHASIS.sub(_unmarked, text)) if sure else found


def _unmarked(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None)
