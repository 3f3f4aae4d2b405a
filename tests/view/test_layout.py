import io

import pytest
from rich.console import Console
from rich.text import Text

from copygen.view.layout import WrappedFacts

FACTS = [Text("4,985 ok"), Text("12 rejected"), Text("3 failed")]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (33, ["4,985 ok · 12 rejected · 3 failed"]),
        (32, ["4,985 ok · 12 rejected", "3 failed"]),
        (21, ["4,985 ok", "12 rejected", "3 failed"]),
        (1, ["4,985 ok", "12 rejected", "3 failed"]),
    ],
)
def test_lines_break_between_facts_only(width: int, lines: list[str]) -> None:
    assert [line.plain for line in WrappedFacts(FACTS).lines(width)] == lines


def test_a_gap_does_not_dim_the_facts() -> None:
    (line,) = WrappedFacts([Text("a", "red"), Text("b")]).lines(80)
    assert not line.style
    assert [(span.start, span.end, span.style) for span in line.spans] == [
        (0, 1, "red"),
        (1, 4, "dim"),
    ]


def test_wide_characters_count_as_two() -> None:
    assert len(WrappedFacts([Text("高級"), Text("品")]).lines(8)) == 2


def test_it_measures_what_it_draws() -> None:
    console = Console(file=io.StringIO(), width=80)
    measured = console.measure(WrappedFacts(FACTS))
    assert (measured.minimum, measured.maximum) == (11, 33)
    assert console.measure(WrappedFacts([])).maximum == 0
