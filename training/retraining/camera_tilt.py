"""The tilt of a kiosk's camera, below or above people's faces, estimated from its crops.

From below, chins look wide and foreheads narrow. So the mean of all crops shows the tilt, without
any label: it is that at which the mean of the old pictures is most similar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision import alignment
from training.cameras import tilt
from training.data.pictures import Pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

CANDIDATES = tuple(number / 20 for number in range(-8, 9))
"""Tilts to try, as fractions of the width (`training.cameras.tilt`)."""
SAMPLE = 500
"""Old pictures to try each tilt on."""
LARGEST = 0.5
"""Largest tilt of a picture."""


def estimate(old: Pictures, crops: NDArray[np.uint8]) -> float:
    """Return the tilt of the camera that took `crops`, uint8 (n, 48, 48).

    It is 0 when no old picture has key points, which are needed to align them.
    """
    found = old.take(_found(old)[:SAMPLE])
    if not len(found):
        return 0.0
    random = np.random.default_rng(0)
    target = _mean(crops)

    def similarity(amount: float) -> float:
        amounts = np.full(len(found), amount)
        return float((_mean(_tilted(found, amounts, random)) * target).mean())

    return max(CANDIDATES, key=similarity)


def apply(old: Pictures, amount: float, random: np.random.Generator) -> Pictures:
    """Return the old pictures as a camera with this tilt would see them, aligned and cropped.

    People differ in height: each picture is tilted by 0 to 2 times the amount. Pictures without key
    points stay as they are, and so do all when the amount is 0.
    """
    index = _found(old)
    if not amount or not len(index):
        return old
    amounts = np.clip(amount * random.uniform(0, 2, len(index)), -LARGEST, LARGEST)
    images = np.array(old.images)
    images[index] = _tilted(old.take(index), amounts, random)
    marks = np.array(old.landmarks)
    marks[index] = np.nan
    return Pictures(images, old.labels, old.rows, marks)


def _found(old: Pictures) -> NDArray[np.int64]:
    """Return the indices of pictures with key points."""
    if old.landmarks is None:
        return np.zeros(0, np.int64)
    return np.flatnonzero(~np.isnan(old.landmarks).any(axis=(1, 2, 3)))


def _tilted(
    old: Pictures, amounts: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.uint8]:
    marks = np.asarray(old.landmarks, np.float64)
    scenes = random.integers(0, marks.shape[1], len(old))
    crops = []
    for index, (scene, amount) in enumerate(zip(scenes, amounts, strict=True)):
        out, turn = tilt(np.asarray(old.images[index]), float(amount))
        moved = cv2.perspectiveTransform(marks[index, scene][None], turn)[0]
        crops.append(alignment.align(out, [(float(x), float(y)) for x, y in moved]))
    return np.stack(crops)


def _mean(crops: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean crop, weighted towards its middle, standardised to mean 0 and deviation 1."""
    weight = np.outer(np.hanning(alignment.SIZE + 2)[1:-1], np.hanning(alignment.SIZE + 2)[1:-1])
    mean = alignment.standardise(crops).mean(axis=0)
    mean -= (mean * weight).sum() / weight.sum()
    mean *= np.sqrt(weight)
    return np.asarray(mean / mean.std())
