"""What was reached in cutting the house is not lost again."""

import pytest

from tests.house.__main__ import Measure, measured, ways_of_a_prompt


def test_no_ceiling_of_the_house_is_passed() -> None:
    table = measured(*ways_of_a_prompt())
    assert [measure.line() for measure in table if not measure.holds] == []


@pytest.mark.parametrize(
    ("measure", "holds"),
    [
        (Measure("modules", 182, most=182), True),
        (Measure("modules", 183, most=182), False),
        (Measure("ids", 53, least=53), True),
        (Measure("ids", 52, least=53), False),
        (Measure("bodies", 999), True),
    ],
)
def test_a_ceiling_holds_up_to_itself_and_a_floor_down_to_itself(
    measure: Measure, holds: bool
) -> None:
    assert measure.holds is holds
    assert ("PASSED" in measure.line()) is not holds
