"""Addresses of clients: what counts as one client, and which are proxies that speak for others."""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

IPV6_PREFIX = 64
"""A network gives each of its machines as many IPv6 addresses as it likes, within such a prefix."""


_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


@functools.lru_cache(maxsize=1024)
def client_of(address: str) -> str:
    """Return what limits per client count: an IPv4 address, or the /64 of an IPv6 address.

    Text that is no address is returned as it is.
    """
    number = _parsed(address)
    if isinstance(number, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(number), IPV6_PREFIX), strict=False))
    return str(number or address)


class TrustedProxies:
    """The reverse proxies whose X-Forwarded headers are believed."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(map(ipaddress.ip_network, networks))

    def __contains__(self, address: str) -> bool:
        number = _parsed(address) if self._networks else None
        return number is not None and any(number in network for network in self._networks)

    def apply(self, environ: dict[str, Any]) -> None:
        """Have a WSGI environ say what the client asked, if a trusted proxy sent the request."""
        peer = environ["REMOTE_ADDR"]
        if peer not in self:
            return
        environ["REMOTE_ADDR"] = self._client(peer, environ.get("HTTP_X_FORWARDED_FOR", ""))
        scheme = _last(environ, "HTTP_X_FORWARDED_PROTO").lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        host = _last(environ, "HTTP_X_FORWARDED_HOST")
        if host:
            environ["HTTP_HOST"] = host
        prefix = _last(environ, "HTTP_X_FORWARDED_PREFIX") or _last(environ, "HTTP_X_INGRESS_PATH")
        if _PREFIX.fullmatch(prefix := prefix.rstrip("/")):
            environ["SCRIPT_NAME"] = prefix

    def _client(self, peer: str, forwarded: str) -> str:
        """Return the last address on the way from the client that is no trusted proxy's."""
        address = peer
        for one in reversed(forwarded.split(",")):
            if address not in self:
                break
            number = _parsed(re.sub(r"^\[(.*)](:\d+)?$|^([\d.]+):\d+$", r"\1\3", one.strip()))
            if number is None:
                break
            address = str(number)
        return address


def _last(environ: dict[str, Any], name: str) -> str:
    """Return the value that the nearest proxy has set."""
    value: str = environ.get(name, "")
    return value.rpartition(",")[2].strip()


def _parsed(address: str) -> Address | None:
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(number, "ipv4_mapped", None) or number
