"""What a real file, reply, server or person did once, what is right, and how to see it again.

A module `tests/field/cases_<area>.py` holds a `CASES = Cases()` and registers one function for each
case. The function makes its input in the folder it is given, runs copygen (in this process where
the process is not the point), and returns in a few words what came out. `test_field.py` asserts
that this is what was expected; `python -m tests.field` prints a line for each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

Run = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its number, what is right, and the function that says what was got."""

    number: str
    """Section and number of the report it comes from, as `1:32` or `12:A13`."""
    name: str
    expected: str
    run: Run


class Cases(list[Case]):
    """The cases of one area, in the order they were registered."""

    def case(self, number: str, expected: str) -> Callable[[Run], Run]:
        """Register the function below as the case `number`."""

        def register(run: Run) -> Run:
            self.append(Case(number, run.__name__.replace("_", " "), expected, run))
            return run

        return register


def all_cases() -> list[Case]:
    """The cases of every area."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("cases_*.py"))
    found = [import_module(f"tests.field.{name}").CASES for name in modules]
    return [case for cases in found for case in cases]
