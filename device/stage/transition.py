"""The transition from one act to the next."""

from __future__ import annotations

from dataclasses import dataclass

from device.stage.easing import smooth

HOLD = 1.0
"""Least seconds of an act: at most one change per second, so that nothing flashes."""
BLEND_TIME = 0.95
"""Seconds of the cross-fade of two skies; shorter than `HOLD`."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An act and its start."""

    act: str
    since: float


class Transition:
    """Changes to the wanted act, one change at a time. Times are in seconds and may jump."""

    def __init__(self) -> None:
        self._now = 0.0
        self._current: Turn | None = None
        self._last: Turn | None = None

    def update(self, act: str, now: float) -> None:
        """Change to an act, unless the present one is younger than `HOLD`."""
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
        """The present act."""
        return self.current.act

    @property
    def current(self) -> Turn:
        """The present act and its start."""
        if self._current is None:
            raise LookupError("no act yet; call update first")
        return self._current

    @property
    def age(self) -> float:
        """The age of the present act in seconds."""
        return self._now - self.current.since

    @property
    def last(self) -> str | None:
        """The previous act, if any."""
        return self._last.act if self._last else None

    @property
    def last_age(self) -> float:
        """The seconds since the previous act started."""
        return self._now - self._last.since if self._last else 0.0

    @property
    def blend(self) -> float:
        """The progress of the cross-fade, in [0, 1]."""
        return smooth(self.age / BLEND_TIME) if self._last else 1.0
