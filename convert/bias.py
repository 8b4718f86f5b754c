"""Bias calibration: a bias of the logits that balances the classes' recall.

Vector scaling without the scales (Guo et al. 2017, arXiv:1706.04599). A model that is trained for
accuracy predicts hard classes, fear above all, as their neighbours; weighting the classes balances
that at little cost of accuracy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convert.errors import ConvertError
from device.messages import EMOTIONS
from device.vision.classifier import softmax
from training.network import LOGITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIDGE = 1e-3
"""The weight of the ridge penalty, which only matters with few pictures."""


def fit(
    logits: NDArray[np.float32],
    labels: NDArray[np.integer[Any]],
    class_balance: float,
    neutral_weight: float = 1.0,
) -> NDArray[np.float32]:
    """Return the bias float32 (7,), of mean 0, that maximises the likelihood of the labels (n,).

    Each picture is weighted by the inverse of its class's recall to the power of `class_balance` (0
    weights all alike). Neutral pictures are weighted by `neutral_weight` too: a neutral face taken
    for a sad one does more harm than the reverse. Fit it on pictures that are neither used for
    training nor for the final evaluation.
    """
    from scipy.optimize import minimize

    count = np.bincount(labels, minlength=len(EMOTIONS))
    hits = np.bincount(labels[logits.argmax(axis=1) == labels], minlength=len(EMOTIONS))
    recall = (hits + 1) / (count + 2)
    weights = (1 / recall[labels]) ** class_balance
    weights[labels == EMOTIONS.index("neutral")] *= neutral_weight
    weights /= weights.sum()
    one_hot = np.eye(len(EMOTIONS))[labels]

    def loss(bias: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        predicted = softmax(logits + bias)
        likelihood = np.maximum((predicted * one_hot).sum(axis=1), 1e-12)
        gradient = weights @ (predicted - one_hot) + 2 * RIDGE * bias
        return float(-weights @ np.log(likelihood) + RIDGE * bias @ bias), gradient

    found = minimize(loss, np.zeros(len(EMOTIONS)), jac=True, method="L-BFGS-B").x
    return np.asarray(found - found.mean(), np.float32)


def fold(model: Any, bias: NDArray[np.float32]) -> None:
    """Add the bias to that of a Keras model's last layer. Raises ConvertError if it has none."""
    try:
        weight = model.get_layer(LOGITS).bias
    except (ValueError, AttributeError) as error:
        raise ConvertError(f"not a model of this network: no bias in layer {LOGITS!r}") from error
    weight.assign(np.asarray(weight) + bias)
