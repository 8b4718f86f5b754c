"""New crops among old pictures, so that nothing is forgotten while they are learnt.

Rehearsal of the old data (Rolnick et al. 2019, arXiv:1811.11682) with the old model's own answers
as targets (Li and Hoiem 2016, arXiv:1606.09282): what it knew, it keeps. The new crops stand in so
often that they make up a stated share of what is shown, and so do old pictures that look as if the
kiosk had seen them (`training.retraining.degradation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from device.vision import alignment
from training.data.pictures import Pictures
from training.retraining import camera_tilt
from training.retraining.degradation import disguise, matching
from training.targets import blend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluate import Answer
    from training.recipe import Recipe

ASKED = 1000
"""So many old pictures tell how strongly to disguise."""
KNOWN = 0.5
"""The weight of the base's answer to a picture in the target of its disguised form."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a retraining shows: pictures, targets float32 (n, 7), and how much the base is heeded.

    `teaching` float32 (n,) weighs the base's answers to each against the target.
    """

    pictures: Pictures
    targets: NDArray[np.float32]
    teaching: NDArray[np.float32]


def show(
    old: Pictures, targets: NDArray[np.float32], new: Pictures, recipe: Recipe, base: Answer
) -> Shown:
    """Return all old pictures with their `targets`, disguised ones, and the new crops.

    Each kind is as often there as the recipe's shares of the whole need. Of a disguised picture the
    base is asked undisguised, as it is bad at what it has not learnt. Old pictures keep their key
    points; the new crops were cut by the device already, and have none.
    """
    rest = len(old) / (1 - recipe.feedback - recipe.disguised)
    random = np.random.default_rng(recipe.seed)
    often = np.resize(random.permutation(len(new)), round(rest * recipe.feedback))
    parts = [Shown(old, targets, _even(recipe.teaching, len(old)))]
    some = np.resize(random.permutation(len(old)), round(rest * recipe.disguised))
    if len(some):
        parts.append(_disguised(old.take(some), targets[some], new, base, random))
    parts.append(
        Shown(
            new.take(often),
            said(new.labels[often], recipe.trust),
            _even(recipe.feedback_teaching, len(often)),
        )
    )
    return Shown(
        _join([part.pictures for part in parts]),
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.teaching for part in parts]),
    )


def said(labels: NDArray[np.int64], trust: float) -> NDArray[np.float32]:
    """Return what people said as float32 (n, 7): right with chance `trust`, or any other."""
    rest = (1 - trust) / (len(EMOTIONS) - 1)
    hard = np.eye(len(EMOTIONS), dtype=np.float32)[labels]
    return (hard * (trust - rest) + rest).astype(np.float32)


def _disguised(
    old: Pictures,
    targets: NDArray[np.float32],
    new: Pictures,
    base: Answer,
    random: np.random.Generator,
) -> Shown:
    known = blend(targets, base(alignment.standardise(np.asarray(old.images))), KNOWN)
    crops = np.asarray(new.images)
    old = camera_tilt.take(old, camera_tilt.estimate(old, crops), random)
    images = np.asarray(old.images)
    amount = matching(images[:ASKED], crops, random, base)
    seen = disguise(images, crops, random, amount)
    pictures = Pictures(seen, old.labels, old.rows, old.landmarks)
    return Shown(pictures, known, _even(0.0, len(old)))


def _even(weight: float, count: int) -> NDArray[np.float32]:
    return np.full(count, weight, np.float32)


def _join(parts: list[Pictures]) -> Pictures:
    """Put pictures after one another; where some have key points, the others have none to find."""
    looked = next((part.landmarks for part in parts if part.landmarks is not None), None)
    marks = None
    if looked is not None:
        shape = looked.shape[1:]
        marks = np.concatenate(
            [
                np.full((len(part), *shape), np.nan, np.float32)
                if part.landmarks is None
                else part.landmarks
                for part in parts
            ]
        )
    return Pictures(
        np.concatenate([np.asarray(part.images) for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.rows for part in parts]),
        marks,
    )
