"""Connections through a proxy, by aiohttp, and what it raises turned into httpx's exceptions.

Imported where a proxy is on the way: aiohttp takes as long to import as a quarter of all the rest.
"""

import asyncio
from typing import Final

import aiohttp
import httpx
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError
from yarl import URL

from copygen.transport.dialing import Origin
from copygen.transport.errors import (
    BROKE,
    BROKE_EARLY,
    CLOSED,
    CUT_OFF,
    FORBIDDEN,
    NO_HTTP,
    NO_REQUEST,
    NO_TIME,
    NO_URL,
    CertificateError,
    ProxyUnusable,
    Sentence,
    certificate_refused,
    connect_failed,
    lookup_failed,
    no_tls,
    place,
    proxy_refused,
    tls_failed,
    too_late,
)

FOREIGN: Final = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)
"""Everything aiohttp raises for a request it could not complete."""


class Tunnels:
    """Opens connections, or leads to a proxy that plain requests are sent to. All that it takes may
    take `timeout_s`.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout = aiohttp.ClientTimeout(connect=timeout_s)
        self._loop = asyncio.get_running_loop()
        # No limit there: its count would not know what is idle in the pool.
        self._connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._links: dict[asyncio.Protocol, Connection] = {}
        self._proven_proxies: set[httpx.URL] = set()

    async def connect(self, origin: Origin, protocol: asyncio.Protocol) -> None:
        """Connect to `origin` through its proxy and have `protocol` take the connection over.

        Raises httpx.ConnectTimeout, httpx.ConnectError or another exception of
        `copygen.transport.errors` that says that nothing was sent.
        """
        link = await self._link(origin)
        transport, before = link.transport, link.protocol
        if transport is None or before is None or before.should_close:
            link.close()
            return
        protocol.connection_made(transport)
        transport.set_protocol(protocol)
        self._links[protocol] = link

    def release(self, protocol: asyncio.Protocol) -> None:
        """Give back what is behind the connection that `protocol` had, if it is one of these."""
        if link := self._links.pop(protocol, None):
            link.close()

    async def close(self) -> None:
        """Close what is left."""
        await self._connector.close()

    async def _link(self, origin: Origin) -> Connection:
        proxy = origin.proxy
        assert proxy is not None
        try:
            # The request that aiohttp connects for; it is never sent.
            request = aiohttp.ClientRequest(
                "POST",
                URL(str(origin.url), encoded=True),
                loop=self._loop,
                proxy=URL(str(proxy), encoded=True),
                ssl=origin.tls or True,
            )
            link = await self._connector.connect(request, [], self._timeout)
        except TimeoutError as exc:
            raise too_late(origin.peer) from exc
        except FOREIGN as exc:
            proven = proxy in self._proven_proxies
            named = origin.proxy_variable
            if fault := proxy_failed(exc, proxy, named, origin.peer, proven=proven):
                raise fault from exc
            raise not_sent(exc, origin.peer) from exc
        self._proven_proxies.add(proxy)
        return link


def translated(exc: Exception, peer: str) -> httpx.TransportError:
    """The httpx exception for `exc`, one of `FOREIGN`, met on a request to `peer`."""
    for foreign, ours, sentence in _TRANSLATIONS:
        if isinstance(exc, foreign):
            return ours(sentence(exc, peer))
    raise AssertionError(f"no translation for {type(exc).__name__}") from exc


def not_sent(exc: Exception, peer: str) -> httpx.TransportError:
    """The httpx exception for `exc`, one of `FOREIGN`, met on the way to `peer`.

    Until the connection stands nothing of the request can have left, whatever broke.
    """
    if isinstance(exc, aiohttp.ClientConnectorSSLError) and no_tls(exc.os_error):
        return httpx.UnsupportedProtocol(tls_failed(exc.os_error, peer))
    ours = translated(exc, peer)
    if isinstance(ours, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
        return ours
    return httpx.ConnectError(BROKE_EARLY(exc, peer))


def proxy_failed(
    exc: Exception, proxy: httpx.URL, variable: str, peer: str, *, proven: bool
) -> httpx.TransportError | None:
    """The exception for `exc`, one of `FOREIGN`, where it is the proxy's; None where it is not.

    `proxy` is the one that the environment `variable` names, on the way to `peer`. One that has
    let a request through (`proven`) may come back; any other will not do so by waiting.
    """
    named = f"the proxy {place(proxy.host, proxy.port)} ({variable})"
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
    elif isinstance(exc, aiohttp.ClientConnectorDNSError) and exc.host == proxy.raw_host.decode():
        words = f"{named} cannot be reached: {_lookup(exc, peer)}"
    elif isinstance(exc, _BEFORE_THE_TUNNEL):
        words = f"{named} does not answer as an HTTP proxy"
    else:
        return None
    return httpx.ProxyError(words) if proven else ProxyUnusable(words)


_NOT_IMPLEMENTED: Final = 501
_NO_ENTRY: Final = frozenset({401, FORBIDDEN, 407})
_BEFORE_THE_TUNNEL: Final = (
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientResponseError,
    aiohttp.ClientPayloadError,
    HttpProcessingError,
)
"""What goes wrong with the answer to CONNECT; TLS, which comes next, has classes of its own."""


def _certificate(exc: aiohttp.ClientConnectorCertificateError, peer: str) -> str:
    return certificate_refused(exc.certificate_error, peer)


def _tls(exc: aiohttp.ClientConnectorSSLError, peer: str) -> str:
    return tls_failed(exc.os_error, peer)


def _lookup(exc: aiohttp.ClientConnectorDNSError, _peer: str) -> str:
    # With a proxy it is the proxy's name that was looked up, which only `exc` knows.
    return lookup_failed(exc.os_error, exc.host)


def _connect(exc: aiohttp.ClientConnectorError, _peer: str) -> str:
    where = place(exc.host, exc.port)
    if isinstance(exc, aiohttp.ClientProxyConnectionError):
        where = f"proxy {where}"
    return connect_failed(exc.os_error, where)


def _tunnel(exc: aiohttp.ClientHttpProxyError, peer: str) -> str:
    return f"the proxy refused a connection to {peer}: status {exc.status}"


_TRANSLATIONS: Final[tuple[tuple[type[Exception], type[httpx.TransportError], Sentence], ...]] = (
    # Most specific first: aiohttp's classes inherit from several of the later ones.
    (aiohttp.ClientConnectorCertificateError, CertificateError, _certificate),
    (aiohttp.ServerFingerprintMismatch, CertificateError, certificate_refused),
    (aiohttp.ClientConnectorSSLError, httpx.ConnectError, _tls),
    (aiohttp.ClientConnectorDNSError, httpx.ConnectError, _lookup),
    (aiohttp.ClientConnectorError, httpx.ConnectError, _connect),
    (aiohttp.ClientHttpProxyError, httpx.ConnectError, _tunnel),
    (
        aiohttp.ConnectionTimeoutError,
        httpx.ConnectTimeout,
        NO_TIME,
    ),
    (
        aiohttp.ServerTimeoutError,
        httpx.ReadTimeout,
        lambda _, peer: f"{peer} did not answer in time",
    ),
    (
        aiohttp.ServerDisconnectedError,
        httpx.ReadError,
        CLOSED,
    ),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol, NO_URL),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol, NO_URL),
    (
        aiohttp.ClientPayloadError,
        httpx.RemoteProtocolError,
        CUT_OFF,
    ),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError, NO_HTTP),
    (HttpProcessingError, httpx.RemoteProtocolError, NO_HTTP),
    (aiohttp.ClientError, httpx.ReadError, BROKE),
    (OSError, httpx.ReadError, BROKE),
    (UnicodeError, httpx.UnsupportedProtocol, NO_URL),
    (ValueError, httpx.LocalProtocolError, NO_REQUEST),
)
