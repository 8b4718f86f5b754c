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


COMPANIONS = 0.3
"""Of the emoji's diameter, above it on a tall canvas: room for the companions."""
FOOTER_ROW = 1.77
"""The height of a line of the footer over its text's size."""
HAND = 0.58
"""The waving hand's side over the emoji's diameter."""
LARGE = 1.4
"""The size of large text over that of the usual one."""
SMALLEST = 1 / 45
"""The least size of small text over the canvas's height, on a tall one as far as its width goes."""


@dataclass(slots=True)
class Layout:
    """Rectangles and lengths in pixels of the canvas, and how lively it may be.

    `quality` is how much of it is drawn, and alone may change; `still` is for those whom motion
    makes sick, `text` the size of text over the usual one, and `contrast` is whether text stands on
    opaque plates.

    `short` is the shorter side of what is laid out, `diameter` the emoji's, `centre` its middle,
    `small` the size of small text. From top to bottom: the notice, on a tall canvas the companions,
    the emoji, the caption, the footer. `panel` is where questions are asked: between the emoji and
    the footer, instead of the caption.
    """

    size: tuple[int, int]
    short: int
    diameter: int
    centre: tuple[int, int]
    notice: pygame.Rect
    caption: pygame.Rect
    footer: pygame.Rect
    panel: pygame.Rect
    tall: bool
    small: int
    quality: Quality = LEVELS[0]
    still: bool = False
    text: float = 1.0
    contrast: bool = False

    @classmethod
    def of(
        cls,
        size: tuple[int, int],
        still: bool = False,
        large_text: bool = False,
        high_contrast: bool = False,
    ) -> Layout:
        """Lay out a canvas of any width and height in pixels."""
        width, height = size
        tall = height >= TALL * width
        short = min(width, height)
        text = LARGE if large_text else 1.0
        small = round(text * max(9.0, 0.031 * short, min(height * SMALLEST, 0.06 * short)))
        notice_height = round(short * (0.24 if tall else 0.135) * (1.2 if large_text else 1.0))
        caption_height = round(short * (0.36 if tall else 0.2) * text)
        gap = round(short * (0.06 if tall else 0.025))
        row = max(12, round(small * FOOTER_ROW))
        footer_height = 2 * row if tall else row
        room = height - notice_height - gap - caption_height - footer_height
        companions = COMPANIONS if tall else 0.0
        diameter = max(
            8, min(round(short * (0.66 if tall else 0.55)), int(room / (1 + companions)))
        )
        free = room - diameter
        top = notice_height + max(round(free * 0.42), round(companions * diameter))
        margin = round(width * 0.04)
        across = width - 2 * margin
        footer = pygame.Rect(margin, height - footer_height, across, footer_height)
        caption = pygame.Rect(margin, top + diameter + gap, across, caption_height)
        edge = max(2, short // 60)
        panel_height = footer.top - edge - caption.top + gap
        return cls(
            size=size,
            short=short,
            diameter=diameter,
            centre=(width // 2, top + diameter // 2),
            notice=pygame.Rect(margin, round(short * 0.015), across, notice_height),
            caption=caption,
            footer=footer,
            panel=pygame.Rect(margin, caption.top - gap, across, max(1, panel_height)),
            tall=tall,
            small=small,
            still=still,
            text=text,
            contrast=high_contrast,
        )

    @property
    def row(self) -> int:
        """The height of a line of the footer."""
        return self.footer.height // (2 if self.tall else 1)

    @property
    def head(self) -> pygame.Rect:
        """Where the character's head is, or a classic emoji as large as it."""
        box = pygame.Rect(0, 0, self.diameter, self.diameter)
        box.center = self.centre
        return box

    @property
    def hand(self) -> pygame.Rect:
        """Where the hand waves in an empty room: at the right of the head, and not off the edge."""
        side = round(self.diameter * HAND)
        x = min(self.centre[0] + self.diameter * 0.56, self.size[0] - side * 0.55)
        box = pygame.Rect(0, 0, side, side)
        box.center = (round(x), round(self.centre[1] + self.diameter * 0.16))
        return box

    @property
    def least(self) -> int:
        """The size below which small text is cut off rather than smaller."""
        return max(8, round(self.small * 0.72))

    def plate(self, opacity: float) -> float:
        """Return the opacity of a plate under text, which is 1 for high contrast."""
        return 1.0 if self.contrast else opacity

    def sample(self, particles: Sequence[T]) -> Sequence[T]:
        """Return the particles to draw at the present quality: always the same, evenly chosen."""
        detail = self.quality.detail
        if detail >= 1.0:
            return particles
        return [one for number, one in enumerate(particles) if number * GOLDEN % 1.0 < detail]
