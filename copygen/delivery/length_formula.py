"""How long a text is, as a formula of a spreadsheet, in the unit of its channel.

`LEN` counts UTF-16 units in Excel and code points in LibreOffice. ENCODEURL writes a text as its
UTF-8 bytes, `%E0%B8%81`, in both, so bytes, code points, UTF-16 units and wide letters are counted
in that. The text's own form counts: nothing is composed (NFC) before. No outside rule gives pixels
or text messages in a formula.
"""

from enum import StrEnum
from typing import Final

from copygen.quality.units import Unit


class Exactness(StrEnum):
    """What a length in a sheet is worth once its text was edited."""

    EXACT = "exact"
    ABOUT = "about"
    """Near: joined emoji, single wide signs and web addresses count otherwise."""
    STATIC = "static"
    """It stays what it was; the way back measures."""


_CONTINUING: Final = ("%8", "%9", "%A", "%B")
"""Every byte of a character but its first."""
_BEYOND: Final = ("%F",)
"""The first byte of what has two units in UTF-16."""
_WIDE: Final = (*(f"%{byte:X}" for byte in range(0xE3, 0xEE)), "%F0")
"""First bytes of kana, Han and Hangul, and of most emoji."""
_FULL_WIDTH: Final = ("%EF%BC",)
_MADE: Final = {
    Unit.CODEPOINTS: Exactness.EXACT,
    Unit.UTF16: Exactness.EXACT,
    Unit.BYTES: Exactness.EXACT,
    Unit.WIDTH: Exactness.ABOUT,
    Unit.GRAPHEMES: Exactness.ABOUT,
    Unit.X: Exactness.ABOUT,
}


def exactness(unit: Unit) -> Exactness:
    """How good `length_formula` is for a unit."""
    return _MADE.get(unit, Exactness.STATIC)


def length_formula(unit: Unit, cell: str) -> str | None:
    """The formula for the text in `cell` (`$D2`), for Excel 2013 and LibreOffice 4.2 and later.

    Where ENCODEURL is not known, or its result is too long for a cell, it is `LEN`. None: there is
    no formula.
    """
    encoded = f"_xlfn.ENCODEURL({cell})"
    code_points = (
        f'2*LEN(SUBSTITUTE({encoded},"%",""))-(3*LEN({encoded})-{_without(encoded, _CONTINUING)})/2'
    )
    if unit is Unit.BYTES:
        whole = f'2*LEN(SUBSTITUTE({encoded},"%",""))-LEN({encoded})'
    elif unit is Unit.UTF16:
        whole = f"{code_points}+{_count(encoded, _BEYOND)}"
    elif unit in (Unit.CODEPOINTS, Unit.GRAPHEMES):
        whole = code_points
    elif unit in (Unit.WIDTH, Unit.X):
        whole = f"{code_points}+{_count(encoded, _WIDE)}+{_count(encoded, _FULL_WIDTH)}"
    else:
        return None
    return f"IFERROR({whole},LEN({cell}))"


def _count(encoded: str, patterns: tuple[str, ...]) -> str:
    """How often any of these, which are of one length, is in it."""
    return f"(LEN({encoded})-{_without(encoded, patterns)})/{len(patterns[0])}"


def _without(encoded: str, patterns: tuple[str, ...]) -> str:
    for pattern in patterns:
        encoded = f'SUBSTITUTE({encoded},"{pattern}","")'
    return f"LEN({encoded})"
