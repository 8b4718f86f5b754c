"""Real faces in the public domain, out of packages that the tests install."""

from functools import cache
from pathlib import Path

import cv2
import matplotlib.cbook
import numpy as np
import skimage
from numpy.typing import NDArray

ASTRONAUT = Path(skimage.__file__).parent / "data" / "astronaut.png"
"""Eileen Collins, smiling. NASA."""
HOPPER = Path(str(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)))
"""Grace Hopper, serious. US Navy."""


@cache
def _read(path: Path) -> NDArray[np.uint8]:
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, np.uint8)


def astronaut() -> NDArray[np.uint8]:
    return _read(ASTRONAUT).copy()


def hopper() -> NDArray[np.uint8]:
    return _read(HOPPER).copy()


def scene(
    *faces: tuple[NDArray[np.uint8], float, tuple[int, int]], size: tuple[int, int] = (640, 480)
) -> NDArray[np.uint8]:
    """Paste pictures, each scaled by a factor, with their corner at (x, y) onto a grey frame."""
    frame = np.full((size[1], size[0], 3), 90, np.uint8)
    for image, factor, (x, y) in faces:
        small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        h, w = min(small.shape[0], size[1] - y), min(small.shape[1], size[0] - x)
        frame[y : y + h, x : x + w] = small[:h, :w]
    return frame


def rolled(image: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """Turn a picture about its middle."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
