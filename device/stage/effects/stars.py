"""Wonder: stars fly out from behind the emoji, and some stay and twinkle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import smooth, spring, wave
from device.stage.effects.base import Effect
from device.stage.paint import Colour, from_alpha, put

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

TINTS: tuple[Colour, ...] = ((255, 250, 226), (255, 220, 130), (226, 206, 255))
SIZES = 14
"""How many sizes of a star are kept; twinkling goes through them."""
BURST = 34
LASTING = 36
FLIGHT = 2.6
"""Seconds that a star of the burst flies."""


@dataclass(frozen=True, slots=True)
class Star:
    """One star: `size` over the largest, directions in radians, `reach` in emoji diameters."""

    tint: int
    size: float
    angle: float
    reach: float
    start: float
    period: float
    x: float
    y: float


class Stars(Effect):
    """The burst is behind the emoji; twinkling is all over the sky, with sparkles before it.

    Without motion there is no burst, and stars brighten and fade instead of growing.
    """

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        largest = layout.short * 0.13
        steps = [max(3, round(largest * (step + 1) / SIZES)) for step in range(SIZES)]
        self._sprites = [[from_alpha(sparkle(side), tint) for side in steps] for tint in TINTS]
        burst = 0 if layout.still else BURST
        self._burst = [self._star(rng, number, burst) for number in range(burst)]
        self._lasting = [self._star(rng, number, LASTING) for number in range(LASTING)]

    def _star(self, rng: random.Random, number: int, count: int) -> Star:
        return Star(
            tint=number % len(TINTS),
            size=rng.uniform(0.4, 1.0),
            angle=math.tau * (number + rng.random()) / count,
            reach=rng.uniform(0.65, 1.35),
            start=rng.uniform(0.0, 0.45),
            period=rng.uniform(2.4, 4.4),
            x=(number + rng.random()) / count,
            y=rng.random(),
        )

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the burst and the twinkling ones."""
        x, y = self.layout.centre
        for star in self.layout.sample(self._burst):
            flown = (age - 0.15 - star.start) / FLIGHT
            if 0.0 < flown < 1.0:
                out = self.layout.diameter * (0.3 + star.reach * (1.0 - (1.0 - flown) ** 3))
                size = star.size * smooth(flown * 6) * smooth((1.0 - flown) * 1.6) * strength
                place = (x + out * math.cos(star.angle), y + out * math.sin(star.angle))
                self._put(canvas, star, place, size)
        self._twinkle(canvas, age, strength)

    def before(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw two large sparkles that lean on the emoji."""
        diameter, (x, y) = self.layout.diameter, self.layout.centre
        for number, (right, down, share) in enumerate(((0.47, -0.36, 0.34), (-0.5, 0.3, 0.24))):
            born = age - 0.45 - 0.2 * number
            beat = 1.0 + 0.05 * wave(age, 2.4, number / 2)
            scale = 1.0 if self.layout.still else spring(born) * beat
            if scale > 0.05:
                sprite = self.emoji.sprite("sparkles", diameter * share * scale)
                place = (x + diameter * right, y + diameter * down)
                coming = 1.0 if self.layout.still else 0.25
                put(canvas, sprite, place, strength * smooth(born / coming))

    def _twinkle(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        width, height = self.layout.size
        shown = strength * smooth((age - 0.8) / 1.6)
        for star in self.layout.sample(self._lasting):
            glow = max(0.0, wave(age, star.period, star.angle)) ** 1.5
            place = (star.x * width, star.y * height)
            if self.layout.still:
                glow = 0.65 + 0.35 * wave(age, 2.0 * star.period, star.angle)
                self._put(canvas, star, place, 0.6 * star.size, glow * shown)
            else:
                self._put(canvas, star, place, 0.85 * star.size * glow * shown)

    def _put(
        self,
        canvas: pygame.Surface,
        star: Star,
        place: tuple[float, float],
        size: float,
        opacity: float = 1.0,
    ) -> None:
        step = round(size * SIZES) - 1
        if step >= 0:
            put(canvas, self._sprites[star.tint][step], place, opacity)


def sparkle(side: int) -> NDArray[np.float32]:
    """Return the opacity of a star of four points with a soft glow."""
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    x, y = np.abs(axis)[None, :], np.abs(axis)[:, None]
    points = np.clip((1.0 - np.sqrt(x) - np.sqrt(y)) * side / 10 + 0.5, 0.0, 1.0)
    glow = 0.45 * np.clip(1.0 - np.hypot(x, y), 0.0, 1.0) ** 3
    return np.asarray(np.maximum(points, glow), np.float32)
