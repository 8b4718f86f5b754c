"""The rate of recent events."""

from __future__ import annotations

from collections import deque


class Rate:
    """Events per second over the last seconds."""

    def __init__(self, window: float = 3.0) -> None:
        self._window = window
        self._times: deque[float] = deque()

    def count(self, time: float) -> None:
        """Count one event at a time in seconds."""
        self._times.append(time)

    def per_second(self, now: float) -> float:
        """Return the rate over the window that ends now; 0 when nothing happened in it."""
        while self._times and now - self._times[0] > self._window:
            self._times.popleft()
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(now - self._times[0], 1e-6)
