"""The transport against real sockets: what is sent, what comes back, what can go wrong."""

import asyncio
import os
import resource
import socket
import tracemalloc
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import respx

from copygen.models import Kind
from copygen.transport.connections import DROPS, Http1
from copygen.transport.errors import failure
from tests.support import fault_server as faults
from tests.support.exchange import (
    KEY,
    Run,
    fail,
    on_both_loops,
    post,
    send,
    served,
    transport,
    turns,
)
from tests.support.fault_server import JSON_REPLY, Answer, fault_server

# What goes out, what comes back


@on_both_loops
def test_request_arrives_as_given_and_reply_comes_back_whole(run: Run) -> None:
    async def main() -> None:
        answer = faults.reply(418, {"Retry-After": "7", "X-Twice": "a"}, b"short and stout")
        async with fault_server(answer) as server, transport() as client:
            url = f"{server.url}/v1/chat%2Fx?api-version=1"
            response = await client.handle_async_request(post(url, b'{"a": 1}', x="y"))

            assert (response.status_code, response.content) == (418, b"short and stout")
            assert response.headers["retry-after"] == "7"
            assert response.text == "short and stout"
            assert await response.aread() == b"short and stout"
            [received] = server.requests
            assert received.method == "POST"
            assert received.target == "/v1/chat%2Fx?api-version=1"
            assert received.body == b'{"a": 1}'
            assert received.header("authorization") == f"Bearer {KEY}"
            assert received.header("x") == "y"
            assert received.header("content-length") == "8"
            assert received.header("host") == f"127.0.0.1:{server.port}"
            assert received.header("accept-encoding") == "gzip, deflate"
            names = [name for name, _ in received.headers]
            assert len(names) == len(set(names))

    run(main())


async def _pieces() -> Any:
    yield b"ab"
    yield b"cd"


@pytest.mark.parametrize(
    "body",
    [
        {"stream": httpx.ByteStream(b"abcd")},
        {"content": b"abcd"},
        {"content": _pieces()},
    ],
    ids=["byte stream", "content", "async iterator"],
)
def test_body_is_sent_with_its_length_however_the_request_was_made(body: Any) -> None:
    async def main() -> None:
        async with fault_server() as server, transport() as client:
            request = httpx.Request("POST", server.url, **body)
            await client.handle_async_request(request)
            [received] = server.requests
            assert received.body == b"abcd"
            assert received.header("content-length") == "4"
            assert received.header("transfer-encoding") is None

    asyncio.run(main())


@on_both_loops
def test_body_of_several_mebibytes_arrives_unchanged(run: Run) -> None:
    async def main() -> None:
        body = os.urandom(3 * 2**20)
        async with fault_server() as server, transport() as client:
            await client.handle_async_request(post(server.url, body))
            assert server.requests[0].body == body

    run(main())


def test_only_codings_that_can_be_undone_are_offered() -> None:
    async def main() -> None:
        async with fault_server() as server, transport() as client:
            headers = {"accept-encoding": "br, zstd"}
            await client.handle_async_request(
                httpx.Request("POST", server.url, headers=headers, content=b"{}")
            )
            assert server.requests[0].header("accept-encoding") == "gzip, deflate"

    asyncio.run(main())


def test_header_of_a_few_pages_is_accepted() -> None:
    """Content-Security-Policy on a web page that stands in for an API."""
    assert asyncio.run(served(faults.long_header(20_000))).status_code == 200


def test_credentials_inside_the_url_are_not_sent() -> None:
    async def main() -> None:
        async with fault_server() as server, transport() as client:
            url = server.url.replace("//", "//user:secret@")
            await client.handle_async_request(post(f"{url}/v1#fragment"))
            [received] = server.requests
            assert received.header("authorization") == f"Bearer {KEY}"
            assert received.target == "/v1"

    asyncio.run(main())


@on_both_loops
def test_connection_is_reused(run: Run) -> None:
    async def main() -> None:
        async with fault_server() as server, transport() as client:
            for _ in range(5):
                await client.handle_async_request(post(server.url))
            assert server.accepted == 1

    run(main())


