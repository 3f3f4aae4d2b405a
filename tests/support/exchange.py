"""One request through the real transport, on both event loops, with nothing left behind."""

import asyncio
import gc
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import httpx
import pytest
import uvloop

from copygen.transport.errors import failure
from copygen.transport.http import HttpTransport
from tests.support.fault_server import Answer, fault_server

KEY = "sk-canary-0123456789"
"""Sent with every request; to be found in no message."""

Run: TypeAlias = Callable[[Coroutine[Any, Any, Any]], Any]


def _runner(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> Run:
    async def guarded(main: Coroutine[Any, Any, Any]) -> Any:
        result = await main
        await turns()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left running: {left}"
        return result

    def run(main: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            result = runner.run(guarded(main))
        gc.collect()  # an unclosed socket warns when it is collected, and warnings fail
        return result

    return run


on_both_loops = pytest.mark.parametrize(
    "run",
    [_runner(asyncio.new_event_loop), _runner(uvloop.new_event_loop)],
    ids=["asyncio", "uvloop"],
)
"""The test gets `run`, which runs a coroutine to its end; no task may be left afterwards."""


def transport(**options: Any) -> HttpTransport:
    return HttpTransport(**{"max_connections": 8, "environ": {}, **options})


async def turns() -> None:
    """Let the loop notice what has already happened on its sockets."""
    for _ in range(10):
        await asyncio.sleep(0)


def post(url: str, body: bytes = b"{}", **headers: str) -> httpx.Request:
    return httpx.Request(
        "POST", url, headers={"authorization": f"Bearer {KEY}", **headers}, content=body
    )


async def send(url: str, **options: Any) -> httpx.Response:
    async with transport(**options) as client:
        return await client.handle_async_request(post(url))


async def fail(url: str, **options: Any) -> httpx.RequestError:
    """The exception a request ends with, checked for what no exception may show."""
    with pytest.raises(httpx.RequestError) as caught:
        await send(url, **options)
    said = f"{caught.value!r} {failure(caught.value)}"
    assert KEY not in said
    assert "\n" not in failure(caught.value).message
    return caught.value


async def served(*answers: Answer, tls: ssl.SSLContext | None = None, **options: Any) -> Any:
    """The response to one request, or the exception."""
    async with fault_server(*answers, tls=tls) as server:
        try:
            return await send(server.url, **options)
        except httpx.RequestError as exc:
            return exc
