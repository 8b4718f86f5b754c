"""Soft rain that thins out as the sky clears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import smooth
from device.stage.effects.space import Space
from device.stage.paint import Colour, from_alpha, put

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.layout import Layout

DROPS = 90
CLEARING = (4.0, 8.5)
"""Seconds after which the rain begins to thin, and after which it is over."""
TINT: Colour = (190, 212, 255)
SLANT = 0.12
"""How far a drop drifts sideways over how far it falls."""
DEPTHS = 3
"""Near drops are longer, brighter and faster."""


@dataclass(frozen=True, slots=True)
class Drop:
    """One drop: where it starts in shares of the canvas, its speed in heights a second."""

    x: float
    y: float
    speed: float
    depth: int
    order: float


class Rain:
    """Where each drop is is a function of time alone."""

    def __init__(self, layout: Layout, rng: random.Random) -> None:
        self._layout = layout
        self._space = Space(layout)
        lengths = [layout.short * (0.035 + 0.03 * depth) for depth in range(DEPTHS)]
        self._sprites = [
            from_alpha(streak(round(length), max(3, round(layout.short * 0.006))), TINT)
            for length in lengths
        ]
        self._drops = [self._drop(number, rng) for number in range(DROPS)]

    def _drop(self, number: int, rng: random.Random) -> Drop:
        depth = number % DEPTHS
        return Drop(
            x=(number + rng.random()) / DROPS,
            y=rng.random(),
            speed=(0.55 + 0.25 * depth) * rng.uniform(0.9, 1.15),
            depth=depth,
            order=rng.random(),
        )

    def draw(
        self,
        canvas: pygame.Surface,
        age: float,
        strength: float,
        shelter: pygame.Rect | None = None,
    ) -> None:
        """Draw the drops that still fall, `age` seconds after the rain began, but in a shelter."""
        left = 1.0 - smooth((age - CLEARING[0]) / (CLEARING[1] - CLEARING[0]))
        if left <= 0.0 or strength <= 0.0:
            return
        width, height = self._layout.size
        for drop in self._layout.sample(self._drops):
            shown = smooth((left - drop.order) / 0.15 + 1.0) * smooth(age / 0.8)
            falling = 0.0 if self._layout.still else age
            fallen = (drop.y + drop.speed * falling) % 1.2 - 0.1
            x = (drop.x + SLANT * fallen * height / width) % 1.05 * width
            if shelter is not None and shelter.collidepoint(x, fallen * height):
                continue
            opacity = (
                self._space.shown(fallen * height) * (0.35 + 0.2 * drop.depth) * shown * strength
            )
            put(canvas, self._sprites[drop.depth], (x, fallen * height), opacity)


def streak(length: int, thick: int) -> NDArray[np.float32]:
    """Return the opacity of a drop in motion: a slanted line, fading at its upper end."""
    side = max(4, length)
    width = max(thick + 2, round(side * SLANT) + thick + 2)
    down = (np.arange(side, dtype=np.float32) + 0.5) / side
    axis = np.arange(width, dtype=np.float32) + 0.5
    middle = thick / 2 + 1 + down * side * SLANT
    away = np.abs(axis[None, :] - middle[:, None]) / (thick / 2)
    line = np.clip(1.0 - away**2, 0.0, 1.0)
    return np.asarray(line * (down**1.5 * (1 - down**12))[:, None], np.float32)
