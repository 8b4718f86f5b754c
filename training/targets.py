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

    from training.data.ferplus import Votes
    from training.data.pictures import Pictures
    from training.recipe import Recipe

AGREEING = 0.5
"""Soft labels whose likeliest emotion is the label less often are other pictures'."""
POSTERIOR = "posterior"
"""The array of a file of soft labels, as `training.distil` writes it."""


def usable(pictures: Pictures, votes: Votes | None) -> NDArray[np.bool_]:
    """Tell, as bool (n,), which pictures are worth training on: not blank, and a face."""
    kept = np.array([image.min() < image.max() for image in pictures], bool)
    return kept if votes is None else kept & votes.face[pictures.rows]


def folds(pictures: Pictures, count: int) -> NDArray[np.int64]:
    """Return each picture's fold (n,) in 0..count-1; identical pictures share one."""
    return np.array([zlib.crc32(image.tobytes()) % count for image in pictures], np.int64)


def soft_labels(path: Path, rows: int, pictures: Pictures) -> NDArray[np.float32]:
    """Read soft labels float32 (rows, 7) by data row; zeros where a row has none.

    Raises DatasetError when the file is none, or of another data set, or of this one with its rows
    in another order: then its answers are other pictures' and seldom the labels of `pictures`.
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
    theirs = table[pictures.rows]
    some = theirs.any(axis=1)
    agree = (theirs.argmax(axis=1) == pictures.labels)[some]
    if len(agree) and agree.mean() < AGREEING:
        raise DatasetError(
            f"{path}: only {agree.mean():.0%} of its answers are the pictures' labels: it is of "
            "another data set, or of this one in another order"
        )
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
        return blend(hard, soft[pictures.rows], recipe.soft)
    if votes is not None:
        hard = blend(hard, votes.shares(pictures), recipe.votes)
    return (hard * (1 - recipe.smoothing) + recipe.smoothing / len(EMOTIONS)).astype(np.float32)


def offset(targets: NDArray[np.float32], balance: float) -> NDArray[np.float32]:
    """Return what is added to the logits (7,) while training, for classes that are rare.

    Logit adjustment (Menon et al. 2020, arXiv:2007.07314): `balance` times the logarithm of how
    frequent each class is. What is in the offset the network need not learn, so that it answers as
    if the classes were as frequent as each other (1), or as they are (0).
    """
    share = np.maximum(targets.mean(axis=0), 1e-3)
    return np.asarray(balance * np.log(share), np.float32)


def blend(
    hard: NDArray[np.float32], shares: NDArray[np.float32], weight: float | NDArray[np.float32]
) -> NDArray[np.float32]:
    """Blend targets (n, 7) with others' shares, leaving them alone where there are no shares.

    The shares' weight is one for all, or (n, 1).
    """
    each = weight * shares.sum(axis=1, keepdims=True)
    return np.asarray(hard * (1 - each) + shares * weight, np.float32)
