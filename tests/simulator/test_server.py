"""The simulator as a client meets it: on a real socket."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import aiohttp
import pytest

from copygen.errors import UsageError
from copygen.simulator import SimulatedFault, SimulatorProfile, simulator
from copygen.simulator.writer import LABEL

T = TypeVar("T")
Json = Mapping[str, Any]

NOW = SimulatorProfile(latency_ms=0)
ECHO = SimulatorProfile(latency_ms=0, echo=True)


def served(
    profile: SimulatorProfile, visit: Callable[[aiohttp.ClientSession, str], Awaitable[T]]
) -> T:
    """What `visit` returns after a visit to a simulator with that profile."""

    async def main() -> T:
        async with simulator(profile) as base_url, aiohttp.ClientSession() as session:
            return await visit(session, base_url)

    return asyncio.run(main())


def request(content: str = "Write a headline for Lanna Mug.", **parameters: Any) -> Json:
    return {"model": "m", "messages": [{"role": "user", "content": content}], **parameters}


def completed(profile: SimulatorProfile, *requests: Json) -> list[tuple[int, Any]]:
    """Status and JSON body of each request, sent one after the other."""

    async def visit(session: aiohttp.ClientSession, base_url: str) -> list[tuple[int, Any]]:
        answers = []
        for body in requests:
            async with session.post(f"{base_url}/chat/completions", json=body) as response:
                answers.append((response.status, await response.json()))
        return answers

    return served(profile, visit)


def texts(profile: SimulatorProfile, *requests: Json) -> list[str]:
    return [body["choices"][0]["message"]["content"] for _, body in completed(profile, *requests)]


# what a reply looks like


def test_a_reply_has_the_shape_of_openais() -> None:
    before = int(time.time())
    [(status, reply)] = completed(ECHO, request("Say hello.", model="gpt-4.1"))
    assert status == 200
    assert re.fullmatch(r"sim-[0-9a-f]{16}", reply.pop("id"))
    assert before <= reply.pop("created") <= time.time()
    assert reply == {
        "object": "chat.completion",
        "model": "gpt-4.1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Say hello.", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 3,
            "total_tokens": 13,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
        "system_fingerprint": "simulated",
    }


def test_everything_is_labelled_simulated() -> None:
    async def visit(session: aiohttp.ClientSession, base_url: str) -> None:
        root = base_url.removesuffix("/v1")
        urls = [f"{base_url}/models", f"{base_url}/simulator/stats", f"{root}/", f"{root}/nothing"]
        for url in urls:
            async with session.get(url) as response:
                assert response.headers["x-copygen-simulated"] == "1", url
        for body in (request(), {}):
            async with session.post(f"{base_url}/chat/completions", json=body) as response:
                assert response.headers["x-copygen-simulated"] == "1"

    served(NOW, visit)
    assert texts(NOW, request())[0].startswith(LABEL)


def test_echo_returns_the_last_user_message() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "one"},
        {"role": "user", "content": [{"type": "text", "text": "サワディー"}]},
        {"role": "assistant", "content": None},
    ]
    assert texts(ECHO, request(messages=messages)) == ["サワディー"]


def test_the_models_of_the_profile_are_listed_and_no_others_served() -> None:
    profile = SimulatorProfile(latency_ms=0, models=("a", "b"))

    async def visit(session: aiohttp.ClientSession, base_url: str) -> list[str]:
        async with session.get(f"{base_url}/models") as response:
            return [model["id"] for model in (await response.json())["data"]]

    assert served(profile, visit) == ["a", "b"]
    (status, _), (refused, error) = completed(profile, request(model="a"), request(model="c"))
    assert (status, refused) == (200, 404)
    assert error["error"]["code"] == "model_not_found"
    assert "'c'" in error["error"]["message"]


# how long a text may be


def test_max_tokens_cuts_the_text_and_says_so() -> None:
    sent = "word " * 50
    whole, cut, new_name = completed(
        ECHO, request(sent), request(sent, max_tokens=10), request(sent, max_completion_tokens=5)
    )
    assert whole[1]["choices"][0]["finish_reason"] == "stop"
    for (_, reply), limit in ((cut, 10), (new_name, 5)):
        text = reply["choices"][0]["message"]["content"]
        assert reply["choices"][0]["finish_reason"] == "length"
        assert sent.startswith(text)
        assert 0 < len(text) < len(sent)
        assert reply["usage"]["completion_tokens"] <= limit


def test_a_text_ends_before_a_stop_sequence() -> None:
    assert texts(ECHO, request("one. two", stop="."), request("a;b|c", stop=["|", ";"])) == [
        "one",
        "a",
    ]


def test_parameters_that_make_no_difference_here_are_accepted() -> None:
    [(status, _)] = completed(ECHO, request(n=1, temperature=0.7, seed=4, user="u", stop=None))
    assert status == 200


# requests that are refused


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (b"{", None),
        (b"[]", None),
        (b'{"messages": [{"role": "user", "content": "x"}]}', "model"),
        (b'{"model": 3, "messages": [{"role": "user", "content": "x"}]}', "model"),
        (b'{"model": "m"}', "messages"),
        (b'{"model": "m", "messages": []}', "messages"),
        (b'{"model": "m", "messages": ["x"]}', "messages"),
        (b'{"model": "m", "messages": [{"content": "x"}]}', "messages"),
        (b'{"model": "m", "messages": [{"role": "user", "content": 1}]}', "messages"),
        (b'{"model": "m", "messages": [{"role": "user"}], "n": 2}', "n"),
        (b'{"model": "m", "messages": [{"role": "user"}], "stream": true}', "stream"),
        (b'{"model": "m", "messages": [{"role": "user"}], "max_tokens": 0}', "max_tokens"),
        (b'{"model": "m", "messages": [{"role": "user"}], "max_tokens": true}', "max_tokens"),
    ],
)
def test_a_malformed_request_gets_a_400_that_names_the_parameter(
    body: bytes, parameter: str | None
) -> None:
    async def visit(session: aiohttp.ClientSession, base_url: str) -> tuple[int, Any]:
        async with session.post(f"{base_url}/chat/completions", data=body) as response:
            return response.status, (await response.json())["error"]

    status, error = served(NOW, visit)
    assert status == 400
    assert error["type"] == "invalid_request_error"
    assert error["param"] == parameter
    assert error["message"].endswith(".")


def test_a_required_key_is_required_and_never_shown() -> None:
    async def visit(session: aiohttp.ClientSession, base_url: str) -> list[int]:
        statuses = []
        for headers in ({}, {"Authorization": "Bearer no"}, {"Authorization": "Bearer hs-canary"}):
            url = f"{base_url}/chat/completions"
            async with session.post(url, json=request(), headers=headers) as response:
                statuses.append(response.status)
                assert "canary" not in await response.text()
            async with session.get(f"{base_url}/models", headers=headers) as response:
                assert response.status == statuses[-1]
        return statuses

    profile = SimulatorProfile(latency_ms=0, require_key="hs-canary")
    assert served(profile, visit) == [401, 401, 200]
    assert "canary" not in repr(profile)


def test_an_unknown_path_or_method_gets_a_404_in_json() -> None:
    async def visit(session: aiohttp.ClientSession, base_url: str) -> list[int]:
        statuses = []
        for method, path in (("GET", "/chat/completions"), ("POST", "/completions")):
            async with session.request(method, base_url + path) as response:
                statuses.append(response.status)
                assert path in (await response.json())["error"]["message"]
        return statuses

    assert served(NOW, visit) == [404, 404]


# faults, on the wire


async def outcome(session: aiohttp.ClientSession, url: str, body: Json) -> tuple[int, str]:
    """Status and body; status 0 with the exception's name for a connection that broke."""
    try:
        async with session.post(url, json=body) as response:
            return response.status, await response.text()
    except aiohttp.ClientError as exc:
        return 0, type(exc).__name__


