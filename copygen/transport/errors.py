"""What can go wrong between a request and its reply, in two pure steps.

`translated` turns what aiohttp and the operating system raise into httpx's exceptions, once, where
they enter. `failure` turns an httpx exception into the value the engine decides by. Both keep one
question answerable: could this attempt have been billed?

    nothing was sent          ConnectError, ConnectTimeout, CertificateError   CONNECTION, TLS
                              ProxyError; ProxyRefused, ProxyUnusable          CONNECTION; final
    the connection broke      ReadError, WriteError                            INTERRUPTED
    the reply is no reply     RemoteProtocolError, ResponseTooLarge            BAD_REPLY
    the time ran out          ReadTimeout, TimeoutError                        TIMEOUT

Where it cannot be known whether something was sent, the answer is that it was. No message holds
bytes the server sent, header values, or any part of a URL but host and port.
"""

import errno
import os
import socket
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import aiohttp
import httpx
from aiohttp.http import HttpProcessingError
from yarl import URL

from copygen.models import ApiError, Kind

Sentence: TypeAlias = Callable[[Any, str], str]
"""What to tell people about an exception, given the peer (`host` or `host:port`)."""

FOREIGN: Final = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)
"""Everything aiohttp raises for a request it could not complete."""


class CertificateError(httpx.ConnectError):
    """The server's certificate could not be verified. Nothing was sent."""


class StaleConnection(httpx.ReadError):
    """A connection that was used before closed without a byte of the reply.

    The server had closed it before the request came, so that nothing was done for it.
    """


class ProxyUnusable(httpx.ProxyError):
    """There is no working proxy where the environment names one. Nothing was sent."""


class ProxyRefused(ProxyUnusable):
    """The proxy wants a login or does not lead there. Nothing was sent."""


class ResponseTooLarge(httpx.RemoteProtocolError):
    """The reply, on the wire or decoded, exceeds the cap of `limit` bytes; the rest is unread."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the reply is larger than {limit / 2**20:g} MiB")
        self.limit = limit


def translated(exc: Exception, peer: str) -> httpx.TransportError:
    """The httpx exception for `exc`, one of `FOREIGN`, met on a request to `peer`."""
    for foreign, ours, sentence in _TRANSLATIONS:
        if isinstance(exc, foreign):
            return ours(sentence(exc, peer))
    raise AssertionError(f"no translation for {type(exc).__name__}") from exc


def broken(peer: str) -> httpx.ReadError:
    """The connection broke before the reply's headers were there."""
    return httpx.ReadError(_BROKE(None, peer))


def closed_without_reply(peer: str) -> httpx.ReadError:
    """The peer closed the connection in good order, but did not answer."""
    return httpx.ReadError(_CLOSED(None, peer))


def stale(peer: str) -> StaleConnection:
    """A connection that the peer had closed when the request came."""
    return StaleConnection(_CLOSED(None, peer))


def speaks_tls(peer: str) -> httpx.UnsupportedProtocol:
    """A TLS server met by a plain request. It could not read it."""
    return httpx.UnsupportedProtocol(f"{peer} speaks TLS: the base URL must begin with https://")


def cut_off(peer: str) -> httpx.RemoteProtocolError:
    """A reply shorter than it said it would be."""
    return httpx.RemoteProtocolError(_CUT_OFF(None, peer))


def no_http(peer: str) -> httpx.RemoteProtocolError:
    """A reply that no HTTP parser takes, or with headers beyond all measure."""
    return httpx.RemoteProtocolError(_NO_HTTP(None, peer))


def no_request(peer: str) -> httpx.LocalProtocolError:
    """A request that cannot be put into HTTP: nothing was sent."""
    return httpx.LocalProtocolError(_NO_REQUEST(None, peer))


