"""A key is asked for again before it expires and once after it was refused."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta

import httpx

from copygen.config import Settings
from copygen.models import Status
from copygen.providers.keys import EARLY_S, KeySource
from copygen.providers.openai import ChatCompletions
from copygen.providers.redact import Secret
from tests.support.fakes import Run, prompts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLD, NEW = Secret("sk-old-0123456789abcdef"), Secret("sk-new-0123456789abcdef")


def token(expires: datetime) -> Secret:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(expires.timestamp())}).encode())
    return Secret(f"eyJhbGciOiJub25lIn0.{claims.decode().rstrip('=')}.c2lnbmF0dXJl")


def test_a_token_that_says_when_it_expires_is_replaced_before() -> None:
    source = KeySource(token(NOW + timedelta(hours=1)), lambda: NEW)
    end = NOW + timedelta(hours=1)

    assert not source.expires_soon(end - timedelta(seconds=EARLY_S + 1))
    assert source.expires_soon(end - timedelta(seconds=EARLY_S - 1))
    assert not KeySource(token(NOW)).expires_soon(end)  # there is no other to be had


def test_a_lifetime_counts_from_when_the_key_was_given() -> None:
    source = KeySource(OLD, lambda: NEW, 600, clock=NOW.timestamp)

    assert not source.expires_soon(NOW + timedelta(seconds=530))
    assert source.expires_soon(NOW + timedelta(seconds=550))


def test_many_refusals_of_one_key_are_one_question() -> None:
    asked = []

    def find() -> Secret:
        asked.append(1)
        return OLD

    async def all_at_once() -> list[bool]:
        source = KeySource(OLD, find)
        return await asyncio.gather(*(source.ask_again(OLD) for _ in range(20)))

    assert asyncio.run(all_at_once()) == [False] * 20
    assert len(asked) == 1


def test_a_run_goes_on_with_the_key_that_the_source_gives_after_a_401() -> None:
    asked = []

    def find() -> Secret:
        asked.append(1)
        return NEW

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] != f"Bearer {NEW.reveal()}":
            return httpx.Response(401, json={"error": {"message": "expired"}})
        said = {"message": {"content": "A lamp."}, "finish_reason": "stop"}
        return httpx.Response(200, json={"choices": [said]})

    async def run() -> Run:
        provider = ChatCompletions("https://api.example/v1", KeySource(OLD, find))
        return await Run(answer, settings=Settings(concurrency=4), provider=provider).over(
            prompts(8)
        )

    done = asyncio.run(run())

    assert done.error is None
    assert [result.status for result in done.results] == [Status.OK] * 8
    assert len(asked) == 1


def test_a_source_without_another_key_ends_the_run() -> None:
    async def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"error": {"message": "no such key"}})

    async def run() -> Run:
        provider = ChatCompletions("https://api.example/v1", KeySource(OLD, lambda: OLD))
        return await Run(answer, settings=Settings(concurrency=1), provider=provider).over(
            prompts(3)
        )

    done = asyncio.run(run())

    assert done.error is not None
    assert "no such key" in str(done.error)
    assert done.results == []
