"""Every exception there is has a meaning, and its message shows nothing it should not."""

import errno
import inspect
import socket
import ssl
from typing import Any

import aiohttp
import aiohttp.client_exceptions
import aiohttp.http_exceptions
import httpx
import pytest
from aiohttp.client_reqrep import ConnectionKey, RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from copygen.models import Kind
from copygen.transport.errors import CertificateError, failure
from copygen.transport.tunnels import FOREIGN, translated

KEY = "sk-canary-0123456789"

_KEY = ConnectionKey("h.example", 443, True, True, None, None, None)
_INFO = RequestInfo(
    URL(f"https://h.example/?key={KEY}"), "POST", CIMultiDictProxy(CIMultiDict()), URL("https://h")
)
_EXAMPLES: dict[type[BaseException], tuple[tuple[Any, ...], type[Exception], Kind]] = {
    aiohttp.ClientError: ((KEY,), httpx.ReadError, Kind.INTERRUPTED),
    aiohttp.ClientConnectionError: ((KEY,), httpx.ReadError, Kind.INTERRUPTED),
    aiohttp.ClientConnectionResetError: ((KEY,), httpx.ReadError, Kind.INTERRUPTED),
    aiohttp.ClientOSError: ((104, KEY), httpx.ReadError, Kind.INTERRUPTED),
    aiohttp.UploadAbortedError: ((KEY,), httpx.ReadError, Kind.INTERRUPTED),
    aiohttp.client_exceptions.ServerConnectionError: (
        (KEY,),
        httpx.ReadError,
        Kind.INTERRUPTED,
    ),
    aiohttp.ServerDisconnectedError: ((KEY,), httpx.ReadError, Kind.INTERRUPTED),
    aiohttp.ServerTimeoutError: ((KEY,), httpx.ReadTimeout, Kind.TIMEOUT),
    aiohttp.SocketTimeoutError: ((KEY,), httpx.ReadTimeout, Kind.TIMEOUT),
    aiohttp.ConnectionTimeoutError: ((KEY,), httpx.ConnectTimeout, Kind.CONNECTION),
    aiohttp.ClientConnectorError: (
        (_KEY, OSError(113, KEY)),
        httpx.ConnectError,
        Kind.CONNECTION,
    ),
    aiohttp.ClientProxyConnectionError: (
        (_KEY, OSError(111, KEY)),
        httpx.ConnectError,
        Kind.CONNECTION,
    ),
    aiohttp.ClientConnectorDNSError: (
        (_KEY, socket.gaierror(-2, KEY)),
        httpx.ConnectError,
        Kind.CONNECTION,
    ),
    aiohttp.client_exceptions.UnixClientConnectorError: (
        (KEY, _KEY, OSError(2, KEY)),
        httpx.ConnectError,
        Kind.CONNECTION,
    ),
    aiohttp.ClientSSLError: ((_KEY, OSError(KEY)), httpx.ConnectError, Kind.CONNECTION),
    aiohttp.ClientConnectorSSLError: (
        (_KEY, ssl.SSLError(1, KEY)),
        httpx.ConnectError,
        Kind.CONNECTION,
    ),
    aiohttp.ClientConnectorCertificateError: (
        (_KEY, ssl.SSLCertVerificationError(1, KEY)),
        CertificateError,
        Kind.TLS,
    ),
    aiohttp.ServerFingerprintMismatch: ((b"", b"", "h", 1), CertificateError, Kind.TLS),
    aiohttp.ClientHttpProxyError: ((_INFO, ()), httpx.ConnectError, Kind.CONNECTION),
    aiohttp.ClientResponseError: ((_INFO, ()), httpx.RemoteProtocolError, Kind.BAD_REPLY),
    aiohttp.ContentTypeError: ((_INFO, ()), httpx.RemoteProtocolError, Kind.BAD_REPLY),
    aiohttp.TooManyRedirects: ((_INFO, ()), httpx.RemoteProtocolError, Kind.BAD_REPLY),
    aiohttp.WSServerHandshakeError: ((_INFO, ()), httpx.RemoteProtocolError, Kind.BAD_REPLY),
    aiohttp.ClientPayloadError: ((KEY,), httpx.RemoteProtocolError, Kind.BAD_REPLY),
    aiohttp.InvalidURL: ((KEY,), httpx.UnsupportedProtocol, Kind.WRONG_URL),
    aiohttp.InvalidUrlClientError: ((KEY,), httpx.UnsupportedProtocol, Kind.WRONG_URL),
    aiohttp.InvalidUrlRedirectClientError: ((KEY,), httpx.UnsupportedProtocol, Kind.WRONG_URL),
    aiohttp.NonHttpUrlClientError: ((KEY,), httpx.UnsupportedProtocol, Kind.WRONG_URL),
    aiohttp.NonHttpUrlRedirectClientError: ((KEY,), httpx.UnsupportedProtocol, Kind.WRONG_URL),
    aiohttp.RedirectClientError: ((KEY,), httpx.ReadError, Kind.INTERRUPTED),
    ConnectionResetError: ((104, KEY), httpx.ReadError, Kind.INTERRUPTED),
    ValueError: ((KEY,), httpx.LocalProtocolError, Kind.INVALID_REQUEST),
    UnicodeError: ((KEY,), httpx.UnsupportedProtocol, Kind.WRONG_URL),
    aiohttp.http_exceptions.HttpProcessingError: ((), httpx.RemoteProtocolError, Kind.BAD_REPLY),
    aiohttp.http_exceptions.TransferEncodingError: (
        (KEY,),
        httpx.RemoteProtocolError,
        Kind.BAD_REPLY,
    ),
}
_NOT_OF_REQUESTS = {aiohttp.WSMessageTypeError}
"""Raised by WebSocket methods only."""


