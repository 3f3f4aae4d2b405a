"""What is sent, where, and under which key; and what is learned from a refusal."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.errors import ConfigError
from copygen.models import ApiError, Completion, JsonValue, Kind, Message, Prompt, Source
from copygen.providers.error_body import SYSTEM_ROLE
from copygen.providers.openai import ChatCompletions
from copygen.providers.redact import Secret
from copygen.providers.wire import Provider
from copygen.version import __version__
from tests.support.sent import asking

KEY = "sk-canary-0123456789abcdef"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BASE = "https://api.example.com/v1"


def prompt(content: JsonValue = "Sell silk.", model: str = "m", **params: JsonValue) -> Prompt:
    messages = (Message("system", "Be brief."), Message("user", content))
    return asking(params, *messages, model=model)


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)


def refused(parameter: str, replacement: str | None = None) -> ApiError:
    kind = Kind.UNSUPPORTED_PARAMETER
    return ApiError(kind, "no", 400, parameter=parameter, replacement=replacement)


MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Sell silk."}]


@pytest.mark.parametrize(
    ("params", "body"),
    [
        ({}, {"model": "m", "messages": MESSAGES}),
        (
            {"max_tokens": 500, "temperature": 0.7},
            {"model": "m", "messages": MESSAGES, "max_tokens": 500, "temperature": 0.7},
        ),
        (
            {"response_format": {"type": "json_object"}, "seed": 7, "stop": ["\n"]},
            {
                "model": "m",
                "messages": MESSAGES,
                "response_format": {"type": "json_object"},
                "seed": 7,
                "stop": ["\n"],
            },
        ),
        (
            {"thinking": {"type": "disabled"}, "reasoning_effort": "low"},
            {
                "model": "m",
                "messages": MESSAGES,
                "thinking": {"type": "disabled"},
                "reasoning_effort": "low",
            },
        ),
        # What copygen decides itself cannot be overridden.
        (
            {"model": "x", "messages": [], "stream": True, "stream_options": {}, "top_p": 1},
            {"model": "m", "messages": MESSAGES, "top_p": 1},
        ),
    ],
)
def test_the_body_holds_model_messages_and_only_the_parameters_given(
    params: dict[str, Any], body: dict[str, Any]
) -> None:
    sent = Prompt("p1", "k1", prompt().messages, "m", params, {}, Source("x", 1))

    request = ChatCompletions(BASE).request(sent)

    assert request.content == orjson.dumps(body)


def test_a_request_is_complete_as_it_is() -> None:
    request = ChatCompletions(BASE, Secret(KEY)).request(prompt())

    assert request.method == "POST"
    assert dict(request.headers) == {
        "host": "api.example.com",
        "user-agent": f"copygen/{__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "content-type": "application/json",
        "authorization": f"Bearer {KEY}",
        "content-length": str(len(request.content)),
    }


def test_without_a_key_nothing_claims_to_have_one() -> None:
    for key in (None, Secret("")):
        assert "authorization" not in ChatCompletions(BASE, key).request(prompt()).headers


def test_headers_of_the_settings_win_and_do_not_leak_into_other_requests() -> None:
    provider = ChatCompletions(
        BASE, headers={"API-Key": "azure-0123456789", "User-Agent": "mine"}, provider="azure"
    )

    first, second = (provider.request(prompt("x" * n)) for n in (1, 100))

    assert first.headers["api-key"] == "azure-0123456789"
    assert first.headers["user-agent"] == "mine"
    assert first.headers["content-length"] != second.headers["content-length"]
    assert "azure-0123456789" not in provider.redactor.redact("got azure-0123456789")


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://a.example/v1", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1//", "https://a.example/v1/chat/completions"),
        (" https://a.example/v1\n", "https://a.example/v1/chat/completions"),
        ("https://a.example", "https://a.example/chat/completions"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1/chat/completions"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"),
        ("https://a.example/v1/chat/completions", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1beta/openai/", "https://a.example/v1beta/openai/chat/completions"),
        (
            "https://a.example/openai/deployments/d?api-version=2024-10-21",
            "https://a.example/openai/deployments/d/chat/completions?api-version=2024-10-21",
        ),
        ("https://a.example/v1#part", "https://a.example/v1/chat/completions"),
    ],
)
def test_the_address_is_the_base_url_and_the_endpoint(base_url: str, url: str) -> None:
    assert str(ChatCompletions(base_url).request(prompt()).url) == url


@pytest.mark.parametrize(
    ("base_url", "says"),
    [
        ("", "must begin with https://"),
        ("api.example.com/v1", "must begin with https://"),
        ("ftp://api.example.com", "must begin with https://"),
        ("https:///v1", "must begin with https://"),
        ("https://user:secret-password@api.example.com/v1", "must not hold a user name"),
        ("https://api.example.com:port/v1", "cannot be read"),
        ("https://[api/v1", "cannot be read"),
    ],
)
def test_an_address_that_cannot_work_is_refused_without_repeating_it(
    base_url: str, says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        ChatCompletions(base_url)

    assert "secret-password" not in str(caught.value)


@pytest.mark.parametrize("key", ["sk-schlüssel-0123456789", "sk-0123\n456789", "sk-\x00123456789"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ConfigError, match="printable ASCII") as caught:
        ChatCompletions(BASE, Secret(key))

    assert key not in str(caught.value)


def test_the_key_is_in_no_representation() -> None:
    provider = ChatCompletions(BASE, Secret(KEY), provider="p")
    request = provider.request(prompt())

    views = [repr(provider), repr(request), repr(request.headers), repr(vars(provider))]

    assert [view for view in views if KEY in view] == []


@pytest.mark.parametrize(
    "content",
    [
        "half a pair: \ud83d",
        ["\udfff", {"a": "\ud800b"}],
        [{"type": "text", "text": "x", "n": 2**70}],
        {"1": float("inf")},
    ],
)
def test_what_strict_json_cannot_hold_is_sent_all_the_same(content: Any) -> None:
    request = ChatCompletions(BASE).request(prompt(content))

    assert request.content.isascii()
    assert body_of(request)["messages"][1]["content"] in (content, {"1": None})


@given(st.text())
def test_every_text_arrives_as_written(text: str) -> None:
    request = ChatCompletions(BASE).request(prompt(text))

    assert body_of(request)["messages"][1]["content"] == text
    assert request.headers["content-length"] == str(len(request.content))


def test_parse_falls_back_to_the_prompts_model_and_redacts_the_key() -> None:
    provider: Provider = ChatCompletions(BASE, Secret(KEY))
    body = b'{"choices":[{"message":{"content":"Hi."},"finish_reason":"stop"}]}'

    completion = provider.parse(200, httpx.Headers(), body, NOW, prompt(model="m1"))
    failure = provider.parse(401, httpx.Headers(), f'"{KEY}"'.encode(), NOW, prompt())

    assert isinstance(completion, Completion)
    assert completion.model == "m1"
    assert isinstance(failure, ApiError)
    assert KEY not in failure.message


class TestAdapt:
    def test_a_refused_parameter_goes_by_its_new_name_from_then_on(self) -> None:
        provider = ChatCompletions(BASE)

        assert provider.adapt(refused("max_tokens", "max_completion_tokens"), prompt())

        body = body_of(provider.request(prompt(max_tokens=500, temperature=0.7)))
        assert list(body) == ["model", "messages", "max_completion_tokens", "temperature"]
        assert body["max_completion_tokens"] == 500

    def test_a_refused_parameter_without_another_name_is_left_out(self) -> None:
        provider = ChatCompletions(BASE)

        assert provider.adapt(refused("temperature"), prompt())

        assert "temperature" not in body_of(provider.request(prompt(temperature=0.7)))

    def test_other_models_keep_it(self) -> None:
        provider = ChatCompletions(BASE)
        provider.adapt(refused("temperature"), prompt())

        assert "temperature" in body_of(provider.request(prompt(model="other", temperature=0.7)))

    def test_several_refusals_add_up(self) -> None:
        provider = ChatCompletions(BASE)

        assert provider.adapt(refused("max_tokens", "max_completion_tokens"), prompt())
        assert provider.adapt(refused("temperature"), prompt())

        body = body_of(provider.request(prompt(max_tokens=500, temperature=0.7, seed=1)))
        assert list(body) == ["model", "messages", "max_completion_tokens", "seed"]

    def test_requests_already_in_flight_may_be_sent_again_too(self) -> None:
        provider = ChatCompletions(BASE)

        assert [provider.adapt(refused("temperature"), prompt()) for _ in range(50)] == [True] * 50

    def test_a_value_given_under_the_new_name_wins(self) -> None:
        provider = ChatCompletions(BASE)
        provider.adapt(refused("max_tokens", "max_completion_tokens"), prompt())

        for sent in (
            prompt(max_tokens=1, max_completion_tokens=2),
            prompt(max_completion_tokens=2, max_tokens=1),
        ):
            assert body_of(provider.request(sent))["max_completion_tokens"] == 2

    @pytest.mark.parametrize(
        "parameter", ["model", "messages", "response_format", "tools", "max_tokens"]
    )
    def test_what_must_not_go_missing_stays(self, parameter: str) -> None:
        provider = ChatCompletions(BASE)

        assert not provider.adapt(refused(parameter), prompt())

        sent = Prompt("p", "k", (), "m", {parameter: 1}, {}, Source("x", 1))
        assert parameter in body_of(provider.request(sent))

    def test_the_cap_on_tokens_is_not_lost_to_a_model_that_takes_neither_name(self) -> None:
        provider = ChatCompletions(BASE)

        assert provider.adapt(refused("max_tokens", "max_completion_tokens"), prompt())
        assert not provider.adapt(refused("max_completion_tokens", "max_tokens"), prompt())

        assert body_of(provider.request(prompt(max_tokens=5)))["max_completion_tokens"] == 5

    def test_a_new_name_that_is_refused_too_is_left_out(self) -> None:
        provider = ChatCompletions(BASE)

        assert provider.adapt(refused("reasoning_effort", "effort"), prompt())
        assert provider.adapt(refused("effort"), prompt())

        assert set(body_of(provider.request(prompt(reasoning_effort="low")))) == {
            "model",
            "messages",
        }

    def test_names_that_point_at_each_other_end(self) -> None:
        provider = ChatCompletions(BASE)

        assert provider.adapt(refused("a", "b"), prompt())
        assert not provider.adapt(refused("b", "a"), prompt())

    @pytest.mark.parametrize(
        "error",
        [
            ApiError(Kind.INVALID_REQUEST, "no", 400, parameter="temperature"),
            ApiError(Kind.UNSUPPORTED_PARAMETER, "no", 400),
        ],
    )
    def test_other_errors_teach_nothing(self, error: ApiError) -> None:
        provider = ChatCompletions(BASE)

        assert not provider.adapt(error, prompt())
        assert "temperature" in body_of(provider.request(prompt(temperature=0.7)))

    def test_from_the_refusal_on_the_wire_to_the_next_request(self) -> None:
        provider = ChatCompletions(BASE)
        body = (
            b'{"error":{"message":"Unsupported parameter: \'max_tokens\' is not supported with '
            b'this model. Use \'max_completion_tokens\' instead.","code":"unsupported_parameter"}}'
        )

        error = provider.parse(400, {}, body, NOW, prompt(max_tokens=500))

        assert isinstance(error, ApiError)
        assert provider.adapt(error, prompt())
        assert "max_tokens" not in body_of(provider.request(prompt(max_tokens=500)))


def test_a_refused_system_message_goes_before_the_users_from_then_on() -> None:
    chat = ChatCompletions("https://api.example/v1")
    asked = prompt("A slogan.")
    body = b'{"error":{"message":"System role not supported"}}'

    answer = chat.parse(400, {}, body, NOW, asked)

    assert isinstance(answer, ApiError)
    assert answer.kind is Kind.UNSUPPORTED_PARAMETER
    assert chat.adapt(answer, asked)
    sent = body_of(chat.request(asked))
    assert sent["messages"] == [{"role": "user", "content": "Be brief.\n\nA slogan."}]
    other = body_of(chat.request(prompt(model="other")))
    assert other["messages"] == MESSAGES


def test_a_system_message_joins_content_parts_as_a_part() -> None:
    chat = ChatCompletions("https://api.example/v1")
    parts = [{"type": "text", "text": "A slogan."}]
    asked = prompt(parts)
    assert chat.adapt(refused(SYSTEM_ROLE), asked)

    [message] = body_of(chat.request(asked))["messages"]

    assert message == {"role": "user", "content": [{"type": "text", "text": "Be brief."}, *parts]}


@pytest.mark.parametrize("named", ["set", "temperature"])
def test_nothing_is_adapted_for_a_parameter_that_was_not_sent(named: str) -> None:
    chat = ChatCompletions("https://api.example/v1")
    body = b'{"error":{"message":"Unsupported parameter: \'%s\'"}}' % named.encode()

    answer = chat.parse(400, {}, body, NOW, prompt(top_p=1))

    assert isinstance(answer, ApiError)
    assert (answer.kind, answer.parameter) == (Kind.INVALID_REQUEST, None)


def test_query_and_headers_of_the_settings_go_into_every_request() -> None:
    chat = ChatCompletions(
        "https://x.example/openai?a=1",
        Secret(KEY),
        query={"api-version": "2026-10-01"},
        headers={"api-key": "{key}", "X-Team": "copy"},
    )

    for request in (chat.request(prompt()), chat.list_models()):
        assert dict(request.url.params) == {"a": "1", "api-version": "2026-10-01"}
        assert request.headers["api-key"] == KEY
        assert request.headers["x-team"] == "copy"
        assert "authorization" not in request.headers
    assert KEY not in chat.redactor.redact(f"it was {KEY}")


@pytest.mark.parametrize("port", ["99999", "-1", "0", "x"])
def test_a_port_that_is_none_is_no_address(port: str) -> None:
    with pytest.raises(ConfigError, match="base URL"):
        ChatCompletions(f"http://127.0.0.1:{port}/v1")
