"""Which words refuse a parameter, and which only complain about one."""

import pytest

from copygen.providers.fault import Fault
from copygen.providers.parameters import Refused, refused_parameter

CAP = "max_completion_tokens"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Unsupported parameter: 'temperature' is not supported", Refused("temperature", None)),
        ("Unsupported parameter: 'max_tokens' is not supported", Refused("max_tokens", CAP)),
        (f"Unsupported parameter: '{CAP}' here", Refused(CAP, "max_tokens")),
        ("Unsupported parameter: 'a'. Use 'b' instead.", Refused("a", "b")),
        ("Unsupported param: reasoning_effort", Refused("reasoning_effort", None)),
        ("Unsupported parameter: 'reasoning.effort'", Refused("reasoning", None)),
        (
            "Unsupported value: 'reasoning_effort'. Use 'low' instead.",
            Refused("reasoning_effort", None),
        ),
        (
            'Invalid JSON payload received. Unknown name "seed": Cannot find field.',
            Refused("seed", None),
        ),
        ("Unknown parameter: `top_k`.", Refused("top_k", None)),
        ("unknown field top_k", Refused("top_k", None)),
        ("Unrecognized request argument supplied: foo", Refused("foo", None)),
        ("Model grok does not support parameter seed.", Refused("seed", None)),
        ("property 'logit_bias' is unsupported", Refused("logit_bias", None)),
        ("`top_p` is not supported for this model", Refused("top_p", None)),
        ("temperature: Extra inputs are not permitted", Refused("temperature", None)),
        # Complaints of other kinds.
        ("", None),
        ("Invalid value for temperature: must be at most 2", None),
        ("'o1' is not supported in this region", None),
        ("Unsupported value: 'messages[0].role' does not support 'system'", None),
        ("Unknown parameter: 'model'", None),
        ("This model does not support images", None),
        ("max_tokens is too large: 100000", None),
        ("Unsupported media type", None),
    ],
)
def test_refusals_in_words(message: str, expected: Refused | None) -> None:
    assert refused_parameter(Fault(text=message)) == expected


@pytest.mark.parametrize(
    ("code", "parameter", "expected"),
    [
        ("unsupported_parameter", "seed", Refused("seed", None)),
        ("unknown_parameter", "thinking.type", Refused("thinking", None)),
        ("unsupported_value", "temperature", Refused("temperature", None)),
        ("unsupported_value", "max_tokens", Refused("max_tokens", None)),
        ("extra_forbidden", "max_tokens", Refused("max_tokens", CAP)),
        # The code or the parameter alone is not enough.
        ("unsupported_parameter", None, None),
        ("unsupported_value", None, None),
        ("invalid_value", "temperature", None),
        ("unsupported_value", "messages[1].content", None),
        ("unsupported_parameter", "[0]", None),
    ],
)
def test_refusals_by_code(code: str, parameter: str | None, expected: Refused | None) -> None:
    assert refused_parameter(Fault(codes=(code,), parameter=parameter)) == expected
