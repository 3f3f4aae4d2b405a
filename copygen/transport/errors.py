"""What can go wrong between a request and its reply, in two pure steps.

`not_connected` turns what the operating system raises into httpx's exceptions, once, where it
enters; `copygen.transport.tunnels` does so for aiohttp. `failure` turns an httpx exception into the
value the engine decides by. Both keep one question answerable: could this attempt have been billed?

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
import ssl
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import httpx

from copygen.models import ApiError, Kind

Sentence: TypeAlias = Callable[[Any, str], str]
"""What to tell people about an exception, given the peer (`host` or `host:port`)."""


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


def broken(peer: str) -> httpx.ReadError:
    """The connection broke before the reply's headers were there."""
    return httpx.ReadError(BROKE(None, peer))


def closed_without_reply(peer: str) -> httpx.ReadError:
    """The peer closed the connection in good order, but did not answer."""
    return httpx.ReadError(CLOSED(None, peer))


def stale(peer: str) -> StaleConnection:
    """A connection that the peer had closed when the request came."""
    return StaleConnection(CLOSED(None, peer))


def speaks_tls(peer: str) -> httpx.UnsupportedProtocol:
    """A TLS server met by a plain request. It could not read it."""
    return httpx.UnsupportedProtocol(f"{peer} speaks TLS: the base URL must begin with https://")


def cut_off(peer: str) -> httpx.RemoteProtocolError:
    """A reply shorter than it said it would be."""
    return httpx.RemoteProtocolError(CUT_OFF(None, peer))


def no_http(peer: str) -> httpx.RemoteProtocolError:
    """A reply that no HTTP parser takes, or with headers beyond all measure."""
    return httpx.RemoteProtocolError(NO_HTTP(None, peer))


def no_request(peer: str) -> httpx.LocalProtocolError:
    """A request that cannot be put into HTTP: nothing was sent."""
    return httpx.LocalProtocolError(NO_REQUEST(None, peer))


def too_late(peer: str) -> httpx.ConnectTimeout:
    """There was no connection within the time allowed."""
    return httpx.ConnectTimeout(NO_TIME(None, peer))


def not_connected(exc: Exception, host: str, port: int, peer: str) -> httpx.TransportError:
    """The exception for an OSError or ValueError met while a connection to `port` of `host` was
    made, for requests to `peer`.

    Until it stands nothing of a request can have left, whatever broke.
    """
    if isinstance(exc, ssl.CertificateError):
        return CertificateError(certificate_refused(exc, peer))
    if isinstance(exc, ssl.SSLError):
        ours = httpx.UnsupportedProtocol if no_tls(exc) else httpx.ConnectError
        return ours(tls_failed(exc, peer))
    if isinstance(exc, socket.gaierror):
        return httpx.ConnectError(lookup_failed(exc, host))
    if isinstance(exc, OSError):
        return httpx.ConnectError(connect_failed(exc, place(host, port)))
    if isinstance(exc, UnicodeError):
        return httpx.UnsupportedProtocol(NO_URL(exc, peer))
    return httpx.ConnectError(BROKE_EARLY(exc, peer))


def failure(exc: httpx.RequestError | TimeoutError) -> ApiError:
    """The value for a failed attempt: what httpx, or the attempt's own deadline, raised."""
    for raised, kind, default in _KINDS:
        if isinstance(exc, raised):
            return ApiError(kind, " ".join(str(exc).split()) or default)
    raise AssertionError(f"no kind for {type(exc).__name__}") from exc


def certificate_refused(exc: Exception, peer: str) -> str:
    """What to say about a certificate that could not be verified."""
    reason = getattr(exc, "verify_message", "") or "not the expected certificate"
    hint = ""
    if getattr(exc, "verify_code", None) in _UNKNOWN_ISSUER:
        hint = "; a private authority goes in ca_file or SSL_CERT_FILE"
    return f"the certificate of {peer} could not be verified: {reason.rstrip('.')}{hint}"


_UNKNOWN_ISSUER: Final = frozenset({18, 19, 20, 21})
"""X509_V_ERR_* of a chain that ends in an authority nobody here trusts
(https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/)."""


def tls_failed(exc: Exception, peer: str) -> str:
    """What to say about a handshake that failed."""
    words = (_reason(exc) or "handshake failure").replace("_", " ").lower()
    return f"no TLS connection to {peer}: {words} (is this an https address?)"


def no_tls(exc: Exception) -> bool:
    """Whether a handshake failed because the peer does not speak TLS: no waiting changes that."""
    return _reason(exc) in _NO_TLS


def _reason(exc: Exception) -> str | None:
    reason = getattr(exc, "reason", None)
    return reason if isinstance(reason, str) else None


_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})
"""OpenSSL's reasons for a peer that does not speak TLS at all."""


def lookup_failed(exc: OSError, host: str) -> str:
    """What to say about a name without addresses."""
    if exc.errno in _UNKNOWN_NAME:
        return f"no such host: {host}"
    return f"cannot look up {host}: the name server gave no answer"


_UNKNOWN_NAME: Final = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None)})


def connect_failed(exc: OSError, where: str) -> str:
    """What to say about a connection to `where` that the system did not give."""
    code = exc.errno
    if code == errno.ECONNREFUSED:
        return f"connection refused by {where} (is the server running?)"
    if code in (errno.EMFILE, errno.ENFILE):
        return "too many open files: lower --concurrency or raise the limit (ulimit -n)"
    if code in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return f"no route to {where} (is the network up?)"
    return f"cannot connect to {where}" + (f": {os.strerror(code).lower()}" if code else "")


def place(host: str, port: int | None) -> str:
    """`host:port` as a URL has it."""
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


def proxy_refused(proxy: httpx.URL, variable: str, status: int) -> ProxyRefused:
    """What a proxy that answers 401, 403 or 407 is told about as."""
    named = f"the proxy {place(proxy.host, proxy.port)} ({variable})"
    if status == FORBIDDEN:
        return ProxyRefused(f"{named} does not let requests through to this host (status 403)")
    given = "does not take the login" if proxy.username else "wants a login"
    return ProxyRefused(
        f"{named} {given} (status {status}): put it in as http://user:password@host:port"
    )


FORBIDDEN: Final = 403


def _says(sentence: str) -> Sentence:
    return lambda _exc, peer: sentence.format(peer=peer)


NO_URL: Final = _says("{peer} is no address a request can be sent to")
BROKE: Final = _says("{peer} broke the connection before the reply was complete")
CLOSED: Final = _says("{peer} closed the connection without a reply")
CUT_OFF: Final = _says("the reply from {peer} is cut off")
NO_HTTP: Final = _says("{peer} sent something that is not a valid HTTP reply")
NO_TIME: Final = _says("no connection to {peer} within the time allowed")
BROKE_EARLY: Final = _says("the connection to {peer} broke while it was made")
NO_REQUEST: Final = _says(
    "the request to {peer} is not valid HTTP (does a header, such as the key, hold a line break?)"
)

_KINDS: Final[tuple[tuple[type[Exception], Kind, str], ...]] = (
    # Most specific first.
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
