"""Outlines of small things, and how they become sprites."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINE = 4
"""Rows and columns per pixel of an edge."""


def heart(count: int = 60) -> NDArray[np.float64]:
    """Return a heart's outline in [-1, 1], clockwise from its notch, (count, 2)."""
    t = np.linspace(0, math.tau, count, endpoint=False)
    x = np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([0.92 * x, -y / 17 * 0.92 - 0.08], axis=-1)


def petal() -> NDArray[np.float64]:
    """Return a petal's outline in [-1, 1]: pointed at its foot, round and notched at its top."""
    t = np.linspace(-1, 1, 60)
    wide = 0.62 * np.sin(math.pi * (t + 1) / 2) ** 0.75 * (1 - 0.25 * t)
    upper = np.stack([wide, -t * 0.9], axis=-1)
    outline = np.concatenate([upper, upper[::-1] * [-1, 1]])
    outline[:, 1] += 0.16 * np.exp(-((outline[:, 0] / 0.16) ** 2)) * (outline[:, 1] < -0.6)
    return np.asarray(outline, np.float64)


def filled(outline: NDArray[np.float64], side: int) -> NDArray[np.float32]:
    """Return the opacity of a shape of `side` pixels with a smooth edge."""
    large = np.zeros((side * FINE, side * FINE), np.uint8)
    points = np.rint((outline + 1) * side * FINE / 2).astype(np.int32)
    cv2.fillPoly(large, [points], (255,))
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small.astype(np.float32) / 255, np.float32)
