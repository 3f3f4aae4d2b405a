"""Every shape a reply has been seen in, and no shape that breaks the reader."""

import json
import re
import string
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copygen.models import ApiError, Completion, Kind, Usage
from copygen.providers.classification import kind_of
from copygen.providers.decode import MAX_MESSAGE, UNREADABLE, decode, plain
from copygen.providers.error_body import ErrorBody
from copygen.providers.openai import NOTE_REASONING, UNKNOWN_FINISH
from copygen.providers.ratelimits import MAX_WAIT_S
from copygen.providers.redact import Redactor, Secret
from tests.support.replies import parse

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = "sk-canary-0123456789abcdef"
MODEL = "asked-model"
REDACTOR = Redactor([Secret(KEY)])
SAMPLES = yaml.safe_load(
    Path(__file__).with_name("golden").joinpath("replies.yaml").read_text("utf-8")
)
COMPLETIONS = [sample for sample in SAMPLES if "text" in sample["expect"]]
ERRORS = [sample for sample in SAMPLES if "kind" in sample["expect"]]


def read(status: int, body: bytes, headers: dict[str, str] | None = None) -> Completion | ApiError:
    return parse(status, httpx.Headers(headers or {}), body, NOW, MODEL, REDACTOR)


def read_sample(sample: dict[str, Any]) -> Completion | ApiError:
    if "body_repeat" in sample:
        before, piece, times, after = sample["body_repeat"]
        body = (before + piece * times + after).encode()
    elif "body_hex" in sample:
        body = bytes.fromhex(sample["body_hex"])
    else:
        body = sample["body"].encode()
    return read(sample["status"], body, sample.get("headers"))


def completed(text: str = "Hi.", **more: Any) -> bytes:
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    return orjson.dumps({"choices": [choice], **more})


def error(message: str, **more: Any) -> bytes:
    return orjson.dumps({"error": {"message": message, **more}})


@pytest.mark.parametrize("sample", COMPLETIONS, ids=lambda s: s["name"])
def test_a_usable_reply_is_a_completion(sample: dict[str, Any]) -> None:
    expect = sample["expect"]

    reply = read_sample(sample)

    assert isinstance(reply, Completion)
    notes = (NOTE_REASONING,) if "reasoning" in expect else ()
    assert reply.notes == notes or len(reply.notes) == expect.get("notes")
    assert replace(reply, notes=()) == Completion(
        text=expect["text"],
        finish_reason=expect.get("finish", "stop"),
        model=expect.get("model", MODEL),
        usage=Usage(*expect["usage"]) if "usage" in expect else None,
        reported_cost_usd=Decimal(expect["cost_usd"]) if "cost_usd" in expect else None,
        reasoning=expect.get("reasoning"),
    )


@pytest.mark.parametrize("sample", ERRORS, ids=lambda s: s["name"])
def test_a_faulty_reply_is_an_error_of_the_right_kind(sample: dict[str, Any]) -> None:
    expect = sample["expect"]

    reply = read_sample(sample)

    assert isinstance(reply, ApiError)
    assert {
        "kind": reply.kind.value,
        "status": reply.status,
        "retry_after_s": reply.retry_after_s,
        "parameter": reply.parameter,
        "replacement": reply.replacement,
        "kept": reply.completion.text if reply.completion else None,
    } == {
        "kind": expect["kind"],
        "status": expect.get("status", sample["status"]),
        "retry_after_s": pytest.approx(expect["retry_after_s"])
        if "retry_after_s" in expect
        else None,
        "parameter": expect.get("parameter"),
        "replacement": expect.get("replacement"),
        "kept": expect.get("kept"),
    }
    assert expect.get("says", "") in reply.message
    assert reply.final == expect.get("final", reply.final)


@pytest.mark.parametrize("sample", ERRORS, ids=lambda s: s["name"])
def test_a_message_is_one_short_clean_sentence(sample: dict[str, Any]) -> None:
    reply = read_sample(sample)

    assert isinstance(reply, ApiError)
    assert 0 < len(reply.message) <= MAX_MESSAGE
    assert reply.message.isprintable()
    assert KEY not in reply.message
    assert "<" not in reply.message.replace("<= ", "")


