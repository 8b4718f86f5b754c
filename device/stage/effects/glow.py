"""Companionship: a warm light around the edge of the picture that breathes very slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import smooth
from device.stage.effects.base import Effect
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.paint import Colour, from_alpha, put_at

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

WARM: Colour = (255, 190, 110)
MOTES = Kind(
    count=14,
    smallest=0.05,
    largest=0.16,
    colours=((255, 214, 150), (255, 236, 200)),
    opacity=0.30,
    rise=0.022,
    drift=0.06,
)


class Glow(Effect):
    """All of it is behind the emoji."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._frame = from_alpha(vignette(layout.size), WARM)
        self._motes = Bokeh(MOTES, layout, rng)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the light and a few slow motes in it."""
        put_at(canvas, self._frame, (0, 0), strength)
        self._motes.draw(canvas, age, strength * smooth(age / 2.0))


def vignette(size: tuple[int, int]) -> NDArray[np.float32]:
    """Return an opacity that grows toward the edges."""
    width, height = size
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    away = np.clip((np.abs(x) ** 3 + np.abs(y) ** 3) ** (1 / 3) - 0.55, 0.0, 1.0)
    return np.asarray(np.clip(1.5 * away**1.6, 0.0, 0.72), np.float32)
