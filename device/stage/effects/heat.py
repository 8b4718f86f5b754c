"""Heat: a red haze and embers that fly up, and are out after some seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import smooth, wave
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.paint import Colour, from_alpha, put_at

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.layout import Layout

COOLING = (1.0, 5.0)
"""Seconds after which the heat begins to go, and after which it is gone."""
HAZE: Colour = (236, 84, 40)
EMBERS = Kind(
    count=30,
    smallest=0.008,
    largest=0.026,
    colours=((255, 176, 80), (255, 120, 60), (255, 220, 130)),
    opacity=0.9,
    rise=0.16,
    drift=0.05,
)


class Heat:
    """Drawn over the water that puts it out."""

    def __init__(self, layout: Layout, rng: random.Random) -> None:
        self._haze = from_alpha(haze(layout.size), HAZE)
        self._embers = Bokeh(EMBERS, layout, rng)

    def draw(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw what is left of it, `age` seconds after it began."""
        left = 1.0 - smooth((age - COOLING[0]) / (COOLING[1] - COOLING[0]))
        shown = left * smooth(age / 1.2) * strength
        if shown <= 0.0:
            return
        put_at(canvas, self._haze, (0, 0), shown * (0.9 + 0.1 * wave(age, 2.6)))
        self._embers.draw(canvas, age, shown)


def haze(size: tuple[int, int]) -> NDArray[np.float32]:
    """Return an opacity that is strongest at the foot and at the sides."""
    width, height = size
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    aside = np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None, :]
    return np.asarray(0.62 * np.clip(0.1 + down**1.5 + 0.35 * aside**2, 0.0, 1.0), np.float32)
