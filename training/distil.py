"""Soft labels: what each picture's label most likely is, by teachers' answers and taggers' votes.

FER2013's labels are one person's word, right in two pictures of three. To train on the label's
expectation, given the picture and the votes, keeps the mean and takes away most of the scatter.
Teachers pass on what they learnt (Hinton et al. 2015, arXiv:1503.02531), the votes what only
training may know (Lopez-Paz et al. 2016, arXiv:1511.03643). Everything is cross-fitted: a teacher
answers for pictures of the fold that it has not seen, and the regression that joins its answers
with the votes is fitted on the other folds. So no picture's own label goes into its soft label.
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
from training.loop import CONFIG, MODEL
from training.targets import POSTERIOR, folds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.ferplus import Votes
    from training.data.pictures import Pictures

VOTES = 10
"""FER+ has so many taggers; what is missing in the seven emotions was contempt, or not clear."""
FOLDS = 4
"""Where there are no teachers, the regression on the votes alone is cross-fitted by so many."""
STEPS = 3000


@dataclass(frozen=True, slots=True)
class Soft:
    """Soft labels float32 (n, 7), rows summing to 1, and what they are worth by themselves.

    `accuracy` is how often the likeliest is the label, `loss` the mean negative log-likelihood of
    the label in nats. `teachers_accuracy` is the teachers' alone, or None without any.
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


def soften(pictures: Pictures, votes: Votes | None, teachers: Sequence[Path]) -> Soft:
    """Return the soft labels of `pictures` from teachers' runs, votes, or both.

    Raises RunError when the teachers are not one run for each fold, or there is nothing to go by.
    """
    if votes is None and not teachers:
        raise RunError("soft labels need teachers, votes, or both")
    logits = answers(pictures, teachers) if teachers else None
    fold = folds(pictures, len(teachers) or FOLDS)
    features = _features(logits, None if votes is None else votes.counts[pictures.rows])
    posterior = _cross_fit(features, pictures.labels, fold)
    chosen = posterior[np.arange(len(pictures)), pictures.labels]
    alone = None if logits is None else _share(logits, pictures.labels)
    loss = float(-np.log(np.maximum(chosen, 1e-6)).mean())
    return Soft(posterior, _share(posterior, pictures.labels), loss, alone)


def answers(pictures: Pictures, teachers: Sequence[Path]) -> NDArray[np.float32]:
    """Return logits float32 (n, 7), each picture's by the teacher that was not trained on it.

    They are the mean over the picture and its mirror image. Raises RunError when a run's folder is
    none, or the runs are not one for each fold.
    """
    settings = [recipes.load(run / CONFIG) for run in teachers]
    wanted = [(len(teachers), number) for number in range(len(teachers))]
    given = sorted((each.folds, each.fold) for each in settings)
    if given != wanted:
        raise RunError(f"teachers are needed for folds {wanted}, these are for {given}")
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


def save(path: Path, soft: Soft, pictures: Pictures, rows: int) -> None:
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
    """Return what the regression goes by, float64 (n, features)."""
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
        held = fold == number
        regression = LogisticRegression(max_iter=STEPS).fit(features[~held], labels[~held])
        posterior[np.ix_(held, regression.classes_)] = regression.predict_proba(features[held])
    return posterior


def _share(scores: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    return float((scores.argmax(axis=1) == labels).mean())
