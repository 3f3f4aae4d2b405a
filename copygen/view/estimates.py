"""Figures that are not known exactly, as people read them."""

from copygen.figures import money
from copygen.planning.report import CostRange, Range

_DIGITS = 3


def about(number: float) -> str:
    """`123456` → `123,000`: as many digits as an estimate has."""
    whole = round(number)
    unit = 10 ** max(0, len(str(abs(whole))) - _DIGITS)
    return f"{round(whole / unit) * unit:,}"


def between(figure: Range) -> str:
    """`9,000–15,000`; `up to 5,000` from nothing, `unknown` without a bound."""
    if figure.high is None:
        return "unknown" if not figure.low else f"{about(figure.low)} or more"
    low, high = about(figure.low), about(figure.high)
    if low == high:
        return low
    return f"{low}–{high}" if figure.low else f"up to {high}"


def money_between(cost: CostRange) -> str:
    """`$0.01–$0.03`; `$0.01 or more` without a bound."""
    low = money(cost.low_usd)
    if cost.high_usd is None:
        return f"{low} or more"
    high = money(cost.high_usd)
    return low if low == high else f"{low}–{high}"
