"""Numbers as a spreadsheet shows them: written out here, and as LibreOffice shows the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.prompts.number_formats import BUILT_IN, number_format, plain_number

DAY = "46143"  # the 1st of May 2026, a Friday
CASES = [
    ("00000", "123", "00123"),
    ('"SKU-"0000', "7", "SKU-0007"),
    ("000-0000-0000", "8012345678", "080-1234-5678"),
    ("[<=9999999]###-####;(###) ###-####", "5551234567", "(555) 123-4567"),
    ('#,##0.00 "€"', "1234.5", "1,234.50 €"),
    ("#,##0.00\\ [$€-407]", "12.5", "12,50 €"),
    ("#,##0.00\\ [$€-407]", "1234.5", "1.234,50 €"),
    ("[$¥-411]#,##0;[Red]-[$¥-411]#,##0", "-12800", "-¥12,800"),
    ("[$฿-41E]#,##0.00", "1290", "฿1,290.00"),
    ('_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "0", "-"),
    ('_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "-5.5", "(5.50)"),
    ("0%", "0.15", "15%"),
    ("0 %", "0.15", "15 %"),
    ("0.0%", "0.075", "7.5%"),
    ("0.00%", "1", "100.00%"),
    ('0.0,,"M"', "1234567", "1.2M"),
    ("0.000", "1.0005", "1.001"),
    ("0.##", "5", "5"),
    ("#.##", "0.5", ".5"),
    ("0", "-0.4", "0"),
    ("#", "0", ""),
    (";;;", "5", ""),
    ('0"."0', "12", "1.2"),
    ('0.00\\ "€/kg"', "12.5", "12.50 €/kg"),
    ("+0;-0;0", "5", "+5"),
    ('[>=100]"big" 0;[<0]"neg" 0;0.0', "-1234.567", "neg 1235"),
    ('[=1]"yes";[=0]"no";General', "1", "yes"),
    ('General" pcs"', "7", "7 pcs"),
    ("# ?/?", "1.5", "1 1/2"),
    ("# ??/??", "0.3333", "1/3"),
    ("# ?/8", "12.5", "12 4/8"),
    ("0/4", "12.5", "50/4"),
    ("0.00E+00", "4012345678901", "4012345678901"),  # an exponent would lose the digits of an EAN
    ("General", "4012345678901", "4012345678901"),
    ("General", "0.30000000000000004", "0.3"),
    ("General", "1E15", "1000000000000000"),
    ("general", "12.50", "12.5"),
    ("@", "12", "12"),
    ("dd/mm/yyyy", DAY, "01/05/2026"),
    ("d.m.yy", DAY, "1.5.26"),
    ("yyyy-mm-dd hh:mm", "46143.5625", "2026-05-01 13:30"),
    ("m/d/yyyy h:mm:ss", "46143.999999", "5/2/2026 0:00:00"),
    ("dddd, mmmm dd, yyyy", DAY, "Friday, May 01, 2026"),
    ("[$-407]dddd, d. mmmm yyyy", DAY, "Freitag, 1. Mai 2026"),
    ("[$-41E]d mmmm yyyy", DAY, "1 พฤษภาคม 2026"),
    ("[$-D07041E]d mmm yyyy", DAY, "1 พ.ค. 2569"),
    ('[$-411]ggge"年"m"月"d"日"', DAY, "令和8年5月1日"),
    ("[$-411]ge.m.d", DAY, "R8.5.1"),
    ("[$-411]aaaa", DAY, "金曜日"),
    ('yyyy"年"m"月"d"日";@', DAY, "2026年5月1日"),
    ("[$-415]d mmmm yyyy", DAY, "2026-05-01"),  # Polish names are not known
    (BUILT_IN[14], DAY, "2026-05-01"),  # another on each system
    (BUILT_IN[22], "46143.5625", "2026-05-01 13:30"),
    ("[$-F400]h:mm:ss AM/PM", "0.5625", "13:30"),
    ("h:mm AM/PM", "0.75", "6:00 PM"),
    ("[h]:mm:ss", "1.5", "36:00:00"),
    ("mm:ss.0", "0.000123", "00:10.6"),
    ("hh:mm", "-1", "-1"),  # a sheet shows ##### here
    ("d.m.yyyy", "99999999", "99999999"),
    ("d.m.yyyy", "1", "1.1.1900"),
]


@pytest.mark.parametrize(("code", "stored", "shown"), CASES)
def test_a_number_is_shown_in_its_format(code: str, stored: str, shown: str) -> None:
    assert number_format(code).number(stored) == shown


def test_days_are_counted_from_1904_where_a_workbook_says_so() -> None:
    assert number_format("d.m.yyyy", from_1904=True).number("44681") == "1.5.2026"


@pytest.mark.parametrize(
    ("code", "shown"), [("@", "x"), ("0", "x"), ('"T: "@', "T: x"), ('0;0;0;"t "@', "t x")]
)
def test_a_text_is_shown_in_its_format(code: str, shown: str) -> None:
    assert number_format(code).text("x") == shown


@given(
    st.text('0#?.,%/@;"\\_*[]$-<>=ymdhsegbaAMP/E+ €1', max_size=25),
    st.floats(),
    st.text(max_size=5),
)
def test_any_code_shows_something_of_any_number(code: str, value: float, text: str) -> None:
    made = number_format(code)
    assert isinstance(made.number(repr(value)), str)
    assert len(made.number(repr(value))) < 2000
    assert isinstance(made.number(text), str)
    assert isinstance(made.text(text), str)


@given(st.integers(-(10**14), 10**14), st.integers(0, 5))
def test_decimals_are_those_of_the_number(cents: int, decimals: int) -> None:
    stored = f"{cents / 10**decimals:.{decimals}f}"
    code = f"0.{'0' * decimals}" if decimals else "0"
    if cents:
        assert number_format(code).number(stored) == stored


@given(st.integers())
def test_digits_of_a_whole_number_stay(number: int) -> None:
    assert plain_number(str(number)) == str(number)
