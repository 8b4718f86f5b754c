"""Experience replay: mix new crops with old pictures, against forgetting.

Old data are replayed (Rolnick et al. 2019, arXiv:1811.11682) with the old model's predictions as
targets (Li and Hoiem 2016, arXiv:1606.09282). New crops and degraded old pictures
(`training.retraining.degradation`) are repeated to make up given fractions of the training set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from device.vision import alignment
from training.data.pictures import Pictures
from training.retraining import camera_tilt
from training.retraining.degradation import degrade, fit
from training.targets import blend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluate import Predictor
    from training.recipe import Recipe

SAMPLE = 1000
"""Old pictures to fit the degradation on."""
BASE_WEIGHT = 0.5
"""The weight of the base's prediction for a picture in the target of its degraded form."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Pictures, targets float32 (n, 7), and `distill_weights` float32 (n,).

    These are the weights of the teachers' predictions against the targets.
    """

    pictures: Pictures
    targets: NDArray[np.float32]
    distill_weights: NDArray[np.float32]


def build(
    old: Pictures, targets: NDArray[np.float32], new: Pictures, recipe: Recipe, base: Predictor
) -> TrainingSet:
    """Return all old pictures with their `targets`, degraded ones, and the new crops.

    The recipe has their fractions of the whole. For a degraded picture, the base predicts on the
    original, since it is poor at degraded ones. Old pictures keep their key points; new crops are
    aligned already and have none.
    """
    rest = len(old) / (1 - recipe.feedback_fraction - recipe.degraded_fraction)
    random = np.random.default_rng(recipe.seed)
    new_index = np.resize(random.permutation(len(new)), round(rest * recipe.feedback_fraction))
    parts = [TrainingSet(old, targets, _constant(recipe.distill_weight, len(old)))]
    old_index = np.resize(random.permutation(len(old)), round(rest * recipe.degraded_fraction))
    if len(old_index):
        parts.append(_degraded(old.take(old_index), targets[old_index], new, base, random))
    parts.append(
        TrainingSet(
            new.take(new_index),
            feedback_targets(new.labels[new_index], recipe.feedback_label_accuracy),
            _constant(recipe.feedback_distill_weight, len(new_index)),
        )
    )
    return TrainingSet(
        _concatenate([part.pictures for part in parts]),
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.distill_weights for part in parts]),
    )


def feedback_targets(labels: NDArray[np.int64], accuracy: float) -> NDArray[np.float32]:
    """Return targets float32 (n, 7) for labels that are right with probability `accuracy`."""
    rest = (1 - accuracy) / (len(EMOTIONS) - 1)
    hard = np.eye(len(EMOTIONS), dtype=np.float32)[labels]
    return (hard * (accuracy - rest) + rest).astype(np.float32)


def _degraded(
    old: Pictures,
    targets: NDArray[np.float32],
    new: Pictures,
    base: Predictor,
    random: np.random.Generator,
) -> TrainingSet:
    blended = blend(targets, base(alignment.standardise(np.asarray(old.images))), BASE_WEIGHT)
    crops = np.asarray(new.images)
    old = camera_tilt.apply(old, camera_tilt.estimate(old, crops), random)
    images = np.asarray(old.images)
    degradation = fit(images[:SAMPLE], crops, random, base)
    degraded = degrade(images, crops, random, degradation)
    pictures = Pictures(degraded, old.labels, old.rows, old.landmarks)
    return TrainingSet(pictures, blended, _constant(0.0, len(old)))


def _constant(weight: float, count: int) -> NDArray[np.float32]:
    return np.full(count, weight, np.float32)


def _concatenate(parts: list[Pictures]) -> Pictures:
    """Concatenate pictures; those without key points get NaN if others have some."""
    landmarks = next((part.landmarks for part in parts if part.landmarks is not None), None)
    marks = None
    if landmarks is not None:
        shape = landmarks.shape[1:]
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
