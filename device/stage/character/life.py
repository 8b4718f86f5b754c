"""How a face lives: features that follow as on springs, blinks, breath, and where it looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.character.expression import NEUTRAL, PLACES
from device.stage.easing import smooth

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from device.stage.character.expression import Expression

STIFFNESS, DAMPING = 11.0, 0.62
"""Of the springs: angular frequency in radians a second, and damping ratio (1 never overshoots)."""
EYE_STIFFNESS, EYE_DAMPING = 24.0, 0.9
"""Eyes jump where a mouth glides."""
STILL_TIME = 0.934
"""The moment at which whatever a face does again and again stands, where motion is unwelcome."""
LONGEST_STEP = 1 / 60
LONGEST_GAP = 0.25
"""Seconds; after a longer gap between frames everything is where it was going."""
BLINK = 0.22
"""Seconds that a blink takes."""
BLINKS = (2.2, 6.0)
"""Seconds from one blink to the next, from and to."""
GLANCES = (2.5, 5.5)
"""The same for glances, when there is nobody to look at."""
BREATH = 4.2
"""Seconds of a breath."""


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where to look: right and down from straight ahead, each in [-1, 1]."""

    right: float = 0.0
    down: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """The face at one moment; `closed` in [0, 1] is a blink, `breath` is in [-1, 1]."""

    expression: Expression
    gaze: Gaze
    closed: float
    breath: float
    time: float

    def __getitem__(self, feature: str) -> float:
        return float(self.expression[PLACES[feature]])


class Life:
    """Moves one face on in time. The same seed and calls give the same life."""

    def __init__(self, rng: random.Random, still: bool = False) -> None:
        """`still` is for those whom motion makes sick: it blinks, and does no more by itself."""
        self._rng, self.still = rng, still
        self._expression = NEUTRAL.copy()
        self._speed = np.zeros_like(NEUTRAL)
        self._gaze, self._gaze_speed = np.zeros(2), np.zeros(2)
        self._glance, self._glance_at = np.zeros(2), 0.0
        self._blink_at = 0.0
        self._now: float | None = None

    def move(self, wanted: Expression, gaze: Gaze | None, now: float) -> Look:
        """Return the face at `now` (seconds), on its way to an expression and a gaze.

        Without a gaze it glances about.
        """
        gap = math.inf if self._now is None else now - self._now
        if self._now is None:
            self._blink_at = now + self._rng.uniform(0.8, BLINKS[1])
        self._now = now
        goal = self._goal(gaze, now)
        if not 0.0 <= gap <= LONGEST_GAP:
            self._expression, self._speed = wanted.copy(), np.zeros_like(wanted)
            self._gaze, self._gaze_speed = goal.copy(), np.zeros(2)
        else:
            self._spring(wanted, goal, gap)
        breath = 0.0 if self.still else math.sin(math.tau * now / BREATH)
        time = STILL_TIME if self.still else now
        return Look(self._expression.copy(), Gaze(*self._gaze), self._closed(now), breath, time)

    def _goal(self, gaze: Gaze | None, now: float) -> NDArray[np.float64]:
        if gaze is not None:
            return np.array([gaze.right, gaze.down])
        if self.still:
            return np.zeros(2)
        if not self._glance_at - GLANCES[1] <= now < self._glance_at:
            away = self._rng.random() < 0.6
            across, down = self._rng.uniform(-0.8, 0.8), self._rng.uniform(-0.35, 0.3)
            self._glance = np.array([across, down]) if away else np.zeros(2)
            self._glance_at = now + self._rng.uniform(*GLANCES)
        return self._glance

    def _spring(self, wanted: Expression, goal: NDArray[np.float64], gap: float) -> None:
        damping = 1.0 if self.still else DAMPING
        steps = max(1, math.ceil(gap / LONGEST_STEP))
        for _ in range(steps):
            step = gap / steps
            pull = STIFFNESS**2 * (wanted - self._expression)
            self._speed += step * (pull - 2 * damping * STIFFNESS * self._speed)
            self._expression += step * self._speed
            pull = EYE_STIFFNESS**2 * (goal - self._gaze)
            self._gaze_speed += step * (pull - 2 * EYE_DAMPING * EYE_STIFFNESS * self._gaze_speed)
            self._gaze += step * self._gaze_speed

    def _closed(self, now: float) -> float:
        """Return how closed a blink has the eyes, in [0, 1]."""
        if not self._blink_at - BLINKS[1] - 1.0 <= now <= self._blink_at + BLINK:
            self._blink_at = now + self._rng.uniform(*BLINKS)
        into = (now - self._blink_at) / BLINK
        if not 0.0 < into < 1.0:
            return 0.0
        return smooth(into / 0.35) if into < 0.45 else smooth((1.0 - into) / 0.5)
