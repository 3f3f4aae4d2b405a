"""The page as one file: its parts put together, and the policy that lets nothing else run.

The parts are in `page/`: plain modules of JavaScript, style sheets and a frame of HTML. They are
joined as they are when a page is asked for; there is no build step. In one module all names of the
top level are one another's neighbours, so no two parts may declare the same.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from copygen.models import JsonValue
from copygen.results.record import dumps

_STYLES: Final = ("page.css", "list.css", "places.css")
_MAIN: Final = "main.js"
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PageParts:
    """What every page has in common."""

    frame: str
    style: str
    script: str

    def policy(self, *, connects: bool) -> str:
        """The content security policy: only this script and this style, no other host, no form.

        With `connects` the page may talk to the server it came from.
        """
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src {_hash(self.script)}",
                f"style-src {_hash(self.style)}",
                "img-src data:",
                *(("connect-src 'self'",) if connects else ()),
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            )
        )


@cache
def page_parts() -> PageParts:
    """The parts that ship with copygen; read once."""
    style = "".join(map(_read, _STYLES))
    return PageParts(_read("page.html"), f"\n{style}", f"\n{_script()}")


def page_around(setup: Mapping[str, JsonValue], *, connects: bool) -> tuple[bytes, bytes]:
    """The page for `setup`, parted where its data goes."""
    parts = page_parts()
    policy = (
        f'<meta http-equiv="Content-Security-Policy" content="{parts.policy(connects=connects)}">'
    )
    html = parts.frame
    for mark, content in (
        ("<!--policy-->", policy),
        ("/*style*/", parts.style),
        ("<!--setup-->", inert(dumps(setup)).decode()),
    ):
        html = html.replace(mark, content, 1)
    before, _, after = html.partition("<!--data-->\n")
    after = after.replace("/*script*/", parts.script, 1)
    return before.encode(), after.encode()


def inert(json: bytes) -> bytes:
    """JSON that nothing in a page can take for markup: `dumps` has escaped U+2028 and U+2029."""
    return json.replace(b"<", b"\\u003c")


def _read(name: str) -> str:
    place = resources.files("copygen.delivery") / "page" / name
    return place.read_text(encoding="utf-8")


def _script() -> str:
    """All modules as one, each after those that it imports."""
    order: list[str] = []
    texts: dict[str, str] = {}

    def take(name: str) -> None:
        if name in texts:
            return
        texts[name] = _read(name)
        for needed in _IMPORT.findall(texts[name]):
            take(needed)
        order.append(name)

    take(_MAIN)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", texts[name])) for name in order)


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
