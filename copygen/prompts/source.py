"""A path, standard input or Python values → the prompts of it, checked or as they come."""

import itertools
from array import array
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias, cast

from copygen.documents import files
from copygen.errors import InputChanged, PromptError, UsageError
from copygen.models import InputFault, Prompt, Source
from copygen.prompts.expand import CostCheck, Expansion, Target, draft, ids_of
from copygen.prompts.findings import TableFindings, promptfoo_note
from copygen.prompts.names import UsedNames
from copygen.prompts.promptfile import (
    PromptSpec,
)
from copygen.prompts.rows import (
    BadRow,
    BadRows,
    Duplicates,
    FileIds,
    Row,
    StreamIds,
    Table,
    base_of_numbered,
    content_id,
    repeated_hashes,
)
from copygen.prompts.selection import (
    Numbered,
    Steps,
    chosen_ids,
    sampled,
)
from copygen.prompts.tables import (
    readable,
)
from copygen.prompts.template import Layout, layout_of

_YAML: Final = frozenset((".yaml", ".yml"))


DEFAULT_NAME: Final = "copygen"
_IDS_SHOWN: Final = 10
FAULTS_SHOWN: Final = 10
"""Of a file; the others are counted."""
PROGRESS_ROWS: Final = 1000
"""Progress is told once for so many rows."""

Entry: TypeAlias = Prompt | InputFault
Entries: TypeAlias = Generator[Entry, None, None]
Versions: TypeAlias = tuple[tuple[int, int, int], ...]
"""`files.version_of` each file."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the check of a file found out."""

    count: int
    repeated: frozenset[str]
    """Ids that several rows have."""
    taken: frozenset[str]
    """Own ids that look like the numbered ids of such rows."""
    versions: Versions


class Faults:
    """What is wrong with the rows of a file: the first ten, and how many there are."""

    def __init__(self) -> None:
        self.shown: list[PromptError] = []
        self.count = 0
        self.unreadable: list[int] = []
        """The lines of the rows that cannot be read at all."""

    def add(self, fault: PromptError, *, unreadable: bool = False) -> None:
        """Take in the fault of the next faulty row."""
        self.count += 1
        if len(self.shown) < FAULTS_SHOWN:
            self.shown.append(fault)
        if unreadable:
            self.unreadable.append(fault.source.line if fault.source else 0)

    def refuse(self) -> None:
        """Raise a PromptError that says them all, at the place of the first, if there are any."""
        if not self.shown:
            return
        first, *others = self.shown
        lines = [first.message, *map(str, others)]
        if (more := self.count - len(self.shown)) > 0:
            lines.append(f"and {more} more faulty row{'s' if more > 1 else ''}")
        raise PromptError("\n".join(lines), first.source)


