"""Evaluate a model on a labelled data set: a bundle as the device runs it, or a Keras model."""

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

    Predictor = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    """Standardised crops, uint8 (n, 48, 48), to probabilities, float32 (n, 7)."""

BATCH = 64


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The metrics of one split, and its accuracy without pictures that are in Training too."""

    split: str
    metrics: Metrics
    without_duplicates: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return the metrics for JSON."""
        metrics = self.metrics.as_dict()
        if self.without_duplicates is not None:
            metrics["accuracy_without_duplicates"] = round(self.without_duplicates, 4)
        return metrics

    def __str__(self) -> str:
        low, high = interval(self.metrics.accuracy, self.metrics.pictures)
        lines = [
            f"{self.split}: {table(self.metrics)}",
            f"\n95 % confidence interval of the accuracy {low:.2%} to {high:.2%}",
        ]
        if self.without_duplicates is not None:
            lines.append(
                f"accuracy without pictures that are in Training too {self.without_duplicates:.2%}"
            )
        return "\n".join(lines)


def evaluate(predict: Predictor, data: Dataset, split: str) -> Evaluation:
    """Evaluate `predict` on one split of the data, on single crops.

    Raises DatasetError when the split is empty.
    """
    pictures = data.split(split)
    predicted = predict(alignment.standardise(np.asarray(pictures.images)))
    right = predicted.argmax(axis=1) == pictures.labels
    training = data.splits[TRAINING]
    without = None
    if split != TRAINING and len(training):
        new = pictures.unlike(training)
        without = float(right[new].mean()) if new.any() else None
    return Evaluation(split, measure(predicted, pictures.labels), without)


def select_split(data: Dataset, split: str | None) -> str:
    """Return the split to evaluate: `split`, or else the only filled one, or else PrivateTest.

    Raises DatasetError when it is empty.
    """
    filled = data.filled()
    if split is None:
        split = filled[0] if len(filled) == 1 else PRIVATE
    if split not in filled:
        raise DatasetError(f"no {split} pictures; give --split, one of: {', '.join(filled)}")
    return split


def predictor(path: Path) -> Predictor:
    """Return the predictor of a bundle's folder or of a Keras file.

    Raises BundleError or RunError when it is neither.
    """
    if path.is_dir():
        return bundle_predictor(bundles.load(path))
    from training import predict

    model = predict.load(path)
    return lambda crops: predict.probabilities(model, crops)


def bundle_predictor(bundle: bundles.Bundle) -> Predictor:
    """Return the predictor of a bundle, which is the device's own classifier."""
    classifier = Classifier(bundle, threads=1)

    def predict(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        starts = range(0, len(crops), BATCH)
        return np.concatenate([classifier.classify(crops[at : at + BATCH]) for at in starts])

    return predict


def sample(pictures: Pictures, count: int, seed: int = 1) -> Pictures:
    """Return a seeded sample of at most `count` pictures."""
    index = np.random.default_rng(seed).permutation(len(pictures))[:count]
    return pictures.take(np.sort(index))