@on_both_loops
def test_connection_the_server_closed_between_requests_is_replaced(run: Run) -> None:
    async def main() -> None:
        answers = faults.then_close(faults.reply()), faults.reply(201)
        async with fault_server(*answers) as server, transport() as client:
            await client.handle_async_request(post(server.url))
            await server.until(lambda: server.open == 0)
            await turns()
            response = await client.handle_async_request(post(server.url))
            assert response.status_code == 201
            assert (len(server.requests), server.accepted) == (2, 2)

    run(main())


@on_both_loops
def test_reply_nobody_asked_for_is_never_taken_for_the_next_one(run: Run) -> None:
    once = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

    async def main() -> None:
        said = asyncio.Event()

        async def twice(exchange: faults.Exchange) -> None:
            await exchange.send(once + b"first")
            await said.wait()
            await exchange.send(once + b"stale")

        async with fault_server(twice, faults.reply()) as server, transport() as client:
            response = await client.handle_async_request(post(server.url))
            assert response.content == b"first"
            said.set()
            await turns()
            for sent in (2, 3):
                response = await client.handle_async_request(post(server.url))
                assert response.content == JSON_REPLY
                # From then on no connection to it is used twice.
                assert (len(server.requests), server.accepted) == (sent, sent)

    run(main())


@on_both_loops
def test_idle_connections_that_speak_are_replaced_and_nobody_has_failed(run: Run) -> None:
    async def main() -> None:
        speak = asyncio.Event()

        async def then_408(exchange: faults.Exchange) -> None:
            await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await speak.wait()
            await exchange.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
            exchange.close()

        async with fault_server(then_408) as server, transport() as client:
            for _ in range(2):
                sent = [client.handle_async_request(post(server.url)) for _ in range(8)]
                assert [r.status_code for r in await asyncio.gather(*sent)] == [200] * 8
                speak.set()
                await turns()
            assert len(server.requests) == 16

    run(main())


@on_both_loops
def test_a_kept_connection_that_closes_under_a_request_is_replaced(run: Run) -> None:
    for drop in (faults.close(), faults.reset()):

        async def main(drop: Answer = drop) -> None:
            async with fault_server(faults.reply(), drop, faults.reply(201)) as server:
                async with transport() as client:
                    await client.handle_async_request(post(server.url))
                    response = await client.handle_async_request(post(server.url))
                    assert response.status_code == 201
                assert (len(server.requests), server.accepted) == (3, 2)

        run(main())


def test_a_fresh_connection_that_closes_is_not_tried_again() -> None:
    async def main() -> None:
        async with fault_server(faults.reply(), faults.close()) as server, transport() as client:
            await client.handle_async_request(post(server.url))
            with pytest.raises(httpx.ReadError) as caught:
                await client.handle_async_request(post(server.url))
            assert failure(caught.value).kind is Kind.INTERRUPTED
            assert len(server.requests) == 3, "the kept one, a fresh one, and no more"

    asyncio.run(main())


def test_a_reply_that_has_begun_is_never_asked_for_again() -> None:
    async def main() -> None:
        begun = faults.raw(b"HTTP/1.1 200", close=True)
        async with fault_server(faults.reply(), begun) as server, transport() as client:
            await client.handle_async_request(post(server.url))
            with pytest.raises(httpx.ReadError):
                await client.handle_async_request(post(server.url))
            assert len(server.requests) == 2

    asyncio.run(main())


