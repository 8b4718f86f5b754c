"""The host names under which this machine answers: its own and the configured ones.

A foreign page can resolve its own name to this machine (DNS rebinding) and then read the kiosk's
responses. The browser still sends the foreign name in the Host header.
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

CACHE_SECONDS = 60.0
CACHE_SIZE = 64


class TrustedHosts:
    """The machine's names and addresses, and the names that the configuration adds."""

    def __init__(
        self, names: Iterable[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        own = socket.gethostname().lower()
        short = own.partition(".")[0]
        configured = (name.lower() for name in names)
        self.names = frozenset(("localhost", own, short, f"{short}.local", *configured))
        self._clock = clock
        self._addresses: dict[str, tuple[float, bool]] = {}

    def is_trusted(self, host: str) -> bool:
        """Return whether a Host header, with or without a port, names this machine."""
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
        return self._is_own_address(name)

    def _is_own_address(self, address: str) -> bool:
        now = self._clock()
        cached = self._addresses.get(address)
        if cached and now - cached[0] < CACHE_SECONDS:
            return cached[1]
        if len(self._addresses) >= CACHE_SIZE:
            self._addresses.clear()
        own = _can_bind(address)
        self._addresses[address] = (now, own)
        return own


def _can_bind(address: str) -> bool:
    """Return whether a socket can be bound to an address, as to this machine's only."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if ipaddress.ip_address(address).is_unspecified:
        return False
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return True
    return False
