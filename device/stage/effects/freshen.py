"""A playful clean-up: a wiper sweeps the muck off the screen, and soap bubbles rise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.stage.easing import mix, smooth, spring
from device.stage.effects.base import Effect
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.effects.stars import sparkle
from device.stage.paint import Colour, from_alpha, put

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

SPLATS = 11
MUCK: tuple[Colour, ...] = ((122, 150, 52), (150, 128, 60), (98, 132, 70))
SWEEP = (1.6, 3.2)
"""When the wiper sets out, and how many seconds it takes across."""
SHINE = 1.1
"""Seconds for which a sparkle shows where a splat was."""
RUBBER: Colour = (40, 52, 66)
METAL: Colour = (226, 236, 240)
BUBBLES = Kind(
    count=18,
    smallest=0.02,
    largest=0.085,
    colours=((220, 255, 240), (200, 240, 255), (255, 230, 250)),
    opacity=0.6,
    rise=0.06,
    drift=0.04,
    rim=0.8,
)


@dataclass(frozen=True, slots=True)
class Splat:
    """One splat: its picture, its middle in shares of the canvas, and when it lands."""

    sprite: pygame.Surface
    x: float
    y: float
    lands: float


class Freshen(Effect):
    """The muck is before the face, so that it is wiped off the glass; bubbles are on both sides.

    Without motion nothing is wiped: the muck fades away by itself.
    """

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._splats = [self._splat(number, rng) for number in range(SPLATS)]
        self._wiper = _wiper(layout)
        self._shine = from_alpha(sparkle(max(8, round(layout.short * 0.11))), (255, 255, 255))
        self._far = Bokeh(BUBBLES, layout, rng)
        self._near = Bokeh(BUBBLES, layout, rng)

    def _splat(self, number: int, rng: random.Random) -> Splat:
        side = max(8, round(self.layout.short * rng.uniform(0.07, 0.16)))
        sprite = from_alpha(splat(side, rng), MUCK[number % len(MUCK)])
        # Around the face rather than over it, and off the words.
        left = number % 2 == 0
        x = rng.uniform(0.03, 0.27) if left else rng.uniform(0.73, 0.97)
        return Splat(sprite, x, rng.uniform(0.14, 0.72), rng.uniform(0.0, 0.8))

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw half of the bubbles."""
        self._far.draw(canvas, age, strength * smooth((age - SWEEP[0]) / 2.0))

    def before(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the muck, the wiper, the sparkles that it leaves, and the other bubbles."""
        width, height = self.layout.size
        if self.layout.still:
            gone = smooth(age) * (1.0 - smooth((age - SWEEP[0]) / SWEEP[1]))
            for one in self._splats:
                put(canvas, one.sprite, (one.x * width, one.y * height), strength * gone)
            self._near.draw(canvas, age + 30.0, strength * smooth((age - SWEEP[0]) / 2.0))
            return
        swept = mix(-0.12, 1.12, smooth((age - SWEEP[0]) / SWEEP[1]))
        for one in self._splats:
            place = (one.x * width, one.y * height)
            if one.x > swept:
                landed = spring((age - one.lands) * 1.6)
                if landed > 0.05:
                    put(canvas, one.sprite, place, strength * min(1.0, landed))
            else:
                self._glint(canvas, place, age, one.x, strength)
        if -0.12 < swept < 1.12:
            sway = 0.012 * math.sin(age * 7.0)
            put(canvas, self._wiper, ((swept + sway) * width, height * 0.44), strength)
        self._near.draw(canvas, age + 30.0, strength * smooth((age - SWEEP[0]) / 2.0))

    def _glint(
        self,
        canvas: pygame.Surface,
        place: tuple[float, float],
        age: float,
        x: float,
        strength: float,
    ) -> None:
        """Sparkle where a splat was, soon after the wiper has passed."""
        passed = SWEEP[0] + SWEEP[1] * (0.12 + x) / 1.24
        shown = math.sin(math.pi * min(1.0, max(0.0, (age - passed) / SHINE)))
        put(canvas, self._shine, place, strength * shown)


def splat(side: int, rng: random.Random) -> NDArray[np.float32]:
    """Return the opacity of a splat with some drops around it."""
    large = np.zeros((side * 4, side * 4), np.uint8)
    middle = side * 2
    turn = np.linspace(0, math.tau, 60, endpoint=False)
    wobble = sum(
        rng.uniform(0.04, 0.13) * np.sin(k * turn + rng.uniform(0, math.tau)) for k in (2, 3, 5, 7)
    )
    radius = side * 4 * 0.29 * (1.0 + wobble)
    points = np.stack([middle + radius * np.cos(turn), middle + radius * np.sin(turn)], axis=-1)
    cv2.fillPoly(large, [np.rint(points).astype(np.int32)], (255,))
    for _ in range(5):
        angle, away = rng.uniform(0, math.tau), side * 4 * rng.uniform(0.36, 0.46)
        spot = (round(middle + away * math.cos(angle)), round(middle + away * math.sin(angle)))
        cv2.circle(large, spot, round(side * 4 * rng.uniform(0.02, 0.05)), (255,), -1)
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small.astype(np.float32) / 255 * 0.86, np.float32)


def _wiper(layout: Layout) -> pygame.Surface:
    """Return a wiper as high as the picture above the caption, its handle to the left."""
    height = max(24, round(layout.size[1] * 0.74))
    thick = max(6, round(layout.short * 0.022))
    width = thick * 7
    alpha = np.zeros((height, width), np.float32)
    bar = alpha.copy()
    bar[:, width - thick * 2 :] = 1.0
    blade = from_alpha(bar, METAL)
    edge = alpha.copy()
    edge[:, width - max(2, thick * 2 // 3) :] = 1.0
    put(blade, from_alpha(edge, RUBBER), (width / 2, height / 2))
    handle = alpha.copy()
    middle, half = height // 2, max(3, thick)
    handle[middle - half : middle + half, : width - thick] = 1.0
    put(blade, from_alpha(handle, METAL), (width / 2, height / 2))
    return blade
