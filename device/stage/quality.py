"""Scales the quality: a slow machine draws fewer particles on a smaller canvas, but in time."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """One level: the share of the particles, and of the canvas's width and height, in (0, 1].

    `shadows` is whether faces cast a shadow. A face moves in every frame and is repainted in every
    `paint_interval`-th frame.
    """

    detail: float = 1.0
    scale: float = 1.0
    shadows: bool = True
    paint_interval: int = 1


LEVELS = (
    Quality(),
    Quality(paint_interval=2),
    Quality(0.5, shadows=False, paint_interval=2),
    Quality(0.4, 0.7, shadows=False, paint_interval=2),
    Quality(0.3, 0.5, shadows=False, paint_interval=3),
)
"""From the best to the fastest, which draws 1/4 of the pixels and 1/3 of the particles."""

TOO_SLOW, FAST_ENOUGH = 0.85, 0.3
"""The shares of the frame budget above which the level is lowered, and below which it is raised:
the next level may take twice as long and still fits."""
WINDOW_SECONDS = 1.5
"""Seconds of frames whose median cost is judged."""
PATIENCE, MAX_PATIENCE = 20.0, 640.0
"""Seconds of fast frames before a step up; doubled, up to the maximum, when that step failed."""


class QualityScaler:
    """Finds the best level at which a frame takes at most `budget` seconds.

    `record` takes each frame's cost; `quality` is the quality of the next frame.
    """

    def __init__(self, budget: float) -> None:
        self._budget = budget
        self._level = 0
        self._costs: deque[tuple[float, float]] = deque()
        self._stepped_at: float | None = None
        self._rose = False
        self._patience = PATIENCE

    @property
    def quality(self) -> Quality:
        """The present quality."""
        return LEVELS[self._level]

    def record(self, cost: float, now: float) -> None:
        """Record the cost of the frame at `now`; both in seconds."""
        if self._stepped_at is None:
            self._stepped_at = now
        if now - self._stepped_at < WINDOW_SECONDS:
            return  # the first frames on a canvas of another size prepare its pictures
        self._costs.append((now, cost))
        if now - self._costs[0][0] < WINDOW_SECONDS:
            return
        share = statistics.median(cost for _, cost in self._costs) / self._budget
        while now - self._costs[0][0] >= WINDOW_SECONDS / 2:
            self._costs.popleft()
        if share > TOO_SLOW and self._level < len(LEVELS) - 1:
            self._step_down(now)
        elif share < FAST_ENOUGH and self._level > 0 and now - self._stepped_at >= self._patience:
            self._step(-1, now)

    def _step_down(self, now: float) -> None:
        if self._rose:
            self._patience = min(2 * self._patience, MAX_PATIENCE)
        self._step(1, now)

    def _step(self, levels: int, now: float) -> None:
        self._level += levels
        self._rose = levels < 0
        self._stepped_at = now
        self._costs.clear()
