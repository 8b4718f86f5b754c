"""How many frames are processed per second: fewer while heat or the supply throttle the machine."""

from __future__ import annotations

STEP = 0.7
"""Factor of the rate at each step down."""
MIN_RATE = 4.0
"""Frames per second. With fewer, people would notice the delay."""
RECOVERY_SECONDS = 30.0
"""Seconds without throttling before a step up: cooling takes that long."""


class RateController:
    """Lowers the rate at each reading of a throttled machine, and raises it slowly again."""

    def __init__(self, max_rate: float) -> None:
        self._max_rate = self.rate = max_rate
        self._fine_since: float | None = None

    def update(self, held_back: bool, now: float) -> float:
        """Return the rate in frames per second after a reading at `now`, in monotonic seconds."""
        if held_back:
            self._fine_since = None
            self.rate = max(min(MIN_RATE, self._max_rate), self.rate * STEP)
        elif self._fine_since is None:
            self._fine_since = now
        elif now - self._fine_since >= RECOVERY_SECONDS:
            self._fine_since = now
            self.rate = min(self._max_rate, self.rate / STEP)
        return self.rate
