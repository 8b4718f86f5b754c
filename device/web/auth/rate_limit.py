"""How often somebody may try to get in."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 60.0
EACH, ALL = 5, 60
"""So many failures in a window: from one address, and from all of them together."""
MOST_ADDRESSES = 1000


class RateLimiter:
    """Counts failures; past the limits every try fails unheard until some are a minute old.

    `each` and `all_` are the limits of one address and of all together.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, each: int = EACH, all_: int = ALL
    ) -> None:
        self._clock = clock
        self._most, self._each_most = all_, each
        self._lock = threading.Lock()
        self._all: deque[float] = deque()
        self._each: dict[str, deque[float]] = {}

    def wait(self, address: str) -> float:
        """Return after how many seconds an address may try again; 0 if it may now."""
        with self._lock:
            now = self._clock()
            waits = [0.0]
            limits = ((self._all, self._most), (self._each.get(address), self._each_most))
            for failures, most in limits:
                if failures is not None:
                    _forget(failures, now)
                    if len(failures) >= most:
                        waits.append(failures[-most] + WINDOW - now)
            return max(waits)

    def fail(self, address: str) -> None:
        """Count a failure."""
        with self._lock:
            now = self._clock()
            if len(self._each) >= MOST_ADDRESSES:
                for failures in self._each.values():
                    _forget(failures, now)
                self._each = {name: times for name, times in self._each.items() if times}
            if address in self._each or len(self._each) < MOST_ADDRESSES:
                self._each.setdefault(address, deque(maxlen=self._each_most)).append(now)
            self._all.append(now)


def _forget(failures: deque[float], now: float) -> None:
    while failures and now - failures[0] >= WINDOW:
        failures.popleft()
