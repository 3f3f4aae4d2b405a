"""The page's server on loopback: who may ask, what is answered, and that saved means saved."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from copygen.delivery.desk import ReviewDesk
from copygen.delivery.selection import Choice
from copygen.delivery.server import Served, review_server
from copygen.errors import ResultsError, UsageError
from copygen.results.decisions import Decision, DecisionLog, State
from copygen.results.storage import Beside
from tests.support.records import ENDED
from tests.support.review_copy import write_ads

APPROVE = {"file": 0, "id": "scarf/Thai", "field": "headline", "index": 0, "state": "approved"}


@asynccontextmanager
async def serving(path: Path, **options: Any) -> AsyncIterator[tuple[Served, httpx.AsyncClient]]:
    """The server, and a browser that has opened its address."""
    with ReviewDesk([path], Choice(), by="mali") as desk:
        async with review_server(desk, **options) as served:
            base = f"http://{served.host}"
            async with httpx.AsyncClient(base_url=base, trust_env=False) as browser:
                opened = await browser.get(served.address)
                assert opened.status_code == 303
                yield served, browser


def on_server(
    tmp_path: Path, test: Callable[[Served, httpx.AsyncClient], Awaitable[None]], **options: Any
) -> None:
    async def run() -> None:
        async with serving(write_ads(tmp_path), **options) as (served, browser):
            await test(served, browser)

    asyncio.run(run())


async def decide(browser: httpx.AsyncClient, *decisions: Any) -> httpx.Response:
    return await browser.post("/api/decisions", json={"decisions": decisions})


def test_the_secret_of_the_first_address_becomes_a_cookie_that_scripts_cannot_read(
    tmp_path: Path,
) -> None:
    async def test(served: Served, browser: httpx.AsyncClient) -> None:
        opened = await browser.get(served.address)
        assert opened.headers["location"] == "/"
        cookie = opened.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert served.host.partition(":")[2] in cookie.partition("=")[0]  # not of another port
        page = await browser.get("/")
        assert page.status_code == 200
        secret = served.address.partition("=")[2]
        assert secret not in page.text

    on_server(tmp_path, test)


@pytest.mark.parametrize("path", ["/", "/api/records", "/api/events", "/?token=wrong", "/?token="])
def test_without_the_secret_nothing_is_answered(tmp_path: Path, path: str) -> None:
    async def test(served: Served, _: httpx.AsyncClient) -> None:
        async with httpx.AsyncClient(trust_env=False) as stranger:
            answer = await stranger.get(f"http://{served.host}{path}")
            posted = await stranger.post(f"http://{served.host}/api/decisions", json={})
        assert (answer.status_code, posted.status_code) == (403, 403)
        assert "scarf" not in answer.text

    on_server(tmp_path, test)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_or_host_name_is_refused_even_with_the_cookie(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async def test(served: Served, browser: httpx.AsyncClient) -> None:
        for path in ("/", "/api/records"):
            assert (await browser.get(path, headers=headers)).status_code == 403
        body = {"decisions": [APPROVE]}
        answer = await browser.post("/api/decisions", json=body, headers=headers)
        assert answer.status_code == 403
        address = await browser.get(served.address, headers=headers)
        assert address.status_code == 403

    on_server(tmp_path, test)
    assert not Beside.DECISIONS.of(tmp_path / "ads.results.jsonl").exists()


def test_only_json_changes_anything(tmp_path: Path) -> None:
    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        body = json.dumps({"decisions": [APPROVE]})
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            headers = {"Content-Type": kind}
            answer = await browser.post("/api/decisions", content=body, headers=headers)
            assert answer.status_code == 415
        assert (await browser.get("/api/decisions")).status_code == 405

    on_server(tmp_path, test)
    assert not Beside.DECISIONS.of(tmp_path / "ads.results.jsonl").exists()


def test_the_page_may_load_nothing_and_its_policy_names_its_own_script(tmp_path: Path) -> None:
    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        page = await browser.get("/")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert re.search(r"script-src 'sha256-[\w+/=]{44}';", policy)
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"unsafe|https?:|\*", policy)
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert not re.search(r"""(?:src|href)=(?!["']?data:)""", page.text.partition("<style>")[0])

    on_server(tmp_path, test)


def test_records_come_as_lines(tmp_path: Path) -> None:
    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        lines = (await browser.get("/api/records")).text.splitlines()
        assert [json.loads(line)["id"] for line in lines][:2] == ["scarf/Arabic", "scarf/English"]

    on_server(tmp_path, test)


def test_records_that_cannot_be_read_to_the_end_are_said_to_be_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_desk: ReviewDesk) -> Any:
        yield b'{"id":"first"}\n'
        raise ResultsError("the disk is gone")

    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        monkeypatch.setattr(ReviewDesk, "pieces", broken)
        *_, last = (await browser.get("/api/records")).text.splitlines()
        assert json.loads(last) == {"failed": "the disk is gone"}

    on_server(tmp_path, test)


