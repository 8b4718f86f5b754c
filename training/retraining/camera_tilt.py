"""Where a kiosk's camera stands: below people's faces or above, by what its crops look like.

From below, a chin is wide and a forehead narrow, in every face alike. So the mean of all crops
tells of it, without any label, and the old pictures can be tilted until theirs is most like it.
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

AMOUNTS = tuple(number / 20 for number in range(-8, 9))
"""What is tried, as a share of the width (`training.cameras.tilt`)."""
ASKED = 500
"""So many old pictures are tilted by each."""
MOST = 0.5
"""No picture is tilted further."""


def estimate(old: Pictures, seen: NDArray[np.uint8]) -> float:
    """Return the tilt of the camera whose crops are `seen`, uint8 (n, 48, 48).

    That is 0 when none of the old pictures has key points, since they are not aligned then.
    """
    found = old.take(_found(old)[:ASKED])
    if not len(found):
        return 0.0
    random = np.random.default_rng(0)
    wanted = _mean(seen)

    def likeness(amount: float) -> float:
        even = np.full(len(found), amount)
        return float((_mean(_tilted(found, even, random)) * wanted).mean())

    return max(AMOUNTS, key=likeness)


def take(old: Pictures, amount: float, random: np.random.Generator) -> Pictures:
    """Return the old pictures as a camera tilted by about so much sees them, aligned and cut.

    Each person is of another height, so that each is tilted by up to twice the amount. Pictures
    without key points stay as they are, and so do all when the amount is 0.
    """
    there = _found(old)
    if not amount or not len(there):
        return old
    amounts = np.clip(amount * random.uniform(0, 2, len(there)), -MOST, MOST)
    images = np.array(old.images)
    images[there] = _tilted(old.take(there), amounts, random)
    marks = np.array(old.landmarks)
    marks[there] = np.nan
    return Pictures(images, old.labels, old.rows, marks)


def _found(old: Pictures) -> NDArray[np.int64]:
    """Return which pictures have key points."""
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
    """Return the mean crop with the middle weighed most, centred, and of deviation 1."""
    weight = np.outer(np.hanning(alignment.SIZE + 2)[1:-1], np.hanning(alignment.SIZE + 2)[1:-1])
    mean = alignment.standardise(crops).mean(axis=0)
    mean -= (mean * weight).sum() / weight.sum()
    mean *= np.sqrt(weight)
    return np.asarray(mean / mean.std())