def test_the_golden_file_covers_every_kind_a_reply_can_have() -> None:
    not_from_replies = {
        Kind.TIMEOUT,
        Kind.CONNECTION,
        Kind.INTERRUPTED,
        Kind.INPUT,
        Kind.CANCELLED,
    }

    assert {sample["expect"]["kind"] for sample in ERRORS} == set(Kind) - not_from_replies
    assert [name for name, n in Counter(s["name"] for s in SAMPLES).items() if n > 1] == []


def test_every_status_has_a_kind_without_any_body() -> None:
    for status in range(1_000):
        reply = read(status, b"")

        assert isinstance(reply, ApiError)
        assert (reply.status, reply.completion) == (status, None)


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        ((100, 101, 200, 202, 204), Kind.BAD_REPLY),
        ((300, 301, 302, 303, 307, 308), Kind.WRONG_URL),
        ((400, 406, 411, 415, 418, 422, 431, 501, 505), Kind.INVALID_REQUEST),
        ((401,), Kind.AUTH),
        ((402,), Kind.BILLING),
        ((403, 407, 451, 511), Kind.PERMISSION),
        ((404, 405, 410), Kind.WRONG_URL),
        ((413,), Kind.TOO_LARGE),
        ((429,), Kind.RATE_LIMITED),
        ((495, 496, 525, 526), Kind.TLS),
        ((304, 408, 409, 425, 499, 500, 502, 503, 504), Kind.SERVER),
        ((520, 521, 522, 523, 524, 527, 529, 530, 599), Kind.SERVER),
    ],
)
def test_the_status_decides_where_the_body_says_nothing(
    statuses: tuple[int, ...], kind: Kind
) -> None:
    assert {read(status, b"").kind for status in statuses} == {kind}  # type: ignore[union-attr]  # an empty body is never a completion


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        # Words that decide under one status must not under another.
        (500, "Please check your content policy settings", Kind.SERVER),
        (429, "Your prompt is too long for the queue, slow down", Kind.RATE_LIMITED),
        (429, "You hit the context length tier limit", Kind.RATE_LIMITED),
        (502, "model not found on worker 3", Kind.SERVER),
        (503, "Loading model, not found in cache", Kind.SERVER),
        (401, "insufficient funds", Kind.AUTH),
        (400, "Invalid value for 'seed': model expects an integer", Kind.INVALID_REQUEST),
        (400, "messages must not be empty", Kind.INVALID_REQUEST),
        (404, "Unknown endpoint /v1/models/chat", Kind.WRONG_URL),
        (403, "You are not allowed to sample from this model", Kind.PERMISSION),
        # Words that must decide.
        (400, "Your prompt was flagged", Kind.CONTENT_FILTER),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", Kind.TOO_LARGE),
        (400, "User location is not supported for the API use.", Kind.PERMISSION),
        (400, "The model `x` has been decommissioned", Kind.MODEL_NOT_FOUND),
        (404, "No endpoints found for foo/bar", Kind.MODEL_NOT_FOUND),
        (400, "Country, region, or territory not supported", Kind.PERMISSION),
        (400, "Please reduce the length of the messages", Kind.TOO_LARGE),
        (400, "Too many input tokens: 9000", Kind.TOO_LARGE),
        (400, "Exceeds the maximum number of tokens allowed", Kind.TOO_LARGE),
        (400, "Incorrect API key provided", Kind.AUTH),
        (403, "Your API key is disabled", Kind.AUTH),
        (400, "Unknown model x", Kind.MODEL_NOT_FOUND),
        (503, "No available channel for model x", Kind.SERVER),
        (400, "No available channel for model x", Kind.MODEL_NOT_FOUND),
        (404, "The deployment is gone", Kind.MODEL_NOT_FOUND),
        (404, "No allowed providers are available", Kind.MODEL_NOT_FOUND),
        (403, "账户余额不足", Kind.BILLING),
        (403, "Insufficient credits", Kind.BILLING),
        (429, "Billing hard limit has been reached", Kind.BILLING),
        (400, "This violates our content policy", Kind.CONTENT_FILTER),
        (403, "Stopped by moderation", Kind.CONTENT_FILTER),
        (403, "This breaks our usage policies", Kind.CONTENT_FILTER),
        (400, "sensitive words detected", Kind.CONTENT_FILTER),
        (400, "输入包含敏感词", Kind.CONTENT_FILTER),
        (429, "Quota exceeded: ai.google.dev/gemini-api/docs/rate-limits", Kind.RATE_LIMITED),
        (
            429,
            "You exceeded your current quota: https://ai.google.dev/gemini-api/docs/rate-limits",
            Kind.RATE_LIMITED,
        ),
        (403, "You exceeded your current quota. Please retry in 9s", Kind.BILLING),
        (500, "Cannot POST /messages", Kind.SERVER),
        (400, "<html><title>Attention Required! | Cloudflare</title>", Kind.PERMISSION),
        (500, "<html><title>Just a moment...</title>", Kind.SERVER),
        (400, "Just a moment, said the model", Kind.INVALID_REQUEST),
        (500, "Unsupported parameter: 'seed'", Kind.SERVER),
        (429, "Unsupported parameter: 'seed'", Kind.RATE_LIMITED),
        (422, "Unsupported parameter: 'seed'", Kind.UNSUPPORTED_PARAMETER),
    ],
)
def test_words_decide_only_where_they_can_be_meant(status: int, message: str, kind: Kind) -> None:
    reply = read(status, error(message))

    assert isinstance(reply, ApiError)
    assert reply.kind == kind