def test_saved_is_said_of_what_the_disk_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        answer = await decide(browser, APPROVE)
        assert answer.json()["results"][0]["now"]["state"] == "approved"
        (line,) = Beside.DECISIONS.of(tmp_path / "ads.results.jsonl").read_bytes().splitlines()
        assert json.loads(line)["by"] == "mali"

        def full(_log: DecisionLog, _decisions: Any) -> int:
            raise ResultsError("the disk is full")

        monkeypatch.setattr(DecisionLog, "append", full)
        answer = await decide(browser, APPROVE | {"index": 1})
        assert (answer.status_code, answer.json()) == (507, {"error": "the disk is full"})

    on_server(tmp_path, test)


def test_a_second_tab_hears_of_it_and_one_that_was_away_hears_it_later(tmp_path: Path) -> None:
    async def events(browser: httpx.AsyncClient, since: int) -> dict[str, Any]:
        async with browser.stream("GET", f"/api/events?since={since}") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    told: dict[str, Any] = json.loads(line[6:])
                    return told
        raise AssertionError

    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        waiting = asyncio.create_task(events(browser, 0))
        await decide(browser, APPROVE)
        told = await waiting
        assert (told["id"], told["now"]["state"]) == ("scarf/Thai", "approved")
        assert await events(browser, 0) == told

    on_server(tmp_path, test)


def test_what_another_program_decides_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copygen.delivery.server._LOOK_EVERY_S", 0.01)

    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        async with browser.stream("GET", "/api/events?since=0") as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == ": here"
            other = Decision(
                id="scarf/Thai", key="key-1", field="headline", index=0, state=State.LOCKED,
                by="somchai", at=ENDED, via="sheet",
            )  # fmt: skip
            DecisionLog(tmp_path / "ads.results.jsonl").append([other])
            async for line in lines:
                if line.startswith("data: "):
                    assert json.loads(line[6:])["now"]["by"] == "somchai"
                    return

    on_server(tmp_path, test)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"decisions": 1}',
        b'{"decisions": [1]}',
        b'{"decisions": [{"state": "orphan", "id": "scarf/Thai"}]}',
        b'{"decisions": [{"state": "approved", "id": "nobody"}]}',
        b'{"decisions": [{"state": "approved", "id": 1}]}',
        b'{"decisions": [{"state": "approved", "id": "a", "index": -1}]}',
        b'{"decisions": [{"state": "approved", "id": "a", "file": "b"}]}',
        b'{"decisions": [{"state": "approved", "id": "a", "file": 99999999999999999999}]}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_nonsense_is_refused_in_words(tmp_path: Path, body: bytes) -> None:
    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        headers = {"Content-Type": "application/json"}
        answer = await browser.post("/api/decisions", content=body, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["error"]
        assert (await decide(browser, APPROVE)).status_code == 200

    on_server(tmp_path, test)


def test_a_text_with_half_a_character_is_kept(tmp_path: Path) -> None:
    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        body = json.dumps({"decisions": [APPROVE | {"state": "edited", "text": "a\ud800b"}]})
        headers = {"Content-Type": "application/json"}
        answer = await browser.post("/api/decisions", content=body, headers=headers)
        assert answer.json()["results"][0]["now"]["text"] == "a\ud800b"

    on_server(tmp_path, test)


def test_checks_are_made_while_somebody_types(tmp_path: Path) -> None:
    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        long = {"field": "headline", "index": 0, "text": "x" * 31}
        body = {"file": 0, "id": "scarf/English", "texts": [long]}
        answer = await browser.post("/api/check", json=body)
        assert "length" in [one["r"] for one in answer.json()["places"][0]]

    on_server(tmp_path, test)


def test_the_prompt_of_a_record_is_made_again(tmp_path: Path) -> None:
    results = write_ads(tmp_path)
    prompts = tmp_path / "ads.yaml"

    async def run() -> None:
        async with serving(results) as (_, browser):
            body = {"file": 0, "id": "scarf/Thai"}
            answer = await browser.post("/api/prompt", json=body)
            assert answer.status_code == 400
            assert "what was asked is not known" in answer.json()["error"]
        rules = Beside.RULES.of(results)
        rules.write_text(json.dumps(json.loads(rules.read_text()) | {"template": "ads.yaml"}))
        prompts.write_text("prompt: 'Write an ad for {{ name }} in {{ language }}.'\n")
        async with serving(results) as (_, browser):
            answer = await browser.post("/api/prompt", json=body)
            said = "Write an ad for Praewa silk scarf in Thai."
            assert answer.json() == {"messages": [{"role": "user", "content": said}]}

    asyncio.run(run())


def test_read_only_refuses_decisions(tmp_path: Path) -> None:
    async def test(_: Served, browser: httpx.AsyncClient) -> None:
        assert (await decide(browser, APPROVE)).status_code == 403
        assert '"readOnly":true' in (await browser.get("/")).text

    on_server(tmp_path, test, is_read_only=True)


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    async def test(served: Served, _: httpx.AsyncClient) -> None:
        port = int(served.host.partition(":")[2])
        with (
            ReviewDesk([tmp_path / "ads.results.jsonl"], Choice(), by="x") as desk,
            pytest.raises(UsageError, match=f"port {port} .* another --port"),
        ):
            async with review_server(desk, port=port):
                raise AssertionError

    on_server(tmp_path, test)
