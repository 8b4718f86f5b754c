"""The names under which this machine may be asked for: its own, and no others.

A page elsewhere can point a name of its own at this machine (DNS rebinding) and then read what the
kiosk answers. The browser still sends that name.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KEPT_SECONDS = 60.0
MOST_KEPT = 64


class TrustedHosts:
    """Knows the machine's names and addresses, and those that the owner's configuration adds."""

    def __init__(
        self, names: Iterable[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        own = socket.gethostname().lower()
        short = own.partition(".")[0]
        more = (name.lower() for name in names)
        self.names = frozenset(("localhost", own, short, f"{short}.local", *more))
        self._clock = clock
        self._addresses: dict[str, tuple[float, bool]] = {}

    def are_own(self, host: str) -> bool:
        """Tell whether a Host header, with or without a port, means this machine."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        name = name.removesuffix(".")
        if name in self.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._is_address(name)

    def _is_address(self, address: str) -> bool:
        now = self._clock()
        known = self._addresses.get(address)
        if known and now - known[0] < KEPT_SECONDS:
            return known[1]
        if len(self._addresses) >= MOST_KEPT:
            self._addresses.clear()
        own = _can_bind(address)
        self._addresses[address] = (now, own)
        return own


def _can_bind(address: str) -> bool:
    """Tell whether an address is one of this machine's: only to those can a socket be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if ipaddress.ip_address(address).is_unspecified:
        return False
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return True
    return False
