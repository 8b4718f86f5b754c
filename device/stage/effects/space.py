"""Where things may fly: beside and behind the face, and off the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pygame

from device.stage.character.actor import HEAD, LOWER
from device.stage.easing import mix, smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.stage.layout import Layout

OVER_WORDS = 0.2
"""What is left of a thing's opacity behind the words."""


class Space:
    """The room of a layout, in pixels: `head` is the middle of the character's, `radius` its own.

    `areas` are the rectangles, the free ones, in which something large is not hidden by the head
    and hides no words.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        x, y = layout.centre
        self.head = (float(x), y + LOWER * layout.diameter)
        self.radius = layout.diameter * HEAD / 2
        self.areas = self._areas()

    def _areas(self) -> tuple[pygame.Rect, ...]:
        """Return those left and right of the head, or on a tall canvas the one above it."""
        (width, _), floor = self._layout.size, self._layout.caption.top
        if self._layout.tall:
            return (pygame.Rect(0, 0, width, max(1, round(self.head[1] - 1.35 * self.radius))),)
        across = max(1, round(self.head[0] - 1.1 * self.radius))
        return (pygame.Rect(0, 0, across, floor), pygame.Rect(width - across, 0, across, floor))

    def spot(self, number: int, right: float, down: float) -> tuple[float, float]:
        """Return a position in one of the areas, in turns, by shares of its width and height."""
        area = self.areas[number % len(self.areas)]
        return area.left + right * area.width, area.top + down * area.height

    def shown_rows(self, side: int) -> NDArray[np.float32]:
        """Return the same for the rows of something large around the head, (side, 1)."""
        top, radius = self.head[1] - side / 2, self.radius
        rows = (top + row + 0.5 for row in range(side))
        low = self.head[1] + 1.2 * radius
        shares = [mix(1.0, OVER_WORDS, smooth((y - low + radius) / radius)) for y in rows]
        return np.array(shares, np.float32)[:, None]

    def shown(self, y: float) -> float:
        """Return the opacity of a small thing at a height: it fades where the words are."""
        box, soft = self._layout.caption, 0.07 * self._layout.short
        into = smooth((y - box.top + soft) / soft) * smooth((box.bottom + soft - y) / soft)
        return mix(1.0, OVER_WORDS, into)
