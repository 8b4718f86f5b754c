"""Comfort for somebody afraid: lights come through the night and make it warm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage.easing import smooth
from device.stage.effects.base import Effect
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.effects.space import Space
from device.stage.effects.sparks import glow
from device.stage.paint import Colour, put

if TYPE_CHECKING:
    import random

    import pygame

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

LIGHT: Colour = (255, 190, 96)
FIREFLIES = Kind(
    count=26,
    smallest=0.012,
    largest=0.04,
    colours=((255, 236, 150), (240, 255, 170)),
    opacity=0.9,
    rise=0.03,
    drift=0.06,
)


class Lantern(Effect):
    """All of it is behind the head."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        self._light = glow(round(4.4 * self._space.radius), LIGHT, 0.95)
        self._fireflies = Bokeh(FIREFLIES, layout, rng)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the light and the fireflies."""
        put(canvas, self._light, self._space.head, strength * smooth((age - 0.5) / 3.0))
        self._fireflies.draw(canvas, age, strength * smooth(age / 1.0))
