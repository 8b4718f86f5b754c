"""Soft labels: the probabilities of each picture's label, from teachers and from FER+ votes.

FER2013's labels come from one person each and are right for two pictures of three. Training on the
label's expectation, given the picture and the votes, keeps the mean and removes most of the noise.
Teachers distil what they learnt (Hinton et al. 2015, arXiv:1503.02531); the votes are privileged
information (Lopez-Paz et al. 2016, arXiv:1511.03643). All is cross-fitted: a teacher predicts only
for the fold that it was not trained on, and the regression on its predictions and the votes is
fitted on the other folds. So no picture's own label goes into its soft label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS
from device.vision import alignment
from device.vision.classifier import softmax
from training import predict
from training import recipe as recipes
from training.errors import RunError
from training.run_folder import CONFIG, MODEL
from training.targets import POSTERIOR, folds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.ferplus import Votes
    from training.data.pictures import Pictures

VOTES = 10
"""Votes per picture in FER+; those outside the seven emotions were contempt or unclear."""
FOLDS = 4
"""Folds of the regression on votes alone, without teachers."""
STEPS = 3000


@dataclass(frozen=True, slots=True)
class SoftLabels:
    """Soft labels float32 (n, 7), rows summing to 1, and how well they predict the labels.

    `accuracy` is the fraction whose likeliest emotion is the label, `loss` the mean negative
    log-likelihood of the label in nats. `teachers_accuracy` is that of the teachers, if any.
    """

    posterior: NDArray[np.float32]
    accuracy: float
    loss: float
    teachers_accuracy: float | None

    def __str__(self) -> str:
        alone = self.teachers_accuracy
        parts = [] if alone is None else [f"teachers alone agree with {alone:.2%} of the labels"]
        parts.append(f"soft labels with {self.accuracy:.2%}, {self.loss:.4f} nats a label")
        return "; ".join(parts)


def make(pictures: Pictures, votes: Votes | None, teachers: Sequence[Path]) -> SoftLabels:
    """Return the soft labels of `pictures` from teachers' runs, votes, or both.

    Raises RunError when the teachers are not one run per fold, or neither is given.
    """
    if votes is None and not teachers:
        raise RunError("soft labels need teachers, votes, or both")
    logits = teacher_logits(pictures, teachers) if teachers else None
    fold = folds(pictures, len(teachers) or FOLDS)
    features = _features(logits, None if votes is None else votes.counts[pictures.rows])
    posterior = _cross_fit(features, pictures.labels, fold)
    likelihood = posterior[np.arange(len(pictures)), pictures.labels]
    alone = None if logits is None else _accuracy(logits, pictures.labels)
    loss = float(-np.log(np.maximum(likelihood, 1e-6)).mean())
    return SoftLabels(posterior, _accuracy(posterior, pictures.labels), loss, alone)


def teacher_logits(pictures: Pictures, teachers: Sequence[Path]) -> NDArray[np.float32]:
    """Return logits float32 (n, 7), each picture's by the teacher that was not trained on it.

    They are the mean over the picture and its mirror image. Raises RunError when a run cannot be
    read, or the runs are not one per fold.
    """
    settings = [recipes.load(run / CONFIG) for run in teachers]
    expected = [(len(teachers), number) for number in range(len(teachers))]
    given = sorted((each.folds, each.fold) for each in settings)
    if given != expected:
        raise RunError(f"the teachers must have the folds {expected}, these have {given}")
    fold = folds(pictures, len(teachers))
    out = np.zeros((len(pictures), len(EMOTIONS)), np.float32)
    for run, each in zip(teachers, settings, strict=True):
        index = np.flatnonzero(fold == each.fold)
        if not len(index):
            continue
        model = predict.load(run / MODEL)
        crops = alignment.standardise(np.asarray(pictures.images[index]))
        mirrored = np.ascontiguousarray(crops[:, :, ::-1])
        out[index] = (predict.logits(model, crops) + predict.logits(model, mirrored)) / 2
    return out


def save(path: Path, soft: SoftLabels, pictures: Pictures, rows: int) -> None:
    """Write the soft labels as float16 (rows, 7) by data row; zeros where a row has none.

    Raises RunError when the file cannot be written.
    """
    table = np.zeros((rows, len(EMOTIONS)), np.float16)
    table[pictures.rows] = soft.posterior
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            np.savez_compressed(stream, **{POSTERIOR: table})
        partial.replace(path)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror or error}") from error


def _features(
    logits: NDArray[np.float32] | None, counts: NDArray[np.float32] | None
) -> NDArray[np.float64]:
    """Return the features of the regression, float64 (n, features)."""
    parts: list[NDArray[Any]] = []
    if counts is not None:
        shares = counts / VOTES
        unclear = np.maximum(0, 1 - shares.sum(axis=1, keepdims=True))
        all_shares = np.concatenate([shares, unclear], axis=1)
        most = np.eye(all_shares.shape[1])[all_shares.argmax(axis=1)]
        parts += [all_shares, np.sqrt(all_shares), most]
    if logits is not None:
        chances = softmax(logits)
        parts += [np.log(np.maximum(chances, 1e-6)), chances]
    return np.concatenate(parts, axis=1, dtype=np.float64)


def _cross_fit(
    features: NDArray[np.float64], labels: NDArray[np.int64], fold: NDArray[np.int64]
) -> NDArray[np.float32]:
    from sklearn.linear_model import LogisticRegression

    posterior = np.zeros((len(labels), len(EMOTIONS)), np.float32)
    for number in np.unique(fold):
        held_out = fold == number
        regression = LogisticRegression(max_iter=STEPS).fit(features[~held_out], labels[~held_out])
        posterior[np.ix_(held_out, regression.classes_)] = regression.predict_proba(
            features[held_out]
        )
    return posterior


def _accuracy(scores: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    return float((scores.argmax(axis=1) == labels).mean())
