"""What readers see of a text in HTML, with every letter where it stands in the source.

Not a browser: tags, comments, scripts and style sheets become spaces (the ends of paragraphs and
lines become line ends), entities the character they stand for. Everything is one pass, whatever
the text.
"""

import re
from html import unescape
from typing import Final

_TAG: Final = re.compile(
    r"<(/?[A-Za-z][A-Za-z0-9-]{0,30})(?:[\s/][^<>]{0,4000})?>|<![^<>]{0,4000}>"
)
_BLOCKS: Final = frozenset(
    [
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"),
        *("figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
        *("nav", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    ]
)
_ENTITY: Final = re.compile(r"&(?:[A-Za-z]{2,10}[0-9]{0,2}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_UNSEEN: Final = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))


def visible(text: str) -> str:
    """Return `text` without its markup, of the same length: offsets into one fit the other."""
    if "<" in text:
        text = _TAG.sub(_gap, _without_unseen(text))
    return _ENTITY.sub(_character, text) if "&" in text else text


def _without_unseen(text: str) -> str:
    for opening, closing in _UNSEEN:
        lowered = text.lower()
        if len(lowered) != len(text):  # a letter whose small form is longer: leave it alone
            return text
        parts, end = [], 0
        start = lowered.find(opening)
        while start >= 0:
            stop = lowered.find(closing, start)
            stop = len(text) if stop < 0 else stop + len(closing)
            parts += [text[end:start], " " * (stop - start)]
            end = stop
            start = lowered.find(opening, end)
        text = "".join([*parts, text[end:]])
    return text


def _gap(tag: re.Match[str]) -> str:
    width = len(tag[0])
    name = (tag[1] or "").lstrip("/").lower()
    return "\n" + " " * (width - 1) if name in _BLOCKS else " " * width


def _character(entity: re.Match[str]) -> str:
    character = unescape(entity[0])
    return character.ljust(len(entity[0])) if len(character) <= len(entity[0]) else entity[0]
