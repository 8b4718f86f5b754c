"""A limited number of concurrent uses, such as streams or uploads."""

from __future__ import annotations

import threading
from collections import Counter

from device.web.addresses import client_of


class Slots:
    """At most `limit` uses at once, at most `per_client` of them by one client.

    Acquiring never blocks. Uses without an address count for all only.
    """

    def __init__(self, limit: int, per_client: int | None = None) -> None:
        self.limit = limit
        self.used = 0
        self._per_client = limit if per_client is None else per_client
        self._by_client: Counter[str] = Counter()
        self._lock = threading.Lock()

    def acquire(self, address: str = "") -> bool:
        """Take a slot. Returns False if all are in use, or all that one client may have."""
        client = client_of(address)
        with self._lock:
            if self.used >= self.limit or self._by_client[client] >= self._per_client:
                return False
            self.used += 1
            if address:
                self._by_client[client] += 1
            return True

    def release(self, address: str = "") -> None:
        """Free a slot that was acquired with the same address."""
        client = client_of(address)
        with self._lock:
            self.used -= 1
            if self._by_client[client] > 1:
                self._by_client[client] -= 1
            else:
                del self._by_client[client]