def test_a_server_that_drops_kept_connections_gets_a_new_one_each_time() -> None:
    async def main() -> None:
        async def once(exchange: faults.Exchange) -> None:
            key = exchange.writer
            if key in seen:
                exchange.close()
                return
            seen.append(key)
            await faults.reply()(exchange)

        seen: list[object] = []
        async with fault_server(once) as server, transport() as client:
            for _ in range(40):
                response = await client.handle_async_request(post(server.url))
                assert response.content == JSON_REPLY
            assert len(server.requests) == 40 + DROPS

    asyncio.run(main())


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 2\r\nContent-Length: 2\r\n",
        b"content-length:2\r\nX: y\r\nCONTENT-LENGTH: 2\r\n",
        b"Content-Length: 2, 2\r\n",
    ],
)
def test_the_same_length_given_twice_is_one(head: bytes) -> None:
    answer = faults.raw(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n{}")
    assert asyncio.run(served(answer)).content == b"{}"


@pytest.mark.parametrize("status", [b"000", b"042", b"101"])
def test_a_status_that_ends_no_request_is_no_reply(status: bytes) -> None:
    head = b"HTTP/1.1 %s Odd\r\nUpgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n"
    exc = asyncio.run(served(faults.raw(head % status)))
    assert type(exc) is httpx.RemoteProtocolError
    assert failure(exc).kind is Kind.BAD_REPLY


def test_a_tls_server_met_in_plain_says_what_to_write() -> None:
    exc = asyncio.run(served(faults.raw(b"\x15\x03\x01\x00\x02\x02\x50", close=True)))
    assert failure(exc).kind is Kind.WRONG_URL
    assert "must begin with https://" in failure(exc).message


def test_a_body_in_chunks_of_one_byte_takes_little_more_memory_than_its_bytes() -> None:
    async def main() -> int:
        protocol = Http1("h", 2**24)
        protocol._waiter = asyncio.get_running_loop().create_future()
        tracemalloc.start()
        try:
            for _ in range(200_000):
                protocol.on_body(b"x")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert asyncio.run(main()) < 2_000_000


@on_both_loops
def test_request_beyond_max_connections_waits_for_one(run: Run) -> None:
    async def main() -> None:
        async with (
            fault_server(faults.delayed(0.01, faults.reply())) as server,
            transport(max_connections=2) as client,
        ):
            await asyncio.gather(*(client.handle_async_request(post(server.url)) for _ in range(6)))
            assert (len(server.requests), server.accepted) == (6, 2)

    run(main())


def test_cookies_are_not_kept() -> None:
    async def main() -> None:
        async with (
            fault_server(faults.reply(200, {"Set-Cookie": "a=b"})) as server,
            transport() as client,
        ):
            for _ in range(2):
                await client.handle_async_request(post(server.url))
            assert server.requests[1].header("cookie") is None

    asyncio.run(main())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_returned_and_its_target_never_contacted(status: int) -> None:
    async def main() -> None:
        async with fault_server() as other, fault_server() as same:
            for location in (f"{other.url}/steal", "/elsewhere", "//evil", "http://[", ""):
                async with fault_server(faults.redirect(location, status)) as server:
                    response = await send(server.url)
                    assert response.status_code == status
                    assert response.headers["location"] == location
                    assert len(server.requests) == 1
            assert other.accepted == same.accepted == 0

    asyncio.run(main())


@on_both_loops
def test_transport_reopens_after_aclose_and_closes_twice_in_peace(run: Run) -> None:
    async def main() -> None:
        async with fault_server() as server:
            client = transport()
            await client.aclose()
            for _ in range(2):
                await client.handle_async_request(post(server.url))
                await client.aclose()
                await client.aclose()
                await server.until(lambda: server.open == 0)

    run(main())


# Faults on real sockets, and what becomes of them


@pytest.mark.parametrize(
    ("answer", "raised", "kind"),
    [
        (faults.reset(), httpx.ReadError, Kind.INTERRUPTED),
        (faults.close(), httpx.ReadError, Kind.INTERRUPTED),
        (faults.raw(b"HTTP/1.1 200 OK\r\nX:", close=True), httpx.ReadError, Kind.INTERRUPTED),
        (faults.reset_mid_body(), httpx.RemoteProtocolError, Kind.BAD_REPLY),
        (faults.truncated(), httpx.RemoteProtocolError, Kind.BAD_REPLY),
        (faults.truncated_chunks(), httpx.RemoteProtocolError, Kind.BAD_REPLY),
        (faults.broken_chunks(), httpx.RemoteProtocolError, Kind.BAD_REPLY),
        (faults.garbage(), httpx.RemoteProtocolError, Kind.BAD_REPLY),
        (faults.raw(f"HTTP/1.1 {KEY}\r\n\r\n".encode()), httpx.RemoteProtocolError, Kind.BAD_REPLY),
        (faults.long_header(), httpx.RemoteProtocolError, Kind.BAD_REPLY),
        (faults.many_headers(), httpx.RemoteProtocolError, Kind.BAD_REPLY),
        (
            faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
            httpx.RemoteProtocolError,
            Kind.BAD_REPLY,
        ),
        (
            faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}", close=True),
            httpx.RemoteProtocolError,
            Kind.BAD_REPLY,
        ),
    ],
    ids=[
        "reset",
        "closed",
        "closed in the headers",
        "reset in the body",
        "body too short",
        "last chunk missing",
        "bad chunk size",
        "no HTTP",
        "bad status line",
        "2 MB header",
        "10 000 headers",
        "two lengths",
        "bad length",
    ],
)
@on_both_loops
def test_fault_after_sending_may_have_been_billed(
    run: Run, answer: Answer, raised: type[Exception], kind: Kind
) -> None:
    async def main() -> None:
        async with fault_server(answer) as server:
            exc = await fail(server.url)
            assert type(exc) is raised
            assert failure(exc).kind is kind
            assert len(server.requests) == 1, "sent once and not again"
            await server.until(lambda: server.open == 0)

    run(main())


