"""The ring that several people fill together: a part of it for each, round the large face."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from device.stage.character.ring import bead
from device.stage.easing import clamp, mix, wave
from device.stage.paint import Colour, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pygame

    from device.stage.paint import Position

OUTSIDE = 1.17
"""The ring's radius over the face's."""
BEADS, BEAD = 54, 0.2
"""Beads of the whole ring, and a bead's glow, over the face's radius."""
OPEN = math.radians(80)
"""The ring is open at its foot, where the caption is."""
UNLIT, WAITED_FOR = 0.24, 0.5
"""The opacity of a bead that is not lit, and of one whose person all wait for."""
PULSE_SECONDS = 1.6
COLOURS: tuple[Colour, ...] = (
    (255, 206, 84),
    (110, 214, 255),
    (255, 128, 160),
    (140, 232, 150),
    (206, 160, 255),
    (238, 240, 255),
)
"""One for each person."""
CORE: Colour = (255, 252, 240)


class Part(NamedTuple):
    """One person's part of the ring: their colour's number, and its share that is lit."""

    colour: int
    share: float
    is_last: bool = False


class SharedRing:
    """The ring round a face of some radius, in pixels; a `still` one does not pulse."""

    def __init__(self, centre: Position, radius: float, still: bool = False) -> None:
        self._still = still
        self._centre, self._reach = centre, OUTSIDE * radius
        side = max(7, round(BEAD * radius))
        self._beads = [bead(side, colour, CORE) for colour in COLOURS]

    def draw(
        self, canvas: pygame.Surface, parts: Sequence[Part], opacity: float, now: float
    ) -> None:
        """Draw the parts, in [0, 1] of their full opacity, clockwise from the left of the foot."""
        if opacity <= 0.01 or not parts:
            return
        each = BEADS // len(parts)
        pulse = WAITED_FOR + (0.0 if self._still else 0.3 * wave(now, PULSE_SECONDS))
        angle = (math.tau - OPEN) / (each * len(parts) + len(parts) - 1)
        for number, part in enumerate(parts):
            unlit = pulse if part.is_last else UNLIT
            first = number * (each + 1) + 0.5
            for along in range(each):
                turn = math.pi + OPEN / 2 + angle * (first + along)
                lit = clamp(part.share * each - along)
                place = (
                    self._centre[0] + self._reach * math.sin(turn),
                    self._centre[1] - self._reach * math.cos(turn),
                )
                sprite = self._beads[part.colour % len(self._beads)]
                put(canvas, sprite, place, opacity * mix(unlit, 1.0, lit))
