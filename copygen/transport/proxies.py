"""Which proxy a request goes through, by the environment variables curl reads."""

import ipaddress
from collections.abc import Mapping
from typing import Final

import httpx

from copygen.errors import ConfigError


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