def outcomes(profile: SimulatorProfile, count: int = 1) -> list[tuple[int, str]]:
    async def visit(session: aiohttp.ClientSession, base_url: str) -> list[tuple[int, str]]:
        url = f"{base_url}/chat/completions"
        return [await outcome(session, url, request(f"item {n}")) for n in range(count)]

    return served(profile, visit)


def test_a_server_error_is_a_500_in_json() -> None:
    [(status, body)] = outcomes(SimulatorProfile(latency_ms=0, server_error=1))
    assert status == 500
    assert '"server_error"' in body


def test_html_is_a_gateways_page_with_a_502() -> None:
    [(status, body)] = outcomes(SimulatorProfile(latency_ms=0, html=1))
    assert status == 502
    assert body.startswith("<!DOCTYPE html>")


def test_empty_is_a_good_reply_without_choices() -> None:
    [(status, body)] = outcomes(SimulatorProfile(latency_ms=0, empty=1))
    assert status == 200
    assert '"choices":[]' in body
    assert '"usage":{' in body


def test_truncated_cuts_the_connection_or_only_the_json() -> None:
    seen = outcomes(SimulatorProfile(latency_ms=0, truncated=1), 12)
    cut = [body for status, body in seen if status == 0]
    short = [body for status, body in seen if status == 200]
    assert set(cut) == {"ClientPayloadError"}
    assert short
    assert all(body.startswith('{"id":"sim-') and not body.endswith("}") for body in short)


