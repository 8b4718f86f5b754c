"""What is on stage, and what is just leaving it."""

from __future__ import annotations

from dataclasses import dataclass

from device.stage.easing import smooth

HOLD = 1.0
"""Seconds for which an act stays at least: at most one change a second, and so no flashing."""
BLEND_TIME = 0.95
"""Seconds in which one sky becomes another; shorter than `HOLD`."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An act and when it came on."""

    act: str
    since: float


class Transition:
    """Follows the wanted act, one change at a time. Times are in seconds and may jump."""

    def __init__(self) -> None:
        self._now = 0.0
        self._current: Turn | None = None
        self._last: Turn | None = None

    def update(self, act: str, now: float) -> None:
        """Bring an act on, unless the present one is too young."""
        self._now = now
        if self._current is None:
            self._current = Turn(act, now)
            return
        if now < self._current.since:  # a clock that went backwards
            self._current, self._last = Turn(self._current.act, now), None
        if act != self._current.act and self.age >= HOLD:
            self._last = self._current
            self._current = Turn(act, now)

    @property
    def act(self) -> str:
        """What is on."""
        return self.current.act

    @property
    def current(self) -> Turn:
        """What is on, and since when."""
        if self._current is None:
            raise LookupError("nothing was ever on; call follow first")
        return self._current

    @property
    def age(self) -> float:
        """For how many seconds it has been on."""
        return self._now - self.current.since

    @property
    def last(self) -> str | None:
        """What was on before, if anything."""
        return self._last.act if self._last else None

    @property
    def last_age(self) -> float:
        """How many seconds ago what was on before came on."""
        return self._now - self._last.since if self._last else 0.0

    @property
    def blend(self) -> float:
        """How far the sky has changed, in [0, 1]."""
        return smooth(self.age / BLEND_TIME) if self._last else 1.0
