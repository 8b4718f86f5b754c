"""Comfort for somebody sad: soft rain, until the sun comes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage.easing import smooth
from device.stage.effects.base import Effect
from device.stage.effects.rain import Rain
from device.stage.effects.space import Space
from device.stage.effects.sparks import glow
from device.stage.paint import Colour, put

if TYPE_CHECKING:
    import random

    import pygame

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

SUN: Colour = (255, 206, 120)
DAWN, RISING = 1.0, 4.0
"""Seconds until the sun begins to shine, and those that it takes."""


class Tender(Effect):
    """All of it is behind the head."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        self._sun = glow(round(4.4 * self._space.radius), SUN, 0.95)
        self._rain = Rain(layout, rng)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the sun and the rain."""
        up = smooth((age - DAWN) / RISING)
        put(canvas, self._sun, self._space.head, strength * up)
        self._rain.draw(canvas, age, strength)
