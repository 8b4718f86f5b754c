"""Pictures in class folders, with or without folders of splits above these.

Kaggle's FER2013 in pictures has `train/angry/*.jpg` and `test/...`; CK+48, JAFFE and RAF-DB have
class folders only, or are easily sorted into these.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device import images
from device.errors import PictureError
from device.messages import EMOTIONS
from device.vision.alignment import SIZE
from training.data.pictures import (
    PRIVATE,
    PUBLIC,
    SPLITS,
    TRAINING,
    Dataset,
    check_broken,
    pictures,
)
from training.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FORMATS = (*images.FORMATS, "TIFF", "GIF", "PPM")
"""Formats of pictures, whatever their suffix."""
CLASSES = {
    "angry": ("anger", "angry"),
    "disgust": ("disgust", "disgusted"),
    "fear": ("fear", "fearful", "afraid"),
    "happy": ("happy", "happiness"),
    "sad": ("sad", "sadness"),
    "surprise": ("surprise", "surprised"),
    "neutral": ("neutral", "neutrality"),
}
"""Names of class folders, in any case, possibly after a number ("4_happy")."""
SPLIT_NAMES = {
    TRAINING: ("train", "training"),
    PUBLIC: ("val", "valid", "validation", "dev", "public", "publictest"),
    PRIVATE: ("test", "testing", "private", "privatetest"),
}
Found = tuple["Path", int, str]
"""A file, its label, and its split."""


def read(path: Path) -> Dataset:
    """Read the pictures as 48x48 grey, cropped to their central square.

    Without folders of splits, all are PrivateTest, to evaluate on. Folders of other classes, such
    as contempt, are skipped and noted; files that are not pictures are skipped and logged. Raises
    DatasetError when there is no class folder, or more than 1 % of the files are broken.
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


def find(path: Path) -> tuple[list[Found], list[str]]:
    """Return the files in class folders, by name, and notes on what was skipped.

    Raises DatasetError when there is no class folder.
    """
    try:
        top = sorted(each for each in path.iterdir() if each.is_dir())
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror}") from error
    parts = [(_named(each.name, SPLIT_NAMES), each) for each in top]
    splits = [(name, each) for name, each in parts if name] or [(PRIVATE, path)]
    files: list[Found] = []
    notes = []
    if splits != [(PRIVATE, path)]:
        others = [each.name for name, each in parts if not name]
        notes = [f"{name}: not a split, skipped" for name in others]
    for split, folder in splits:
        for each in sorted(inner for inner in folder.iterdir() if inner.is_dir()):
            inside = sorted(file for file in each.rglob("*") if file.is_file())
            emotion = _named(each.name, CLASSES)
            if emotion:
                label = EMOTIONS.index(emotion)
                files += [(file, label, split) for file in inside if file.name[0] != "."]
            else:
                notes.append(
                    f"{each.relative_to(path)}: not one of the seven emotions, "
                    f"{len(inside)} files skipped"
                )
    if not files:
        names = ", ".join(EMOTIONS)
        raise DatasetError(f"{path}: no folders of pictures named by emotion ({names})")
    return files, notes


def _named(folder: str, names: dict[str, tuple[str, ...]]) -> str | None:
    """Return the key of `names` that a folder's name matches, or None."""
    bare = folder.lower().lstrip("0123456789").lstrip(" _-.")
    return next((name for name, synonyms in names.items() if bare in synonyms), None)


def _load(path: Path) -> NDArray[np.uint8] | str:
    """Return the picture, or the reason why it cannot be read."""
    try:
        return fit(images.read(path, str(path), FORMATS))
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
