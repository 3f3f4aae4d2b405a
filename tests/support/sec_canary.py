"""Keys to plant, and every form in which they could come out again."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

SHAPED = "sk-cnry-Zq7Rk2Xv9Lm4Tb8Wd1Hf6Jp3"
"""Begins as keys do."""
ODD = 'Vn5/Gy+2=Qe"8\\Uo&4<Sx>9%Ct7#Bi0?Ka'
"""Nothing gives it away, and most of it is written otherwise in URLs, JSON and HTML."""
PLAIN = "Vm5GyLQe8UoWSx9CtFBi0KaHm3Wd"
"""Nothing but letters and digits, and no prefix."""
_WINDOW = 10
"""Characters of a key in a row that are a leak even without the rest."""


def leaks(key: str, *contents: bytes) -> list[str]:
    """The forms of `key` that stand in any of `contents`, by name."""
    return sorted(
        {
            name
            for content in contents
            for name, form in _forms(key)
            if form.encode() in content or form.lower().encode() in content.lower()
        }
    )


def leaks_below(key: str, folder: Path, *contents: bytes) -> list[str]:
    """The same, in every file below `folder`, their names, and in `contents`."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("planted"):
            found += [f"{path.name}: {name}" for name in leaks(key, path.read_bytes())]
        found += [f"name of {path}" for _ in leaks(key, path.name.encode())]
    return found + leaks(key, *contents)


def _forms(key: str) -> Iterator[tuple[str, str]]:
    yield "plain", key
    inner = key[4:]
    for start in range(len(inner) - _WINDOW + 1):
        yield "part", inner[start : start + _WINDOW]
    raw = key.encode()
    yield "percent", quote(key, safe="")
    yield "percent, slashes kept", quote(key)
    yield "percent, plus", quote_plus(key)
    yield "JSON", json.dumps(key)[1:-1]
    yield "JSON twice", json.dumps(json.dumps(key))[3:-3]
    yield "JSON, slashes", json.dumps(key)[1:-1].replace("/", "\\/")
    yield "escapes", "".join(f"\\u{ord(char):04x}" for char in key)
    yield "hex", raw.hex()
    yield "repr", repr(key)[1:-1]
    for offset in range(3):
        text = base64.b64encode(b"x" * offset + raw).decode()
        # Without the characters that depend on what stands around the key.
        core = text[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
        yield "base64", core
        yield "base64url", core.replace("+", "-").replace("/", "_")
