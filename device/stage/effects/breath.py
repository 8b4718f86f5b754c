"""Calm: a flower of light that breathes, in for four seconds and out for six, while the heat goes.

The character breathes with it, and its red fades.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.character import NEUTRAL
from device.stage.character.expression import changed, raised
from device.stage.easing import mix, smooth
from device.stage.effects.base import Effect
from device.stage.effects.heat import Heat
from device.stage.effects.space import Space
from device.stage.effects.sparks import glow
from device.stage.paint import Colour, disc, put

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.character.expression import Expression
    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

IN, OUT = 4.0, 6.0
"""Seconds of a breath in and out: six a minute calm (Zaccaro et al. 2018,
10.3389/fnhum.2018.00353)."""
CALM_SECONDS = 13.0
"""Seconds until the character has calmed down: those of a breath, and in again."""
PETALS = 7
PETAL = 0.9
"""A petal's radius over the head's."""
OPEN = (0.35, 0.98)
"""How far the petals are from the head's middle, in its radii: without air, and full of it."""
WARM: Colour = (255, 206, 160)
COOL: Colour = (150, 222, 226)
PUFFS = 12
"""Puffs of steam of a breath out."""
CALM: Expression = changed(NEUTRAL, brow_raise=0.03, width=0.30, smile=0.09, blush=0.45, open=0.92)
BLOWING = {"pout": 1.0, "part": 0.13, "width": 0.10, "smile": 0.0, "teeth": 0.0, "open": 0.5}


def air(age: float) -> float:
    """Return how full of air a breath is, from 0 to 1, `age` seconds after the first began."""
    into = max(0.0, age) % (IN + OUT)
    return smooth(into / IN) if into < IN else 1.0 - smooth((into - IN) / OUT)


def blowing(age: float) -> float:
    """Return how hard it breathes out, from 0 to 1."""
    into = max(0.0, age) % (IN + OUT) - IN
    return smooth(into / 0.5) * smooth((0.8 * OUT - into) / 1.5) if into > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class Puff:
    """A puff of steam: its side, -1 left or 1 right, and how it drifts, in head radii."""

    side: int
    start: float
    out: float
    up: float
    size: int


class Breath(Effect):
    """All of it is behind the head. Without motion the flower brightens and fades instead."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        side = round(2 * PETAL * self._space.radius)
        self._petals = [disc(side, colour, petal) for colour in (WARM, COOL)]
        self._steam = [
            glow(round(share * self._space.radius), (255, 250, 244), 0.8)
            for share in (0.34, 0.46, 0.6)
        ]
        self._puffs = [
            Puff(
                side=-1 if number % 2 else 1,
                start=0.2 + 2.2 * number / PUFFS,
                out=rng.uniform(0.55, 1.0),
                up=rng.uniform(0.1, 0.5),
                size=number % len(self._steam),
            )
            for number in range(PUFFS)
        ]
        self._heat = Heat(layout, rng)

    def act(self, expression: Expression, age: float) -> Expression:
        """Breathe in and out, and calm down."""
        calm = 0.92 * smooth(age / CALM_SECONDS)
        found = np.asarray(expression + calm * (CALM - expression), np.float64)
        if self.layout.still:
            return found
        blown = changed(found, **BLOWING)
        found = found + 0.9 * blowing(age) * (blown - found)
        return raised(found, air(age), puff=0.11, lift=0.10, brow_raise=0.05)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw what is left of the heat, the flower, and the steam."""
        self._heat.draw(canvas, age, strength)
        full = air(age)
        opened = 0.6 if self.layout.still else full
        # From warm to cool between two breaths, when hardly a petal is out.
        cool = smooth((age - IN - 0.6 * OUT) / (0.4 * OUT))
        radius, (x, y) = self._space.radius, self._space.head
        away = mix(*OPEN, opened) * radius
        shown = strength * smooth(age / 0.6) * mix(0.5, 0.85, full)
        for number in range(PETALS):
            angle = math.tau * (number / PETALS + 0.09 * opened)
            place = (x + away * math.cos(angle), y + away * math.sin(angle))
            # The words are behind none of them that is bright.
            clear = shown * mix(1.0, 0.3, smooth(math.sin(angle)))
            put(canvas, self._petals[0], place, clear * (1.0 - cool))
            put(canvas, self._petals[1], place, clear * cool)
        if not self.layout.still:
            self._blow(canvas, age, strength)

    def _blow(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Let off steam at both sides of the head."""
        into = age % (IN + OUT) - IN
        left = strength * mix(1.0, 0.35, smooth(age / CALM_SECONDS))
        radius, (x, y) = self._space.radius, self._space.head
        for puff in self._puffs:
            along = (into - puff.start) / 1.9
            if 0.0 < along < 1.0:
                out = radius * (0.95 + puff.out * (1.0 - (1.0 - along) ** 2))
                up = radius * (0.25 + puff.up * along)
                shown = left * smooth(along / 0.2) * (1.0 - along)
                put(canvas, self._steam[puff.size], (x + puff.side * out, y - up), shown)


def petal(away: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the opacity of a petal: soft, with a brighter rim."""
    rim = np.exp(-(((away - 0.9) / 0.06) ** 2))
    inside = 0.30 + 0.12 * np.clip(away, 0.0, 1.0)
    edge = np.clip((1.0 - away) / 0.06, 0.0, 1.0)
    return np.asarray((inside + 0.22 * rim) * edge, np.float32)
