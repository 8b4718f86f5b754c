"""The host names under which this machine answers: its own and the configured ones.

A foreign page can resolve its own name to this machine (DNS rebinding) and then read the kiosk's
responses. The browser still sends the foreign name in the Host header.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CACHE_SECONDS = 60.0
CACHE_SIZE = 64
LOCAL_DOMAINS = frozenset(
    (
        "corp", "fritz.box", "home", "home.arpa", "internal", "intranet", "lan", "local",
        "localdomain", "localhost", "private", "speedport.ip",
    )
)  # fmt: skip
"""Domains that routers append to the names of their network's machines. Nobody can register a name
in them: they are reserved (RFC 2606, 6762, 8375; ICANN), not delegated, or the maker's own."""
RESOLV_CONF = Path("/etc/resolv.conf")
_HOST = re.compile(
    r"(?:(?P<name>[a-z0-9_.-]+?)\.?|\[(?P<address>[0-9a-f:.]+)(?:%[\w.-]+)?\])"
    r"(?::\d{1,5})?",
    re.ASCII,
)
"""A name, or an address, perhaps with the name of the client's interface (RFC 6874)."""


class TrustedHosts:
    """The machine's names and addresses, and the names that the configuration adds."""

    def __init__(
        self, names: Iterable[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        own = socket.gethostname().lower()
        self._short = own.partition(".")[0]
        local = (f"{self._short}.{domain}" for domain in sorted(LOCAL_DOMAINS))
        configured = (name.lower() for name in names)
        self.names = frozenset(("localhost", own, self._short, *local, *configured))
        self._clock = clock
        self._known: dict[str, tuple[float, bool]] = {}

    def is_trusted(self, host: str) -> bool:
        """Return whether a Host header, with or without a port, names this machine."""
        parts = _HOST.fullmatch(host.lower())
        if not parts:
            return False
        name = parts["name"] or parts["address"]
        return name in self.names or self._cached(name)

    def _cached(self, name: str) -> bool:
        """Return what `_is_own` does, which may have changed for a minute."""
        now = self._clock()
        known = self._known.get(name)
        if known and now - known[0] < CACHE_SECONDS:
            return known[1]
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        own = self._is_own(name)
        self._known[name] = (now, own)
        return own

    def _is_own(self, name: str) -> bool:
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            first, _, domain = name.partition(".")
            # A router, or mDNS, numbers machines with the same name.
            is_short = re.fullmatch(rf"{re.escape(self._short)}(-\d{{1,3}})?", first)
            return bool(is_short) and domain in LOCAL_DOMAINS | search_domains()
        return _can_bind(address)


def search_domains(file: Path = RESOLV_CONF) -> frozenset[str]:
    """Return the domains of this machine's network. One without a dot might be a registry's."""
    try:
        lines = file.read_text("utf-8", "replace").lower().splitlines()
    except OSError:
        return frozenset()
    words = [line.split() for line in lines]
    found = (word for line in words if line[:1] in (["search"], ["domain"]) for word in line[1:])
    return frozenset(domain.strip(".") for domain in found if "." in domain.strip("."))


def _can_bind(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether a socket can be bound to an address, as to this machine's only."""
    if address.is_unspecified:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return _binds(socket.AF_INET, (str(address), 0))
    scopes = [index for index, _ in socket.if_nameindex()] if address.is_link_local else [0]
    return any(_binds(socket.AF_INET6, (str(address), 0, 0, scope)) for scope in scopes)


def _binds(family: int, address: tuple[str | int, ...]) -> bool:
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind(address)
        return True
    return False