@on_both_loops
@pytest.mark.parametrize("end", ["fin", "reset"])
def test_reply_without_length_ends_with_the_connection(run: Run, end: str) -> None:
    """Nothing tells a cut from an end here; the parser of the JSON will see it."""
    data = b'HTTP/1.1 200 OK\r\n\r\n{"a":1'
    answer = faults.reset(data) if end == "reset" else faults.raw(data, close=True)
    assert run(served(answer)).content == b'{"a":1'


def test_web_page_is_returned_as_it_is() -> None:
    response = asyncio.run(served(faults.web_page()))
    assert response.headers["content-type"] == "text/html"
    assert response.text.startswith("<!DOCTYPE html>")


@on_both_loops
def test_refused_connection_was_never_sent(run: Run) -> None:
    with socket.socket() as placeholder:  # bound and not listening: nobody else gets the port
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
        exc = run(fail(f"http://127.0.0.1:{port}/v1?key={KEY}"))
    assert type(exc) is httpx.ConnectError
    error = failure(exc)
    assert error.kind is Kind.CONNECTION
    assert error.message == (f"connection refused by 127.0.0.1:{port} (is the server running?)")


@on_both_loops
def test_unknown_host_was_never_sent(run: Run) -> None:
    exc = run(fail("http://no-such-host.invalid/v1"))
    assert type(exc) is httpx.ConnectError
    assert failure(exc).kind is Kind.CONNECTION
    assert "no-such-host.invalid" in failure(exc).message


