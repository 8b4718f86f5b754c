"""What the network is asked to answer: labels, softened by votes and by soft labels."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from training.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.fer2013 import Pictures
    from training.ferplus import Votes
    from training.recipe import Recipe

POSTERIOR = "posterior"
"""The array of a file of soft labels, as `training.distil` writes it."""


def usable(pictures: Pictures, votes: Votes | None) -> NDArray[np.bool_]:
    """Tell, as bool (n,), which pictures are worth training on: not blank, and a face."""
    flat = pictures.images.reshape(len(pictures), -1)
    kept: NDArray[np.bool_] = flat.min(axis=1) < flat.max(axis=1)
    return kept if votes is None else kept & votes.face[pictures.rows]


def folds(pictures: Pictures, count: int) -> NDArray[np.int64]:
    """Return each picture's fold (n,) in 0..count-1; identical pictures share one."""
    images = (np.asarray(image, np.uint8).tobytes() for image in pictures.images)
    return np.array([zlib.crc32(image) % count for image in images], np.int64)


def soft_labels(path: Path, rows: int) -> NDArray[np.float32]:
    """Read soft labels float32 (rows, 7) by data row; zeros where a row has none.

    Raises DatasetError when the file is none, or of another data set.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            table = arrays[POSTERIOR].astype(np.float32)
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path}: not soft labels: {error}") from error
    if table.shape != (rows, len(EMOTIONS)):
        raise DatasetError(f"{path}: soft labels for {len(table)} rows, the data set has {rows}")
    return np.asarray(table, np.float32)


def targets(
    pictures: Pictures,
    votes: Votes | None,
    recipe: Recipe,
    soft: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return float32 (n, 7), rows summing to 1: label, softened, then smoothed.

    Soft labels float32 (rows, 7), where given, take the place of the votes that went into them;
    they are even enough without smoothing.
    """
    hard = np.eye(len(EMOTIONS), dtype=np.float32)[pictures.labels]
    if soft is not None:
        return _blend(hard, soft[pictures.rows], recipe.soft)
    if votes is not None:
        hard = _blend(hard, votes.shares(pictures), recipe.votes)
    return (hard * (1 - recipe.smoothing) + recipe.smoothing / len(EMOTIONS)).astype(np.float32)


def _blend(
    hard: NDArray[np.float32], shares: NDArray[np.float32], weight: float
) -> NDArray[np.float32]:
    """Blend, leaving the label alone where there are no shares."""
    each = weight * shares.sum(axis=1, keepdims=True)
    return np.asarray(hard * (1 - each) + shares * weight, np.float32)
