"""Which proxy the environment names for which request, and what that proxy gets to see."""

import asyncio
import socket

import httpx
import pytest

from copygen.models import Kind
from copygen.transport.errors import CertificateError, ProxyRefused, ProxyUnusable, failure
from copygen.transport.http import proxy_for
from tests.support import fault_server as faults
from tests.support.exchange import KEY, Run, fail, on_both_loops, post, transport
from tests.support.fault_server import JSON_REPLY, Authority, fault_server

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        ("https://api.example/v1", {}, None),
        ("https://api.example/v1", {"https_proxy": PROXY}, PROXY),
        ("https://api.example/v1", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https://api.example/v1", {"https_proxy": PROXY, "HTTPS_PROXY": "http://x"}, PROXY),
        ("https://api.example/v1", {"https_proxy": "", "HTTPS_PROXY": PROXY}, None),
        ("https://api.example/v1", {"http_proxy": PROXY}, None),
        ("http://api.example/v1", {"https_proxy": PROXY}, None),
        ("http://api.example/v1", {"http_proxy": PROXY}, PROXY),
        ("http://api.example/v1", {"all_proxy": PROXY}, PROXY),
        ("https://api.example/v1", {"ALL_PROXY": PROXY, "https_proxy": "http://y"}, "http://y"),
        ("https://api.example/v1", {"https_proxy": "proxy.example:3128"}, PROXY),
        ("https://api.example/v1", {"https_proxy": "u:p@y:1"}, "http://u:p@y:1"),
    ],
)
def test_proxy_is_chosen_by_scheme(url: str, environ: dict[str, str], expected: str | None) -> None:
    assert proxy_for(httpx.URL(url), environ) == (httpx.URL(expected) if expected else None)


@pytest.mark.parametrize(
    ("no_proxy", "url", "excluded"),
    [
        ("api.example", "https://api.example", True),
        ("API.Example", "https://api.example", True),
        ("example", "https://api.example", True),
        (".example", "https://api.example", True),
        ("*.example", "https://api.example", True),
        ("*", "https://api.example", True),
        ("a.b, api.example", "https://api.example", True),
        ("a.b api.example", "https://api.example", True),
        ("api.example:443", "https://api.example", True),
        ("api.example:8443", "https://api.example:8443", True),
        ("api.example:8443", "https://api.example", False),
        ("pi.example", "https://api.example", False),
        ("api.example.org", "https://api.example", False),
        ("", "https://api.example", False),
        (",", "https://api.example", False),
        (".", "https://api.example", False),
        ("10.1.2.3", "http://10.1.2.3:8000", True),
        ("10.0.0.0/8", "http://10.1.2.3:8000", True),
        ("10.0.0.0/16", "http://10.1.2.3:8000", False),
        ("2.3", "http://10.1.2.3", False),
        ("10.1.2.3:8000", "http://10.1.2.3:8000", True),
        ("10.1.2.3:8000", "http://10.1.2.3", False),
        ("fd00::/8", "http://[fd00::1]:8000", True),
        ("[fd00::1]", "http://[fd00::1]", True),
        ("fd00::/8", "http://10.1.2.3", False),
        ("10.0.0.0/8", "https://api.example", False),
    ],
)
def test_no_proxy_excludes_hosts(no_proxy: str, url: str, excluded: bool) -> None:
    environ = {"all_proxy": PROXY, "no_proxy": no_proxy}
    assert (proxy_for(httpx.URL(url), environ) is None) is excluded


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://a.localhost", "http://127.0.0.9", "http://[::1]:80"]
)
def test_this_machine_is_reached_directly(url: str) -> None:
    assert proxy_for(httpx.URL(url), {"all_proxy": PROXY}) is None


@pytest.mark.parametrize(
    "proxy", ["socks5://u:secret@h:1", "https://u:secret@h", "http://", "http://u:secret@h:x"]
)
def test_proxy_of_another_kind_is_refused_without_showing_it(proxy: str) -> None:
    with pytest.raises(httpx.UnsupportedProtocol, match="not an http:// address") as caught:
        proxy_for(httpx.URL("https://api.example"), {"https_proxy": proxy})
    assert "secret" not in str(caught.value)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("ca"))


@on_both_loops
def test_plain_request_goes_through_the_proxy_with_its_credentials(run: Run) -> None:
    async def main() -> None:
        async with fault_server() as proxy:
            environ = {"HTTP_PROXY": f"127.0.0.1:{proxy.port}".replace("127", "u:p@127")}
            async with transport(environ=environ) as client:
                for _ in range(2):
                    await client.handle_async_request(post("http://api.example/v1"))
            received = proxy.requests[-1]
            assert received.target == "http://api.example/v1"
            assert received.header("host") == "api.example"
            assert received.header("proxy-authorization") == "Basic dTpw"
            assert proxy.accepted == 1

    run(main())


