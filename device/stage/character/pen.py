"""Filling outlines with colour, fast or with smooth edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.stage.character.shapes import Points

    RGB = tuple[int, int, int]

SUBPIXEL = 4
"""Bits of a pixel in which OpenCV draws, so that slow motion is smooth."""
WHOLE = 255
FINE = 4
"""Rows and columns per pixel of an edge, which are counted for its share.

OpenCV's own smoothing (LINE_AA) draws an edge's pieces over each other, which shows as steps.
"""


def fill(target: NDArray[np.uint8], pixels: Points, colour: RGB) -> None:
    """Fill an outline (n, 2) in pixels of a picture, uint8 BGRA (height, width, 4).

    It is fast, and its edge shows small steps in what is large: see `paint`.
    """
    cv2.fillPoly(target, [_fixed(pixels)], ink(colour).tolist(), cv2.LINE_AA, SUBPIXEL)


def paint(target: NDArray[np.uint8], pixels: Points, colour: RGB) -> None:
    """Fill an outline as `fill` does, in three times the time, with a smooth edge."""
    height, width = target.shape[:2]
    left, top = np.maximum(np.floor(pixels.min(axis=0)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(pixels.max(axis=0)), (width, height)).astype(int)
    if left >= right or top >= bottom:
        return
    share = Mask(left, top, right, bottom).add(pixels).share()
    mix(target[top:bottom, left:right], ink(colour), share)


class Mask:
    """Which share of each pixel of a rectangle lies within outlines."""

    def __init__(self, left: int, top: int, right: int, bottom: int) -> None:
        self._corner = np.array([left, top])
        self._fine = np.zeros(((bottom - top) * FINE, (right - left) * FINE), np.uint8)

    def add(self, pixels: Points) -> Mask:
        """Add the inside of an outline in pixels."""
        return self._draw(pixels, WHOLE)

    def subtract(self, pixels: Points) -> Mask:
        """Subtract the inside of an outline in pixels."""
        return self._draw(pixels, 0)

    def share(self) -> NDArray[np.uint8]:
        """Return the shares, uint8 of 255 (height, width)."""
        height, width = self._fine.shape
        size = (width // FINE, height // FINE)
        return np.asarray(cv2.resize(self._fine, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _draw(self, pixels: Points, value: int) -> Mask:
        # OpenCV's coordinates are those of pixels' middles.
        fine = (pixels - self._corner) * FINE - 0.5
        cv2.fillPoly(self._fine, [_fixed(fine)], (value,), cv2.LINE_8, SUBPIXEL)
        return self


def mix(under: NDArray[np.uint8], over: NDArray[np.uint8], share: NDArray[np.uint8]) -> None:
    """Lay `over` on a picture, uint8 (height, width, 4), by shares uint8 of 255.

    `over` is another such picture, or one colour (4,).
    """
    over = np.broadcast_to(over, under.shape)
    whole = share == WHOLE
    np.copyto(under.view(np.uint32), over.view(np.uint32), where=whole[..., None])
    edge = np.nonzero((share != 0) & ~whole)
    part = share[edge].astype(np.int32)[:, None]
    below = under[edge].astype(np.int32)
    under[edge] = below + (over[edge] - below) * part // WHOLE


def ink(colour: RGB) -> NDArray[np.uint8]:
    """Return a colour in the order of SDL's favourite format."""
    red, green, blue = colour
    return np.array((blue, green, red, 255), np.uint8)


def _fixed(pixels: Points) -> NDArray[np.int32]:
    return np.asarray(np.rint(pixels * (1 << SUBPIXEL)), np.int32)
