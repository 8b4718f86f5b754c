"""The address of this machine on its network."""

from __future__ import annotations

import ipaddress
import socket

ELSEWHERE = {4: (socket.AF_INET, "192.0.2.1"), 6: (socket.AF_INET6, "2001:db8::1")}
"""Addresses reserved for documentation (RFC 5737, RFC 3849): the default route leads to them."""
DISCARD = 9


def reached_at(host: str) -> str:
    """Return the address under which other machines reach a server that listens on `host`.

    For a server that listens on all addresses it is the one of the default route, or `host`
    without a network. Nothing is sent: connecting a datagram socket only chooses its route.
    """
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not number.is_unspecified:
        return host
    for version in (4, 6) if number.version == 6 else (4,):
        family, elsewhere = ELSEWHERE[version]
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, DISCARD))
                return str(probe.getsockname()[0])
        except OSError:
            continue
    return host


def url(host: str, port: int, secure: bool = False) -> str:
    """Return the URL under which other machines reach a page served on `host` and `port`."""
    host = reached_at(host)
    scheme = "https" if secure else "http"
    return f"{scheme}://[{host}]:{port}/" if ":" in host else f"{scheme}://{host}:{port}/"
