"""One pass over a results file: what is done, what is damaged, and where the sound part ends."""

from dataclasses import dataclass, field
from typing import BinaryIO

from copygen.results.index import Latest, Place
from copygen.results.record import OPENING, identify, lines

_SHOWN_FAULTS = 10


@dataclass(slots=True)
class Scan:
    """What `scan` found."""

    latest: Latest = field(default_factory=Latest)
    records: int = 0
    superseded: int = 0
    """Records that a record of the same id makes obsolete; compaction moves them out."""
    faults: int = 0
    """Lines within the sound part that are no records."""
    fault_lines: list[int] = field(default_factory=list)
    """The numbers of the first of them, 1-based."""
    sound_bytes: int = 0
    """Where the last line that is JSON ends; what follows was torn by a crash."""
    size_bytes: int = 0
    unterminated: bool = False
    """The sound part ends without a newline."""
    opening: bytes = b""
    """The first bytes of the file."""
    others: int = 0
    """Lines that are JSON, but not records."""

    @property
    def torn_bytes(self) -> int:
        """Length of the tail that is no JSON."""
        return self.size_bytes - self.sound_bytes

    @property
    def foreign(self) -> bool:
        """Whether this is somebody else's file: not one record, and no torn beginning of one."""
        if self.records:
            return False
        text = self.opening.lstrip(b"\0 \t\r\n")
        return self.others > 0 or not OPENING.startswith(text[: len(OPENING)])


def scan(stream: BinaryIO) -> Scan:
    """Read a results file from its beginning to its end, in memory bounded by its ids."""
    found = Scan()
    bad_at_end = 0
    for number, offset, line in lines(stream):
        end = found.size_bytes = offset + len(line)
        found.opening = found.opening or line[:4096]
        if line.isspace():
            if not bad_at_end and line.endswith(b"\n"):
                found.sound_bytes = end
            continue
        try:
            record = identify(line)
        except ValueError:
            _add_fault(found, number)
            bad_at_end += 1
            continue
        bad_at_end = 0
        found.sound_bytes = end
        found.unterminated = not line.endswith(b"\n")
        if record is None:
            found.others += 1
            _add_fault(found, number)
            continue
        found.records += 1
        found.superseded += found.latest.add(*record) is not Place.FIRST
    _drop_tail_faults(found, bad_at_end)
    return found


def holds_record(stream: BinaryIO) -> bool:
    """Whether any line is a record; reads up to the first that is."""
    for _, _, line in lines(stream):
        try:
            if identify(line) is not None:
                return True
        except ValueError:
            continue
    return False


def _add_fault(found: Scan, number: int) -> None:
    found.faults += 1
    if len(found.fault_lines) < _SHOWN_FAULTS:
        found.fault_lines.append(number)


def _drop_tail_faults(found: Scan, bad_at_end: int) -> None:
    """Forget the last faults: they are the torn tail, not damage in the middle."""
    found.faults -= bad_at_end
    del found.fault_lines[found.faults :]
