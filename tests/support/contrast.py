"""How well the words on stage can be read: their contrast to what is around each letter."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

import cv2
import numpy as np
import pygame

from device.stage.overlays.caption import Caption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

NEAR = 0.04
"""How far around a letter its ground counts, over the text's height."""
READABLE = 0.98
"""The opacity from which words are there, and no longer come or go."""
WORST = 2.0
"""The percentile of the ground's pixels that counts as the worst of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line on stage, and the contrast (WCAG 2.2, 1.4.3) of its ink to the worst of its ground."""

    ink: tuple[int, ...]
    contrast: float


def luminance(colours: NDArray[Any]) -> NDArray[np.float64]:
    """Return the relative luminance of colours of 0 to 255, shape (..., 3)."""
    share = np.asarray(colours, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), np.float64)


def contrast(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
    """Return the contrast ratio of colours, from 1 to 21."""
    light, dark = luminance(one), luminance(other)
    high, low = np.maximum(light, dark), np.minimum(light, dark)
    return np.asarray((high + 0.05) / (low + 0.05), np.float64)


@contextmanager
def watched(opacity: float = READABLE) -> Iterator[list[Line]]:
    """Collect each line of the caption that is drawn inside the block at some opacity or more."""
    lines: list[Line] = []
    draw = Caption._line

    def measure(
        caption: Caption, canvas: pygame.Surface, text: pygame.Surface, top: int, shown: float
    ) -> None:
        draw(caption, canvas, text, top, shown)
        if shown >= opacity:
            lines.append(measured(canvas, text, top))

    with mock.patch.object(Caption, "_line", measure):
        yield lines


def measured(canvas: pygame.Surface, text: pygame.Surface, top: int) -> Line:
    """Measure a text, letters on their plate, that was drawn in the middle of a canvas."""
    left = (canvas.get_width() - text.get_width()) // 2
    where = pygame.Rect(left, top, *text.get_size()).clip(canvas.get_rect())
    drawn = pygame.surfarray.array3d(canvas.subsurface(where))
    letters, plate = split(text.subsurface(where.move(-left, -top)))
    near = max(2, round(NEAR * text.get_height()))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * near + 1, 2 * near + 1))
    around = cv2.dilate(letters.astype(np.uint8), disc)
    ink = np.median(drawn[letters], axis=0)
    ratios = contrast(ink, drawn[plate & (around > 0)])
    return Line(tuple(int(value) for value in ink), float(np.percentile(ratios, WORST)))


def split(text: pygame.Surface) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pixels of a text on its plate are letters, and which are the plate alone."""
    own = pygame.surfarray.array3d(text).astype(int)
    from_plate = np.abs(own - own[0, 0]).max(axis=2)
    return from_plate == from_plate.max(), from_plate < 8
