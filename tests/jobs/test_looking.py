"""Looking at results holds their ids, not their texts."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from copygen.delivery.selection import Choice
from copygen.errors import UsageError
from copygen.jobs.diff import DiffJob, DiffSpec
from copygen.jobs.show import ShowJob
from tests.support.records import result, write

RECORDS, CHARS = 500, 8000


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for name, word in (("r.jsonl", "silk"), ("other.jsonl", "wool")):
        write(tmp_path / name, (
            result(f"sku-{n}", data={"body": f"{word} {n} " * (CHARS // 9)}, row=n + 1, line=n + 1)
            for n in range(RECORDS)
        ))  # fmt: skip
    return tmp_path / "r.jsonl"


def shown(results: Path, choice: Choice) -> int:
    with ShowJob(results, choice) as job:
        return sum(1 for _ in job)


def compared(results: Path, choice: Choice) -> int:
    other = results.with_name("other.jsonl")
    with DiffJob(DiffSpec(before=results, after=other, choice=choice)) as job:
        return sum(1 for _ in job)


@pytest.mark.parametrize("look", [shown, compared])
@pytest.mark.parametrize(("choice", "records"), [(Choice(), RECORDS), (Choice(sample=3), 3)])
def test_memory_does_not_grow_with_the_texts(
    results: Path, look: Callable[[Path, Choice], int], choice: Choice, records: int
) -> None:
    look(results, choice)  # what is loaded once is not counted
    tracemalloc.start()
    try:
        assert look(results, choice) == records
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < RECORDS * CHARS / 2


def test_a_job_that_is_refused_lets_go_of_its_files(results: Path) -> None:
    for _ in range(3):  # a file that is still open would be a warning, and that an error
        with pytest.raises(UsageError):
            ShowJob(results, Choice(ids=("nobody",)))
        with pytest.raises(UsageError):
            DiffJob(DiffSpec(before=results, after=results, choice=Choice(where="a ==")))