def _aiohttps_exceptions() -> set[type[Exception]]:
    return {
        member
        for _, member in inspect.getmembers(aiohttp.client_exceptions, inspect.isclass)
        if issubclass(member, Exception) and member.__module__.startswith("aiohttp")
    }


def test_every_exception_class_of_aiohttp_has_its_row() -> None:
    """Fails when aiohttp grows a class: decide what it says about billing, then add a row."""
    assert _aiohttps_exceptions() - _NOT_OF_REQUESTS <= _EXAMPLES.keys()
    parsing = inspect.getmembers(aiohttp.http_exceptions, inspect.isclass)
    for _, member in parsing:
        assert not issubclass(member, Exception) or issubclass(member, FOREIGN)


@pytest.mark.parametrize("foreign", _EXAMPLES, ids=lambda foreign: foreign.__name__)
def test_exception_of_aiohttp_is_translated(foreign: type[Exception]) -> None:
    args, expected, kind = _EXAMPLES[foreign]
    assert issubclass(foreign, FOREIGN), "else nobody would catch it"
    ours = translated(foreign(*args), "h.example")
    assert type(ours) is expected
    error = failure(ours)
    assert error.kind is kind
    assert error.message
    assert KEY not in error.message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ECONNREFUSED, "connection refused by h.example:443 (is the server running?)"),
        (errno.EMFILE, "too many open files: lower --concurrency or raise the limit (ulimit -n)"),
        (errno.ENETUNREACH, "no route to h.example:443 (is the network up?)"),
        (errno.EACCES, "cannot connect to h.example:443: permission denied"),
        (None, "cannot connect to h.example:443"),
    ],
)
def test_failed_connection_is_told_in_plain_words(code: int | None, message: str) -> None:
    cause = OSError(code, KEY) if code else OSError(KEY)
    exc = aiohttp.ClientConnectorError(_KEY, cause)
    assert str(translated(exc, "h.example")) == message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (socket.EAI_NONAME, "no such host: h.example"),
        (socket.EAI_AGAIN, "cannot look up h.example: the name server gave no answer"),
    ],
)
def test_failed_lookup_is_told_in_plain_words(code: int, message: str) -> None:
    exc = aiohttp.ClientConnectorDNSError(_KEY, socket.gaierror(code, KEY))
    assert str(translated(exc, "h.example")) == message


_KIND_OF: dict[type[Exception], Kind] = {
    httpx.ConnectError: Kind.CONNECTION,
    CertificateError: Kind.TLS,
    httpx.ConnectTimeout: Kind.CONNECTION,
    httpx.PoolTimeout: Kind.CONNECTION,
    httpx.ProxyError: Kind.CONNECTION,
    httpx.ReadTimeout: Kind.TIMEOUT,
    httpx.WriteTimeout: Kind.TIMEOUT,
    httpx.TimeoutException: Kind.TIMEOUT,
    TimeoutError: Kind.TIMEOUT,
    httpx.ReadError: Kind.INTERRUPTED,
    httpx.WriteError: Kind.INTERRUPTED,
    httpx.CloseError: Kind.INTERRUPTED,
    httpx.NetworkError: Kind.INTERRUPTED,
    httpx.RemoteProtocolError: Kind.BAD_REPLY,
    httpx.DecodingError: Kind.BAD_REPLY,
    httpx.LocalProtocolError: Kind.INVALID_REQUEST,
    httpx.UnsupportedProtocol: Kind.WRONG_URL,
    httpx.ProtocolError: Kind.INTERRUPTED,
    httpx.TransportError: Kind.INTERRUPTED,
    httpx.TooManyRedirects: Kind.INTERRUPTED,
    httpx.RequestError: Kind.INTERRUPTED,
}


def test_every_request_error_of_httpx_has_a_kind() -> None:
    all_of_them = {
        member
        for _, member in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(member, httpx.RequestError)
    }
    assert all_of_them <= _KIND_OF.keys()


@pytest.mark.parametrize("raised", _KIND_OF, ids=lambda raised: raised.__name__)
def test_failure_has_a_kind_and_one_line(raised: type[Exception]) -> None:
    assert failure(raised("two\nlines")).kind is _KIND_OF[raised]  # type: ignore[arg-type]  # all are
    assert failure(raised("two\nlines")).message == "two lines"  # type: ignore[arg-type]  # all are
    assert failure(raised("")).message != ""  # type: ignore[arg-type]  # all are
