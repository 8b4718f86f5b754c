"""New crops among old pictures, so that nothing is forgotten while they are learnt.

Rehearsal of the old data (Rolnick et al. 2019, arXiv:1811.11682) with the old model's own answers
as targets (Li and Hoiem 2016, arXiv:1606.09282): what it knew, it keeps. The new crops stand in so
often that they make up a stated share of what is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from training.data.pictures import Pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray


def join(old: Pictures, new: Pictures, share: float) -> tuple[Pictures, NDArray[np.bool_]]:
    """Return all old pictures and the new ones, each as often as `share` of the whole needs.

    Also tells, as bool (n,), which are new. Old pictures' key points are kept; the new crops were
    cut by the device already, and have none. A share above 0 and below 1 of the whole is new, to
    the nearest picture.
    """
    count = max(len(new), round(len(old) * share / (1 - share)))
    often = np.resize(np.arange(len(new)), count)
    images = np.concatenate([np.asarray(old.images), np.asarray(new.images)[often]])
    labels = np.concatenate([old.labels, new.labels[often]])
    rows = np.concatenate([old.rows, new.rows[often]])
    marks = old.landmarks
    if marks is not None:
        none = np.full((count, *marks.shape[1:]), np.nan, np.float32)
        marks = np.concatenate([marks, none])
    return Pictures(images, labels, rows, marks), np.arange(len(labels)) >= len(old)


def targets(labels: NDArray[np.int64], trust: float) -> NDArray[np.float32]:
    """Return what people said as float32 (n, 7): right with chance `trust`, or any other."""
    rest = (1 - trust) / (len(EMOTIONS) - 1)
    hard = np.eye(len(EMOTIONS), dtype=np.float32)[labels]
    return (hard * (trust - rest) + rest).astype(np.float32)
