"""A few of a run's texts under its summary, on a terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from copygen.models import Result, Severity, Status, Violation
from copygen.results.stats import Stats
from copygen.view.examples import Examples
from copygen.view.summary import render_summary
from tests.support.cells import fits
from tests.support.records import any_result, patient, result
from tests.view.sample_summary import NOTHING, PARTIAL, drawn

WRONG = Violation("grounding.number", Severity.ERROR, "'50%' is not in the item", (4, 7))
GOOD = result("scarf", text="Silk that\nremembers \x1b[2J the loom.")
BAD = result("pouch", text="Now 50% off", status=Status.REJECTED, violations=(WRONG,))
MANY = result("lamp", data={"headline": ["one", "two", "three", "four"]})


def lines(*results: Result, width: int = 80) -> list[str]:
    return [line.plain for line in Examples(results).lines(width)]


def test_one_accepted_and_one_rejected_text_stand_with_the_reason() -> None:
    assert lines(GOOD, MANY, BAD) == [
        "  Accepted     scarf",
        "               Silk that remembers \\x1b[2J the loom.",
        "  Rejected     pouch",
        "               Now 50% off",
        "                   ^^^ grounding.number: '50%' is not in the item",
    ]


def test_of_many_texts_the_first_stand() -> None:
    assert lines(MANY)[1:] == [
        " " * 15 + words for words in ("one", "two", "three", "and 1 more text")
    ]


def test_a_fault_of_the_whole_is_named() -> None:
    missing = Violation("count", Severity.ERROR, "2 of 3 texts", field="headline")
    shown = lines(result("pouch", status=Status.REJECTED, text=None, violations=(missing,)))
    assert shown == ["  Rejected     pouch", " " * 15 + "× headline: count: 2 of 3 texts"]


@patient
@given(st.lists(any_result, max_size=4), st.integers(30, 120))
def test_examples_are_never_wider_than_the_terminal(results: list[Result], width: int) -> None:
    assert all(fits(line, width) for line in lines(*results, width=width))


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        return True


def on_terminal(summary: object, *, results: str | None = "out.jsonl") -> str:
    console = Console(file=(stream := Terminal()), width=80, color_system=None)
    render_summary(summary, console, results=results, examples=[GOOD, BAD])  # type: ignore[arg-type]
    return stream.getvalue()


def test_a_terminal_gets_them_and_the_way_to_read_on() -> None:
    shown = on_terminal(PARTIAL)
    assert "Now 50% off" in shown
    assert "\n  Read them    copygen show out.jsonl\n" in shown
    assert "\n  Judge them   copygen review out.jsonl\n" in shown


def test_a_log_gets_neither() -> None:
    shown = drawn(PARTIAL, 80)
    assert "copygen show" not in shown
    console = Console(file=(stream := io.StringIO()), width=80)
    render_summary(PARTIAL, console, results="out.jsonl", examples=[GOOD])
    assert "Accepted" not in stream.getvalue()


@pytest.mark.parametrize(("summary", "results"), [(PARTIAL, None), (NOTHING, "out.jsonl")])
def test_where_there_is_nothing_to_read_no_command_is_named(
    summary: object, results: str | None
) -> None:
    assert "copygen show" not in on_terminal(summary, results=results)


def test_a_run_keeps_the_first_two_of_each_kind() -> None:
    stats = Stats()
    for number in range(9):
        stats.add(result(f"ok-{number}"))
        stats.add(result(f"no-{number}", status=Status.REJECTED))
        stats.add(result(f"bad-{number}", status=Status.FAILED))
    assert [one.id for one in stats.examples] == ["ok-0", "no-0", "ok-1", "no-1"]