@pytest.mark.parametrize(
    ("status", "kind", "codes"),
    [
        (
            403,
            Kind.BILLING,
            "insufficient_quota insufficient_user_quota pre_consume_token_quota_failed "
            "billing_error billing_hard_limit_reached credit_balance_exhausted "
            "insufficient_balance payment_required",
        ),
        (
            400,
            Kind.CONTENT_FILTER,
            "content_filter content_policy_violation ResponsibleAIPolicyViolation "
            "sensitive_words_detected prompt_blocked moderation data_inspection_failed",
        ),
        (
            400,
            Kind.TOO_LARGE,
            "context_length_exceeded exceed_context_size_error request_too_large "
            "string_above_max_length",
        ),
        (
            403,
            Kind.SERVER,
            "channel:invalid_key channel:no_available_key get_channel_failed "
            "insufficient_system_resource overloaded_error server_is_overloaded "
            "empty_response do_request_failed",
        ),
        (
            400,
            Kind.AUTH,
            "invalid_api_key API_KEY_INVALID authentication_error UNAUTHENTICATED",
        ),
        (
            400,
            Kind.MODEL_NOT_FOUND,
            "model_not_found DeploymentNotFound model_decommissioned",
        ),
        (
            403,
            Kind.RATE_LIMITED,
            "rate_limit_exceeded rate_limit_error rate_limited token_concurrency_limit_reached",
        ),
    ],
)
def test_a_known_code_decides_whatever_the_status_and_the_words(
    status: int, kind: Kind, codes: str
) -> None:
    for code in codes.split():
        for field in ("code", "type", "status"):
            reply = read(status, error("nothing to read here", **{field: code}))

            assert isinstance(reply, ApiError)
            assert reply.kind == kind, (code, field)


def test_only_temporary_failures_carry_a_wait() -> None:
    headers = {"retry-after": "5"}

    waits = {
        status: reply.retry_after_s
        for status in (400, 401, 402, 403, 404, 413, 429, 500, 503)
        if isinstance(reply := read(status, b"{}", headers), ApiError)
    }

    assert waits == {
        **dict.fromkeys((400, 401, 402, 403, 404, 413), None),
        **dict.fromkeys((429, 500, 503), 5.0),
    }


def test_a_code_inside_an_error_reply_does_not_override_its_status() -> None:
    reply = read(500, error("upstream says no", code=400))

    assert isinstance(reply, ApiError)
    assert (reply.kind, reply.status) == (Kind.SERVER, 500)


@pytest.mark.parametrize("depth", [50, 1_000, 2_000, 200_000])
def test_nesting_of_any_depth_is_survived(depth: int) -> None:
    bomb = b'{"error":' * depth + b"1" + b"}" * depth

    assert isinstance(read(200, bomb), ApiError)
    assert isinstance(read(500, bomb), ApiError)
    assert isinstance(read(500, error((b"[" * depth).decode())), ApiError)


@pytest.mark.parametrize(
    "page",
    ["<" * 200_000, "<title" * 40_000, "<title>" * 40_000, "<h1><title>a" * 20_000, "a" * 10**6],
)
def test_a_hostile_page_is_read_in_passing(page: str) -> None:
    reply = read(500, page.encode())

    assert isinstance(reply, ApiError)
    assert len(reply.message) <= MAX_MESSAGE


