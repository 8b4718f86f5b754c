"""Counts one minute: a pure function of what the kiosk showed, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.messages import EMOTIONS

if TYPE_CHECKING:
    from device.messages import Mood, Reaction

NOBODY, PAUSED = "nobody", "paused"
STATES = (*EMOTIONS, NOBODY, PAUSED)
"""The states; each second counts for one of them."""
MINUTE = 60
LONGEST_STEP = 5.0
"""The most seconds that one step counts: a machine that slept has seen nothing."""


@dataclass(slots=True)
class Minute:
    """One minute, numbered since 1970 (UTC).

    `seconds` of each of `STATES`, `faces` the most people at once, `visits` how often somebody came
    into an empty room, `reactions` how often each began.
    """

    number: int
    seconds: dict[str, float] = field(default_factory=dict)
    faces: int = 0
    visits: int = 0
    reactions: Counter[str] = field(default_factory=Counter)


class Tally:
    """Counts at each `count`, and returns each minute that is over."""

    def __init__(self) -> None:
        self._minute: Minute | None = None
        self._recorded_at: float | None = None
        self._empty = True
        self._active: frozenset[tuple[str, float]] = frozenset()

    def count(
        self, mood: Mood, reactions: tuple[Reaction, ...], paused: bool, now: float, wall: float
    ) -> Minute | None:
        """Count what is shown at `now` (monotonic) and `wall` (since 1970), both in seconds.

        Returns the previous minute if another has begun.
        """
        over = None
        number = int(wall // MINUTE)
        if self._minute is None or self._minute.number != number:
            over, self._minute = self._minute, Minute(number)
        passed = (
            0.0
            if self._recorded_at is None
            else min(max(now - self._recorded_at, 0.0), LONGEST_STEP)
        )
        self._recorded_at = now
        state = PAUSED if paused else mood.emotion or NOBODY
        seconds = self._minute.seconds
        seconds[state] = seconds.get(state, 0.0) + passed
        self._minute.faces = max(self._minute.faces, mood.faces)
        empty = mood.emotion is None
        self._minute.visits += self._empty and not empty
        self._empty = empty
        active = frozenset((one.name, one.started) for one in reactions)
        self._minute.reactions.update(name for name, _ in active - self._active)
        self._active = active
        return over

    def flush(self) -> Minute | None:
        """Return the minute that is not over yet, and forget it."""
        rest, self._minute = self._minute, None
        return rest
