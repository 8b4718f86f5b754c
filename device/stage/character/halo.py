"""The light round a companion: golden after a smile, warm, with a heart, when it is comforted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.stage.easing import wave
from device.stage.paint import Colour, disc, from_alpha, put

if TYPE_CHECKING:
    import pygame
    from numpy.typing import NDArray

    from device.stage.paint import Position

REACH = 2.2
"""The light's diameter over the companion's."""
GOLD: Colour = (255, 226, 140)
WARM: Colour = (255, 176, 96)
ROSE: Colour = (255, 112, 124)
CREAM: Colour = (255, 250, 232)
ARROW_SHAPE = np.array([[-0.5, -0.4], [0.5, -0.4], [0.0, 0.35]])
ROUND = 0.5
"""The width of the arrow's rounded edge, in halves of its picture."""
HEART = 0.36
"""The heart's width over the companion's size."""
BESIDE = (0.5, -0.52)
"""Where the heart is, in companion sizes from its middle."""
BEAT_SECONDS = 2.4
ARROW, ARROW_ABOVE = 0.5, 1.36
"""The arrow's width over the companion's size, and how far above its middle it is."""
NOD_SECONDS = 1.1
FINE = 4


class Halo:
    """The lights for companions of a size in pixels; `still` ones neither beat nor nod."""

    def __init__(self, size: int, still: bool = False) -> None:
        self._size, self._still = size, still
        self._gold, self._warm = (
            disc(round(REACH * size), colour, _falling) for colour in (GOLD, WARM)
        )
        self._heart = from_alpha(_filled(_heart(), 0.0, max(6, round(HEART * size))), ROSE)
        self._arrow = from_alpha(_filled(ARROW_SHAPE, ROUND, max(8, round(ARROW * size))), CREAM)

    def draw(
        self, canvas: pygame.Surface, centre: Position, glow: float, comfort: float, now: float
    ) -> None:
        """Draw the light of a smile and that of comfort, each with an opacity in [0, 1]."""
        if glow > 0.01:
            put(canvas, self._gold, centre, 0.8 * glow)
        if comfort > 0.01:
            put(canvas, self._warm, centre, comfort * (0.75 + 0.1 * self._wave(now, BEAT_SECONDS)))

    def draw_heart(self, canvas: pygame.Surface, centre: Position, shown: float) -> None:
        """Draw the heart beside a face."""
        if shown > 0.01:
            x, y = (at + self._size * by for at, by in zip(centre, BESIDE, strict=True))
            put(canvas, self._heart, (x, y), shown)

    def draw_arrow(
        self, canvas: pygame.Surface, centre: Position, shown: float, now: float
    ) -> None:
        """Draw the arrow that points down at a face, and nods."""
        nod = 0.08 * self._wave(now, NOD_SECONDS)
        put(canvas, self._arrow, (centre[0], centre[1] - self._size * (ARROW_ABOVE + nod)), shown)

    def _wave(self, now: float, period: float) -> float:
        return 0.0 if self._still else wave(now, period)


def _falling(far: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(1.0 - far, 0.0, 1.0) ** 1.6


def _heart() -> NDArray[np.float64]:
    """Return a heart's outline in [-1, 1]."""
    t = np.linspace(0.0, 2 * np.pi, 60, endpoint=False)
    across = 0.95 * np.sin(t) ** 3
    up = (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 17
    return np.stack([across, -0.92 * up - 0.08], axis=-1)


def _filled(outline: NDArray[np.float64], edge: float, side: int) -> NDArray[np.float32]:
    """Return the opacity of a shape of `side` pixels, drawn with an edge of some width."""
    large = np.zeros((side * FINE, side * FINE), np.uint8)
    points = np.rint((outline + 1) * side * FINE / 2).astype(np.int32)
    cv2.fillPoly(large, [points], (255,))
    if edge > 0.0:
        cv2.polylines(large, [points], True, (255,), round(edge * side * FINE / 2))
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(255), np.float32)
