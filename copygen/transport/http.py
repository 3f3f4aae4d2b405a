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
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import httpx
from yarl import URL

from copygen.errors import ConfigError
from copygen.transport.connections import ACCEPTED, Connections, Origin, client_context
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
        self._latest: tuple[httpx.URL, _Route] | None = None
        self._connections: Connections | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, following nothing, and return the reply with its content loaded."""
        route = self._route(request.url)
        if isinstance(request, WholeRequest):
            body, given = request.content, request.fixed_headers
        else:
            body, given = await request.aread(), request.headers
        headers = tuple([pair for pair in given.raw if pair[0] != _CONTENT_LENGTH])
        message = b"%s%d\r\n\r\n%s" % (route.head(request.method, headers), len(body), body)
        connections = self._connections
        if connections is None:
            connections = self._connections = Connections(*self._limits)
        reply = await connections.exchange(route.origin, message)
        if reply.status == PROXY_LOGIN and (proxy := route.origin.proxy) is not None:
            raise proxy_refused(proxy, route.origin.proxy_variable, reply.status)
        return WholeResponse(reply.status, reply.headers, reply.body)

    async def aclose(self) -> None:
        """Close every connection. A later request opens the pool anew."""
        if self._connections is not None:
            connections, self._connections = self._connections, None
            await connections.close()

    def _route(self, url: httpx.URL) -> _Route:
        # Nearly always the very same object: comparing URLs would build their texts.
        if self._latest is not None and self._latest[0] is url:
            return self._latest[1]
        route = self._routes.get(str(url)) or self._add_route(url)
        self._latest = (url, route)
        return route

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
                url=URL(str(bare), encoded=True),
                peer=bare.netloc.decode("ascii"),
                proxy=None if proxy is None else URL(str(proxy), encoded=True),
                tls=self._tls() if url.scheme == "https" else True,
                proxy_variable=variable or "",
            )
        route = self._routes[str(url)] = _Route(url, origin, proxy)
        return route


class WholeRequest(httpx.Request):
    """A request whose body is here, whole: what it asks of a header or a stream is made when asked.

    The plain class copies and rewrites the headers of each request: 20 µs of the 120 that a prompt
    costs in all. `given_headers` are shared by all requests to an endpoint, and complete but for
    the length.
    """

    def __init__(self, method: str, url: httpx.URL, headers: httpx.Headers, body: bytes) -> None:
        # Not the parent's: all that it sets is here, made anew or when it is asked for.
        self.method = method
        self.url = url
        self.extensions = {}
        self.given_headers = headers
        self._own_headers: httpx.Headers | None = None
        self._content = body

    def carry(self, headers: httpx.Headers) -> None:
        """Take other headers than those it was made with; the length is kept."""
        self.given_headers = headers
        self._own_headers = None

    @property
    def headers(self) -> httpx.Headers:
        if self._own_headers is None:
            self._own_headers = self.given_headers.copy()
            self._own_headers["content-length"] = str(len(self._content))
        return self._own_headers

    @headers.setter
    def headers(self, headers: httpx.Headers) -> None:
        self._own_headers = headers

    @property
    def stream(self) -> httpx.ByteStream:  # type: ignore[override]  # an attribute there
        return httpx.ByteStream(self._content)

    @property
    def fixed_headers(self) -> httpx.Headers:
        """The headers without the length, if it has no others."""
        return self._own_headers or self.given_headers

    @property
    def content(self) -> bytes:
        return self._content

    def read(self) -> bytes:
        """The body."""
        return self._content

    async def aread(self) -> bytes:
        """The body."""
        return self._content


class _RawHeaders(Mapping[str, str]):
    """Headers as they came. Few of them are ever looked at, so none is made ready for it."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        """All values of that name, with commas between (RFC 9110 section 5.3)."""
        size, wanted = len(name), name.encode("latin-1", "replace")
        values = [v for n, v in self._raw if len(n) == size and n.lower() == wanted]
        if not values:
            raise KeyError(name)
        return b", ".join(values).decode("latin-1")

    def get(self, name: str, default: Any = None) -> Any:
        """The same, or `default`: nearly always, so without an exception."""
        size = len(name)
        if size not in [len(n) for n, _ in self._raw]:
            return default
        try:
            return self[name]
        except KeyError:
            return default

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.decode("latin-1").lower() for name, _ in self._raw))

    def __len__(self) -> int:
        return len(list(iter(self)))


def headers_of(response: httpx.Response) -> Mapping[str, str]:
    """The headers of any response, to be looked up in lower case."""
    return response.lookup if isinstance(response, WholeResponse) else response.headers


class WholeResponse(httpx.Response):
    """A response whose body is already here, whole and decoded.

    The plain class would send it through its own decoders first and normalise every header: 20 µs
    per request, where one header of fifteen is looked at.
    """

    next_request = None
    default_encoding = "utf-8"
    is_closed = False
    is_stream_consumed = False
    _request = None
    _num_bytes_downloaded = 0
    _stream: httpx.SyncByteStream | httpx.AsyncByteStream | None = None

    def __init__(self, status_code: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        # Not the parent's, as above; what it sets once for all is set on the class below.
        self.status_code = status_code
        self.extensions = {}
        self.history = []
        self._given = headers
        self._whole: httpx.Headers | None = None
        self._body = self._content = body

    @property
    def headers(self) -> httpx.Headers:
        if self._whole is None:
            self._whole = httpx.Headers(self._given)
        return self._whole

    @headers.setter
    def headers(self, headers: httpx.Headers) -> None:
        self._whole = headers

    @property
    def stream(self) -> httpx.SyncByteStream | httpx.AsyncByteStream:
        return httpx.ByteStream(self._body) if self._stream is None else self._stream

    @stream.setter
    def stream(self, stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> None:
        self._stream = stream  # a client puts its own around it

    @property
    def lookup(self) -> Mapping[str, str]:
        """The headers to be looked up, in lower case."""
        return _RawHeaders(self._given)

    @property
    def content(self) -> bytes:
        return self._body

    async def aread(self) -> bytes:
        """The body."""
        return self._body


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
