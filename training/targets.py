"""What the network is asked to answer: labels, softened by the taggers' votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.fer2013 import Pictures
    from training.ferplus import Votes
    from training.recipe import Recipe


def usable(pictures: Pictures, votes: Votes | None) -> NDArray[np.bool_]:
    """Tell, as bool (n,), which pictures are worth training on: not blank, and a face."""
    flat = pictures.images.reshape(len(pictures), -1)
    kept: NDArray[np.bool_] = flat.min(axis=1) < flat.max(axis=1)
    return kept if votes is None else kept & votes.face[pictures.rows]


def targets(pictures: Pictures, votes: Votes | None, recipe: Recipe) -> NDArray[np.float32]:
    """Return float32 (n, 7), rows summing to 1: label, votes where there are any, smoothing."""
    soft = np.eye(len(EMOTIONS), dtype=np.float32)[pictures.labels]
    if votes is not None:
        shares = votes.shares(pictures)
        weight = recipe.votes * shares.sum(axis=1, keepdims=True)
        soft = soft * (1 - weight) + shares * recipe.votes
    return (soft * (1 - recipe.smoothing) + recipe.smoothing / len(EMOTIONS)).astype(np.float32)
