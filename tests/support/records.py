"""Results to test with: one by keyword, many by hypothesis, and whole files of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from copygen.models import ErrorInfo, Kind, Result, Severity, Status, Usage, Violation
from copygen.results.record import BadLine, encode, read_results

ENDED = datetime(2026, 3, 14, 9, 26, 53, 589_000, tzinfo=UTC)

RESULT = Result(
    id="scarf-1",
    key="k1",
    status=Status.OK,
    text="Silk that remembers the loom.",
    input={"name": "Silk scarf", "price": 2500},
    provider="holysheep",
    model="deepseek-chat",
    finish_reason="stop",
    usage=Usage(120, 30, cached_tokens=64, cache_write_tokens=16, reasoning_tokens=5),
    cost_usd=Decimal("0.0000126"),
    cost_note=None,
    latency_ms=38.25,
    total_ms=41.5,
    attempts=1,
    error=None,
    created_at=ENDED,
)


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties: how long one example takes is the machine's business."""


def result(id_: str = RESULT.id, **fields: Any) -> Result:
    """`RESULT` with another id and other fields. A `failed` one gets an error and no text."""
    if fields.get("status") is Status.FAILED:
        error = ErrorInfo(Kind.SERVER, "the provider answered 503", 503)
        fields = {"text": None, "usage": None, "error": error, **fields}
    return replace(RESULT, id=id_, **fields)


def write(path: Path, results: Iterable[Result]) -> bytes:
    """Make `path` a results file that holds `results`; returns its bytes."""
    content = b"".join(map(encode, results))
    path.write_bytes(content)
    return content


def read(path: Path) -> list[Result]:
    """All results of a file, which must hold nothing else."""
    found = list(read_results(path))
    faults = [str(item) for item in found if isinstance(item, BadLine)]
    assert not faults
    return [item for item in found if isinstance(item, Result)]


def ids(path: Path) -> list[str]:
    """The ids of a file's results, in file order."""
    return [item.id for item in read(path)]


def _joined(text: str) -> str:
    """A high surrogate right before a low one, which JSON cannot tell from their character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=40).map(_joined)
"""Any code points, lone surrogates and controls included."""

_json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)
_tokens = st.integers(0, 10**9)
_milliseconds = st.floats(0, 1e9).map(lambda value: round(value, 3))
_costs = st.integers(0, 10**12).map(lambda value: Decimal(value) / 10**9)

any_result = st.builds(
    Result,
    id=any_text,
    key=any_text,
    status=st.sampled_from(Status),
    text=st.none() | any_text,
    input=st.dictionaries(any_text, _json_values, max_size=4),
    provider=any_text,
    model=any_text,
    finish_reason=st.none() | any_text,
    usage=st.none()
    | st.builds(
        Usage,
        input_tokens=_tokens,
        output_tokens=_tokens,
        cached_tokens=_tokens,
        cache_write_tokens=_tokens,
        reasoning_tokens=_tokens,
    ),
    cost_usd=st.none() | _costs,
    cost_note=st.none() | any_text,
    latency_ms=st.none() | _milliseconds,
    total_ms=_milliseconds,
    attempts=st.integers(0, 1000),
    error=st.none()
    | st.builds(
        ErrorInfo,
        kind=st.sampled_from(Kind),
        message=any_text,
        status=st.none() | st.integers(100, 599),
    ),
    data=st.none()
    | st.dictionaries(any_text, any_text | st.lists(any_text, max_size=3), max_size=3),
    violations=st.lists(
        st.builds(
            Violation,
            rule=any_text,
            severity=st.sampled_from(Severity),
            message=any_text,
            span=st.none() | st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
            field=st.none() | any_text,
            index=st.none() | st.integers(0, 100),
        ),
        max_size=3,
    ).map(tuple),
    reasks=st.integers(0, 5),
    created_at=st.datetimes(timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
)
"""Any result the file can hold exactly: times to the microsecond, moments to the millisecond."""
