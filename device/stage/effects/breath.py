"""A ring of light that grows and shrinks as slowly as a calm breath."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from device.stage.paint import Colour, disc, put

if TYPE_CHECKING:
    import pygame
    from numpy.typing import NDArray

    from device.stage.layout import Layout

PERIOD = 9.0
"""Seconds of a breath: some seven a minute calm (Zaccaro et al. 2018, 10.3389/fnhum.2018.00353)."""
STEPS = 9
"""Sizes of the ring that are cached. Between two sizes, one fades into the next."""
SMALLEST, LARGEST = 1.12, 1.5
"""The ring's diameter over the emoji's."""
TINT: Colour = (255, 240, 214)


class Breath:
    """Rings of all sizes, made once. Without motion one ring brightens and fades instead."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        sizes = np.linspace(SMALLEST, LARGEST, STEPS) * layout.diameter
        self._rings = [disc(round(size), TINT, ring) for size in sizes]

    def draw(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the ring `age` seconds after it began to breathe in."""
        grown = 0.5 - 0.5 * math.cos(math.tau * age / PERIOD)
        if self._layout.still:
            shown = strength * (0.3 + 0.4 * grown)
            put(canvas, self._rings[STEPS // 2], self._layout.centre, shown)
            return
        size = grown * (STEPS - 1)
        first = min(int(size), STEPS - 2)
        shown = strength * (0.35 + 0.3 * grown)
        for number, share in ((first, first + 1 - size), (first + 1, size - first)):
            put(canvas, self._rings[number], self._layout.centre, shown * share)


def ring(away: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the opacity of a soft ring, a little light inside."""
    edge = np.exp(-(((away - 0.93) / 0.028) ** 2))
    inside = 0.16 * np.clip(1.0 - np.abs(away - 0.75) / 0.25, 0.0, 1.0)
    return np.asarray(np.where(away < 1.0, np.maximum(edge, inside), 0.0), np.float32)
