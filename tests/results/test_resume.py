"""Which prompts earlier runs have settled."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from copygen.errors import UsageError
from copygen.models import Message, Prompt, Source, Status
from copygen.results.record import encode
from copygen.results.resume import DONE, Latest, Resume, Rows
from tests.support.records import result


def prompt(id_: str, key: str) -> Prompt:
    return Prompt(id_, key, (Message("user", "x"),), "m", {}, {}, Source("t.csv", 2))


class Reading:
    """Rows that count how often they are read."""

    def __init__(self, *prompts: Prompt) -> None:
        self.prompts = prompts
        self.ids_read = 0
        self.rendered = 0

    @property
    def rows(self) -> Rows:
        return Rows(self._ids, self._prompts)

    def _ids(self) -> Iterator[str]:
        self.ids_read += 1
        return (one.id for one in self.prompts)

    def _prompts(self) -> Iterator[Prompt]:
        self.rendered += 1
        return iter(self.prompts)


def latest(*records: tuple[str, str, Status]) -> Latest:
    found = Latest()
    for record in records:
        found.add(*record)
    return found


A, B = ("a", "ka", Status.OK), ("b", "kb", Status.OK)


@pytest.mark.parametrize(
    ("records", "prompts", "settled", "ids_read"),
    [
        ([A, B], [("a", "ka"), ("b", "kb")], ["ok", "ok"], 1),
        ([A, B], [("a", "ka"), ("b", "other")], ["ok", None], 1),
        ([A, B], [("a", "ka")], ["ok"], 1),
        ([A], [("a", "ka"), ("new", "ka")], ["ok", None], 1),
        ([A, B], [("a", "ka"), ("moved", "kb")], ["ok", "ok"], 2),
        ([A, B], [("a", "ka"), ("moved", "kb"), ("twin", "kb")], ["ok", "ok", None], 2),
        ([A, B], [("moved", "ka"), ("a", "kb")], [None, None], 2),
        ([], [("a", "ka")], [None], 0),
    ],
)
def test_a_record_settles_its_own_prompt_or_one_that_has_none(
    records: Sequence[tuple[str, str, Status]],
    prompts: list[tuple[str, str]],
    settled: list[str | None],
    ids_read: int,
) -> None:
    """And nothing is rendered to find that out, nor read twice where nothing can be claimed."""
    reading = Reading(*(prompt(*one) for one in prompts))
    resume = Resume(latest(*records), DONE, reading.rows)
    resume.guard(Path("unread"), None, named=False)
    resume.reserve()
    assert [resume.status_of(one) for one in reading.prompts] == settled
    assert (reading.ids_read, reading.rendered) == (ids_read, 0)


def test_the_template_is_compared_only_where_the_file_has_another(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(encode(result("a", key="ka"), "one.yaml"))
    same, changed = Reading(prompt("a", "ka")), Reading(prompt("a", "other"))
    for reading, template in ((same, "two.yaml"), (changed, "one.yaml"), (changed, None)):
        Resume(latest(A), DONE, reading.rows).guard(path, template, named=False)
    assert (same.rendered, changed.rendered) == (1, 0)
    Resume(latest(A), DONE, changed.rows).guard(path, "two.yaml", named=True)
    with pytest.raises(UsageError, match="texts of another template, one"):
        Resume(latest(A), DONE, changed.rows).guard(path, "two.yaml", named=False)


def test_a_retry_of_some_results_replaces_no_accepted_text() -> None:
    retried = DONE - {Status.FAILED}
    reading = Reading(prompt("a", "other"))
    with pytest.raises(UsageError, match="1 accepted text anew"):
        Resume(latest(A), retried, reading.rows).guard(Path("unread"), None, named=True)
    stream = Resume(latest(A), retried, None)
    stream.reserve()
    assert stream.status_of(prompt("a", "other")) is Status.OK
