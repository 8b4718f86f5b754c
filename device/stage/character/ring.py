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
    """The ring of some beads round a face of some radius, in pixels."""

    def __init__(
        self, radius: float, beads: int = BEADS, colour: Colour = GOLD, core: Colour = CORE
    ) -> None:
        side = max(5, round(2 * BEAD * radius * math.sqrt(BEADS / beads)))
        self._lit = bead(side, colour, core)
        self._reach = OUTSIDE * radius
        angles = (math.tau * number / beads for number in range(beads))
        self._places = [(math.sin(angle), -math.cos(angle)) for angle in angles]

    def draw(
        self,
        canvas: pygame.Surface,
        full: float,
        centre: Position,
        scale: float = 1.0,
        opacity: float = 1.0,
    ) -> None:
        """Draw the ring round a position, filled clockwise from the top to a share in [0, 1]."""
        shown = opacity * smooth(full / 0.12)
        if shown <= 0.01:
            return
        reach, beads = scale * self._reach, len(self._places)
        for number, (right, down) in enumerate(self._places):
            lit = clamp(full * (beads + 1) - number)
            place = (centre[0] + reach * right, centre[1] + reach * down)
            put(canvas, self._lit, place, shown * mix(UNLIT, 1.0, lit))


def bead(side: int, colour: Colour = GOLD, core: Colour = CORE) -> pygame.Surface:
    """Return a dot of `side` pixels with a soft glow."""
    picture = disc(side, colour, lambda far: np.clip(1.0 - far, 0.0, 1.0) ** 1.5)
    middle = (picture.get_width() / 2, picture.get_height() / 2)
    for share, tint, edge in ((0.6, colour, 6.0), (0.4, core, 2.0)):
        dot = disc(round(share * side), tint, partial(_round, edge))
        put(picture, dot, middle)
    return picture


def _round(edge: float, far: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the opacity of a dot; the greater `edge`, the sharper it is."""
    return np.clip(edge * (1.0 - far), 0.0, 1.0)
