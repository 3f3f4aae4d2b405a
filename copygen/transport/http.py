"""httpx's types at the seam, connections of our own underneath.

httpx's own pool costs more CPU per request the more connections it holds (encode/httpx#3215), so
the engine drives this transport directly, without an `httpx.AsyncClient`. What one would add is
decided here instead: redirects are returned, never followed; there are no cookies; proxies come
from the environment; replies are capped.
"""

import base64
import ipaddress
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import httpx

from copygen.errors import ConfigError
from copygen.transport.connections import (
    ACCEPTED,
    Connections,
    HttpReply,
    ReplyHeaders,
)
from copygen.transport.dialing import Origin, client_context
from copygen.transport.errors import (
    CertificateError,
    ResponseTooLarge,
    failure,
    no_request,
    proxy_refused,
)

__all__ = ["CertificateError", "HttpTransport", "ResponseTooLarge", "failure"]

_LAST_PORT: Final = 2**16 - 1
PROXY_LOGIN: Final = 407
_CONTENT_LENGTH: Final = b"content-length"
_OURS: Final = frozenset((_CONTENT_LENGTH, b"transfer-encoding", b"accept-encoding", b"host"))
"""Headers that are set here, however the request was made: its body is sent whole."""
_TOKEN: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNSENDABLE: Final = re.compile(rb"[\r\n\0]")