@pytest.mark.parametrize("padding", [0, 150, 180, 190, 195, 199, 19_960, 19_990, 20_005])
@pytest.mark.parametrize("filler", ["x ", "\n", "\u200b"])
def test_no_cut_leaves_part_of_a_key(padding: int, filler: str) -> None:
    """A message is shortened at 200 characters and a long body read in part: neither may halve
    a key into something no longer recognised."""
    key = "canary" * 4  # of no known shape: nothing but the whole key gives it away
    body = (filler * padding)[:padding] + key + " and more"

    reply = parse(500, {}, error(body), NOW, MODEL, Redactor([Secret(key)]))

    assert isinstance(reply, ApiError)
    assert "canaryc" not in reply.message


def test_the_message_of_a_provider_is_not_shown_with_its_request_id() -> None:
    """Failures are grouped by message, and an id would make each its own group."""
    one, two = (read(500, error(f"Boom (request id: {n}abc)")) for n in (1, 2))

    assert one == two


def test_a_model_echo_with_a_key_is_redacted() -> None:
    reply = read(200, completed(model=f"m-{KEY}"))

    assert isinstance(reply, Completion)
    assert KEY not in reply.model


def test_a_finish_reason_of_any_length_and_content_is_shortened_and_redacted() -> None:
    choice = {"message": {"content": "Hi."}, "finish_reason": f"{KEY}\x1b[2J" + "x" * 500}

    reply = read(200, orjson.dumps({"choices": [choice]}))

    assert isinstance(reply, Completion)
    assert len(reply.finish_reason) <= 40
    assert KEY not in reply.finish_reason
    assert reply.finish_reason.isprintable()


@pytest.mark.parametrize("reason", [None, "", 7, [], {}, True])
def test_a_finish_reason_that_is_no_word_is_unknown(reason: object) -> None:
    choice = {"message": {"content": "Hi."}, "finish_reason": reason}

    reply = read(200, orjson.dumps({"choices": [choice]}))

    assert isinstance(reply, Completion)
    assert reply.finish_reason == UNKNOWN_FINISH


@pytest.mark.parametrize("value", ["", False, 0, {}, [], None, {"message": "", "code": None}])
def test_an_empty_error_beside_a_text_is_none(value: object) -> None:
    assert isinstance(read(200, completed(error=value)), Completion)


@pytest.mark.parametrize("value", ["no", True, 500, {"message": "no"}, {"code": 500}, ["no"]])
def test_an_error_beside_a_text_is_one_and_keeps_the_text(value: object) -> None:
    reply = read(200, completed(error=value))

    assert isinstance(reply, ApiError)
    assert reply.completion is not None
    assert reply.completion.text == "Hi."


def test_numbers_no_double_can_hold_are_no_token_counts() -> None:
    usage = f'{{"prompt_tokens":{"9" * 400},"completion_tokens":1e308,"cost":1e400}}'
    body = b'{"choices":[{"message":{"content":"Hi."},"finish_reason":"stop"}],"usage":%b}'

    reply = read(200, body % usage.encode())

    assert isinstance(reply, Completion)
    assert (reply.usage, reply.reported_cost_usd) == (None, None)


def test_decode_tells_null_from_unreadable() -> None:
    assert decode(b"null") is None
    assert decode(b"nul") is UNREADABLE
    assert decode(b"") is UNREADABLE


def test_a_page_becomes_its_title_and_words_lose_what_cannot_be_seen() -> None:
    assert plain("<html><title> A &amp;\n B </title><body>C</body>") == "A & B"
    assert plain("<html><body><p>No title</p></body></html>") == "No title"
    assert plain("a < b > c") == "a < b > c"
    assert plain("a\x00b\x9bc\u202ed\ud800\te") == "a b cd e"


