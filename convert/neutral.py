"""The logits that a model gives neutral faces, from which kiosks calibrate (docs/REACTIONS.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 20
"""Fewer neutral pictures say nothing."""


def mean_logits(
    probabilities: NDArray[np.float32], labels: NDArray[np.integer[Any]]
) -> list[float] | None:
    """Return the mean logits of the neutral pictures, seven numbers of mean 0; None for too few.

    `probabilities` float32 (n, 7) are the model's, with its temperature, `labels` (n,) are in 0..6.
    A picture's logits are the logarithms of its probabilities less their mean.
    """
    neutral = probabilities[labels == EMOTIONS.index("neutral")]
    if len(neutral) < FEWEST:
        return None
    logits = np.log(np.maximum(neutral, 1e-6))
    mean = (logits - logits.mean(axis=1, keepdims=True)).mean(axis=0)
    return [round(float(one), 3) for one in mean]
