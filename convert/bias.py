"""Bias calibration: what to add to the logits so that classes are answered as often as they should.

Vector scaling without the scales (Guo et al. 2017, arXiv:1706.04599). A model that is trained to
have the most answers right leaves classes that are hard to tell, fear above all, to their
neighbours; weighting the classes evens that out for little accuracy.
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
"""How much a large bias costs; it only matters where there are few pictures."""


def fit(
    logits: NDArray[np.float32],
    labels: NDArray[np.integer[Any]],
    evenness: float,
    calm: float = 1.0,
) -> NDArray[np.float32]:
    """Return the bias float32 (7,), of mean 0, under which the labels (n,) are likeliest.

    Each picture weighs more the less its class is found: the inverse of the class's recall to the
    power of `evenness` (0: all alike). Neutral ones weigh `calm` times as much on top, since a calm
    face that is called sad does more harm than the other way round. Fit it on pictures that were
    neither trained on nor are to be reported.
    """
    from scipy.optimize import minimize

    count = np.bincount(labels, minlength=len(EMOTIONS))
    hits = np.bincount(labels[logits.argmax(axis=1) == labels], minlength=len(EMOTIONS))
    recall = (hits + 1) / (count + 2)
    weights = (1 / recall[labels]) ** evenness
    weights[labels == EMOTIONS.index("neutral")] *= calm
    weights /= weights.sum()
    wanted = np.eye(len(EMOTIONS))[labels]

    def loss(bias: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        chances = softmax(logits + bias)
        likely = np.maximum((chances * wanted).sum(axis=1), 1e-12)
        slope = weights @ (chances - wanted) + 2 * RIDGE * bias
        return float(-weights @ np.log(likely) + RIDGE * bias @ bias), slope

    found = minimize(loss, np.zeros(len(EMOTIONS)), jac=True, method="L-BFGS-B").x
    return np.asarray(found - found.mean(), np.float32)


def fold(model: Any, bias: NDArray[np.float32]) -> None:
    """Add the bias to that of a Keras model's last layer. Raises ConvertError when it has none."""
    try:
        weight = model.get_layer(LOGITS).bias
    except (ValueError, AttributeError) as error:
        raise ConvertError(f"not a model of this network: no bias in a layer {LOGITS!r}") from error
    weight.assign(np.asarray(weight) + bias)
