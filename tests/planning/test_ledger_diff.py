"""How prompts stand against a results file."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from copygen.models import JsonValue, Message, Prompt, Source, Status
from copygen.planning.builder import LedgerDiff, PromptState, differing
from copygen.results.reader import read_ledger
from copygen.results.resume import DONE, Resume
from tests.support.records import result, write

USED = frozenset({"title", "price", "season"})


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ({"title": "a", "price": 1}, {"title": "a", "price": 1}, []),
        ({"title": "a", "price": 1}, {"title": "b", "price": 2}, ["title", "price"]),
        ({"title": "a", "stock": 1}, {"title": "a", "stock": 2}, []),
        ({"title": "a"}, {"title": "a", "price": None}, ["price"]),
        ({"title": "a", "season": "summer"}, {"title": "a"}, ["season"]),
        ({"title": ["ไหม", {"x": 1}]}, {"title": ["ไหม", {"x": 1}]}, []),
    ],
)
def test_only_columns_that_are_used_and_differ_are_named(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue], names: list[str]
) -> None:
    assert differing(before, after, USED) == names


def prompt(id_: str, key: str = "k", title: str = "a", model: str = "m") -> Prompt:
    return Prompt(
        id_, key, (Message("user", title),), model, {}, {"title": title}, Source("t.csv", 2)
    )


@pytest.mark.parametrize(
    ("status", "settled", "expected"),
    [
        (Status.OK, DONE, PromptState.DONE),
        (Status.FAILED, DONE, PromptState.DONE),
        (Status.CANCELLED, DONE, PromptState.AGAIN),
        (Status.SKIPPED, DONE, PromptState.AGAIN),
        (Status.FAILED, DONE - {Status.FAILED}, PromptState.AGAIN),
        (Status.OK, frozenset(), PromptState.AGAIN),
    ],
)
def test_what_is_settled_is_done(
    tmp_path: Path, status: Status, settled: frozenset[Status], expected: PromptState
) -> None:
    write(tmp_path / "r.jsonl", [result("a", key="k", status=status)])
    with read_ledger(tmp_path / "r.jsonl") as found:
        ledgered = LedgerDiff(found, Resume(found.latest, settled, None), "holysheep", USED)
        assert ledgered.add(prompt("a")) is expected
        assert ledgered.add(prompt("b")) is PromptState.NEW
        state = ledgered.state()
    assert (state.new, state.gone) == (1, 0)
    assert state.done == ({status: 1} if expected is PromptState.DONE else {})


def test_each_reason_for_a_change_is_counted(tmp_path: Path) -> None:
    def old(id_: str, **fields: JsonValue) -> object:
        plain = {"key": "old", "input": {"title": "a", "sku": 1}, "model": "m"}
        return result(id_, **{**plain, **fields})

    records = [
        old("wording"),
        old("title", input={"title": "b"}),
        old("model", model="other"),
        old("provider", provider="elsewhere"),
        old("both", input={"title": "b"}, model="other"),
        old("gone"),
    ]
    write(tmp_path / "r.jsonl", records)  # type: ignore[arg-type] - results, all of them
    with read_ledger(tmp_path / "r.jsonl") as found:
        ledgered = LedgerDiff(found, Resume(found.latest, DONE, None), "holysheep", USED)
        for id_ in ("wording", "title", "model", "provider", "both"):
            assert ledgered.add(prompt(id_)) is PromptState.CHANGED
        state = ledgered.state()
    assert state.changed == 5
    assert state.changes == {"column:title": 2, "model": 2, "wording": 1, "provider": 1}
    assert (state.gone, state.gone_ids) == (1, ("gone",))


def test_without_a_results_file_everything_is_new() -> None:
    ledgered = LedgerDiff(None, Resume(None, DONE, None), "holysheep", USED)
    assert ledgered.add(prompt("a")) is PromptState.NEW
    state = ledgered.state()
    assert (state.path, state.records, state.new, state.gone) == (None, 0, 1, 0)
