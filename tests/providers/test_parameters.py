"""Which words refuse a parameter, and which only complain about one."""

import pytest

from copygen.providers.error_body import SYSTEM_ROLE, ErrorBody, Refused, refused_parameter

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
    assert refused_parameter(ErrorBody(text=message)) == expected


SENT = frozenset({"temperature", "max_tokens", "top_p", "seed", "response_format", SYSTEM_ROLE})


@pytest.mark.parametrize(
    ("status", "message", "name"),
    [
        # LiteLLM: "set" stands in the prose and was never sent.
        (
            400,
            "litellm.UnsupportedParamsError: gpt-5 models don't support temperature=0.2. Only "
            "temperature=1 is supported. To drop unsupported params set `litellm.drop_params`",
            "temperature",
        ),
        (400, "invalid temperature: only 1 is allowed for this model", "temperature"),
        (
            400,
            "This model only supports the default. Only temperature=1 is supported",
            "temperature",
        ),
        (400, "temperature must be 1 for this model", "temperature"),
        (400, "parameter top_p not supported", "top_p"),
        (400, "The parameter 'seed' is not supported by this provider", "seed"),
        (400, "seed is not allowed here", "seed"),
        (422, "Completions.create() got an unexpected keyword argument 'seed'", "seed"),
        (400, "Unrecognized key(s) in object: 'top_p'", "top_p"),
        (400, "Additional properties are not allowed ('seed' was unexpected)", "seed"),
        (400, "This model does not support temperature", "temperature"),
        # A schema, in words and statuses of its own.
        (400, "This response_format type is unavailable now", "response_format"),
        (400, "Structured outputs are not supported by this model", "response_format"),
        (500, "Failed to parse grammar", "response_format"),
        (
            500,
            "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': "
            "\"Input should be 'text' or 'json_object'\"}]",
            "response_format",
        ),
        # The system message.
        (400, "System role not supported", SYSTEM_ROLE),
        (500, "Jinja Exception: System role not supported", SYSTEM_ROLE),
        (400, "Developer instruction is not enabled for models/gemma-3", SYSTEM_ROLE),
        (400, "Unsupported value: 'messages[0].role' does not support 'system'", SYSTEM_ROLE),
        (400, "Conversation roles must alternate user/assistant/user/assistant/...", SYSTEM_ROLE),
        (400, "Only user and assistant roles are supported", SYSTEM_ROLE),
        (422, "This model does not support system messages", SYSTEM_ROLE),
        (400, "Invalid message role: 'system'", SYSTEM_ROLE),
        # What was not sent is not refused, and a value out of range is the user's.
        (400, "Unsupported parameter: 'set' is not supported", None),
        (400, "This model does not support images", None),
        (400, "temperature must be at most 2", None),
        (500, "Unsupported parameter: 'seed'", None),
        (503, "System role not supported", None),
        (400, "The system is not available", None),
    ],
)
def test_only_what_was_sent_is_refused(status: int, message: str, name: str | None) -> None:
    refused = refused_parameter(ErrorBody(text=message), status, SENT)

    assert (refused.parameter if refused else None) == name


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
    assert refused_parameter(ErrorBody(codes=(code,), parameter=parameter)) == expected