class PromptSource:
    """The prompts of one file or stream. Made by `open_prompts`."""

    def __init__(
        self,
        path: str,
        spec: PromptSpec,
        table: Table,
        *,
        is_stream: bool = False,
        read: tuple[str, ...] = (),
        limit: int | None = None,
    ) -> None:
        self.provider = spec.provider
        """The provider the prompt file names."""
        self.provider_place = spec.provider_place
        """Where it does."""
        self.model = spec.model
        """The model the prompt file names."""
        self.path = None if is_stream else Path(path)
        """None for standard input and everything else that cannot be read twice."""
        self.name = self.path.stem if self.path else DEFAULT_NAME
        """What the name of the results is made of."""
        self.axes = tuple(spec.cells[0].values) if spec.cells else ()
        """The names in the matrix."""
        self.cells = tuple(cell.values for cell in spec.cells)
        """The values of each cell of the matrix, in the file's order."""
        self.variants = spec.variants
        """Prompts of each cell."""
        self.overrides = frozenset(spec.overrides)
        """The variables given on the command line."""
        self.warnings = spec.warnings
        """What a person should know of the files, one located sentence each."""
        self.output_spec = spec.output_spec
        """What the prompt file wants of its texts."""
        self.used_names: frozenset[str] = UsedNames(spec.used_names)
        """The variables that prompts are made of; a column that one of them means is in it."""
        self.selection = spec.selection
        """What is asked of the rows."""
        self.left_out: Counter[str] = Counter()
        """Rows that become no prompt, by what leaves them out; of a stream those that were read."""
        self._found: tuple[str, ...] = ()
        self._foreign: str | None = None
        """What is said of another program's columns."""
        self.id_proposals: tuple[str, ...] = ()
        """Columns that could be the ids of a checked file whose rows have none."""
        self.is_stream = is_stream
        """It can be read once only, so it is not checked up front."""
        self._shown = path
        self._spec = spec
        self._table = table
        self._read = read
        """The file whose rows are read, and then those that were read before."""
        self.limit = limit
        """The most prompts to make; None for all."""
        self._checked: _Checked | None = None
        self._begun = False
        self._steps = Steps(spec.selection, spec.conditions)
        self._sample: frozenset[int] | None = None
        only = spec.selection.only_ids
        self._only = None if only is None else chosen_ids(str(only))
        self._dropped = 0
        self._unmet: tuple[str, ...] = ()
        if is_stream and spec.selection.unique:
            raise UsageError("--unique needs a file: a stream can be read only once.")
        if is_stream and spec.selection.sample is not None:
            raise UsageError("--sample needs a file: a stream can be read only once.")

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the rows, one sentence each.

        Of a file what the check found, of a stream what was left out so far.
        """
        said = []
        for reason, count in self.left_out.items():
            if reason not in ("--rows", "--sample"):
                rows = "1 row is" if count == 1 else f"{count:,} rows are"
                said.append(f"{rows} left out by {reason}")
        return (*said, *self._found, *filter(None, (self._foreign,)))

    @property
    def layout(self) -> Layout:
        """How much of every prompt is the same, and where; see `Layout`."""
        spec = self._spec
        templates = [one for one in (spec.system, spec.prompt) if one is not None]
        pieces = [piece for template in templates for piece in template.pieces]
        return layout_of(pieces, frozenset({"variant", *self.axes, *spec.overrides}))

    def draft(self, target: Target) -> Prompt:
        """A prompt of a row without parameters of its own; it has no messages and no key."""
        model = target.default_model
        return draft(model, target.options(model, self._spec.params))

    def check(
        self,
        target: Target,
        cost_check: CostCheck | None = None,
        on_rows: Callable[[int], None] = lambda _rows: None,
        *,
        proposes: bool = False,
    ) -> int:
        """Read the whole file once, lazily, and return the number of prompts it makes.

        `cost_check` is shown what every row asks for, and may raise; `on_rows`
        hears how many rows were read since it heard last; with `proposes`, columns that could be
        the id are looked for. Raises PromptError at the first fault.
        A stream is not read: it counts as 0.
        """
        if self.is_stream:
            return 0
        versions = versions_of(self._read)
        self._draw_sample()
        expansion = Expansion(self._spec, target)
        found = TableFindings(expansion.columns_of, proposes=proposes)
        hashes = array("q")
        faults = Faults()
        left_out: Counter[str] = Counter()
        only, others, is_first = self._only, 0, True
        for number, row in self._all_rows(left_out):
            if isinstance(row, BadRow):
                fault = PromptError(row.message, row.source)
                if not (row.is_unreadable or hashes or others or faults.count):
                    raise fault  # it has not what is asked of it: then none would
                faults.add(fault, unreadable=row.is_unreadable)
                continue
            item_id = content_id(row.whole) if row.own_id is None else row.own_id
            if only is not None and not only.may_hold(item_id):
                others += 1
                continue
            hashes.append(hash(item_id))
            if is_first:
                is_first = False
                expansion.check_kept(row)
                self._foreign = promptfoo_note(row.item, self.used_names)
            try:
                expansion.check(row, item_id)
                if cost_check is not None:
                    expansion.check_cost(row, cost_check)
            except PromptError as exc:
                if len(hashes) == 1:  # the template does not fit the table: all rows would say so
                    raise
                faults.add(exc)
            found.add(row)
            if number % PROGRESS_ROWS == 0:
                on_rows(PROGRESS_ROWS)
        rows = len(hashes)
        failed = self._settle(faults)
        hashes.extend(map(hash, failed))
        if not rows and not failed and self.limit != 0:
            raise self._no_items(left_out, others)
        repeated, taken = self._repeated(repeated_hashes(hashes))
        self._checked = _Checked(0, repeated, taken, versions)
        count = self._counted(rows, len(failed), left_out)
        self._checked = replace(self._checked, count=count)
        self.left_out = +(left_out + Counter({"--only-ids": others}))
        self._found = tuple(self._notes(expansion, found, rows))
        self.id_proposals = found.id_proposals()
        return count

    def _counted(self, rows: int, failed: int, left_out: Counter[str]) -> int:
        """The prompts of a file that was checked, of so many rows and rows that cannot be read."""
        if self._only is not None:
            count, met = 0, set()
            for _number, row, item_id in self._items():
                for id_ in self._ids_meant(row, item_id):
                    count += 1
                    met |= {id_, item_id}
            self._begun = False
            self._unmet = self._only.unmet(met)
        else:
            left_out["--duplicates first"] += self._dropped
            count = (rows - self._dropped) * self._spec.texts_per_item + failed
        return count if self.limit is None else min(count, self.limit)

    def _notes(self, expansion: Expansion, found: TableFindings, rows: int) -> Iterator[str]:
        one = self.selection
        if one.rows is not None:
            last = "the end" if one.rows.last is None else f"{one.rows.last:,}"
            yield f"only rows {one.rows.first:,} to {last}, as --rows says"
        if one.sample is not None:
            total = rows + self.left_out["--sample"]
            yield (
                f"a sample of {rows:,} of {total:,} rows (seed {one.sample.seed}): the same "
                "rows in every run, and among those of a larger sample"
            )
        if self._unmet:
            names = ", ".join(f"'{name}'" for name in self._unmet[:_IDS_SHOWN])
            more = len(self._unmet) - _IDS_SHOWN
            names += f" and {more:,} more" if more > 0 else ""
            yield f"no row has these ids of --only-ids: {names}"
        yield from found.notes(UsedNames(expansion.handled), unique=one.unique)

    def _no_items(self, left_out: Counter[str], others: int) -> PromptError:
        reasons = [*left_out] + ["--only-ids"] * bool(others)
        if not reasons:
            return PromptError("there are no items in it", Source(self._shown, 1))
        message = f"no row is left: {' and '.join(reasons)} leaves all of them out"
        return PromptError(message, Source(self._shown, 1))

    def _draw_sample(self) -> None:
        sample = self.selection.sample
        if sample is None or self._sample is not None:
            return
        with readable(self._shown), self._table() as rows:
            self._sample = sampled(self._steps.numbered(rows, Counter()), sample)

    def prompts(self, target: Target) -> Entries:
        """Yield the prompts lazily; an InputFault stands for a faulty row of a stream.

        Raises PromptError where a file, checked or not, is faulty, and where it changed since
        it was checked. Closing the iterator closes what it reads.
        """
        if self.is_stream:
            return self._stream_prompts(target)
        return self._file_prompts(target)

    def ids(self) -> Iterator[str]:
        """Yield the ids of the prompts of a file that was checked, without rendering them.

        Raises as `prompts` does.
        """
        items = self._items()
        found = (id_ for _, row, item_id in items for id_ in self._ids_meant(row, item_id))
        return found if self.limit is None else itertools.islice(found, self.limit)

    def _ids_meant(self, row: Row | BadRow, item_id: str) -> Iterable[str]:
        """The ids of an item's prompts, without those that are not meant."""
        if isinstance(row, BadRow):
            return (item_id,)
        found = ids_of(self._spec, item_id)
        only = self._only
        if only is None or item_id in only.ids:
            return found
        return (id_ for id_ in found if id_ in only.ids)

    def _file_prompts(self, target: Target) -> Entries:
        if self.limit == 0:
            return
        if self._checked is None:
            self.check(target)
        expansion = Expansion(self._spec, target)
        only = self._only
        made = 0
        for number, row, item_id in self._items():
            if isinstance(row, BadRow):
                made_of_row: Iterable[Entry] = (_input_fault(row, item_id, number),)
            else:
                made_of_row = expansion.prompts(row, item_id, number)
            for entry in made_of_row:
                if only is not None and not (item_id in only.ids or entry.id in only.ids):
                    continue
                yield entry
                made += 1
                if made == self.limit:
                    return

    def _items(self) -> Iterator[tuple[int, Row | BadRow, str]]:
        """Yield the rows of a file that was checked, with their numbers and ids.

        Of those that cannot be read, the ones that are to be failed records.
        """
        checked = cast(_Checked, self._checked)
        self._check_version(checked)
        ids = FileIds(checked.repeated, checked.taken, self.selection.duplicates)
        only = self._only
        for number, row in self._all_rows():
            item_id = self._id_of_failed(row) if isinstance(row, BadRow) else ids.id_of(row)
            if item_id is not None and (only is None or only.may_hold(item_id)):
                yield number, row, item_id
        # Of the others, everything was read before the first row.
        self._check_version(checked, 1)

    def _check_version(self, checked: _Checked, count: int | None = None) -> None:
        """Raise unless the files, or the first `count` of them, are as they were checked.

        Before the first row, nothing was sent.
        """
        try:
            same = versions_of(self._read[:count]) == checked.versions[:count]
        except PromptError:
            same = False
        if not same and self._begun:
            raise InputChanged(
                f"{self._shown} was changed while it was read: what is done is kept; run again."
            )
        if not same:
            raise PromptError(
                "it was changed after it was checked; run again", Source(self._shown, 1)
            )
        self._begun = True

    def _all_rows(self, left_out: Counter[str] | None = None) -> Iterator[Numbered]:
        """Yield the rows of a file that the limit needs, readable or not; raises PromptError."""
        needed = None if self.limit is None else -(-self.limit // self._spec.texts_per_item)
        if self._only is not None or self.selection.duplicates is Duplicates.FIRST:
            needed = None  # some of them make no prompt
        left_out = Counter() if left_out is None else left_out
        sample = self._sample
        count = 0
        with readable(self._shown), self._table() as rows:
            entries = self._steps.numbered(rows, left_out)
            if needed is None and sample is None:
                yield from entries
                return
            for number, row in entries:
                if count == needed:
                    return
                if sample is not None and number not in sample:
                    left_out["--sample"] += 1
                    continue
                count += row.__class__ is Row
                yield number, row

    def _id_of_failed(self, row: BadRow) -> str | None:
        """The id of a row that cannot be read; None where it is left out."""
        fails = self._spec.reading.bad_rows is BadRows.FAIL
        return f"line-{row.source.line}" if fails else None

    def _settle(self, faults: "Faults") -> list[str]:
        """What becomes of the faulty rows: the ids of those that are to be failed records.

        Raises PromptError where the file is refused.
        """
        bad_rows = self._spec.reading.bad_rows
        if bad_rows in (None, BadRows.REFUSE) or faults.count > len(faults.unreadable):
            faults.refuse()
        elif bad_rows is BadRows.SKIP and faults.count:
            word = "row is" if faults.count == 1 else "rows are"
            first = f"the first is {faults.shown[0]}"
            self.warnings = (*self.warnings, f"{faults.count} {word} left out; {first}")
        return [f"line-{line}" for line in faults.unreadable] if bad_rows is BadRows.FAIL else []

    def _repeated(self, hashes: frozenset[int]) -> tuple[frozenset[str], frozenset[str]]:
        """The ids that several rows have, and own ids that look as if they were numbered.

        Raises PromptError if an own id repeats and nothing says what becomes of it.
        """
        self._dropped = 0
        if not hashes:
            return frozenset(), frozenset()
        first: dict[str, tuple[Source, bool]] = {}
        repeated: set[str] = set()
        taken: set[str] = set()
        refused: list[tuple[str, Source, Source]] = []
        count = 0
        refuses = self.selection.duplicates in (None, Duplicates.REFUSE)
        for _number, row in self._all_rows():
            if isinstance(row, BadRow):
                continue
            own = row.own_id is not None
            item_id = content_id(row.whole) if row.own_id is None else row.own_id
            if own and (base := base_of_numbered(item_id)) and hash(base) in hashes:
                taken.add(item_id)
            if hash(item_id) not in hashes:
                continue
            if item_id not in first:
                first[item_id] = (row.source, own)
                continue
            repeated.add(item_id)
            self._dropped += self.selection.duplicates is Duplicates.FIRST
            if refuses and (own or first[item_id][1]):
                count += 1
                if len(refused) < _IDS_SHOWN:
                    refused.append((item_id, row.source, first[item_id][0]))
        if refused:
            raise _used_twice(refused, count)
        return frozenset(repeated), frozenset(taken)

    def _stream_prompts(self, target: Target) -> Entries:
        """Yield the prompts of rows that are seen once, and an InputFault for each faulty one.

        After the limit nothing more is read.
        """
        if self.limit == 0:
            return
        expansion = Expansion(self._spec, target)
        ids = StreamIds(self.selection.duplicates)
        only = self._only
        made = 0
        self.left_out = Counter()
        with readable(self._shown), self._table() as rows:
            for number, row in self._steps.numbered(rows, self.left_out):
                for entry in self._entries_of(number, row, expansion, ids):
                    if only is not None and not only.ids & {entry.id, entry.id.partition("/")[0]}:
                        self.left_out["--only-ids"] += 1
                        continue
                    yield entry
                    made += 1
                    if made == self.limit:
                        return

    def _entries_of(
        self, number: int, row: Row | BadRow, expansion: Expansion, ids: StreamIds
    ) -> Iterable[Entry]:
        source = row.source
        if isinstance(row, BadRow):
            fault_id = ids.id_of_fault(row.own_id, source.line)
            return [_input_fault(row, fault_id, number)]
        item_id = ids.id_of(row)
        if item_id is None and self.selection.duplicates is Duplicates.FIRST:
            self.left_out["--duplicates first"] += 1
            return []
        if item_id is None:
            message = f"the id '{row.own_id}' was used before; ids must be unique"
            fault_id = ids.id_of_fault(None, source.line)
            return [InputFault(fault_id, source, message, row.item, number)]
        if number == 1:
            self._foreign = promptfoo_note(row.item, self.used_names)
        try:
            # All or none: half the variants of a faulty row are no use.
            return list(expansion.prompts(row, item_id, number))
        except PromptError as exc:
            return [InputFault(item_id, source, exc.message, row.item, number)]


def _input_fault(row: BadRow, fault_id: str, number: int) -> InputFault:
    return InputFault(fault_id, row.source, row.message, row.item, number)


def versions_of(paths: Iterable[str]) -> Versions:
    """Return what changes when one of the files does; raises PromptError."""
    with readable(*paths):
        return tuple(files.version_of(files.status(path)) for path in paths)


def _used_twice(found: list[tuple[str, Source, Source]], count: int) -> PromptError:
    item_id, source, first = found[0]
    message = f"the id '{item_id}' is used at {first} already; ids must be unique"
    if count > 1:
        others = ", ".join(f"'{one}' (lines {a.line} and {b.line})" for one, b, a in found[1:])
        more = f" and {count - len(found):,} more" if count > len(found) else ""
        message += f"; so are {others}{more}"
    way_out = (
        "--duplicates number keeps all of them, first only the first, --id names other columns"
    )
    return PromptError(f"{message}: {way_out}", source)
