"""Where things are: one function of the canvas's size, so that nothing ever overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pygame

from device.stage.quality import LEVELS, Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

GOLDEN = 0.6180339887
"""Multiples of it are spread evenly modulo 1, however many there are."""
TALL = 1.3
"""From this height over width on there is room for captions of several lines."""


@dataclass(slots=True)
class Layout:
    """Rectangles and lengths in pixels of the canvas, and how lively it may be.

    `quality` is how much of it is drawn, and alone may change; `still` is for those whom motion
    makes sick.

    `short` is the shorter side of what is laid out, `diameter` the emoji's, `centre` its middle.
    From top to bottom: the notice, the emoji, the caption, the footer.
    """

    size: tuple[int, int]
    short: int
    diameter: int
    centre: tuple[int, int]
    notice: pygame.Rect
    caption: pygame.Rect
    footer: pygame.Rect
    tall: bool
    quality: Quality = LEVELS[0]
    still: bool = False

    @classmethod
    def of(cls, size: tuple[int, int], still: bool = False) -> Layout:
        """Lay out a canvas of any width and height in pixels."""
        width, height = size
        tall = height >= TALL * width
        short = min(width, height)
        diameter = round(short * (0.66 if tall else 0.55))
        notice_height = round(short * (0.24 if tall else 0.135))
        caption_height = round(short * (0.36 if tall else 0.2))
        gap = round(short * (0.06 if tall else 0.025))
        footer_height = max(12, round(short * 0.055))
        free = height - notice_height - diameter - gap - caption_height - footer_height
        top = notice_height + round(free * 0.42)
        margin = round(width * 0.04)
        across = width - 2 * margin
        return cls(
            size=size,
            short=short,
            diameter=diameter,
            centre=(width // 2, top + diameter // 2),
            notice=pygame.Rect(margin, round(short * 0.015), across, notice_height),
            caption=pygame.Rect(margin, top + diameter + gap, across, caption_height),
            footer=pygame.Rect(margin, height - footer_height, across, footer_height),
            tall=tall,
            still=still,
        )

    def sample(self, particles: Sequence[T]) -> Sequence[T]:
        """Return the particles to draw at the present quality: always the same, evenly chosen."""
        detail = self.quality.detail
        if detail >= 1.0:
            return particles
        return [one for number, one in enumerate(particles) if number * GOLDEN % 1.0 < detail]
