"""Exports of feedback that no kiosk has made, of crops that are nobody's face."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.feedback import StoredCrop, archive
from device.feedback.crop import encode

FIRST = 497_221
"""The hour since 1970 in which the first crop was kept; each of the others is an hour later."""


def kept(images: NDArray[np.uint8], labels: list[str], first: int = FIRST) -> list[StoredCrop]:
    """Return crops uint8 (n, 48, 48) as a kiosk has kept them."""
    even = (0.16, 0.14, 0.14, 0.14, 0.14, 0.14, 0.14)
    return [
        StoredCrop(label, even, "0.4.0", first + number, encode(image), number)
        for number, (image, label) in enumerate(zip(images, labels, strict=True))
    ]


def export(path: Path, images: NDArray[np.uint8], labels: list[str], first: int = FIRST) -> Path:
    archive.save(path, kept(images, labels, first))
    return path


def crop(seed: int = 0) -> NDArray[np.uint8]:
    """Return a crop, uint8 (48, 48), of noise."""
    return np.random.default_rng(seed).integers(0, 256, (48, 48), np.uint8)


def grain(count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return crops of soft grain, uint8 (n, 48, 48): none is like another."""
    small = np.random.default_rng(seed).integers(0, 256, (count, 12, 12), np.uint8)
    return np.stack([cv2.resize(each, (48, 48), interpolation=cv2.INTER_CUBIC) for each in small])
