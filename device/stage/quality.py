"""The quality ladder: a slow machine shows fewer things and draws them smaller, but in time."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """One rung: the share of the particles, and of the canvas's width and height, in (0, 1].

    `shadows` tells whether faces cast a shadow on what is behind them; a face moves in every frame,
    and is painted anew in every so many, `painted`.
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
"""From the best to the fastest, which draws a quarter of the pixels and a third of the things."""

TOO_SLOW, FAST_ENOUGH = 0.85, 0.3
"""A rung is too high when frames take more of their time than `FULL`, and too low when less than
`EASY`: the next one may take twice as long and still fits."""
WINDOW_SECONDS = 1.5
"""Seconds of frames that are judged together, by their median."""
PATIENCE, MAX_PATIENCE = 20.0, 640.0
"""Seconds without need before a step up; doubled, up to the most, when that step was too much."""


class QualityScaler:
    """Finds the best rung on which frames come in time, `budget` seconds each.

    Tell it each frame's cost with `note`; `quality` says how to draw the next.
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
        """How to draw."""
        return LEVELS[self._level]

    def record(self, cost: float, now: float) -> None:
        """Take in what the frame at `now` cost; both in seconds."""
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
