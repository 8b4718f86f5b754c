"""Marks the faces of a frame with box, emotion and probability, or makes them unrecognisable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from device.messages import Face

COLOURS = {
    "angry": (80, 110, 255),
    "disgust": (90, 190, 130),
    "fear": (220, 140, 190),
    "happy": (60, 205, 255),
    "sad": (235, 165, 95),
    "surprise": (130, 170, 255),
    "neutral": (210, 210, 210),
}
"""A BGR colour per emotion."""
TILES = 7
"""Tiles per side of a pixelated face: too few to recognise anybody."""
MARGIN = 0.3
"""Margin around a pixelated face, as a share of the box's sides."""
_FONT = cv2.FONT_HERSHEY_DUPLEX


def annotate(
    image: NDArray[np.uint8], faces: Sequence[Face], shrink: float = 1.0
) -> NDArray[np.uint8]:
    """Return a copy of a BGR picture (h, w, 3) with its faces marked.

    `shrink` is the factor by which the picture was shrunk after the faces were detected.
    """
    marked = image.copy()
    thickness = max(1, round(max(image.shape[:2]) / 400))
    for face in faces:
        x, y, w, h = (round(value / shrink) for value in face.box)
        colour = COLOURS[face.emotion]
        cv2.rectangle(marked, (x, y), (x + w, y + h), colour, thickness, cv2.LINE_AA)
        _draw_label(
            marked, f"{face.emotion} {max(face.probabilities):.0%}", (x, y), colour, thickness
        )
    return marked


def pixelate(
    image: NDArray[np.uint8], faces: Sequence[Face] | None, shrink: float = 1.0
) -> NDArray[np.uint8]:
    """Return a copy of a BGR picture (h, w, 3) with its faces made unrecognisable.

    Each is replaced by `TILES` x `TILES` uniform tiles, with a margin for movement since. The
    whole picture is replaced if `faces` is None.
    """
    hidden = image.copy()
    if faces is None:
        hidden[:] = _average_tiles(image)
        return hidden
    for face in faces:
        x, y, w, h = (value / shrink for value in face.box)
        left, top = max(0, round(x - MARGIN * w)), max(0, round(y - MARGIN * h))
        right, bottom = round(x + (1 + MARGIN) * w), round(y + (1 + MARGIN) * h)
        part = hidden[top:bottom, left:right]
        if part.size:
            part[:] = _average_tiles(part)
    return hidden


def _average_tiles(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    small = cv2.resize(image, (TILES, TILES), interpolation=cv2.INTER_AREA)
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _draw_label(
    image: NDArray[np.uint8],
    text: str,
    corner: tuple[int, int],
    colour: tuple[int, int, int],
    thickness: int,
) -> None:
    """Draw dark text on the colour, above the box or, at the picture's edge, inside it."""
    scale = 0.4 + 0.15 * thickness
    (width, height), baseline = cv2.getTextSize(text, _FONT, scale, 1)
    pad = 3 * thickness
    x = int(np.clip(corner[0], 0, max(0, image.shape[1] - width - 2 * pad)))
    y = max(corner[1], height + baseline + 2 * pad)
    top = y - height - baseline - 2 * pad
    cv2.rectangle(image, (x, top), (x + width + 2 * pad, y), colour, cv2.FILLED)
    at = (x + pad, y - baseline - pad)
    cv2.putText(image, text, at, _FONT, scale, (20, 20, 20), 1, cv2.LINE_AA)
