"""What a review sheet and its way back have in common: its columns, and the mark beside each text.

A mark says what a text was when it was written into the sheet: the text itself and what had been
decided, as hashes. So a returned cell that agrees with its mark was left alone, whatever became of
the text in the results meanwhile, and one that does not is an edit. It also says which text its row
is about, so a row that was torn apart by sorting some columns only is found, and an id that a
spreadsheet took for a number is not lost.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from typing import Final, Self

from copygen.delivery.copy import Text
from copygen.quality.normalize import normalized
from copygen.results.decisions import Place, State

VERSION: Final = 1
"""Of the sheet's layout."""
HIDDEN_SHEET: Final = "copygen"
"""What the way back needs, for nobody to look at."""
TITLE: Final = "copygen review"
"""The first cell of the hidden sheet."""
MAX_CELL_CHARS: Final = 32_767
"""Of a cell of Excel, in UTF-16 units."""
_MAX_NOTE: Final = 4_000
CELL_STATES: Final = (State.APPROVED, State.EDITED, State.REJECTED, State.LOCKED, State.DRAFT)
"""What the drop-down offers."""


class RowsOf(StrEnum):
    """What a row of a review sheet is."""

    TEXTS = "texts"
    """One text."""
    RECORDS = "records"
    """One record, with a column for each of its texts."""


class Column(StrEnum):
    """The columns of our own; the item's are beside them."""

    ID = "id"
    FIELD = "field"
    NUMBER = "n"
    TEXT = "text"
    LENGTH = "length"
    LIMIT = "limit"
    UNIT = "unit"
    DECISION = "decision"
    REASON = "reason"
    VIOLATIONS = "violations"
    KEY = "key"
    """Content key of the prompt that the text was made with."""
    MARK = "mark"


LENGTH_OF: Final = " length"
"""Behind the name of a text's column where a row is a record."""

_LETTERS: Final[Mapping[State, str]] = {
    State.DRAFT: "d",
    State.APPROVED: "a",
    State.EDITED: "e",
    State.REJECTED: "r",
    State.LOCKED: "l",
    State.STALE: "s",
}
_STATES: Final = {letter: state for state, letter in _LETTERS.items()}
_MARK: Final = re.compile(r"([wqnb])([0-9a-f]{12})([daerls])([0-9a-f]{6})([0-9a-f]{12})")
_FLAGS: Final = {(False, False): "w", (True, False): "q", (False, True): "n", (True, True): "b"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a text was when the sheet was written. Its first letter is none that a number has."""

    text: str
    """Hash of the text."""
    state: State
    note: str
    """Hash of the reason or comment."""
    place: str
    """Hash of the record's id and which of its texts it is."""
    text_quoted: bool = False
    """An apostrophe was put before the text, in a CSV file."""
    note_quoted: bool = False

    def __str__(self) -> str:
        flag = _FLAGS[self.text_quoted, self.note_quoted]
        return f"{flag}{self.text}{_LETTERS[self.state]}{self.note}{self.place}"

    def quoted(self, *, text: bool, note: bool) -> Self:
        """The same, of cells that an apostrophe was put before."""
        return replace(self, text_quoted=text, note_quoted=note)

    @classmethod
    def parse(cls, written: str) -> Self | None:
        """The mark that a cell holds; None where it is none."""
        found = _MARK.fullmatch(written)
        if found is None:
            return None
        flag, text, letter, note, place = found.groups()
        return cls(text, _STATES[letter], note, place, flag in "qb", flag in "nb")


def mark_of(id_: str, text: Text, note: str | None = None) -> Mark:
    """The mark of a text as it stands now; `note` is what its row says where it is shared."""
    return Mark(
        text=text_hash(text.text),
        state=text.state,
        note=note_hash(note_of(text) if note is None else note),
        place=place_hash(id_, text.place),
    )


def label_state(state: State) -> str:
    """What the cell of a decision says."""
    return "" if state is State.DRAFT else state.value


def unsheetable(text: str) -> str | None:
    """Why no cell can hold this text so that it comes back the same; None where one can."""
    if len(text) > MAX_CELL_CHARS // 2:
        length = len(text.encode("utf-16-le", "surrogatepass")) // 2
        if length > MAX_CELL_CHARS:
            return f"it is {length:,} UTF-16 units long, and a cell takes {MAX_CELL_CHARS:,}"
    found = _NO_TEXT.search(text)
    return None if found is None else f"it has U+{ord(found[0]):04X} in it, which no sheet holds"


_NO_TEXT: Final = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


def note_of(text: Text) -> str:
    """Why it was rejected, or what was remarked; "" where nothing was."""
    standing = text.standing
    if standing is None or (text.state is State.DRAFT and standing.state is not State.DRAFT):
        return ""  # it was said of another text
    note = standing.last.reason or standing.last.comment or ""
    return note[:_MAX_NOTE].encode("utf-8", "replace").decode()


def comparable(text: str) -> str:
    """A text as two programs may write the same: composed letters, LF between lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else normalized(text, "NFC")


def text_hash(text: str) -> str:
    """Twelve hex digits that are the same for texts that are the same to a spreadsheet."""
    return _hash(comparable(text), 6)


def note_hash(note: str) -> str:
    """Likewise six for a reason, without blanks around it."""
    return _hash(comparable(note).strip(), 3) if note else _NO_NOTE


def place_hash(id_: str, place: Place) -> str:
    """Twelve hex digits for one text of one record."""
    return _hash(f"{id_}\0{place.field or ''}\0{'' if place.index is None else place.index}", 6)


def _hash(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


_NO_NOTE: Final = _hash("", 3)
_FORMULA: Final = tuple("=+-@\t\r＝＋－＠")
"""How a cell begins that a spreadsheet may compute when it opens a CSV file (OWASP, CSV
injection)."""
_QUOTE: Final = "'"


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet may compute a cell of CSV that holds this."""
    return text.lstrip(" \n\xa0\ufeff").startswith(_FORMULA)


def neutralised(text: str) -> str:
    """A cell of CSV that no spreadsheet computes."""
    return _QUOTE + text if looks_like_formula(text) else text


def restored(text: str, *, quoted: bool) -> str:
    """A returned cell without the apostrophe that was put before it, if it was."""
    return text.removeprefix(_QUOTE) if quoted else text
