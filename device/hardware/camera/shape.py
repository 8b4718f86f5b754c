"""The shape of a video's pixels, which are not always square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device import images

if TYPE_CHECKING:
    from typing import Self

    from numpy.typing import NDArray

MAX_SIDE = 1920
"""Pixels of the longer side of a picture that is made larger, beyond what any camera here gives."""
_LEAST, _MOST = 0.2, 5.0
"""What a ratio may be; another one is a mistake in the file."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`ratio` is the width of a pixel by its height."""

    ratio: float = 1.0

    @classmethod
    def of(cls, capture: cv2.VideoCapture) -> Self:
        """Return the shape of an open video's pixels, as OpenCV returns its frames."""
        width = capture.get(cv2.CAP_PROP_SAR_NUM)
        height = capture.get(cv2.CAP_PROP_SAR_DEN)
        ratio = width / height if width > 0.0 and height > 0.0 else 1.0
        if not _LEAST <= ratio <= _MOST:
            return cls()
        # OpenCV may turn the frames of a telephone that was held upright.
        turned = capture.get(cv2.CAP_PROP_ORIENTATION_AUTO) > 0.0
        turned = turned and capture.get(cv2.CAP_PROP_ORIENTATION_META) % 180.0 == 90.0
        return cls(1.0 / ratio if turned else ratio)

    def squared(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a frame (height, width, 3) with square pixels: the shorter sides grow."""
        if abs(self.ratio - 1.0) < 0.01:
            return image
        height, width = image.shape[:2]
        if self.ratio > 1.0:
            size = (round(width * self.ratio), height)
        else:
            size = (width, round(height / self.ratio))
        return images.shrink(np.asarray(cv2.resize(image, size), np.uint8), MAX_SIDE)[0]
