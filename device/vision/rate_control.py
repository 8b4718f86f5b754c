"""How often the eye looks: less often while the machine is held back by heat or its supply."""

from __future__ import annotations

STEP = 0.7
"""What is left of the rate after one step down."""
LEAST = 4.0
"""Frames per second below which people would notice."""
PATIENCE = 30.0
"""Seconds without being held back before one step up: cooling takes that long."""


class RateController:
    """Steps down at each reading of a machine that is held back, and slowly up again."""

    def __init__(self, most: float) -> None:
        self._most = self.rate = most
        self._well_since: float | None = None

    def note(self, held_back: bool, now: float) -> float:
        """Take a reading at `now` (monotonic seconds); return the rate, in frames per second."""
        if held_back:
            self._well_since = None
            self.rate = max(min(LEAST, self._most), self.rate * STEP)
        elif self._well_since is None:
            self._well_since = now
        elif now - self._well_since >= PATIENCE:
            self._well_since = now
            self.rate = min(self._most, self.rate / STEP)
        return self.rate
