"""Comfort: soft rain, through which a sun comes up; a ring to breathe with; rising motes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import mix, smooth, wave
from device.stage.effects.base import Effect
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.effects.breath import BreathRing
from device.stage.effects.rain import Rain
from device.stage.paint import Colour, disc, distance, from_alpha, put, put_at

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

DAWN, RISE_TIME = 2.5, 6.5
"""Seconds until the sun begins to rise, and those that it takes."""
LIGHT: Colour = (255, 206, 120)
HORIZON: Colour = (236, 112, 70)
RAYS = 14
MOTES = Kind(
    count=26,
    smallest=0.012,
    largest=0.045,
    colours=((255, 226, 160), (255, 198, 120), (255, 240, 210)),
    opacity=0.75,
    rise=0.05,
    drift=0.04,
)


class Sunrise(Effect):
    """Everything is behind the emoji but the motes. Without motion the sun does not climb."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        side = round(layout.diameter * 2.9)
        self._sun = disc(side, LIGHT, sun)
        self._sun.blit(from_alpha(0.6 * rays(side, 0.0), (255, 236, 190)), (0, 0))
        self._rays = from_alpha(rays(round(layout.diameter * 2.0), 0.5), (255, 236, 190))
        self._horizon = from_alpha(horizon(layout.size), HORIZON)
        self._motes = Bokeh(MOTES, layout, rng)
        self._rain = Rain(layout, rng)
        self._breath = BreathRing(layout)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the light on the horizon, the sun and its rays, the rain and the ring."""
        up = smooth((age - DAWN) / RISE_TIME)
        height = self.layout.size[1]
        top = height - self._horizon.get_height()
        put_at(canvas, self._horizon, (0, top), strength * smooth((age - DAWN + 1.5) / 3.0))
        x, y = self.layout.centre
        if self.layout.still:
            place, light = (float(x), float(y)), up
        else:
            place = (x, mix(height + self.layout.diameter * 0.55, y, up))
            light = mix(0.5, 1.0, up)  # low behind the words it must not outshine them
        put(canvas, self._sun, place, strength * light)
        shimmer = 0.45 + 0.45 * wave(age, 7.0)
        put(canvas, self._rays, place, strength * up * shimmer)
        self._rain.draw(canvas, age, strength)
        self._breath.draw(canvas, age, strength * smooth((age - 1.0) / 2.0))

    def before(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the motes."""
        self._motes.draw(canvas, age, strength * smooth((age - DAWN - 2.0) / 3.0))


def sun(away: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the opacity of a sun that has no edge."""
    inside = np.clip(1.0 - away, 0.0, 1.0)
    return np.asarray(inside**1.6, np.float32)


def rays(side: int, shift: float) -> NDArray[np.float32]:
    """Return the opacity of a wheel of soft rays, turned by a share of the angle between two."""
    axis = np.arange(side, dtype=np.float32) + 0.5 - side / 2
    angle = np.arctan2(axis[:, None], axis[None, :])
    comb = 0.5 + 0.5 * np.cos(RAYS * angle + math.tau * shift)
    inside = np.asarray(np.clip(1.0 - distance(side), 0.0, 1.0), np.float32)
    return np.asarray(0.45 * comb**3 * inside * smoothstep(2 * inside), np.float32)


def smoothstep(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ease numbers, clipped to [0, 1]."""
    t = np.clip(values, 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def horizon(size: tuple[int, int]) -> NDArray[np.float32]:
    """Return the opacity of the light on the lower part of a canvas."""
    rows = max(1, round(size[1] * 0.8))
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    return np.asarray(np.broadcast_to(0.7 * down**1.7, (rows, size[0])), np.float32)
