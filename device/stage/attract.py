"""When nobody is there: far-off lights that drift, and a hand that waves now and then.

The same lights, fewer and greener, keep the quiet scene of a neutral face alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from device.stage.easing import smooth, wave
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.paint import put

if TYPE_CHECKING:
    import random

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

LIGHTS = Kind(
    count=22,
    smallest=0.05,
    largest=0.30,
    colours=((255, 190, 130), (150, 170, 255), (230, 140, 220), (120, 220, 220), (255, 226, 170)),
    opacity=0.26,
    rise=0.012,
    drift=0.05,
    rim=0.35,
)
CALM = Kind(
    count=12,
    smallest=0.08,
    largest=0.34,
    colours=((170, 236, 214), (200, 240, 255), (150, 214, 190)),
    opacity=0.20,
    rise=0.007,
    drift=0.06,
    rim=0.3,
)
HAND = 0.58
"""The hand's side over the emoji's diameter."""
TILT = 17
"""Degrees to either side."""
STEPS = 17
"""How many pictures the hand's swing is made of."""
EVERY = 6.0
"""Seconds from one greeting to the next; it waves in the first 2.4 of them."""


class Attract:
    """Draws both; `strength` in [0, 1] lets them come and go."""

    def __init__(self, emoji: Emoji, layout: Layout, rng: random.Random) -> None:
        self._layout = layout
        self._lights = Bokeh(LIGHTS, layout, rng)
        self._calm = Bokeh(CALM, layout, rng)
        hand = emoji.sprite("hand", layout.diameter * HAND)
        tilts = [TILT * (2 * step / (STEPS - 1) - 1) for step in range(STEPS)]
        self._hands = [pygame.transform.rotozoom(hand, tilt, 1.0) for tilt in tilts]

    def draw_lights(self, canvas: pygame.Surface, now: float, strength: float) -> None:
        """Draw what is behind the emoji."""
        self._lights.draw(canvas, now, strength)

    def draw_calm(self, canvas: pygame.Surface, now: float, strength: float) -> None:
        """Draw what is behind a neutral face."""
        self._calm.draw(canvas, now, strength)

    def draw_hand(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the hand in front of the emoji, `age` seconds after it came."""
        if strength <= 0.0:
            return
        into = (age - 0.8) % EVERY if age > 0.8 else 0.0
        if self._layout.still:
            into = 0.0
        swing = smooth(into / 0.3) * smooth((2.4 - into) / 0.5) * wave(into, 0.6)
        hand = self._hands[round((swing + 1) / 2 * (STEPS - 1))]
        diameter, (x, y) = self._layout.diameter, self._layout.centre
        up = 0.0 if self._layout.still else (1.0 - strength) * diameter * 0.12
        edge = self._layout.size[0] - diameter * HAND * 0.55
        place = (min(x + diameter * 0.56, edge), y + diameter * 0.16 + up)
        put(canvas, hand, place, strength)
