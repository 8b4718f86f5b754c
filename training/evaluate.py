"""Measure a model on a labelled data set: a bundle as the device runs it, or a Keras model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision import alignment
from device.vision import bundle as bundles
from device.vision.classifier import Classifier
from training.data.pictures import PRIVATE, TRAINING
from training.errors import DatasetError
from training.metrics import Metrics, interval, measure, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.pictures import Dataset, Pictures

    Answer = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    """Standardised crops, uint8 (n, 48, 48), to probabilities, float32 (n, 7)."""

BATCH = 64


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one split, and its accuracy without pictures that are also in Training."""

    split: str
    metrics: Metrics
    without_duplicates: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        figures = self.metrics.as_dict()
        if self.without_duplicates is not None:
            figures["accuracy_without_duplicates"] = round(self.without_duplicates, 4)
        return figures

    def __str__(self) -> str:
        low, high = interval(self.metrics.accuracy, self.metrics.pictures)
        lines = [
            f"{self.split}: {table(self.metrics)}",
            f"\n95 % confidence interval of the accuracy {low:.2%} to {high:.2%}",
        ]
        if self.without_duplicates is not None:
            lines.append(
                f"accuracy without pictures that are also in Training {self.without_duplicates:.2%}"
            )
        return "\n".join(lines)


def evaluate(answer: Answer, data: Dataset, split: str) -> Evaluation:
    """Measure `answer` on one split of the data, single crop, nothing averaged.

    Raises DatasetError when the split is empty.
    """
    pictures = data.split(split)
    given = answer(alignment.standardise(np.asarray(pictures.images)))
    right = given.argmax(axis=1) == pictures.labels
    others = data.splits[TRAINING]
    without = None
    if split != TRAINING and len(others):
        new = pictures.unlike(others)
        without = float(right[new].mean()) if new.any() else None
    return Evaluation(split, measure(given, pictures.labels), without)


def chosen(data: Dataset, split: str | None) -> str:
    """Return the split to measure: the one asked for, or PrivateTest, or the only one there is.

    Raises DatasetError when that leaves it open, or holds no picture.
    """
    filled = data.filled()
    if split is None:
        split = filled[0] if len(filled) == 1 else PRIVATE
    if split not in filled:
        raise DatasetError(f"no {split} picture; give --split, one of: {', '.join(filled)}")
    return split


def answers(path: Path) -> Answer:
    """Return what answers for a model: a bundle's folder, or a Keras file.

    Raises BundleError or RunError when it is neither.
    """
    if path.is_dir():
        return of_bundle(bundles.load(path))
    from training import predict

    model = predict.load(path)
    return lambda crops: predict.probabilities(model, crops)


def of_bundle(bundle: bundles.Bundle) -> Answer:
    """Return what answers for a bundle, through the device's own classifier."""
    classifier = Classifier(bundle, threads=1)

    def answer(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        starts = range(0, len(crops), BATCH)
        return np.concatenate([classifier.classify(crops[at : at + BATCH]) for at in starts])

    return answer


def sample(pictures: Pictures, count: int, seed: int = 1) -> Pictures:
    """Return at most so many of the pictures, drawn at random but always the same."""
    index = np.random.default_rng(seed).permutation(len(pictures))[:count]
    return pictures.take(np.sort(index))
