"""One large firework that fills the sky, for a smile that all share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import smooth
from device.stage.effects.base import Effect
from device.stage.effects.space import Space
from device.stage.effects.sparks import Burst, Sparks, directions
from device.stage.paint import Colour, from_alpha, put_at

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

COLOURS: tuple[Colour, ...] = (
    (255, 226, 150),
    (255, 70, 120),
    (90, 150, 255),
    (190, 110, 255),
    (60, 230, 200),
)
DUSK: Colour = (58, 14, 84)
SMALL_STARTS = (0.9, 1.05, 1.7, 1.85, 2.5, 2.6)
SMALL_PLACES = ((0.4, 0.3), (0.6, 0.3), (0.55, 0.7), (0.45, 0.7), (0.35, 0.45), (0.65, 0.45))
RESTING = 0.9


class Grand(Effect):
    """All of it is behind the head."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        space, (width, height) = Space(layout), layout.size
        self._sparks = Sparks(layout, COLOURS, 0.046)
        self._dusk = from_alpha(dusk(width, layout.caption.top), DUSK)
        reach = 0.62 * max(0.62 * width, 0.5 * height, layout.short * 0.8)
        x, y = space.head
        self._bursts = [
            Burst(x, y, reach * share, directions(rng, counts), colour, start, life, 0.03, 2.2)
            for share, counts, colour, start, life in (
                (1.0, (52, 40), 0, 0.0, 3.2),
                (0.78, (40, 30), 1, 0.12, 3.0),
                (0.5, (30,), 2, 0.24, 2.8),
            )
        ]
        for number, (start, place) in enumerate(zip(SMALL_STARTS, SMALL_PLACES, strict=True)):
            x, y = space.spot(number, *place)
            spread = directions(rng, (18, 10))
            small = Burst(x, y, 0.22 * layout.short, spread, 1 + number % 4, start)
            self._bursts.append(small)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the evening and all bursts."""
        age = RESTING if self.layout.still else age
        put_at(canvas, self._dusk, (0, 0), strength * smooth(age / 0.6))
        for burst in self._bursts:
            self._sparks.draw(canvas, burst, age, strength)


def dusk(width: int, height: int) -> NDArray[np.float32]:
    """Return the opacity of an evening above the words, (height, width)."""
    down = np.linspace(0, 1, max(1, height), dtype=np.float32)[:, None]
    return np.asarray(np.broadcast_to(0.72 * (1.0 - down**2.2), (len(down), width)), np.float32)
