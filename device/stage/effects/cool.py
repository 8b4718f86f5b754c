"""Calm: water that puts out the heat, lively at first, and quiets down; bubbles float in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.backdrop import paint_sky
from device.stage.easing import mix, smooth
from device.stage.effects.base import Effect
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.effects.heat import Heat
from device.stage.paint import Colour, from_alpha, put_at
from device.stage.palette import WATER

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

CALMING = 6.0
"""Seconds in which most of the water's haste is gone."""
BUBBLES = Kind(
    count=20,
    smallest=0.014,
    largest=0.06,
    colours=((190, 244, 250), (226, 252, 255)),
    opacity=0.55,
    rise=0.07,
    drift=0.03,
    rim=0.75,
)


@dataclass(frozen=True, slots=True)
class Swell:
    """One sheet of water.

    `level` over the canvas's height, other lengths over its short side; wave lengths a second.
    """

    level: float
    length: float
    height: float
    speed: float
    colour: Colour
    opacity: float


SWELLS = (
    Swell(level=0.48, length=1.10, height=0.030, speed=-0.11, colour=(60, 170, 196), opacity=0.34),
    Swell(level=0.37, length=0.83, height=0.024, speed=0.15, colour=(30, 140, 176), opacity=0.40),
    Swell(level=0.25, length=0.97, height=0.020, speed=-0.19, colour=(8, 96, 140), opacity=0.50),
)


class Cool(Effect):
    """All behind the emoji but some bubbles. Without motion the water appears where it ends up."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._sky = paint_sky(WATER, layout)
        self._sheets = [from_alpha(sheet(swell, layout), swell.colour) for swell in SWELLS]
        self._far = Bokeh(BUBBLES, layout, rng)
        self._near = Bokeh(BUBBLES, layout, rng)
        self._heat = Heat(layout, rng)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the heat, the water and half of the bubbles."""
        put_at(canvas, self._sky, (0, 0), strength * smooth((age - 1.5) / 5.0))
        self._heat.draw(canvas, age, strength)
        short, height = self.layout.short, self.layout.size[1]
        haste = math.exp(-age / CALMING)
        # The integral of a speed that falls from 4 to 1, so that the water never jumps.
        run = age + 3.0 * CALMING * (1.0 - haste)
        sheets = strength
        if self.layout.still:
            run, haste, sheets = 0.0, 0.0, strength * smooth((age - 1.0) / 4.0)
        for swell, picture in zip(SWELLS, self._sheets, strict=True):
            length = round(swell.length * short)
            left = -round(swell.speed * run * length) % length - length
            heave = swell.height * (0.5 + haste) * math.sin(run * math.tau / 9.0 + swell.length)
            up = 1.0 if self.layout.still else smooth((age - 1.0) / 5.0)
            rising = mix(1.55, 1.0, up)
            top = round(height * (rising - swell.level) - heave * short)
            put_at(canvas, picture, (left, top), sheets)
        self._far.draw(canvas, age, strength * smooth((age - 4.0) / 2.0))

    def before(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the other bubbles."""
        self._near.draw(canvas, age + 40.0, strength * smooth((age - 4.0) / 2.0))


def sheet(swell: Swell, layout: Layout) -> NDArray[np.float32]:
    """Return the opacity of water one wave length wider than the canvas, with a soft crest."""
    length = max(2, round(swell.length * layout.short))
    columns = layout.size[0] + length
    rows = max(4, round(swell.level * layout.size[1] + 4 * swell.height * layout.short))
    turn = math.tau * np.arange(columns, dtype=np.float32) / length
    crest = (1.0 + np.sin(turn) * 0.8 + np.sin(2 * turn + 1.0) * 0.2) * swell.height * layout.short
    down = np.arange(rows, dtype=np.float32)[:, None] - crest[None, :]
    water = np.clip(down, 0.0, 1.0) * (1.0 - 0.35 * np.clip(down / rows, 0.0, 1.0))
    light = 0.5 * np.exp(-np.clip(down, 0, None) / (0.012 * layout.short)) * np.clip(down, 0, 1)
    return np.asarray(np.clip(swell.opacity * (water + light), 0, 1), np.float32)
