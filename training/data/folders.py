"""Pictures in folders: `training.data.layouts` says in which."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device import images
from device.errors import PictureError
from device.vision.alignment import SIZE
from training.data.layouts import find, shown
from training.data.pictures import SPLITS, Dataset, check_broken, pictures

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FORMATS = (*images.FORMATS, "TIFF", "GIF", "PPM")
"""Formats of pictures, whatever their suffix."""


def read(path: Path) -> Dataset:
    """Read the pictures as 48x48 grey, cropped to their central square.

    Without splits, all are PrivateTest, to evaluate on. Folders of other classes, such as contempt,
    are skipped and noted; files that are not pictures are skipped and logged. Raises DatasetError
    when it is not clear what the pictures show, or more than 1 % of the files are broken.
    """
    files, notes = find(path)
    with ThreadPoolExecutor() as pool:
        images = list(pool.map(_load, (file for file, _, _ in files)))
    splits: dict[str, list[tuple[bytes, int, int]]] = {name: [] for name in SPLITS}
    broken = []
    for row, ((_, label, split), image) in enumerate(zip(files, images, strict=True)):
        if isinstance(image, str):
            broken.append(image)
        else:
            splits[split].append((image.tobytes(), label, row))
    check_broken(str(path), "files", len(files), broken)
    loaded = {name: pictures(entries) for name, entries in splits.items()}
    return Dataset(loaded, len(files), tuple(broken), tuple(notes))


def _load(path: Path) -> NDArray[np.uint8] | str:
    """Return the picture, or the reason why it cannot be read."""
    try:
        return fit(images.read(path, shown(path), FORMATS))
    except PictureError as error:
        return str(error)


def fit(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the central square of a BGR picture (h, w, 3) as grey uint8 (48, 48)."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    side = min(height, width)
    y, x = (height - side) // 2, (width - side) // 2
    square = grey[y : y + side, x : x + side]
    interpolation = cv2.INTER_AREA if side > SIZE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(square, (SIZE, SIZE), interpolation=interpolation), np.uint8)
