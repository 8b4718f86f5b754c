"""Metrics of a classifier, from its probabilities and the true labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 15
DEVIATES = 1.959964
"""Standard deviations that hold 95 % of a normal distribution."""
NEGATIVE = ("angry", "disgust", "fear", "sad")
"""These count as one class in the grouped accuracy, beside happy, surprise and neutral."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics in [0, 1]; `confusion` counts (7, 7) pictures by true and by predicted emotion.

    `bins` is the `reliability`. Macro means are over classes with pictures (CK+48 has no neutral
    ones). `grouped` is the accuracy with negative emotions as one class, `neutral_negative` the
    fraction of neutral faces that are predicted to be one of these.
    """

    pictures: int
    accuracy: float
    macro_f1: float
    macro_precision: float
    macro_recall: float
    precision: dict[str, float]
    recall: dict[str, float]
    f1: dict[str, float]
    ece: float
    grouped: float
    neutral_negative: float
    confusion: NDArray[np.int64]
    bins: list[tuple[int, float, float]]

    def as_dict(self) -> dict[str, Any]:
        """Return the metrics for JSON, rounded to four places."""
        return {
            "accuracy": round(self.accuracy, 4),
            "macro_f1": round(self.macro_f1, 4),
            "macro_precision": round(self.macro_precision, 4),
            "macro_recall": round(self.macro_recall, 4),
            **{
                kind: {name: round(value, 4) for name, value in by_class.items()}
                for kind, by_class in (
                    ("precision", self.precision),
                    ("recall", self.recall),
                    ("f1", self.f1),
                )
            },
            "ece": round(self.ece, 4),
            "grouped_accuracy": round(self.grouped, 4),
            "neutral_called_negative": round(self.neutral_negative, 4),
            "pictures": self.pictures,
        }


def measure(probabilities: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]) -> Metrics:
    """Measure probabilities (n, 7) against labels (n,) in 0..6; n is at least 1."""
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((len(EMOTIONS), len(EMOTIONS)), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    right = confusion.diagonal()
    recall = right / np.maximum(confusion.sum(axis=1), 1)
    precision = right / np.maximum(confusion.sum(axis=0), 1)
    f1 = 2 * right / np.maximum(confusion.sum(axis=0) + confusion.sum(axis=1), 1)
    groups = np.array([0 if name in NEGATIVE else i for i, name in enumerate(EMOTIONS)])
    present = confusion.any(axis=1)
    neutral = confusion[EMOTIONS.index("neutral")]
    return Metrics(
        pictures=len(labels),
        accuracy=float(right.sum() / len(labels)),
        macro_f1=float(f1[present].mean()),
        macro_precision=float(precision[present].mean()),
        macro_recall=float(recall[present].mean()),
        precision=_named(precision),
        recall=_named(recall),
        f1=_named(f1),
        ece=calibration_error(probabilities, labels),
        grouped=float((groups[predicted] == groups[labels]).mean()),
        neutral_negative=float(neutral[groups == 0].sum() / max(1, neutral.sum())),
        confusion=confusion,
        bins=reliability(probabilities, labels),
    )


def _named(values: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(EMOTIONS, values.tolist(), strict=True))


def calibration_error(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]
) -> float:
    """Expected calibration error in 15 equal bins (Guo et al. 2017, arXiv:1706.04599)."""
    bins = reliability(probabilities, labels)
    return sum(count * abs(right - sure) for count, sure, right in bins) / len(labels)


def reliability(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]
) -> list[tuple[int, float, float]]:
    """Return pictures, mean confidence and accuracy for each of 15 bins of confidence."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    count, sure, hits = (
        np.bincount(bins, weights=weights, minlength=BINS) for weights in (None, confidence, right)
    )
    most = np.maximum(count, 1)
    return list(zip(count.tolist(), (sure / most).tolist(), (hits / most).tolist(), strict=True))


def interval(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share of `count` (Wilson 1927)."""
    if not count:
        return 0.0, 1.0
    square = DEVIATES**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = share * (1 - share) / count + square / (4 * count**2)
    reach = DEVIATES * math.sqrt(spread) / (1 + square / count)
    return middle - reach, middle + reach


def table(metrics: Metrics) -> str:
    """Return the metrics as text, with the confusion matrix by true (rows) and predicted."""
    width = max(map(len, EMOTIONS)) + 1
    head = "".join(name.rjust(width) for name in EMOTIONS)
    lines = [
        f"pictures {metrics.pictures}",
        f"accuracy {metrics.accuracy:.2%}   macro-F1 {metrics.macro_f1:.4f}",
        f"calibration error {metrics.ece:.4f}",
        f"grouped accuracy {metrics.grouped:.2%}   "
        f"neutral called negative {metrics.neutral_negative:.2%}",
        "",
        f"{'true / predicted':<16}{head}{'precision':>11}{'recall':>9}{'F1':>9}",
    ]
    for name, row in zip(EMOTIONS, metrics.confusion, strict=True):
        counts = "".join(str(count).rjust(width) for count in row)
        values = (metrics.precision[name], metrics.recall[name], metrics.f1[name])
        lines.append(f"{name:<16}{counts}{values[0]:11.4f}{values[1]:9.4f}{values[2]:9.4f}")
    return "\n".join(lines)