@on_both_loops
def test_connect_timeout_was_never_sent(run: Run) -> None:
    """A peer that accepts and then never speaks TLS: no request can have left."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            port = mute.getsockname()[1]
            exc = await fail(f"https://127.0.0.1:{port}", connect_timeout_s=0.02)
            assert type(exc) is httpx.ConnectTimeout
            assert failure(exc).kind is Kind.CONNECTION
            assert failure(exc).message == (
                f"no connection to 127.0.0.1:{port} within the time allowed"
            )

    run(main())


@on_both_loops
def test_connect_timeout_does_not_limit_the_reply(run: Run) -> None:
    # Connecting takes a twentieth of a second where the machine is busy.
    answer = faults.delayed(1.2, faults.reply())
    assert run(served(answer, connect_timeout_s=1.0)).status_code == 200


@on_both_loops
def test_exhausted_file_descriptors_were_never_sent(run: Run) -> None:
    async def main() -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        async with fault_server() as server, transport() as client:
            with ExitStack() as stack:
                stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
                resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
                _take_all_descriptors(stack)
                with pytest.raises(httpx.ConnectError) as caught:
                    await client.handle_async_request(post(server.url))
            assert failure(caught.value).kind is Kind.CONNECTION
            assert "too many open files" in failure(caught.value).message
            assert (await client.handle_async_request(post(server.url))).status_code == 200

    run(main())


def _take_all_descriptors(stack: ExitStack) -> None:
    while True:
        try:
            stack.callback(os.close, os.dup(0))
        except OSError:
            return


@pytest.mark.parametrize("header", ["line\nfeed", "carriage\rreturn", "nul\0byte"])
def test_illegal_header_is_the_requests_fault(header: str) -> None:
    async def main() -> None:
        async with fault_server() as server, transport() as client:
            request = httpx.Request("POST", server.url, headers={"x-api-key": header + KEY})
            with pytest.raises(httpx.LocalProtocolError) as caught:
                await client.handle_async_request(request)
            assert failure(caught.value).kind is Kind.INVALID_REQUEST
            assert KEY not in str(caught.value)
            assert server.requests == []

    asyncio.run(main())


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/v1", "/v1", "http://example.com:65536", f"http://{'a' * 64}.example/v1"],
)
def test_url_that_is_no_address_is_the_wrong_url(url: str) -> None:
    exc = asyncio.run(fail(url))
    assert type(exc) is httpx.UnsupportedProtocol
    assert failure(exc).kind is Kind.WRONG_URL


# Deadlines and cancellation


@pytest.mark.parametrize("answer", [faults.silence(), faults.drip()], ids=["silence", "drip"])
@on_both_loops
def test_callers_deadline_ends_the_request_and_its_connection(run: Run, answer: Answer) -> None:
    async def main() -> None:
        async with fault_server(answer) as server, transport() as client:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(0.5):  # time for the connection on a busy machine
                    await client.handle_async_request(post(server.url))
            assert failure(caught.value).kind is Kind.TIMEOUT
            await server.until(lambda: server.open == 0)
            assert server.accepted == 1

    run(main())


@on_both_loops
def test_cancelling_500_requests_leaves_no_connection_and_no_task(run: Run) -> None:
    async def main() -> None:
        async with (
            fault_server(faults.silence()) as server,
            transport(max_connections=500) as client,
        ):
            tasks = [
                asyncio.create_task(client.handle_async_request(post(server.url)))
                for _ in range(500)
            ]
            await server.until(lambda: len(server.requests) == 500)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(result) for result in results} == {asyncio.CancelledError}
            await server.until(lambda: server.open == 0)
            assert len(server.requests) == 500
            others = asyncio.all_tasks() - {asyncio.current_task()} - server.tasks
            assert not others

    run(main())


@on_both_loops
def test_cancelled_connection_attempt_is_given_up(run: Run) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            async with transport(max_connections=1) as client, fault_server() as server:
                url = f"https://127.0.0.1:{mute.getsockname()[1]}"
                for _ in range(3):
                    with pytest.raises(TimeoutError):
                        async with asyncio.timeout(0.01):
                            await client.handle_async_request(post(url))
                response = await client.handle_async_request(post(server.url))
                assert response.status_code == 200, "the one connection is free again"

    run(main())


@on_both_loops
def test_large_body_to_a_server_that_does_not_read_is_given_up(run: Run) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            async with transport() as client:
                url = f"http://127.0.0.1:{mute.getsockname()[1]}"
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await client.handle_async_request(post(url, bytes(16 * 2**20)))

    run(main())


# The seam


def test_mock_transport_and_respx_fit_the_same_seam() -> None:
    """What the engine does with this transport, it can do with a fake."""

    async def main() -> None:
        router = respx.MockRouter()
        router.post("http://api.example/v1").mock(
            side_effect=[httpx.Response(200, content=JSON_REPLY), httpx.ConnectError("down")]
        )
        fake: httpx.AsyncBaseTransport = httpx.MockTransport(router.async_handler)
        request = post("http://api.example/v1")
        assert (await fake.handle_async_request(request)).content == JSON_REPLY
        with pytest.raises(httpx.ConnectError) as caught:
            await fake.handle_async_request(request)
        assert failure(caught.value).kind is Kind.CONNECTION

    asyncio.run(main())


@on_both_loops
def test_works_under_an_httpx_client_too(run: Run) -> None:
    async def main() -> None:
        async with (
            fault_server(faults.compressed(JSON_REPLY)) as server,
            httpx.AsyncClient(transport=transport()) as client,
        ):
            response = await client.post(server.url, json={"a": 1})
            assert response.json()["choices"]
            assert server.requests[0].body == b'{"a":1}'

    run(main())
