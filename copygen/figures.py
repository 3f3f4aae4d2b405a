"""Numbers as people read them: counts, shares, rates, durations, money."""

from decimal import ROUND_HALF_UP, Decimal

_SIGNS = {"USD": "$"}
_SMALLEST = Decimal("0.000001")
_CENT = Decimal("0.01")


def count(number: int) -> str:
    """`12345` → `12,345`."""
    return f"{number:,}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1, "retry", "retries"` → `1 retry`; without `plural` an `s` is added."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def share(part: float, whole: float) -> str:
    """`part` of `whole` in percent; says neither 0 % nor 100 % unless that is exact."""
    if not part or part == whole:
        return "100 %" if part else "0 %"
    percent = 100 * part / whole
    if 1 <= percent <= 99:
        return f"{percent:.0f} %"
    return f"{min(percent, 99.9):.1f} %" if percent >= 0.05 else "<0.1 %"


def rate(per_second: float, noun: str = "") -> str:
    """`128.4` → `128/s`, with a noun `128 prompts/s`; below one a second, per minute."""
    what = f" {noun}" if noun else ""
    if per_second >= 99.95:
        return f"{per_second:,.0f}{what}/s"
    if per_second >= 0.995 or not per_second:
        return f"{per_second:.1f}{what}/s"
    return f"{per_second * 60:.1f}{what}/min"


def duration(seconds: float) -> str:
    """`1.2 s`, `3 m 05 s`, `2 h 07 m`, `4 d 06 h`."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    return whole_duration(seconds)


def whole_duration(seconds: float) -> str:
    """Like `duration`, without tenths: for a figure that is redrawn several times a second."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    minutes = round(seconds / 60)
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} m"
    hours = round(seconds / 3600)
    return f"{hours // 24} d {hours % 24:02d} h"


def latency(milliseconds: float) -> str:
    """`38 ms`, `1.23 s`, `3 m 05 s`."""
    if milliseconds < 9.95:
        return f"{milliseconds:.1f} ms"
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 9_995:
        return f"{milliseconds / 1000:.2f} s"
    return duration(milliseconds / 1000)


def money(amount: Decimal, code: str = "USD") -> str:
    """`$12.34`, `$0.0012`, `$0.000123`, `CNY 1,234.50`: enough digits to compare two runs."""
    sign = "-" if amount < 0 else ""
    symbol = _SIGNS.get(code, f"{code} ")
    size = abs(amount)
    if 0 < size < _SMALLEST:
        return f"{sign}<{symbol}{_SMALLEST}"
    return f"{sign}{symbol}{_rounded(size):,f}"


def per_million(amount: Decimal) -> str:
    """A price per million tokens: `2.00`, `0.28`, and all digits of `0.003`."""
    plain = amount.normalize()
    cents = plain.quantize(_CENT)
    return f"{cents if plain == cents else plain:f}"


def exact_money(amount: Decimal) -> str:
    """An amount as a person gave it, never rounded: `$5.00`, `$0.005`."""
    plain = amount.normalize()
    cents = Decimal("0.01")
    whole = plain.quantize(cents) if plain == plain.quantize(cents) else plain
    return f"${whole:,f}"


def _rounded(size: Decimal) -> Decimal:
    if size == 0:
        return Decimal("0.00")
    tiny = size < Decimal("0.001")
    unit = Decimal(1).scaleb(size.adjusted() - 2) if tiny else Decimal("0.0001")
    rounded = size.quantize(unit, ROUND_HALF_UP)
    return rounded if rounded < 1 else size.quantize(Decimal("0.01"), ROUND_HALF_UP)
