"""Celebration: soft bursts of a firework beside and above the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage.easing import smooth
from device.stage.effects.base import Effect
from device.stage.effects.space import Space
from device.stage.effects.sparks import Burst, Sparks, directions, glow
from device.stage.paint import Colour, put

if TYPE_CHECKING:
    import random

    import pygame

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

COLOURS: tuple[Colour, ...] = (
    (255, 60, 110),
    (70, 130, 255),
    (186, 90, 255),
    (40, 220, 190),
    (255, 240, 190),
)
DUSK: Colour = (72, 16, 84)
"""A patch of evening behind each burst, so that it shines on a bright sky too."""
STARTS = (0.0, 0.06, 0.6, 0.75, 1.25, 1.4, 1.9, 2.05)
PLACES = (
    (0.62, 0.42),
    (0.4, 0.36),
    (0.3, 0.66),
    (0.7, 0.7),
    (0.5, 0.3),
    (0.5, 0.46),
    (0.6, 0.6),
    (0.35, 0.4),
)
"""Where each bursts, in shares of the free areas."""
RESTING = 0.6


class Fireworks(Effect):
    """All of it is behind the head."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        space = Space(layout)
        area = space.areas[0]
        reach = 0.5 * min(0.9 * max(area.width, area.height / 2), 0.62 * layout.short)
        self._sparks = Sparks(layout, COLOURS)
        self._dusk = glow(round(2.6 * reach), DUSK, 0.6)
        self._bursts = []
        for number, (start, place) in enumerate(zip(STARTS, PLACES, strict=True)):
            x, y = space.spot(number, *place)
            self._bursts.append(
                Burst(
                    x=x,
                    y=y,
                    reach=reach * rng.uniform(0.85, 1.1),
                    directions=directions(rng, (24, 16, 8)),
                    colour=number % len(COLOURS),
                    start=start,
                )
            )

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw all bursts, over their patches of evening."""
        age = RESTING if self.layout.still else age
        for burst in self._bursts:
            seconds = age - burst.start
            shown = smooth(seconds / 0.5) * smooth((burst.life + 0.3 - seconds) / 1.0)
            put(canvas, self._dusk, (burst.x, burst.y), strength * shown)
        for burst in self._bursts:
            self._sparks.draw(canvas, burst, age, strength)