class _Route:
    """How to reach one URL: worked out once, used by every request to it."""

    def __init__(self, url: httpx.URL, origin: Origin, proxy: httpx.URL | None) -> None:
        self.origin = origin
        target = url.raw_path
        more = []
        if proxy is not None and url.scheme == "http":
            # Plain requests name the whole address to a proxy (RFC 9112 section 3.2.2).
            target = str(url.copy_with(userinfo=b"", fragment=None)).encode("ascii")
            if proxy.userinfo:
                pair = f"{proxy.username}:{proxy.password}".encode()
                more.append((b"Proxy-Authorization", b"Basic " + base64.b64encode(pair)))
        host = (b"Host", origin.peer.encode("ascii"))
        self._target = target
        self._first = [host, *more, (b"Accept-Encoding", ACCEPTED.encode("ascii"))]
        self.head = lru_cache(maxsize=64)(self._head)

    def _head(self, method: str, headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
        """All of a request before its length; raises httpx.LocalProtocolError."""
        given = dict(self._first)
        lines = [b"%s %s HTTP/1.1" % (method.encode("ascii"), self._target)]
        own = [pair for pair in headers if pair[0].lower() not in _OURS]
        for name, value in (*given.items(), *own):
            if not _TOKEN.fullmatch(name) or _UNSENDABLE.search(value):
                raise no_request(self.origin.peer)
            lines.append(name + b": " + value)
        return b"\r\n".join(lines) + b"\r\nContent-Length: "


class _PreparedRoute(NamedTuple):
    """What all requests to one address with the same headers have in common."""

    url: httpx.URL
    headers: httpx.Headers | None
    """None: of one request alone."""
    origin: Origin
    head: bytes
    """All before the length of the body."""


class HttpTransport(httpx.AsyncBaseTransport):
    """One connection pool. The reply comes back whole, its content coding undone.

    Takes `max_connections`, the most requests its caller keeps in flight: one more waits for a
    connection, within `connect_timeout_s`. That limit covers name lookup, connecting and TLS, so
    what it ends was never sent; after that only the caller's own deadline (`asyncio.timeout`)
    ends a request, and cancelling one closes its connection. `max_response_bytes` caps a body, on
    the wire and decoded. `ca_file` names certificate authorities to trust besides the system's;
    ConfigError if it is unusable.

    Raises httpx exceptions only: see `copygen.transport.errors`. The request's headers are sent
    to the host of its own URL and nowhere else.
    """

    def __init__(
        self,
        *,
        max_connections: int,
        connect_timeout_s: float = 10.0,
        max_response_bytes: int = 16 * 2**20,
        ca_file: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._limits = (max_connections, connect_timeout_s, max_response_bytes)
        # Not as a default value: whoever prints the signature would print every key there is.
        self._environ = os.environ if environ is None else environ
        # The system's authorities take 20 ms to load, and plain http needs none of them.
        self._tls = cache(lambda: client_context(ca_file))
        if ca_file is not None:
            self._tls()
        self._routes: dict[str, _Route] = {}
        self._origins: dict[str, Origin] = {}
        self._latest: _PreparedRoute | None = None
        self._connections: Connections | None = None

    async def exchange(self, request: httpx.Request) -> HttpReply:
        """Send `request`, following nothing, and return the reply."""
        if isinstance(request, WholeRequest):
            body, headers = request.content, request.fixed_headers
        else:
            body, headers = await request.aread(), None
        way = self._latest
        # Nearly always the very same objects: comparing URLs or headers would build their texts.
        if way is None or way.url is not request.url or way.headers is not headers:
            way = self._prepare(request, headers)
        message = b"%s%d\r\n\r\n%s" % (way.head, len(body), body)
        connections = self._connections
        if connections is None:
            connections = self._connections = Connections(*self._limits)
        reply = await connections.exchange(way.origin, message)
        if reply.status == PROXY_LOGIN and (proxy := way.origin.proxy) is not None:
            raise proxy_refused(proxy, way.origin.proxy_variable, reply.status)
        return reply

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The same for callers that speak httpx: the response has its content loaded."""
        reply = await self.exchange(request)
        assert isinstance(reply.headers, ReplyHeaders)
        return httpx.Response(
            reply.status, headers=list(reply.headers.raw.items()), content=reply.body
        )

    async def aclose(self) -> None:
        """Close every connection. A later request opens the pool anew."""
        if self._connections is not None:
            connections, self._connections = self._connections, None
            await connections.close()

    def _prepare(self, request: httpx.Request, headers: httpx.Headers | None) -> _PreparedRoute:
        """Where a request goes and how it begins; kept for the next one with the same `headers`."""
        route = self._routes.get(str(request.url)) or self._add_route(request.url)
        given = request.headers if headers is None else headers
        pairs = tuple([pair for pair in given.raw if pair[0] != _CONTENT_LENGTH])
        way = _PreparedRoute(request.url, headers, route.origin, route.head(request.method, pairs))
        if headers is not None:
            self._latest = way
        return way

    def _add_route(self, url: httpx.URL) -> _Route:
        if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > _LAST_PORT:
            raise httpx.UnsupportedProtocol("the base URL is no http:// or https:// address")
        proxy = proxy_for(url, self._environ)
        variable = proxy_variable(url, self._environ)
        # Credentials inside the URL would become a header that competes with the request's own.
        bare = url.copy_with(userinfo=b"", path="/", query=None, fragment=None)
        origin = self._origins.get(str(bare))
        if origin is None:
            origin = self._origins[str(bare)] = Origin(
                url=bare,
                peer=bare.netloc.decode("ascii"),
                proxy=proxy,
                tls=self._tls() if url.scheme == "https" else None,
                proxy_variable=variable or "",
            )
        route = self._routes[str(url)] = _Route(url, origin, proxy)
        return route


class WholeRequest(httpx.Request):
    """A POST whose body is here, whole: what it asks of a header or a stream is made when asked.

    The plain class copies and rewrites the headers of each request: 20 µs of the 120 that a prompt
    costs in all. `headers` are shared by all requests to an endpoint and never changed, and
    complete but for the length.
    """

    content = b""  # a property there, which asks whether there is one

    def __init__(self, url: httpx.URL, headers: httpx.Headers, body: bytes) -> None:
        # Not the parent's: all that it sets is here, made anew or when it is asked for.
        self.method = "POST"
        self.url = url
        self.extensions = {}
        self.content = self._content = body
        self.fixed_headers: httpx.Headers | None = headers
        """The shared ones, without the length; None once it has headers of its own."""

    @property
    def headers(self) -> httpx.Headers:
        if self.fixed_headers is not None:
            self._own_headers = self.fixed_headers.copy()
            self._own_headers["content-length"] = str(len(self.content))
            self.fixed_headers = None
        return self._own_headers

    @headers.setter
    def headers(self, headers: httpx.Headers) -> None:
        self._own_headers = headers
        self.fixed_headers = None

    @property
    def stream(self) -> httpx.ByteStream:  # type: ignore[override]  # an attribute there
        return httpx.ByteStream(self.content)


Exchange: TypeAlias = Callable[[httpx.Request], Awaitable[HttpReply]]
"""Sends one request and returns the whole reply; raises httpx exceptions."""


def exchange_over(transport: httpx.AsyncBaseTransport) -> Exchange:
    """How to send over a transport: any of httpx, or the one here, which is quicker.

    A response of httpx decodes a body and rewrites every header: 20 µs per request, where one
    header of fifteen is looked at.
    """
    if isinstance(transport, HttpTransport):
        return transport.exchange

    async def exchange(request: httpx.Request) -> HttpReply:
        response = await transport.handle_async_request(request)
        body = await response.aread()
        return HttpReply(response.status_code, response.headers, body)

    return exchange


# Proxies.


def proxy_for(url: httpx.URL, environ: Mapping[str, str]) -> httpx.URL | None:
    """The proxy for requests to the origin of `url`, or None to connect directly.

    Reads `http_proxy` or `https_proxy` by the URL's scheme, then `all_proxy`, and `no_proxy`; the
    capital spelling counts where the small one is not set (https://curl.se/docs/manpage.html,
    ENVIRONMENT). Unlike curl, this machine itself is never reached through a proxy: such requests
    are not encrypted, and their key is for no one else to read.

    Raises httpx.UnsupportedProtocol for a proxy that is not `http://`.
    """
    if _is_loopback(url.host) or _is_excluded(url, _setting("no_proxy", environ)):
        return None
    name = proxy_variable(url, environ)
    if name is None:
        return None
    setting = environ[name].strip()
    try:
        proxy = httpx.URL(setting if "://" in setting else f"http://{setting}")
    except httpx.InvalidURL as exc:
        raise httpx.UnsupportedProtocol(_UNUSABLE.format(name, "a proxy")) from exc
    if proxy.scheme != "http" or not proxy.host:
        place = proxy.netloc.decode("ascii")
        named = f"the proxy {proxy.scheme}://{place}" if place else "a proxy"
        raise httpx.UnsupportedProtocol(_UNUSABLE.format(name, named))
    return proxy


def proxy_variable(url: httpx.URL, environ: Mapping[str, str]) -> str | None:
    """The variable that names the proxy for the scheme of `url`, spelt as it is set."""
    for name in (f"{url.scheme}_proxy", "all_proxy"):
        spelt = name if name in environ else name.upper()
        if environ.get(spelt, "").strip():
            return spelt
    return None


def proxy_in_words(base_url: str, environ: Mapping[str, str]) -> str | None:
    """Host and port of the proxy on the way to an address; None without one.

    Raises ConfigError for a proxy that cannot be used.
    """
    try:
        proxy = proxy_for(httpx.URL(base_url), environ)
    except httpx.UnsupportedProtocol as exc:
        raise ConfigError(f"{exc}.") from exc
    return None if proxy is None else proxy.netloc.decode("ascii")


_UNUSABLE: Final = "{} names {} that is not an http:// address, the only kind of proxy supported"


def _setting(name: str, environ: Mapping[str, str]) -> str:
    return environ.get(name, environ.get(name.upper(), "")).strip()


def _is_loopback(host: str) -> bool:
    address = _network(host)
    if address is not None:
        return address.is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _is_excluded(url: httpx.URL, no_proxy: str) -> bool:
    return any(_covers(entry, url) for entry in no_proxy.lower().replace(",", " ").split())


def _covers(entry: str, url: httpx.URL) -> bool:
    if entry == "*":
        return True
    address, network = _network(url.host), _network(entry)
    if address is not None and network is not None:
        return address.version == network.version and address.subnet_of(network)  # type: ignore[arg-type]  # versions agree
    name, _, port = entry.partition(":")
    if port and port != str(url.port or _DEFAULT_PORTS.get(url.scheme)):
        return False
    if address is not None:
        return name == url.host
    name = name.removeprefix("*").strip(".")
    return bool(name) and (url.host == name or url.host.endswith(f".{name}"))


_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """An address, or a range of them in CIDR notation; None for a name."""
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None
