"""Looking at a results file without touching it: what it holds, and what it teaches.

Memory is bounded by the number of ids: two tables of 16 bytes a slot, about 64 MiB for a million
of them. Records are read again from their place in the file when somebody wants to see them.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, TypeVar

from copygen.documents import files
from copygen.errors import ResultsError
from copygen.models import JsonValue, Result, Status
from copygen.results.record import decode, identified, lines, loads
from copygen.results.recovery import Scan
from copygen.results.rescue import rescue_path
from copygen.results.resume import Index, Latest, Precedence, earlier_id, identity
from copygen.results.storage import reported

T = TypeVar("T")

PROGRESS_LINES: Final = 1000
"""Progress is told once for so many lines."""
MAX_MODELS: Final = 50
"""Models whose history is kept apart."""
_WANTED: Final = 1
"""Bit of a place: somebody asked for its id."""
_NO_ROW: Final = 1 << 40
_DIGITS: Final = re.compile(r"[0-9]{1,18}|[^0-9]+")
_ENDED = frozenset({Status.OK, Status.REJECTED, Status.FAILED})


@dataclass(slots=True)
class ModelHistory:
    """What the records of one model say about the next prompt: sums, to take means of."""

    ended: int = 0
    """Records that a request was sent for and that came to an end."""
    accepted: int = 0
    measured: int = 0
    """Of them, those with a usage; the tokens are theirs."""
    input_tokens: int = 0
    output_tokens: int = 0
    output_squares: int = 0
    timed: int = 0
    """Of them, those with the latency of a text; the times are theirs."""
    latency_ms: float = 0.0
    total_ms: float = 0.0
    total_squares: float = 0.0

    def add(self, record: Mapping[str, JsonValue], status: Status) -> None:
        """Take in one record as parsed; fields of other types than copygen writes do not count."""
        attempts = record.get("attempts")
        if type(attempts) is not int or attempts < 1 or status not in _ENDED:
            return
        self.ended += 1
        self.accepted += status is Status.OK
        if type(usage := record.get("usage")) is dict:
            self._measure(usage.get("input_tokens"), usage.get("output_tokens"))
        self._time(record.get("latency_ms"), record.get("total_ms"))

    def add_result(self, result: Result) -> None:
        """Take in one record as decoded."""
        if result.attempts < 1 or result.status not in _ENDED:
            return
        self.ended += 1
        self.accepted += result.status is Status.OK
        if result.usage is not None:
            self._measure(result.usage.input_tokens, result.usage.output_tokens)
        self._time(result.latency_ms, result.total_ms)

    def _measure(self, input_tokens: JsonValue, output_tokens: JsonValue) -> None:
        if type(input_tokens) is int and type(output_tokens) is int:
            self.measured += 1
            self.input_tokens += input_tokens
            self.output_tokens += output_tokens
            self.output_squares += output_tokens**2

    def _time(self, latency_ms: JsonValue, total_ms: JsonValue) -> None:
        if isinstance(latency_ms, int | float) and isinstance(total_ms, int | float):
            self.timed += 1
            self.latency_ms += latency_ms
            self.total_ms += total_ms
            self.total_squares += total_ms**2


class LedgerReader:
    """A results file as it stands. Made by `read_ledger`; a context manager that lets go of it."""

    def __init__(
        self, path: Path, *, in_order: bool = False, only: Container[str] | None = None
    ) -> None:
        """`in_order`: the records will be read in their table's order, for 16 bytes an id more.
        `only` the records of these ids are looked at; None: all.
        """
        self.path = path
        self._only = only
        self.history: dict[str, ModelHistory] = {}
        """By model, over every record in the file."""
        self._latest = Latest()
        self._places = Index()
        self._rows = Index() if in_order else None
        self._stream: BinaryIO | None = None

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many ids stand at each status that occurs."""
        return self._latest.counts

    @property
    def ids(self) -> int:
        """How many ids it holds."""
        return sum(self.counts.values())

    @property
    def rescued(self) -> Path | None:
        """A rescue file of an earlier run, which the next run takes back before it sends."""
        path = rescue_path(self.path)
        with reported(path, "look at it"):
            return path if files.is_own(path) else None

    def holds(self, id_: str) -> bool:
        """Whether there is a record of `id_`; remembers that it is wanted."""
        number = identity(id_)
        place = self._places.get(number)
        if not place and (earlier := earlier_id(id_)) is not None:
            number = identity(earlier)
            place = self._places.get(number)
        if place and not place & _WANTED:
            self._places.put(number, place | _WANTED)
        return place != 0

    @property
    def latest(self) -> Latest:
        """The latest record of every id."""
        return self._latest

    def status_of(self, id_: str, *keys: str) -> Status | None:
        """Status of the record that counts for `id_` if it was made with `key`, else None."""
        return self._latest.status_of(id_, *keys)

    def record(self, id_: str) -> Result | None:
        """The record that counts for `id_`, read from the file; None when there is none."""
        place = self._places.get(identity(id_))
        if not place and (earlier := earlier_id(id_)) is not None:
            place = self._places.get(identity(earlier))
        return self._read(place) if place else None

    def unwanted(self) -> Iterator[Result]:
        """The records of the ids that `holds` was never asked for, in no order."""
        for place in self._places.values():
            if not place & _WANTED and (result := self._read(place)) is not None:
                yield result

    def in_order(self) -> Iterator[Result]:
        """The record that counts of every id, in the order of the table: by row, then by id.

        Those without a row (of a stream that numbered none) come last, as they stand in the file.
        """
        return self._ordered(self._read, lambda one: one.id)

    def values_in_order(self) -> Iterator[Mapping[str, JsonValue]]:
        """The same as parsed: a third of the work, for who asks only what they are made of."""
        return self._ordered(self._parsed, lambda one: str(one["id"]))

    def _ordered(self, read: Callable[[int], T | None], id_of: Callable[[T], str]) -> Iterator[T]:
        rows = self._rows
        assert rows is not None
        places = sorted(
            (rows.get(number) or _NO_ROW, place & ~_WANTED)
            for number, place in self._places.items()
        )
        for row, same_row in groupby(places, key=itemgetter(0)):
            found = (one for _, place in same_row if (one := read(place)) is not None)
            if row == _NO_ROW:
                yield from found
                continue
            several = list(found)
            if len(several) > 1:
                several.sort(key=lambda one: _natural(id_of(one)))
            yield from several

    def read(self, on_lines: Callable[[int], None]) -> None:
        """Take in the whole file; ResultsError when it cannot be read or is no results file."""
        found = Scan()
        with reported(self.path, "read it"):
            try:
                self._stream = files.open_regular(self.path, files.RESULTS)
            except FileNotFoundError:
                return
            for number, offset, line in lines(self._stream):
                found.opening = found.opening or line[:4096]
                self._take(line, offset, found)
                if number % PROGRESS_LINES == 0:
                    on_lines(PROGRESS_LINES)
        if found.opening and found.foreign:
            raise ResultsError(
                f"{self.path} is not a results file of copygen; name the .jsonl file that a "
                "run wrote"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    def _take(self, line: bytes, offset: int, found: Scan) -> None:
        try:
            value = loads(line)
        except ValueError:
            return  # damaged or torn: no run counts it, either
        record = identified(value)
        if record is None:
            found.others += 1
            return
        found.records += 1
        id_, _, status = record
        if self._only is not None and id_ not in self._only:
            return
        if self._latest.add(*record) is not Precedence.SUPERSEDED:
            self._places.put(identity(id_), (offset + 1) << 1)
            row = value.get("row") if self._rows is not None else None
            if self._rows is not None and type(row) is int and 0 < row < _NO_ROW:
                self._rows.put(identity(id_), row)
        model = str(value.get("model"))
        if model in self.history or len(self.history) < MAX_MODELS:
            self.history.setdefault(model, ModelHistory()).add(value, status)

    def _read(self, place: int) -> Result | None:
        result = decode(self._line_at(place))
        return result if isinstance(result, Result) else None

    def _parsed(self, place: int) -> Mapping[str, JsonValue] | None:
        value: Mapping[str, JsonValue] = loads(self._line_at(place))
        return value

    def _line_at(self, place: int) -> bytes:
        assert self._stream is not None
        with reported(self.path, "read it"):
            self._stream.seek((place >> 1) - 1)
            return self._stream.readline()


def _natural(id_: str) -> list[tuple[int, str]]:
    """Ids as people count: `a/2` before `a/10`."""
    parts = _DIGITS.findall(id_)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def read_ledger(
    path: Path,
    on_lines: Callable[[int], None] = lambda _lines: None,
    *,
    in_order: bool = False,
    only: Container[str] | None = None,
) -> LedgerReader:
    """Read the results file at `path`, which need not be there; nothing is locked or changed.

    `on_lines` hears how many lines were read since it heard last; the rest is as for
    `LedgerReader`. Raises ResultsError when the file cannot be read or is no results file.
    """
    found = LedgerReader(path, in_order=in_order, only=only)
    try:
        found.read(on_lines)
    except BaseException:
        found.__exit__(None, None, None)
        raise
    return found
