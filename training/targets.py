"""Training targets: labels, blended with votes and with soft labels."""

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
"""Soft labels that agree with fewer labels than this belong to other pictures."""
POSTERIOR = "posterior"
"""The array in a file of soft labels, as `training.distil` writes it."""


def usable(pictures: Pictures, votes: Votes | None) -> NDArray[np.bool_]:
    """Return bool (n,): which pictures are not blank and, by the votes, show a face."""
    kept = np.array([image.min() < image.max() for image in pictures], bool)
    return kept if votes is None else kept & votes.face[pictures.rows]


def folds(pictures: Pictures, count: int) -> NDArray[np.int64]:
    """Return each picture's fold (n,) in 0..count-1; identical pictures share one."""
    return np.array([zlib.crc32(image.tobytes()) % count for image in pictures], np.int64)


def soft_labels(path: Path, rows: int, pictures: Pictures) -> NDArray[np.float32]:
    """Read soft labels float32 (rows, 7) by data row; zeros where a row has none.

    Raises DatasetError when the file is invalid, or belongs to another data set or to another row
    order, where its soft labels seldom agree with the labels of `pictures`.
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
    own = table[pictures.rows]
    agree = (own.argmax(axis=1) == pictures.labels)[own.any(axis=1)]
    if len(agree) and agree.mean() < AGREEING:
        raise DatasetError(
            f"{path}: only {agree.mean():.0%} agree with the labels: these soft labels are for "
            "another data set, or for another order of its rows"
        )
    return np.asarray(table, np.float32)


def targets(
    pictures: Pictures,
    votes: Votes | None,
    recipe: Recipe,
    soft: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return float32 (n, 7), rows summing to 1: labels, blended with votes and smoothed.

    Soft labels float32 (rows, 7), if given, replace the votes, which went into them, and the label
    smoothing.
    """
    hard = np.eye(len(EMOTIONS), dtype=np.float32)[pictures.labels]
    if soft is not None:
        return blend(hard, soft[pictures.rows], recipe.soft_label_weight)
    if votes is not None:
        hard = blend(hard, votes.shares(pictures), recipe.votes_weight)
    return (hard * (1 - recipe.label_smoothing) + recipe.label_smoothing / len(EMOTIONS)).astype(
        np.float32
    )


def offset(targets: NDArray[np.float32], tau: float) -> NDArray[np.float32]:
    """Return the offset (7,) to add to the logits in training.

    Logit adjustment (Menon et al. 2020, arXiv:2007.07314): `tau` times the logarithm of the class
    frequencies. The network need not learn what the offset holds: it predicts as if classes were
    equally frequent (1), or with their frequencies (0).
    """
    share = np.maximum(targets.mean(axis=0), 1e-3)
    return np.asarray(tau * np.log(share), np.float32)


def blend(
    hard: NDArray[np.float32], shares: NDArray[np.float32], weight: float | NDArray[np.float32]
) -> NDArray[np.float32]:
    """Blend targets (n, 7) with `shares` (n, 7); rows without shares stay as they are.

    `weight` is that of the shares: one number, or (n, 1).
    """
    each = weight * shares.sum(axis=1, keepdims=True)
    return np.asarray(hard * (1 - each) + shares * weight, np.float32)
