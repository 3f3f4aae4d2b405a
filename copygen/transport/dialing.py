"""Connections to a host without a proxy: its name looked up, its addresses tried, TLS spoken.

What aiohttp would do too, but importing aiohttp takes a quarter of the time until the first request
leaves; it is imported for proxies alone (`copygen.transport.tunnels`).
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import aiohappyeyeballs
import httpx

from copygen import system
from copygen.documents import files
from copygen.errors import ConfigError
from copygen.transport.errors import not_connected, too_late

NEXT_ADDRESS_S: Final = 0.25
"""How long one address is waited for before the next is tried beside it (RFC 8305 section 5)."""
LOOKUP_S: Final = 10.0
"""How long the addresses of a name are used again."""

_Protocol = TypeVar("_Protocol", bound=asyncio.Protocol)
_Addresses: TypeAlias = list[aiohappyeyeballs.AddrInfoType]


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where connections lead, and how. Two are the same only if they are one object."""

    url: httpx.URL
    """Without path and login."""
    peer: str
    """`host` or `host:port`, for messages."""
    proxy: httpx.URL | None
    tls: ssl.SSLContext | None
    """None: http."""
    proxy_variable: str = ""
    """The environment variable that names the proxy."""

    @property
    def port(self) -> int:
        """The one of the address, or of its scheme."""
        return self.url.port or (443 if self.tls else 80)


class Dialer:
    """Opens connections. Looking up, connecting and TLS together may take `timeout_s`."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._lookups: dict[tuple[str, int], asyncio.Task[_Addresses]] = {}
        """One for all who wait for it, and what it found for those who come soon after."""
        self._looked_up_s: dict[tuple[str, int], float] = {}

    async def dial(self, origin: Origin, protocol: Callable[[], _Protocol]) -> _Protocol:
        """Connect to `origin` and return the protocol made for the connection.

        Raises httpx.ConnectTimeout, httpx.ConnectError or another exception of
        `copygen.transport.errors` that says that nothing was sent.
        """
        # In ASCII; one dot at the end says that a name is complete, and more say nothing else.
        host, port = origin.url.raw_host.decode("ascii"), origin.port
        if host.endswith(".."):
            host = host.rstrip(".") + "."
        try:
            async with asyncio.timeout(self._timeout_s):
                addresses = await self._addresses(host, port)
                # Certificates name hosts without that dot.
                name = host.rstrip(".") if origin.tls else None
                return await self._open(addresses, protocol, ssl=origin.tls, server_hostname=name)
        except (OSError, ValueError) as exc:
            if isinstance(exc, TimeoutError) and exc.errno is None:
                raise too_late(origin.peer) from exc
            raise not_connected(exc, host, port, origin.peer) from exc

    async def close(self) -> None:
        """Give up the lookups under way."""
        lookups = tuple(self._lookups.values())
        self._lookups.clear()
        for lookup in lookups:
            lookup.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)

    async def _open(
        self, addresses: _Addresses, protocol: Callable[[], _Protocol], **tls: Any
    ) -> _Protocol:
        while True:
            sock = await aiohappyeyeballs.start_connection(
                addresses, happy_eyeballs_delay=NEXT_ADDRESS_S, loop=self._loop
            )
            try:
                tried = sock.getpeername()
            except OSError:  # it has broken already
                sock.close()
                raise
            try:
                _, opened = await self._loop.create_connection(protocol, sock=sock, **tls)
            except OSError:
                # Behind the next address there may be a machine that is well.
                aiohappyeyeballs.remove_addr_infos(addresses, tried)
                if not addresses:
                    raise
            else:
                return opened

    async def _addresses(self, host: str, port: int) -> _Addresses:
        """Those of a host, for the caller to keep; each time another one first."""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            pass
        else:
            found = aiohappyeyeballs.addr_to_addr_infos((host, port))
            assert found is not None
            return found
        key = host, port
        lookup = self._lookups.get(key)
        if lookup is None or (lookup.done() and not self._holds(key)):
            lookup = self._lookups[key] = self._loop.create_task(self._look_up(host, port))
            lookup.add_done_callback(_heed)
        # Whoever gives up waiting does not end it for the others.
        found = await asyncio.shield(lookup)
        addresses = list(found)
        found.append(found.pop(0))
        return addresses

    def _holds(self, key: tuple[str, int]) -> bool:
        return self._loop.time() - self._looked_up_s.get(key, -LOOKUP_S) < LOOKUP_S

    async def _look_up(self, host: str, port: int) -> _Addresses:
        kind = socket.SOCK_STREAM
        try:
            found = await self._loop.getaddrinfo(host, port, type=kind, flags=socket.AI_ADDRCONFIG)
        except socket.gaierror:
            if host != "localhost":
                raise
            # Windows without a network knows no address of it that the flag would let through.
            found = await self._loop.getaddrinfo(host, port, type=kind)
        self._looked_up_s[host, port] = self._loop.time()
        return list(found)


def _heed(lookup: asyncio.Task[_Addresses]) -> None:
    """Take note of a failure that nobody waited for to the end: asyncio would log it."""
    if not lookup.cancelled():
        lookup.exception()


def client_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """TLS 1.2 or later, certificates and host names verified; nothing here turns that off.

    Trusts the system's authorities (see `system.client_context`), or those of SSL_CERT_FILE and
    SSL_CERT_DIR where set, and besides them those in `ca_file` (PEM). Costs about 20 ms: make one
    and keep it.

    Raises ConfigError when `ca_file` cannot be read or holds no certificate.
    """
    context = system.client_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        try:
            context.load_verify_locations(cadata=files.read_text(ca_file, "certificates"))
        except (ssl.SSLError, ValueError) as exc:  # ValueError: not ASCII, or nothing in it
            raise ConfigError(f"{ca_file}: not a PEM file of certificates") from exc
        except OSError as exc:
            raise ConfigError(f"{ca_file}: {exc.strerror}; ca_file must name a PEM file") from exc
    return context
