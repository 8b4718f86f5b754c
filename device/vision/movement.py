"""Movement before a face is found: which share of the picture has just changed, and where.

Each frame is compared, on a coarse grey picture, with what was there a moment ago. Light that
changes everywhere, or in whole rows as flicker does under a rolling shutter, is no movement, and
what always changes, such as noise in the dark or a television, counts less the longer it does.
Nothing is kept but the last coarse picture, in memory.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.float32]
    """(`ROWS`, `COLUMNS`)."""

COLUMNS, ROWS = 64, 48
"""Cells of the coarse picture."""
SETTLE_SECONDS = 0.25
"""Time constant in seconds with which what has changed becomes what was there."""
LONGEST_GAP = 1.0
"""Seconds without a frame after which the comparison starts again."""
WARM_UP_SECONDS = 0.5
"""Seconds after a start in which only the noise is measured."""
DARK, BRIGHT = 24.0, 245.0
"""Changes are relative to a grey level plus `DARK`, as noise is strong there; what is `BRIGHT` may
be brighter than the camera can say, and does not count."""
SMALLEST, LARGEST = 0.06, 0.3
"""The least change of a cell that counts, four times the usual one within these bounds."""
NOISE_FACTOR = 5.0
"""How many times its own noise a cell's change must be."""
NOISE_RISE_SECONDS, NOISE_FALL_SECONDS = 6.0, 3.0
"""Time constants in seconds of what is known of a cell's noise."""
FEWEST = 5
"""Cells; fewer are no movement."""


class Movement(NamedTuple):
    """The `share` of the picture that changed, in [0, 1], and where: -1 is left, 1 right."""

    share: float = 0.0
    at: float = 0.0


NONE = Movement()


class MovementDetector:
    """Follows one camera. Not thread-safe."""

    def __init__(self) -> None:
        self._reference: Cells | None = None
        self._noise = np.zeros((ROWS, COLUMNS), np.float32)
        self._now = self._started = 0.0
        self._frames = 0

    def update(self, image: NDArray[np.uint8], now: float) -> Movement:
        """Return the movement in the next frame, BGR (height, width, 3), captured at `now`."""
        cells = _coarse(image)
        gap, self._now = now - self._now, now
        if self._reference is None or not 0.0 < gap <= LONGEST_GAP:
            self._reference, self._started, self._frames = cells, now, 0
            return NONE
        change = _change(self._reference, cells)
        self._reference += np.float32(1.0 - math.exp(-gap / SETTLE_SECONDS)) * (
            cells - self._reference
        )
        least = min(max(SMALLEST, 4.0 * _median(change)), LARGEST)
        found = _without_specks(change > np.maximum(NOISE_FACTOR * self._noise, least))
        self._learn_noise(change, gap)
        across = cv2.reduce(found, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F)[0]
        count = float(across.sum())
        if count < FEWEST or now - self._started < WARM_UP_SECONDS:
            return NONE
        return Movement(count / found.size, float(across @ _ACROSS) / count)

    def _learn_noise(self, change: Cells, gap: float) -> None:
        self._frames += 1
        least = 1.0 / self._frames
        rise = np.float32(max(gap / (NOISE_RISE_SECONDS + gap), least))
        fall = np.float32(max(gap / (NOISE_FALL_SECONDS + gap), least))
        away = change - self._noise
        self._noise += np.where(away > 0.0, rise, fall) * away


_ACROSS = np.linspace(-1.0, 1.0, COLUMNS, dtype=np.float32)


def _coarse(image: NDArray[np.uint8]) -> Cells:
    """Return the grey levels of coarse cells, at least 4."""
    height, width = image.shape[:2]
    # Green is nearly grey, and a few pixels of each cell are enough: the rest is not even read.
    down, across = max(1, height // (2 * ROWS)), max(1, width // (2 * COLUMNS))
    few = np.ascontiguousarray(image[down // 2 :: down, across // 2 :: across, 1])
    cells = cv2.resize(few, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    return np.maximum(cells, 4).astype(np.float32)


def _change(before: Cells, after: Cells) -> Cells:
    """Return how much each cell changed against its row, as a ratio, 0 or more."""
    ratios = after / before
    gain = np.partition(ratios[:, ::2], COLUMNS // 4, axis=1)[:, COLUMNS // 4, None]
    expected = np.minimum(gain * before, 255.0)
    change = np.abs(after - expected) / (expected + DARK)
    change[before > BRIGHT] = 0.0
    return np.asarray(change, np.float32)


def _median(change: Cells) -> float:
    some = change[::2, ::2].ravel()
    return float(np.partition(some, some.size // 2)[some.size // 2])


def _without_specks(found: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return 1 where most of a cell and its eight neighbours are found, else 0."""
    neighbours = cv2.boxFilter(found.view(np.uint8), -1, (3, 3), normalize=False)
    return np.asarray(neighbours > 4, np.uint8)
