"""Lists of models in every form endpoints give them."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.models import ApiError, Kind
from copygen.providers.openai import ChatCompletions
from copygen.providers.ratelimits import RateLimits
from copygen.providers.redact import Secret
from copygen.providers.wire import ModelList, read_model_list

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = Secret("sk-doctor-0123456789abcdefXYZ")


def answer(body: object, status: int = 200) -> ModelList | ApiError:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return read_model_list(
        status, {"x-ratelimit-limit-requests": "500"}, raw, NOW, ChatCompletions("http://h/v1", KEY)
    )


LISTS = [
    # OpenAI, DeepSeek, vLLM, OpenRouter
    ({"object": "list", "data": [{"id": "gpt-6-luna", "object": "model"}]}, "gpt-6-luna", True),
    ({"object": "list", "data": [{"id": "gpt-6-luna"}]}, "gpt-6", False),
    ({"data": [{"id": "Qwen/Qwen2.5-7B-Instruct"}]}, "Qwen/Qwen2.5-7B-Instruct", True),
    # Ollama, which tags its models
    ({"object": "list", "data": [{"id": "gemma3:latest", "owned_by": "library"}]}, "gemma3", True),
    ({"object": "list", "data": [{"id": "gemma3:27b"}]}, "gemma3", False),
    ({"object": "list", "data": [{"id": "gemma3"}]}, "gemma3:latest", True),
    ({"models": [{"name": "gemma3:latest", "model": "gemma3:latest"}]}, "gemma3", True),
    # Gemini's compatible and native forms
    ({"data": [{"id": "models/gemini-2.5-flash"}]}, "gemini-2.5-flash", True),
    ({"models": [{"name": "models/gemini-2.5-flash"}]}, "gemini-2.5-flash", True),
    # bare lists, and entries nobody can use
    (["a", "b"], "b", True),
    ({"data": [None, 7, {}, {"id": 3}, "", {"id": "m"}]}, "m", True),
    ({"data": []}, "m", False),
]


@pytest.mark.parametrize(("body", "model", "serves"), LISTS)
def test_a_list_is_read_in_every_form(body: object, model: str, serves: bool) -> None:
    found = answer(body)

    assert isinstance(found, ModelList)
    assert found.serves(model) is serves
    assert found.limits == RateLimits(requests_limit=500)


REFUSALS = [
    (
        {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}},
        401,
        Kind.AUTH,
    ),
    ({"error": {"message": "No auth credentials found", "code": 401}}, 200, Kind.AUTH),
    ({"detail": "Not Found"}, 404, Kind.WRONG_URL),
    (b"<!DOCTYPE html><title>Welcome</title>", 200, Kind.WRONG_URL),
    (b"<!DOCTYPE html><title>502</title>", 502, Kind.SERVER),
    (b"hello", 200, Kind.BAD_REPLY),
    (b"", 200, Kind.BAD_REPLY),
    ({"hello": "world"}, 200, Kind.BAD_REPLY),
    (b"", 302, Kind.WRONG_URL),
]


@pytest.mark.parametrize(("body", "status", "kind"), REFUSALS)
def test_what_is_no_list_is_an_error_of_its_kind(body: object, status: int, kind: Kind) -> None:
    found = answer(body, status)

    assert isinstance(found, ApiError)
    assert found.kind is kind


def test_a_key_echoed_in_a_reply_is_not_shown() -> None:
    said = f"Incorrect API key provided: {KEY.reveal()}"
    for status, body in (
        (401, {"error": {"message": said}}),
        (200, f"<html>{said}</html>".encode()),
    ):
        found = answer(body, status)
        assert isinstance(found, ApiError)
        assert KEY.reveal() not in found.message


@pytest.mark.no_cover
@given(st.binary(max_size=200), st.integers(100, 599))
def test_no_reply_raises(body: bytes, status: int) -> None:
    assert isinstance(answer(body, status), ModelList | ApiError)


@pytest.mark.parametrize(
    ("base_url", "asked"),
    [
        ("https://api.deepseek.com", "https://api.deepseek.com/models"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1/models"),
        ("https://host/v1/chat/completions", "https://host/v1/models"),
        ("https://h/openai/v1?api-version=1", "https://h/openai/v1/models?api-version=1"),
    ],
)
def test_the_list_is_asked_for_beside_the_completions_with_the_key(
    base_url: str, asked: str
) -> None:
    request = ChatCompletions(base_url, KEY).list_models()

    assert (request.method, str(request.url)) == ("GET", asked)
    assert request.headers["authorization"] == f"Bearer {KEY.reveal()}"
    assert request.read() == b""
