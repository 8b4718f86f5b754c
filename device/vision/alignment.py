"""Aligns faces: cuts them out of a frame upright, at a fixed size and framing.

Training uses the same functions, so the model gets the same input on the kiosk. A change that moves
a pixel needs a new `VERSION`, which a model bundle must match.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RECIPE = "eyes-48-grey-standardised"
VERSION = 1
SIZE = 48

RIGHT_EYE = (15.25, 18.6)
LEFT_EYE = (32.75, 18.6)
"""Where the eyes lie in the crop: the median over FER2013's Training pictures, measured with the
device's detector on those pictures enlarged and padded."""
EYE_DISTANCE = LEFT_EYE[0] - RIGHT_EYE[0]
MOUTH_DISTANCE = 18.4
"""From the middle of the eyes to the mouth, measured as above."""
PROFILE_RATIO = 0.8
"""If the eyes are closer together than this share of what the mouth's distance predicts, the head
is turned away. Its size is then taken from the mouth, or the crop would zoom in on a cheek."""

MEAN = 128.0
STANDARD_DEVIATION = 60.0


def crop(image: NDArray[np.uint8], landmarks: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """Return the face as a standardised grey crop, uint8 of shape (48, 48).

    `image` is a uint8 BGR (h, w, 3) or grey (h, w) picture, `landmarks` begin with the right eye,
    left eye, nose and mouth in pixels, as in a `Detection`. Roll is removed. Pixels outside the
    picture repeat its edge. Works for any key points, even if all of them coincide.
    """
    return standardise(align(image, landmarks))


def align(image: NDArray[np.uint8], landmarks: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """Return the face upright and grey, uint8 (48, 48), with its brightness unchanged."""
    matrix = alignment(landmarks)
    region, matrix = _reduce(image, matrix)
    grey = _grey(region, matrix) if region.ndim == 3 else region
    upright = cv2.warpAffine(
        grey, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(upright, np.uint8)


def alignment(landmarks: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Return the similarity transform (2, 3) from picture pixels to crop pixels."""
    right, left, mouth = (np.asarray(landmarks[i], np.float64) for i in (0, 1, 3))
    middle = (right + left) / 2
    eye_vector = left - right
    distance = float(np.hypot(eye_vector[0], eye_vector[1]))
    mouth_vector = mouth - middle
    expected = float(np.hypot(mouth_vector[0], mouth_vector[1])) * EYE_DISTANCE / MOUTH_DISTANCE
    scale = EYE_DISTANCE / max(distance, PROFILE_RATIO * expected, 1.0)
    cos, sin = scale * eye_vector / distance if distance > 1e-3 else (scale, 0.0)
    rotation = np.array([[cos, sin], [-sin, cos]])
    target = np.array([(RIGHT_EYE[0] + LEFT_EYE[0]) / 2, RIGHT_EYE[1]])
    return np.concatenate([rotation, (target - rotation @ middle)[:, None]], axis=1)


def is_turned_away(landmarks: Sequence[tuple[float, float]]) -> bool:
    """Return whether a head is turned away; see `PROFILE_RATIO`."""
    right, left, mouth = (np.asarray(landmarks[i], np.float64) for i in (0, 1, 3))
    expected = np.linalg.norm(mouth - (right + left) / 2) * EYE_DISTANCE / MOUTH_DISTANCE
    return bool(np.linalg.norm(left - right) < PROFILE_RATIO * expected)


def standardise(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return grey crops (48, 48) or (n, 48, 48) with a fixed mean and contrast, each by itself.

    This removes exposure, which says nothing about an emotion. A crop without contrast becomes
    uniform grey.
    """
    values = grey.astype(np.float32)
    mean = values.mean(axis=(-2, -1), keepdims=True)
    deviation = np.maximum(values.std(axis=(-2, -1), keepdims=True), 1.0)
    scaled = np.rint((values - mean) * (STANDARD_DEVIATION / deviation) + MEAN)
    return np.asarray(np.clip(scaled, 0, 255), np.uint8)


def _reduce(
    image: NDArray[np.uint8], matrix: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Cut out and shrink a large face by area averaging, since the warp alone would alias."""
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    factor = int(0.75 / scale)
    if factor < 2:
        return image, matrix
    x0, y0, x1, y1 = _around(image, matrix, factor)
    w, h = (x1 - x0) // factor, (y1 - y0) // factor
    if w < 1 or h < 1:
        return image, matrix
    region = image[y0 : y0 + h * factor, x0 : x0 + w * factor]
    small = cv2.resize(region, (w, h), interpolation=cv2.INTER_AREA)
    # A small pixel's centre lies at factor * (i + 0.5) - 0.5 of the large picture.
    offset = np.array([x0, y0]) + (factor - 1) / 2
    linear = matrix[:, :2]
    shifted = np.concatenate([linear * factor, (linear @ offset + matrix[:, 2])[:, None]], axis=1)
    return np.asarray(small, np.uint8), shifted


def _around(
    image: NDArray[np.uint8], matrix: NDArray[np.float64], margin: int
) -> tuple[int, int, int, int]:
    """Return the bounds of the crop in a picture: left, top, right and bottom."""
    height, width = image.shape[:2]
    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0], [SIZE, 0], [0, SIZE], [SIZE, SIZE]], np.float64)
    around = corners @ inverse[:, :2].T + inverse[:, 2]
    left, top = (max(0, int(v)) for v in around.min(axis=0) - margin)
    right, bottom = (int(v) for v in around.max(axis=0) + margin + 1)
    return left, top, min(width, right), min(height, bottom)


def _grey(image: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return a grey picture whose pixels are set only where the crop reads them."""
    height, width = image.shape[:2]
    left, top, right, bottom = _around(image, matrix, 2)
    # For a face beyond an edge, that edge is read.
    x, y = slice(min(left, width - 1), max(right, 1)), slice(min(top, height - 1), max(bottom, 1))
    grey = np.empty((height, width), np.uint8)
    grey[y, x] = cv2.cvtColor(image[y, x], cv2.COLOR_BGR2GRAY)
    return grey