def test_no_status_at_all_counts_as_temporary() -> None:
    assert kind_of(None, ErrorBody()) is Kind.SERVER


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
field_names = st.sampled_from(
    sorted({name for s in SAMPLES for name in re.findall(r'"(\w+)":', s.get("body", ""))})
)
reply_shapes = st.recursive(
    json_values | st.sampled_from(["stop", "length", "text", "error", KEY, "{}", "[1]", "<html>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(field_names, inner, max_size=6),
    max_leaves=25,
)
header_values = st.text(string.printable, max_size=40)
some_headers = st.dictionaries(
    st.sampled_from(
        ["retry-after", "retry-after-ms", "location", "x-ratelimit-reset", "x-ratelimit-remaining"]
    ),
    header_values,
)


def assert_sane(reply: Completion | ApiError) -> None:
    if isinstance(reply, ApiError):
        assert 0 < len(reply.message) <= MAX_MESSAGE
        assert KEY not in reply.message
        assert "\n" not in reply.message
        assert reply.retry_after_s is None or 0 <= reply.retry_after_s <= MAX_WAIT_S
        assert (reply.parameter is not None) == (reply.kind is Kind.UNSUPPORTED_PARAMETER)
    else:
        assert reply.text.strip()
        assert KEY not in reply.text
        usage = reply.usage
        assert usage is None or usage.cached_tokens + usage.cache_write_tokens <= usage.input_tokens
        assert usage is None or usage.reasoning_tokens <= usage.output_tokens


@given(status=st.integers(0, 999), headers=some_headers, body=st.binary())
def test_no_bytes_raise(status: int, headers: dict[str, str], body: bytes) -> None:
    assert_sane(parse(status, headers, body, NOW, MODEL, REDACTOR))


@given(
    status=st.sampled_from([200, 200, 200, 400, 403, 404, 429, 500]),
    headers=some_headers,
    value=reply_shapes,
)
def test_no_json_raises(status: int, headers: dict[str, str], value: object) -> None:
    body = json.dumps(value).encode()
    assert_sane(parse(status, headers, body, NOW, MODEL, REDACTOR))


@pytest.mark.no_cover
@given(
    error=reply_shapes,
    choice=st.dictionaries(field_names, reply_shapes),
    usage=reply_shapes,
    message=st.dictionaries(st.sampled_from(["content", "refusal", "tool_calls"]), reply_shapes),
    finish=st.sampled_from(["stop", "length", "content_filter", "error", "odd", None]),
)
def test_no_reply_like_shape_raises(
    error: object, choice: dict[str, object], usage: object, message: object, finish: object
) -> None:
    choice = {**choice, "message": message, "finish_reason": finish}
    body = json.dumps({"error": error, "choices": [choice], "usage": usage}).encode()
    assert_sane(read(200, body))


WHOLE = (
    '{"choices":[{"message":{"content":"Silk."},"finish_reason":"stop"}],'
    '"usage":{"prompt_tokens":9,"completion_tokens":2}}'
)


@pytest.mark.parametrize(
    "body",
    [
        WHOLE + "data: [DONE]",
        WHOLE + "\n\n: bye\n\n",
        WHOLE + "\n<!-- a proxy was here -->",
        WHOLE + WHOLE,
        'data: {"choices":[{"index":0,"delta":{"content":"Silk."}}]}\n\n'
        'data: {"choices":[{"index":1,"delta":{"content":"Wool."}}]}\n\n'
        'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
    ],
)
def test_what_a_gateway_puts_behind_a_paid_text_does_not_lose_it(body: str) -> None:
    reply = parse(200, {}, body.encode(), NOW, "m", Redactor())

    assert isinstance(reply, Completion)
    assert reply.text == "Silk."


@pytest.mark.parametrize(
    ("body", "speaker"),
    [
        (
            '{"type":"message","content":[{"type":"text","text":"Silk."}],"stop_reason":"end_turn",'
            '"usage":{"input_tokens":9,"output_tokens":2}}',
            "Anthropic",
        ),
        ('{"candidates":[{"content":{"parts":[{"text":"Silk."}]}}]}', "Gemini"),
        ('{"object":"response","output":[{"type":"message"}]}', "responses"),
        ('{"model":"m","message":{"content":"Silk."},"done":true}', "Ollama"),
        ('{"model":"m","response":"Silk.","done":true}', "Ollama"),
    ],
)
def test_an_address_that_speaks_another_format_ends_the_run(body: str, speaker: str) -> None:
    reply = parse(200, {}, body.encode(), NOW, "m", Redactor())

    assert isinstance(reply, ApiError)
    assert reply.kind is Kind.WRONG_URL
    assert speaker in reply.message
    assert "base URL" in reply.message


def test_a_text_in_reasoning_details_alone_is_not_bought_again() -> None:
    body = '{"choices":[{"message":{"content":null,"reasoning_details":[{"text":"Silk."}]}}]}'
    reply = parse(200, {}, body.encode(), NOW, "m", Redactor())

    assert isinstance(reply, ApiError)
    assert reply.final
    assert "'reasoning_details'" in reply.message