def not_sent(exc: Exception, peer: str) -> httpx.TransportError:
    """The httpx exception for `exc`, one of `FOREIGN`, met on the way to `peer`.

    Until the connection stands nothing of the request can have left, whatever broke.
    """
    if isinstance(exc, aiohttp.ClientConnectorSSLError) and _reason(exc) in _NO_TLS:
        return httpx.UnsupportedProtocol(_tls(exc, peer))
    ours = translated(exc, peer)
    if isinstance(ours, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
        return ours
    return httpx.ConnectError(f"the connection to {peer} broke while it was made")


def failure(exc: httpx.RequestError | TimeoutError) -> ApiError:
    """The value for a failed attempt: what httpx, or the attempt's own deadline, raised."""
    for raised, kind, default in _KINDS:
        if isinstance(exc, raised):
            return ApiError(kind, " ".join(str(exc).split()) or default)
    raise AssertionError(f"no kind for {type(exc).__name__}") from exc


def _certificate(exc: Any, peer: str) -> str:
    cause = getattr(exc, "certificate_error", exc)
    reason = getattr(cause, "verify_message", "") or "not the expected certificate"
    hint = ""
    if getattr(cause, "verify_code", None) in _UNKNOWN_ISSUER:
        hint = "; a private authority goes in ca_file or SSL_CERT_FILE"
    return f"the certificate of {peer} could not be verified: {reason.rstrip('.')}{hint}"


_UNKNOWN_ISSUER: Final = frozenset({18, 19, 20, 21})
"""X509_V_ERR_* of a chain that ends in an authority nobody here trusts
(https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/)."""


def _tls(exc: aiohttp.ClientConnectorSSLError, peer: str) -> str:
    words = (_reason(exc) or "handshake failure").replace("_", " ").lower()
    return f"no TLS connection to {peer}: {words} (is this an https address?)"


def _reason(exc: aiohttp.ClientConnectorSSLError) -> str | None:
    reason = getattr(exc.os_error, "reason", None)
    return reason if isinstance(reason, str) else None


_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})
"""OpenSSL's reasons for a peer that does not speak TLS at all: no waiting changes that."""


def _lookup(exc: aiohttp.ClientConnectorDNSError, peer: str) -> str:  # noqa: ARG001 - see Sentence
    # With a proxy it is the proxy's name that was looked up, which only `exc` knows.
    if exc.os_error.errno in _UNKNOWN_NAME:
        return f"no such host: {exc.host}"
    return f"cannot look up {exc.host}: the name server gave no answer"


_UNKNOWN_NAME: Final = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None)})


def _connect(exc: aiohttp.ClientConnectorError, peer: str) -> str:  # noqa: ARG001 - see Sentence
    where = f"[{exc.host}]:{exc.port}" if ":" in exc.host else f"{exc.host}:{exc.port}"
    if isinstance(exc, aiohttp.ClientProxyConnectionError):
        where = f"proxy {where}"
    code = exc.os_error.errno
    if code == errno.ECONNREFUSED:
        return f"connection refused by {where} (is the server running?)"
    if code in (errno.EMFILE, errno.ENFILE):
        return "too many open files: lower --concurrency or raise the limit (ulimit -n)"
    if code in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return f"no route to {where} (is the network up?)"
    return f"cannot connect to {where}" + (f": {os.strerror(code).lower()}" if code else "")


def _tunnel(exc: aiohttp.ClientHttpProxyError, peer: str) -> str:
    return f"the proxy refused a connection to {peer}: status {exc.status}"


def proxy_failed(
    exc: Exception, proxy: URL, variable: str, peer: str, *, proven: bool
) -> httpx.TransportError | None:
    """The exception for `exc`, one of `FOREIGN`, where it is the proxy's; None where it is not.

    `proxy` is the one that the environment `variable` names, on the way to `peer`. One that has
    let a request through (`proven`) may come back; any other will not do so by waiting.
    """
    named = f"the proxy {_place(proxy)} ({variable})"
    if isinstance(exc, aiohttp.ClientHttpProxyError):
        if exc.status in _NO_ENTRY:
            return proxy_refused(proxy, variable, exc.status)
        words = f"{named} gave no connection to {peer}: status {exc.status}"
        if exc.status >= 500 and exc.status != _NOT_IMPLEMENTED:
            return httpx.ProxyError(words)  # it speaks of what is behind it
        return ProxyUnusable(f"{words} (is it an HTTP proxy?)")
    if isinstance(exc, aiohttp.ClientProxyConnectionError):
        words = _connect(exc, peer).partition(" by proxy")[0].partition(" to proxy")[0]
        words = f"{named} cannot be reached: {words}"
    elif isinstance(exc, aiohttp.ClientConnectorDNSError) and exc.host == proxy.host:
        words = f"{named} cannot be reached: {_lookup(exc, peer)}"
    elif isinstance(exc, _BEFORE_THE_TUNNEL):
        words = f"{named} does not answer as an HTTP proxy"
    else:
        return None
    return httpx.ProxyError(words) if proven else ProxyUnusable(words)


def proxy_refused(proxy: URL, variable: str, status: int) -> ProxyRefused:
    """What a proxy that answers 401, 403 or 407 is told about as."""
    named = f"the proxy {_place(proxy)} ({variable})"
    if status == _FORBIDDEN:
        return ProxyRefused(f"{named} does not let requests through to this host (status 403)")
    given = "does not take the login" if proxy.user else "wants a login"
    return ProxyRefused(
        f"{named} {given} (status {status}): put it in as http://user:password@host:port"
    )


