"""Texts as HTML, or without it: a short list of tags, everything else escaped."""

import html
import re
from html.parser import HTMLParser
from typing import Final

TAGS: Final = frozenset(
    ("p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "h2", "h3", "h4", "blockquote")
)
"""What product pages of all shops show; without attributes."""
_EMPTY: Final = frozenset(("br",))
_SILENT: Final = frozenset(("script", "style", "template", "noscript", "iframe", "object"))
_BLOCKS: Final = frozenset(("p", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "div", "tr"))
_PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n\s*")
_BLANK_LINES: Final = re.compile(r"\n\n++[ \t]*+")


def as_html(text: str, *, is_markup: bool) -> str:
    """A text as HTML: one with markup keeps the tags of `TAGS`, another becomes paragraphs.

    Nothing that a model writes can run there: no other tag, no attribute, no address is left.
    """
    if is_markup:
        return _read(text, keep=TAGS)
    paragraphs = [one for one in _PARAGRAPHS.split(text.strip()) if one]
    escaped = (html.escape(one, quote=False).replace("\n", "<br>") for one in paragraphs)
    return "".join(f"<p>{one}</p>" for one in escaped)


def as_plain(text: str) -> str:
    """A text as readers see it: without tags, entities resolved, blocks on lines of their own."""
    if "<" not in text and "&" not in text:
        return text
    lines = (line.rstrip(" \t") for line in _read(text, keep=frozenset()).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _read(text: str, keep: frozenset[str]) -> str:
    reader = _Reader(keep)
    reader.feed(text)
    reader.close()
    return reader.written()


class _Reader(HTMLParser):
    """Writes anew what it reads, so that what comes out is well formed whatever came in."""

    def __init__(self, keep: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._keep = keep
        self._parts: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's protocol
        if tag in _SILENT:
            self._silent += 1
        elif tag in self._keep:
            self._parts.append(f"<{tag}>")
            if tag not in _EMPTY:
                self._open.append(tag)
        elif not self._keep and (tag in _BLOCKS or tag == "br"):
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self._open:
            while (last := self._open.pop()) != tag:
                self._parts.append(f"</{last}>")
            self._parts.append(f"</{tag}>")
        elif not self._keep and tag in _BLOCKS:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(html.escape(data, quote=False) if self._keep else data)

    def written(self) -> str:
        """All of it, with every tag closed."""
        return "".join(self._parts) + "".join(f"</{tag}>" for tag in reversed(self._open))
