"""Temperature scaling (Guo et al. 2017, arXiv:1706.04599): calibrate the confidence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision.classifier import softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOW, HIGH, STEPS = 0.2, 5.0, 25
GOLDEN = (5**0.5 - 1) / 2


def fit(probabilities: NDArray[np.float32], labels: NDArray[np.integer[Any]]) -> float:
    """Return the temperature in [0.2, 5] that maximises the likelihood of the labels, to 0.01 %.

    `probabilities` float32 (n, 7) are those at temperature 1, `labels` (n,) are in 0..6. Fit it on
    pictures that are neither used for training nor for the final evaluation. A golden-section
    search finds the loss's single minimum.
    """
    low, high = math.log(LOW), math.log(HIGH)
    for _ in range(STEPS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        losses = [loss(probabilities, labels, math.exp(one)) for one in (left, right)]
        low, high = (low, right) if losses[0] < losses[1] else (left, high)
    return round(math.exp((low + high) / 2), 4)


def loss(
    probabilities: NDArray[np.float32], labels: NDArray[np.integer[Any]], temperature: float
) -> float:
    """Return the mean negative log likelihood of the labels at a temperature."""
    logits = np.log(np.maximum(probabilities, 1e-30)) / np.float32(temperature)
    right = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, 1e-30)).mean())