@on_both_loops
def test_tls_request_goes_through_a_tunnel_that_sees_no_key(run: Run, authority: Authority) -> None:
    async def main() -> None:
        async with (
            fault_server(tls=authority.server_context("api.example")) as server,
            fault_server(faults.tunnel(server.port)) as proxy,
        ):
            environ = {"https_proxy": f"http://u:p@127.0.0.1:{proxy.port}"}
            async with transport(environ=environ, ca_file=authority.ca_file) as client:
                for _ in range(2):
                    response = await client.handle_async_request(post("https://api.example/v1"))
                    assert response.content == JSON_REPLY
            assert server.requests[0].header("authorization") == f"Bearer {KEY}"
            assert server.requests[0].header("proxy-authorization") is None
            [connect] = proxy.requests
            assert connect.target == "api.example:443"
            assert connect.header("proxy-authorization") == "Basic dTpw"
            assert KEY not in repr(connect)

    run(main())


@on_both_loops
def test_certificate_is_checked_through_a_tunnel(run: Run, authority: Authority) -> None:
    async def main() -> None:
        async with (
            fault_server(tls=authority.server_context("other.example")) as server,
            fault_server(faults.tunnel(server.port)) as proxy,
        ):
            environ = {"https_proxy": proxy.url}
            exc = await fail("https://api.example", environ=environ, ca_file=authority.ca_file)
            assert type(exc) is CertificateError
            assert server.requests == []

    run(main())


@on_both_loops
def test_proxy_that_refuses_the_tunnel_got_no_request(run: Run) -> None:
    async def main() -> None:
        async with fault_server(faults.reply(407, {"X-Echo": KEY}, b"")) as proxy:
            exc = await fail("https://api.example", environ={"https_proxy": proxy.url})
            assert type(exc) is ProxyRefused
            assert failure(exc).kind is Kind.PERMISSION
            assert failure(exc).message == (
                f"the proxy 127.0.0.1:{proxy.port} (https_proxy) wants a login (status 407): "
                "put it in as http://user:password@host:port"
            )

    run(main())


@on_both_loops
def test_proxy_that_is_down_is_named(run: Run) -> None:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
        environ = {"https_proxy": f"http://user:{KEY}@127.0.0.1:{port}"}
        exc = run(fail("https://api.example", environ=environ))
    assert type(exc) is ProxyUnusable
    assert failure(exc).kind is Kind.WRONG_URL
    assert failure(exc).message == (
        f"the proxy 127.0.0.1:{port} (https_proxy) cannot be reached: connection refused"
    )


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (faults.reply(401), Kind.PERMISSION, "does not take the login (status 401)"),
        (faults.reply(403), Kind.PERMISSION, "does not let requests through"),
        (faults.reply(404), Kind.WRONG_URL, "is it an HTTP proxy?"),
        (faults.reply(501), Kind.WRONG_URL, "is it an HTTP proxy?"),
        (faults.reply(502), Kind.CONNECTION, "gave no connection to api.example: status 502"),
        (faults.garbage(), Kind.WRONG_URL, "does not answer as an HTTP proxy"),
        (faults.close(), Kind.WRONG_URL, "does not answer as an HTTP proxy"),
    ],
    ids=["401", "403", "404", "501", "502", "garbage", "closes"],
)
def test_a_proxy_that_is_none_ends_the_run_and_is_named(
    answer: faults.Answer, kind: Kind, says: str
) -> None:
    async def main() -> None:
        async with fault_server(answer) as proxy:
            environ = {"HTTPS_PROXY": f"http://u:{KEY}@127.0.0.1:{proxy.port}"}
            error = failure(await fail("https://api.example", environ=environ))
            assert (error.kind, says in error.message) == (kind, True), error.message
            assert f"the proxy 127.0.0.1:{proxy.port} (HTTPS_PROXY)" in error.message

    asyncio.run(main())


def test_a_proxy_name_that_does_not_exist_is_the_proxys_fault() -> None:
    error = failure(
        asyncio.run(fail("https://api.example", environ={"ALL_PROXY": "nosuch.invalid"}))
    )
    assert error.kind is Kind.WRONG_URL
    assert "the proxy nosuch.invalid" in error.message
    assert "(ALL_PROXY) cannot be reached: no such host" in error.message


def test_a_proxy_that_worked_may_come_back() -> None:
    async def main() -> None:
        async with fault_server(tls=None) as server:
            async with fault_server(faults.then_close(faults.reply())) as proxy:
                environ = {"http_proxy": proxy.url}
                client = transport(environ=environ)
                assert (await client.handle_async_request(post("http://api.example"))).content
            with pytest.raises(httpx.ProxyError) as caught:
                await client.handle_async_request(post("http://api.example"))
            assert failure(caught.value).kind is Kind.CONNECTION
            await client.aclose()
            assert server.requests == []

    asyncio.run(main())


def test_login_asked_for_by_a_plain_proxy_is_no_answer_of_the_api() -> None:
    async def main() -> None:
        async with fault_server(faults.web_page(407)) as proxy:
            environ = {"http_proxy": proxy.url}
            error = failure(await fail("http://api.example", environ=environ))
            assert error.kind is Kind.PERMISSION
            assert "(http_proxy) wants a login (status 407)" in error.message

    asyncio.run(main())
