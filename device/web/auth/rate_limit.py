"""Limits how often a client may try something."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from device.web.addresses import client_of

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW_SECONDS = 60.0
PER_ADDRESS, TOTAL = 5, 60
"""Failed attempts per window: from one address, and from all addresses together."""
MAX_ADDRESSES = 1000


class RateLimiter:
    """Counts events in a sliding window, per address and in total."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        per_address: int = PER_ADDRESS,
        total: int = TOTAL,
    ) -> None:
        self._clock = clock
        self._total_limit, self._address_limit = total, per_address
        self._lock = threading.Lock()
        self._total: deque[float] = deque()
        self._by_address: dict[str, deque[float]] = {}

    def retry_after(self, address: str) -> float:
        """Return the seconds after which an address may try again; 0 if it may now."""
        with self._lock:
            now, client = self._clock(), client_of(address)
            waits = [0.0]
            limits = (
                (self._total, self._total_limit),
                (self._by_address.get(client), self._address_limit),
            )
            for times, limit in limits:
                if times is not None:
                    _drop_old(times, now)
                    if len(times) >= limit:
                        waits.append(times[-limit] + WINDOW_SECONDS - now)
            return max(waits)

    def record(self, address: str) -> None:
        """Count an event of an address."""
        with self._lock:
            now, client = self._clock(), client_of(address)
            if len(self._by_address) >= MAX_ADDRESSES:
                for times in self._by_address.values():
                    _drop_old(times, now)
                self._by_address = {key: times for key, times in self._by_address.items() if times}
            if client in self._by_address or len(self._by_address) < MAX_ADDRESSES:
                times = self._by_address.setdefault(client, deque(maxlen=self._address_limit))
                times.append(now)
            self._total.append(now)


def _drop_old(times: deque[float], now: float) -> None:
    while times and now - times[0] >= WINDOW_SECONDS:
        times.popleft()