def _place(proxy: URL) -> str:
    return (
        f"[{proxy.host}]:{proxy.port}"
        if ":" in (proxy.host or "")
        else str(proxy.authority).rpartition("@")[2]
    )


_FORBIDDEN: Final = 403
_NOT_IMPLEMENTED: Final = 501
_NO_ENTRY: Final = frozenset({401, _FORBIDDEN, 407})
_BEFORE_THE_TUNNEL: Final = (
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientResponseError,
    aiohttp.ClientPayloadError,
    HttpProcessingError,
)
"""What goes wrong with the answer to CONNECT; TLS, which comes next, has classes of its own."""


def _says(sentence: str) -> Sentence:
    return lambda _exc, peer: sentence.format(peer=peer)


_NO_URL: Final = _says("{peer} is no address a request can be sent to")
_BROKE: Final = _says("{peer} broke the connection before the reply was complete")
_CLOSED: Final = _says("{peer} closed the connection without a reply")
_CUT_OFF: Final = _says("the reply from {peer} is cut off")
_NO_HTTP: Final = _says("{peer} sent something that is not a valid HTTP reply")
_NO_REQUEST: Final = _says(
    "the request to {peer} is not valid HTTP (does a header, such as the key, hold a line break?)"
)

_TRANSLATIONS: Final[tuple[tuple[type[Exception], type[httpx.TransportError], Sentence], ...]] = (
    # Most specific first: aiohttp's classes inherit from several of the later ones.
    (aiohttp.ClientConnectorCertificateError, CertificateError, _certificate),
    (aiohttp.ServerFingerprintMismatch, CertificateError, _certificate),
    (aiohttp.ClientConnectorSSLError, httpx.ConnectError, _tls),
    (aiohttp.ClientConnectorDNSError, httpx.ConnectError, _lookup),
    (aiohttp.ClientConnectorError, httpx.ConnectError, _connect),
    (aiohttp.ClientHttpProxyError, httpx.ConnectError, _tunnel),
    (
        aiohttp.ConnectionTimeoutError,
        httpx.ConnectTimeout,
        _says("no connection to {peer} within the time allowed"),
    ),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout, _says("{peer} did not answer in time")),
    (
        aiohttp.ServerDisconnectedError,
        httpx.ReadError,
        _CLOSED,
    ),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol, _NO_URL),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol, _NO_URL),
    (
        aiohttp.ClientPayloadError,
        httpx.RemoteProtocolError,
        _CUT_OFF,
    ),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError, _NO_HTTP),
    (HttpProcessingError, httpx.RemoteProtocolError, _NO_HTTP),
    (aiohttp.ClientError, httpx.ReadError, _BROKE),
    (OSError, httpx.ReadError, _BROKE),
    (UnicodeError, httpx.UnsupportedProtocol, _NO_URL),
    (ValueError, httpx.LocalProtocolError, _NO_REQUEST),
)

_KINDS: Final[tuple[tuple[type[Exception], Kind, str], ...]] = (
    # Most specific first, as above.
    (CertificateError, Kind.TLS, "the server's certificate could not be verified"),
    (httpx.ConnectError, Kind.CONNECTION, "no connection"),
    (httpx.ConnectTimeout, Kind.CONNECTION, "no connection within the time allowed"),
    (httpx.PoolTimeout, Kind.CONNECTION, "no free connection within the time allowed"),
    (ProxyRefused, Kind.PERMISSION, "the proxy refused"),
    (ProxyUnusable, Kind.WRONG_URL, "the proxy cannot be used"),
    (httpx.ProxyError, Kind.CONNECTION, "the proxy gave no connection"),
    (httpx.TimeoutException, Kind.TIMEOUT, "no complete reply within the time allowed"),
    (TimeoutError, Kind.TIMEOUT, "no complete reply within the time allowed"),
    (httpx.UnsupportedProtocol, Kind.WRONG_URL, "no address a request can be sent to"),
    (httpx.LocalProtocolError, Kind.INVALID_REQUEST, "the request is not valid HTTP"),
    (httpx.RemoteProtocolError, Kind.BAD_REPLY, "the reply is not valid HTTP"),
    (httpx.DecodingError, Kind.BAD_REPLY, "the reply could not be decoded"),
    (httpx.RequestError, Kind.INTERRUPTED, "the connection broke"),
)