async def raw_ending(base_url: str) -> BaseException | bytes:
    """How a raw connection ends that asks for one completion."""
    host, port = base_url.removeprefix("http://").removesuffix("/v1").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    try:
        return await reader.read()
    except OSError as exc:
        return exc
    finally:
        writer.close()


def test_reset_really_resets_the_connection() -> None:
    async def visit(_: aiohttp.ClientSession, base_url: str) -> BaseException | bytes:
        return await raw_ending(base_url)

    ending = served(SimulatorProfile(latency_ms=0, reset=1), visit)
    assert isinstance(ending, ConnectionResetError)


def test_a_timeout_answers_504_once_it_has_hung_long_enough() -> None:
    [(status, body)] = outcomes(SimulatorProfile(latency_ms=0, timeout=1, hang_s=0.01))
    assert status == 504
    assert "hung" in body


def test_a_timeout_ends_when_the_client_goes_away() -> None:
    async def visit(session: aiohttp.ClientSession, base_url: str) -> None:
        url = f"{base_url}/chat/completions"
        task = asyncio.create_task(outcome(session, url, request()))
        await in_flight(session, base_url, 1)
        task.cancel()
        await in_flight(session, base_url, 0)

    served(SimulatorProfile(latency_ms=0, timeout=1), visit)


async def in_flight(session: aiohttp.ClientSession, base_url: str, count: int) -> None:
    """Wait until the simulator has that many requests in flight."""
    while (await stats(session, base_url))["in_flight"] != count:
        pass


async def stats(session: aiohttp.ClientSession, base_url: str) -> Any:
    async with session.get(f"{base_url}/simulator/stats") as response:
        return await response.json()


def test_leaving_the_context_drops_hung_requests_at_once() -> None:
    """Within seconds, where a default server shutdown would wait a minute."""

    async def main() -> list[tuple[int, str]]:
        async with aiohttp.ClientSession() as session:
            async with simulator(SimulatorProfile(latency_ms=0, timeout=1)) as base_url:
                url = f"{base_url}/chat/completions"
                hung = [
                    asyncio.create_task(outcome(session, url, request(f"item {n}")))
                    for n in range(5)
                ]
                await in_flight(session, base_url, 5)
                left = time.monotonic()
            assert time.monotonic() - left < 10
            return await asyncio.gather(*hung)

    assert asyncio.run(main()) == [(0, "ServerDisconnectedError")] * 5


def test_the_stats_count_requests_and_faults() -> None:
    profile = SimulatorProfile(latency_ms=0, server_error=0.3, html=0.2)

    async def visit(session: aiohttp.ClientSession, base_url: str) -> tuple[list[int], Any]:
        url = f"{base_url}/chat/completions"
        sent = [outcome(session, url, request(f"item {n}")) for n in range(40)]
        statuses = [status for status, _ in await asyncio.gather(*sent)]
        return statuses, await stats(session, base_url)

    statuses, counted = served(profile, visit)
    assert counted["requests"] == 40
    assert counted["in_flight"] == 0
    assert 1 <= counted["max_in_flight"] <= 40
    assert counted["refused"] == 0
    assert counted["faults"] == dict.fromkeys(SimulatedFault, 0) | {
        "server_error": statuses.count(500),
        "html": statuses.count(502),
    }


# limits, on the wire


def answers(profile: SimulatorProfile, count: int) -> list[tuple[int, Mapping[str, str]]]:
    async def visit(
        session: aiohttp.ClientSession, base_url: str
    ) -> list[tuple[int, Mapping[str, str]]]:
        seen: list[tuple[int, Mapping[str, str]]] = []
        for n in range(count):
            url = f"{base_url}/chat/completions"
            async with session.post(url, json=request(f"item {n}")) as response:
                seen.append((response.status, response.headers.copy()))
        return seen

    return served(profile, visit)


