"""Every case of the field, run again."""

from pathlib import Path

import pytest

from tests.field.case import Case, all_cases


@pytest.mark.no_cover  # some take times, and the code they reach has tests of its own
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"{case.number} {case.name}")
def test_a_case_of_the_field_comes_out_right(case: Case, tmp_path: Path) -> None:
    assert case.run(tmp_path) == case.expected
