"""Where the companions stand: beside the large face, or on a tall canvas in a row above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.stage.layout import Layout

MAX_FACES = 6
SIZE, SMALLER = 0.24, 0.18
"""A companion's head over the emoji's diameter, on a wide and on a tall canvas."""
SPACING = 1.14
"""From one companion to the next, over their size."""
BESIDE, NEAREST = 0.66, 0.53
"""How far from the middle the first of them begin, in emoji diameters, and at least: the ring of
the large face needs room."""
FOOT = 0.34
"""How far below the emoji's middle they stand, in emoji diameters."""
MARGIN = 0.02
"""Of the canvas's width, at its edges."""


def size_of(layout: Layout) -> int:
    """Return a companion's diameter in pixels: two fit at each side of the large face."""
    if layout.tall:
        return round(layout.diameter * SMALLER)
    return round(min(SIZE * layout.diameter, _room(layout) / (2 * SPACING)))


def place_of(layout: Layout, number: int, count: int) -> NDArray[np.float64]:
    """Return the middle of a companion, counted from the screen's left, in pixels.

    Where three at one side have no room side by side, the second one stands behind the others.
    """
    size, (x, y) = size_of(layout), layout.centre
    step = SPACING * size
    if layout.tall:
        across = (number - (count - 1) / 2) * step
        return np.array([x + across, y - 0.5 * layout.diameter - 0.62 * size])
    left = (count + 1) // 2
    side, beside = (-1, left) if number < left else (1, count - left)
    nth = left - 1 - number if side < 0 else number - left
    behind = beside == 3 and 3 * step > _room(layout)
    columns = 2 if behind else beside
    begin = min(BESIDE * layout.diameter, _edge(layout) - columns * step)
    along = 0.5 * nth if behind else nth
    up = 0.9 * size if behind and nth == 1 else 0.0
    across = begin + (along + 0.5) * step
    return np.array([x + side * across, y + FOOT * layout.diameter - up])


def _edge(layout: Layout) -> float:
    return (0.5 - MARGIN) * layout.size[0]


def _room(layout: Layout) -> float:
    return _edge(layout) - NEAREST * layout.diameter
