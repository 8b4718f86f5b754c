"""When nobody is there: far-off lights that drift.

The same lights, fewer and greener, keep the quiet scene of a neutral face alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage.effects.bokeh import Bokeh, Kind

if TYPE_CHECKING:
    import random

    import pygame

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


class Attract:
    """Draws both; `strength` in [0, 1] lets them come and go."""

    def __init__(self, layout: Layout, rng: random.Random) -> None:
        self._lights = Bokeh(LIGHTS, layout, rng)
        self._calm = Bokeh(CALM, layout, rng)

    def draw_lights(self, canvas: pygame.Surface, now: float, strength: float) -> None:
        """Draw what is behind the emoji."""
        self._lights.draw(canvas, now, strength)

    def draw_calm(self, canvas: pygame.Surface, now: float, strength: float) -> None:
        """Draw what is behind a neutral face."""
        self._calm.draw(canvas, now, strength)
