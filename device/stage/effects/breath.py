"""Calm: a ring of light that breathes, in for four seconds and out for six, while the heat goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import smooth
from device.stage.effects.base import Effect
from device.stage.effects.heat import Heat
from device.stage.effects.space import Space
from device.stage.paint import Colour, disc, put

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

IN, OUT = 4.0, 6.0
"""Seconds of a breath in and out: six a minute calm (Zaccaro et al. 2018,
10.3389/fnhum.2018.00353)."""
STEPS = 9
"""Sizes of the ring that are cached. Between two sizes, one fades into the next."""
SMALLEST, LARGEST = 1.16, 1.62
"""The ring's diameter over the head's."""
TINT: Colour = (255, 240, 214)


def filled(age: float) -> float:
    """Return how full of air a breath is, from 0 to 1, `age` seconds after the first began."""
    into = max(0.0, age) % (IN + OUT)
    return smooth(into / IN) if into < IN else 1.0 - smooth((into - IN) / OUT)


class Breath(Effect):
    """All of it is behind the head, which breathes with it."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._ring = BreathRing(layout)
        self._heat = Heat(layout, rng)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw what is left of the heat, and the ring."""
        self._heat.draw(canvas, age, strength)
        self._ring.draw(canvas, age, strength)


class BreathRing:
    """Rings of all sizes, made once. Without motion one ring brightens and fades instead."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        space = Space(layout)
        self._middle = space.head
        sizes = np.linspace(SMALLEST, LARGEST, STEPS) * 2 * space.radius
        self._rings = [disc(round(size), TINT, ring) for size in sizes]

    def draw(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the ring `age` seconds after it began to breathe in."""
        grown = filled(age)
        if self._layout.still:
            shown = strength * (0.3 + 0.4 * grown)
            put(canvas, self._rings[STEPS // 2], self._middle, shown)
            return
        size = grown * (STEPS - 1)
        first = min(int(size), STEPS - 2)
        shown = strength * (0.35 + 0.3 * grown)
        for number, share in ((first, first + 1 - size), (first + 1, size - first)):
            put(canvas, self._rings[number], self._middle, shown * share)


def ring(away: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the opacity of a soft ring, a little light inside."""
    edge = np.exp(-(((away - 0.93) / 0.028) ** 2))
    inside = 0.16 * np.clip(1.0 - np.abs(away - 0.75) / 0.25, 0.0, 1.0)
    return np.asarray(np.where(away < 1.0, np.maximum(edge, inside), 0.0), np.float32)