def test_requests_over_the_limit_are_refused_and_told_when_to_come_back() -> None:
    seen = answers(SimulatorProfile(latency_ms=0, rpm=6, burst_s=20), 3)
    assert [status for status, _ in seen] == [200, 200, 429]
    first, _, refused = (headers for _, headers in seen)
    assert first["x-ratelimit-limit-requests"] == "6"
    assert first["x-ratelimit-remaining-requests"] == "1"
    assert first["x-ratelimit-reset-requests"].endswith("s")
    assert refused["x-ratelimit-remaining-requests"] == "0"
    assert 1 <= int(refused["retry-after"]) <= 10
    assert "x-ratelimit-limit-tokens" not in refused


def test_a_reply_is_charged_to_the_token_limit() -> None:
    """Two prompts of nine tokens fit a burst of twenty, but not with a reply in between."""
    seen = answers(SimulatorProfile(latency_ms=0, tpm=60, burst_s=20), 2)
    assert [status for status, _ in seen] == [200, 429]
    assert seen[1][1]["x-ratelimit-limit-tokens"] == "60"


def test_a_request_over_the_limit_is_refused_before_anything_is_drawn_for_it() -> None:
    """So what a prompt gets does not depend on how often it was refused."""

    async def visit(session: aiohttp.ClientSession, base_url: str) -> tuple[list[int], Any]:
        url = f"{base_url}/chat/completions"
        sent = [await outcome(session, url, request()) for _ in range(3)]
        return [status for status, _ in sent], await stats(session, base_url)

    statuses, counted = served(SimulatorProfile(latency_ms=0, rpm=1, server_error=1), visit)
    assert statuses == [500, 429, 429]
    assert counted["refused"] == 2
    assert counted["faults"]["server_error"] == 1


@pytest.mark.parametrize(
    ("form", "header"),
    [("seconds", "retry-after"), ("ms", "retry-after-ms"), ("date", "retry-after"), ("none", "")],
)
def test_a_rate_limited_fault_says_how_long_in_the_form_wanted(form: str, header: str) -> None:
    profile = SimulatorProfile.model_validate(
        {"latency_ms": 0, "rate_limited": 1, "retry_after": form, "retry_after_s": 2.5}
    )
    before = datetime.now(UTC)
    [(status, headers)] = answers(profile, 1)
    assert status == 429
    expected = {"seconds": "3", "ms": "2500"}.get(form)
    if expected:
        assert headers[header] == expected
    elif form == "date":
        assert (parsedate_to_datetime(headers[header]) - before).total_seconds() >= 2.5
    else:
        assert not {"retry-after", "retry-after-ms"} & {name.lower() for name in headers}


# the same again


def test_the_same_seed_gives_the_same_answers_in_any_order() -> None:
    profile = SimulatorProfile(latency_ms=0, server_error=0.3, empty=0.2)
    requests = [request(f"Write a headline for Mug {n}.") for n in range(20)]

    def answered(profile: SimulatorProfile, order: list[Json]) -> dict[str, Any]:
        replies = completed(profile, *order)
        for _, reply in replies:
            reply.pop("created", None)
        return {
            body["messages"][0]["content"]: reply
            for body, reply in zip(order, replies, strict=True)
        }

    first = answered(profile, requests)
    assert answered(profile, requests[::-1]) == first
    other = profile.model_copy(update={"seed": 1})
    assert answered(other, requests) != first


def test_variants_of_one_prompt_differ_and_come_again_in_the_next_run() -> None:
    requests = [request()] * 8
    variants = texts(NOW, *requests)
    assert len(set(variants)) == 8
    assert texts(NOW, *requests) == variants


# where it listens


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com", ""])  # noqa: S104 - refused
def test_only_loopback_is_served(host: str) -> None:
    async def main() -> None:
        async with simulator(NOW, host=host):
            pass

    with pytest.raises(UsageError, match="this machine only"):
        asyncio.run(main())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_base_url_is_the_address_in_numbers(host: str) -> None:
    async def main() -> str:
        async with simulator(NOW, host=host) as base_url:
            return base_url

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", asyncio.run(main()))


@pytest.mark.parametrize("port", [None, 65536, -1])
def test_a_port_that_cannot_be_had_is_a_usage_error(port: int | None) -> None:
    """None stands for the port of another simulator."""

    async def main() -> None:
        async with simulator(NOW) as base_url:
            taken = int(base_url.removesuffix("/v1").rsplit(":", 1)[1])
            async with simulator(NOW, port=taken if port is None else port):
                pass

    with pytest.raises(UsageError, match=r"port -?\d+ .*choose another port"):
        asyncio.run(main())
