"""Time and peak memory of `copygen plan` over a long table of each format.

As it is, with a condition, and with the rows of a product made one item.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from tests.bench.arithmetic import Spread
from tests.bench.contestants import Course
from tests.bench.figures import Section
from tests.bench.running import run
from tests.bench.scale import Scale
from tests.support.running import COMMAND, environment

MILLION = 1_000_000
SHEET_ROWS = 1_048_575
"""The most that a sheet has below its header."""
VARIANTS = 4
COLUMNS = ("Handle", "Title", "Vendor", "Price", "Stock")
WORDING = "prompt: One caption in Thai for {{ title }} by {{ vendor }}, {{ price }} baht.\n"
WAYS: dict[str, list[str]] = {
    "as it is": [],
    "--where": ["--where", 'Stock != "0" and title'],
    "group_by": ["--group-by", "Handle"],
    "both": ["--where", 'Stock != "0" and title', "--group-by", "Handle"],
}
_AT_ONCE = 10_000

Values = tuple[str, str, str, float, int]


def measure_tables(course: Course, scale: Scale) -> Section:
    """Each format once in each way: memory hardly varies from run to run."""
    section = Section("tables", "Long tables: copygen plan")
    peaks = []
    (course.folder / "w.yaml").write_text(WORDING, encoding="utf-8")
    for ending in WRITERS:
        rows = scale.table_rows
        if ending == ".xlsx" and rows >= MILLION:
            rows = SHEET_ROWS
        table = course.folder / f"long{ending}"
        _written(table, rows, course.folder)
        for way, flags in WAYS.items():
            command = [*COMMAND, "plan", table.name, "-t", "w.yaml", "-p", "simulator", "-q"]
            used = run([*command, *flags], course.folder)
            if used.exit_code:
                raise RuntimeError(f"{ending}, {way}: {used.errors}")
            section.add(
                f"{ending}, {rows:,} rows", way, peak_mb=[used.peak_mb], wall_s=[used.wall_s]
            )
            peaks.append(used.peak_mb)
        table.unlink()
    if scale.table_rows >= MILLION:
        section.measured["3.tables"] = Spread.of([max(peaks)])
    return section


def _written(table: Path, rows: int, folder: Path) -> None:
    """In a process of its own: what makes workbooks and Parquet must not count as this one's."""
    command = [sys.executable, "-m", "tests.bench.tables", str(table), str(rows)]
    subprocess.run(command, check=True, env=environment(folder))


def _rows(count: int) -> Iterator[Values]:
    for number in range(count):
        yield (
            f"scarf-{number // VARIANTS}",
            f"Silk scarf number {number}",
            f"Siam {number % 50}",
            number % 900 + 0.5,
            number % 17,
        )


def _write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(COLUMNS)
        table.writerows(_rows(count))


def _write_jsonl(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for row in _rows(count):
            line = {name: str(value) for name, value in zip(COLUMNS, row, strict=True)}
            stream.write(json.dumps(line) + "\n")


def _write_parquet(path: Path, count: int) -> None:
    import pyarrow
    import pyarrow.parquet

    rows = _rows(count)
    writer = None
    while batch := list(islice(rows, _AT_ONCE)):
        columns = zip(COLUMNS, zip(*batch, strict=True), strict=True)
        table = pyarrow.table({name: list(map(str, values)) for name, values in columns})
        writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=count)
    assert writer is not None
    writer.close()


def _write_xlsx(path: Path, count: int) -> None:
    """With shared texts, as Excel writes it."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Products")
        price = made.add_format({"num_format": '#,##0.00 "€"'})
        sheet.write_row(0, 0, COLUMNS)
        for number, row in enumerate(_rows(count), 1):
            for column, value in enumerate(row[:3]):
                sheet.write_string(number, column, str(value))
            sheet.write_number(number, 3, row[3], price)
            sheet.write_number(number, 4, row[4])


WRITERS: dict[str, Callable[[Path, int], None]] = {
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
}

if __name__ == "__main__":
    WRITERS[Path(sys.argv[1]).suffix](Path(sys.argv[1]), int(sys.argv[2]))
