"""Only servers that prove who they are get a request."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from copygen.errors import ConfigError
from copygen.models import Kind
from copygen.transport.errors import CertificateError, failure
from tests.support import fault_server as faults
from tests.support.exchange import (
    Run,
    fail,
    on_both_loops,
    post,
    served,
    transport,
)
from tests.support.fault_server import JSON_REPLY, Authority, fault_server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("ca"))


@on_both_loops
def test_certificate_of_a_trusted_authority_is_accepted(run: Run, authority: Authority) -> None:
    context = authority.server_context()
    response = run(served(faults.reply(), tls=context, ca_file=authority.ca_file))
    assert response.content == JSON_REPLY


@on_both_loops
def test_authority_named_by_ssl_cert_file_is_trusted(
    run: Run, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    assert run(served(faults.reply(), tls=authority.server_context())).status_code == 200


@pytest.mark.parametrize("fault", ["unknown authority", "expired", "wrong host"])
@on_both_loops
def test_bad_certificate_is_refused_before_anything_is_sent(
    run: Run, authority: Authority, fault: str
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    context, ca_file, words = {
        "unknown authority": (authority.server_context(), None, "SSL_CERT_FILE"),
        "expired": (
            authority.server_context(not_after=yesterday),
            authority.ca_file,
            "certificate has expired",
        ),
        "wrong host": (
            authority.server_context("api.example"),
            authority.ca_file,
            "not valid for '127.0.0.1'",
        ),
    }[fault]

    async def main() -> None:
        async with fault_server(tls=context) as server:
            exc = await fail(server.url, ca_file=ca_file)
            assert type(exc) is CertificateError
            error = failure(exc)
            assert error.kind is Kind.TLS
            assert words in error.message
            assert f"127.0.0.1:{server.port}" in error.message
            assert server.requests == []

    run(main())


@on_both_loops
def test_tls_below_1_2_is_refused(run: Run, authority: Authority) -> None:
    context = authority.server_context()
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    exc = run(served(faults.reply(), tls=context, ca_file=authority.ca_file))
    assert type(exc) is httpx.ConnectError
    assert failure(exc).kind is Kind.CONNECTION


@on_both_loops
def test_https_address_of_a_plain_http_server_says_so(run: Run) -> None:
    async def speak_http(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(speak_http, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            exc = await fail(f"https://127.0.0.1:{port}")
            assert type(exc) is httpx.UnsupportedProtocol
            assert failure(exc).kind is Kind.WRONG_URL
            assert failure(exc).message == (
                f"no TLS connection to 127.0.0.1:{port}: wrong version number "
                "(is this an https address?)"
            )

    run(main())


@on_both_loops
def test_reset_after_sending_over_tls_may_have_been_billed(run: Run, authority: Authority) -> None:
    exc = run(served(faults.reset(), tls=authority.server_context(), ca_file=authority.ca_file))
    assert type(exc) is httpx.ReadError


@on_both_loops
def test_cancelling_over_tls_closes_the_connections(run: Run, authority: Authority) -> None:
    async def main() -> None:
        async with (
            fault_server(faults.silence(), tls=authority.server_context()) as server,
            transport(ca_file=authority.ca_file) as client,
        ):
            tasks = [
                asyncio.create_task(client.handle_async_request(post(server.url))) for _ in range(8)
            ]
            await server.until(lambda: len(server.requests) == 8)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await server.until(lambda: server.open == 0)

    run(main())


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_unusable_ca_file_is_told_at_once(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"ca\.pem: "):
        transport(ca_file=path)
