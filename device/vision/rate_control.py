"""How often the eye looks: less often while the machine is held back by heat or its supply."""

from __future__ import annotations

STEP = 0.7
"""What is left of the rate after one step down."""
MIN_RATE = 4.0
"""Frames per second below which people would notice."""
RECOVERY_SECONDS = 30.0
"""Seconds without being held back before one step up: cooling takes that long."""


class RateController:
    """Steps down at each reading of a machine that is held back, and slowly up again."""

    def __init__(self, max_rate: float) -> None:
        self._max_rate = self.rate = max_rate
        self._fine_since: float | None = None

    def update(self, held_back: bool, now: float) -> float:
        """Take a reading at `now` (monotonic seconds); return the rate, in frames per second."""
        if held_back:
            self._fine_since = None
            self.rate = max(min(MIN_RATE, self._max_rate), self.rate * STEP)
        elif self._fine_since is None:
            self._fine_since = now
        elif now - self._fine_since >= RECOVERY_SECONDS:
            self._fine_since = now
            self.rate = min(self._max_rate, self.rate / STEP)
        return self.rate
