"""Celebration: hearts make one large heart round the head, which beats twice and flies up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import clamp, mix, smooth, spring, wave
from device.stage.effects.base import Effect
from device.stage.effects.outlines import filled, heart
from device.stage.effects.space import Space
from device.stage.paint import Colour, from_alpha, put

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

COLOURS: tuple[Colour, ...] = ((222, 24, 72), (240, 62, 132), (255, 244, 246), (186, 18, 84))
COUNT = 34
"""Hearts of the large heart."""
RISING = 22
"""Hearts that rise beside it."""
SIZES = 12
BEATS = (0.95, 1.25, 2.0, 2.3)
"""Seconds of the beats."""
AWAY = 2.5
"""Seconds until the large heart dissolves."""
RESTING = 0.8


@dataclass(frozen=True, slots=True)
class Heart:
    """One heart: a place in pixels of the canvas, `size` over the largest, times in seconds."""

    colour: int
    x: float
    y: float
    size: float
    start: float
    rise: float
    period: float
    phase: float


class Hearts(Effect):
    """All are behind the head."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        largest = max(6, layout.short * 0.105)
        sides = [max(4, round(largest * (step + 1) / SIZES)) for step in range(SIZES)]
        outline = heart()
        self._sprites = [
            [from_alpha(filled(outline, side), colour) for side in sides] for colour in COLOURS
        ]
        self._hearts = [self._on_outline(number, rng) for number in range(COUNT)]
        self._rising = [self._beside(number, rng) for number in range(RISING)]

    def _on_outline(self, number: int, rng: random.Random) -> Heart:
        points = _even(heart(400), COUNT)
        (x, y), radius = self._space.head, self._space.radius
        wide = min(2.15 * radius, self.layout.size[0] * 0.44)
        right, down = points[number]
        up = 1.0 - abs(2 * number / COUNT - 1)  # 0 at the notch, 1 at the tip
        return Heart(
            colour=(0, 1, 3, 1)[number % 4],
            x=x + wide * right,
            y=y - 0.22 * radius + 1.6 * radius * down,
            size=rng.uniform(0.5, 0.62),
            start=0.22 * (1.0 - up),
            rise=rng.uniform(0.5, 1.0),
            period=rng.uniform(1.2, 2.0),
            phase=rng.random(),
        )

    def _beside(self, number: int, rng: random.Random) -> Heart:
        x, y = self._space.spot(number, rng.random(), 1.0)
        return Heart(
            colour=number % len(COLOURS),
            x=x,
            y=y,
            size=rng.uniform(0.3, 1.0),
            start=1.6 * number / RISING,
            rise=rng.uniform(0.25, 0.5),
            period=rng.uniform(1.6, 2.6),
            phase=rng.random(),
        )

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw those that rise, then the large heart."""
        age = RESTING if self.layout.still else age
        for one in self.layout.sample(self._rising):
            self._rise(canvas, one, age - one.start, strength)
        pulse = 1.0 + sum(0.07 * _beat(age - at) for at in BEATS)
        for one in self.layout.sample(self._hearts):
            self._stand(canvas, one, age - one.start, pulse, strength)

    def _stand(
        self, canvas: pygame.Surface, one: Heart, seconds: float, pulse: float, strength: float
    ) -> None:
        if seconds <= 0.0:
            return
        out = spring(seconds * 1.2) * pulse
        gone = clamp((seconds - AWAY) / 1.4)
        x, y = self._space.head
        sway = 0.03 * self.layout.short * wave(seconds, one.period, one.phase) * gone
        place = (
            mix(x, one.x, out) + sway,
            mix(y, one.y, out) - one.rise * gone**1.6 * 0.7 * self.layout.short,
        )
        size = one.size * smooth(seconds / 0.2) * (1.0 + 3.0 * (pulse - 1.0))
        shown = self._space.shown(place[1]) * (1.0 - smooth(gone))
        self._put(canvas, one, place, size, strength * shown)

    def _rise(self, canvas: pygame.Surface, one: Heart, seconds: float, strength: float) -> None:
        if seconds <= 0.0:
            return
        climbed = one.rise * seconds * self.layout.short
        sway = 0.03 * self.layout.short * wave(seconds, one.period, one.phase)
        y = one.y - climbed
        shown = smooth(seconds / 0.3) * self._space.shown(y)
        self._put(canvas, one, (one.x + sway, y), one.size * 0.9, 0.9 * shown * strength)

    def _put(
        self,
        canvas: pygame.Surface,
        one: Heart,
        place: tuple[float, float],
        size: float,
        strength: float,
    ) -> None:
        step = min(SIZES, round(size * SIZES)) - 1
        if step >= 0:
            put(canvas, self._sprites[one.colour][step], place, strength)


def _beat(seconds: float) -> float:
    """Return a beat: up within a tenth of a second, and slowly back."""
    if seconds <= 0.0:
        return 0.0
    return smooth(seconds / 0.1) * math.exp(-seconds / 0.16)


def _even(outline: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return points at equal distances along an outline."""
    closed = np.concatenate([outline, outline[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    wanted = (np.arange(count) + 0.5) / count * along[-1]
    return np.stack([np.interp(wanted, along, closed[:, axis]) for axis in range(2)], axis=-1)
