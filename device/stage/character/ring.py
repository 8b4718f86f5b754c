"""A ring of beads of light round the face, which lights up, bead by bead, while somebody smiles."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import clamp, mix, smooth
from device.stage.paint import Colour, disc, put

if TYPE_CHECKING:
    import pygame
    from numpy.typing import NDArray

    from device.stage.paint import Position

BEADS = 40
OUTSIDE = 1.13
"""The ring's radius over the face's."""
BEAD = 0.085
"""A bead's glow, over the face's radius."""
GOLD: Colour = (255, 206, 84)
CORE: Colour = (255, 248, 222)
UNLIT = 0.16
"""The opacity of a bead that is not lit."""
FOLLOW_SECONDS = 0.07
FADE_SECONDS = 0.35
"""Time constants with which the ring fills and fades."""


class RingClock:
    """Follows the ring of a smile smoothly."""

    def __init__(self) -> None:
        self._shown, self._now = 0.0, 0.0

    def follow(self, ring: float, now: float) -> float:
        """Return how full the ring is shown at `now` (seconds), in [0, 1]."""
        elapsed, self._now = clamp(now - self._now), now
        seconds = FOLLOW_SECONDS if ring > self._shown else FADE_SECONDS
        self._shown = ring + (self._shown - ring) * math.exp(-elapsed / seconds)
        return self._shown


class Ring:
    """The ring round a face of some radius, in pixels."""

    def __init__(self, centre: Position, radius: float) -> None:
        side = max(5, round(2 * BEAD * radius))
        self._lit = _bead(side)
        angles = (math.tau * number / BEADS for number in range(BEADS))
        self._places = [
            (
                centre[0] + OUTSIDE * radius * math.sin(angle),
                centre[1] - OUTSIDE * radius * math.cos(angle),
            )
            for angle in angles
        ]

    def draw(self, canvas: pygame.Surface, full: float) -> None:
        """Draw the ring, filled clockwise from the top to a share in [0, 1]."""
        shown = smooth(full / 0.12)
        if shown <= 0.01:
            return
        for number, place in enumerate(self._places):
            lit = clamp(full * (BEADS + 1) - number)
            put(canvas, self._lit, place, shown * mix(UNLIT, 1.0, lit))


def _bead(side: int) -> pygame.Surface:
    """Return a dot with a soft glow."""
    bead = disc(side, GOLD, lambda far: np.clip(1.0 - far, 0.0, 1.0) ** 1.5)
    middle = (bead.get_width() / 2, bead.get_height() / 2)
    for share, colour, edge in ((0.6, GOLD, 6.0), (0.4, CORE, 2.0)):
        dot = disc(round(share * side), colour, partial(_round, edge))
        put(bead, dot, middle)
    return bead


def _round(edge: float, far: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the opacity of a dot; the greater `edge`, the sharper it is."""
    return np.clip(edge * (1.0 - far), 0.0, 1.0)
