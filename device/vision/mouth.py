"""Measures how the mouth moves between two frames, beyond what the whole head does.

The motion of the head between two crops, a small shift, turn and zoom, is fitted to the eyes and
the nose (one step of Lucas and Kanade 1981), and subtracted everywhere. What is left round the
mouth, compared with what is left round the eyes, is the mouth's own motion: somebody talks, or an
expression changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from device.vision.alignment import SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LONGEST_GAP = 0.5
"""Seconds between two frames from which they are not compared."""
STILL, TALKING = 0.1, 0.3
"""The contrast between mouth and eyes in a still picture under a camera's noise, at most, and of a
mouth that talks: (mouth - eyes) / (mouth + eyes + FLOOR), in mean absolute grey levels."""
FLOOR = 2.0

_EYES = slice(8, 28), slice(9, 39)
_MOUTH = slice(31, 47), slice(13, 35)
_DOWN, _RIGHT = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
_X, _Y = _RIGHT - 24.0, _DOWN - 18.0


class _Seen(NamedTuple):
    """The smoothed crop of a face, float32 (48, 48), and the time of its frame."""

    crop: NDArray[np.float32]
    at: float


class MouthMotion:
    """Compares each face's crop with the one of the frame before."""

    def __init__(self) -> None:
        self._seen: dict[int, _Seen] = {}

    def measure(
        self, ids: Sequence[int], crops: NDArray[np.uint8], captured_at: float
    ) -> list[float]:
        """Return the motion of each mouth, in [0, 1]; 0 for a face that is new.

        `crops` are standardised, uint8 (n, 48, 48), in the order of `ids`.
        """
        seen = {
            name: _Seen(cv2.blur(crop.astype(np.float32), (3, 3)), captured_at)
            for name, crop in zip(ids, crops, strict=True)
        }
        before, self._seen = self._seen, seen
        return [_motion(before.get(name), now) for name, now in seen.items()]


def _motion(before: _Seen | None, now: _Seen) -> float:
    if before is None or not 0.0 < now.at - before.at <= LONGEST_GAP:
        return 0.0
    left = _without_head(before.crop, now.crop)
    mouth, eyes = float(left[_MOUTH].mean()), float(left[_EYES].mean())
    contrast = (mouth - eyes) / (mouth + eyes + FLOOR)
    return min(1.0, max(0.0, (contrast - STILL) / (TALKING - STILL)))


def _without_head(before: NDArray[np.float32], now: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the absolute difference of two crops after the head's motion, float32 (48, 48)."""
    mean = (before + now) / 2.0
    across = cv2.Sobel(mean, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(mean, cv2.CV_32F, 0, 1, scale=1 / 8)
    moves = np.stack([across, down, across * _X + down * _Y, down * _X - across * _Y], axis=-1)
    difference = now - before
    eyes = moves[_EYES].reshape(-1, 4)
    normal = eyes.T @ eyes + 1e-3 * np.eye(4, dtype=np.float32)
    fitted = np.linalg.solve(normal, eyes.T @ difference[_EYES].ravel())
    return np.asarray(np.abs(difference - moves @ fitted), np.float32)
