"""A model between the old one and the retrained one: most of what is new, hardly less of the old.

On the straight way from the weights before fine-tuning to those after, what is lost of the old data
grows late and what is gained of the new early. Half of the way is near the best for most data, and
what is advised where that cannot be measured (Wortsman et al. 2022, arXiv:2109.01903).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.vision import alignment
from training import predict
from training.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.pictures import Pictures

STEPS = tuple(number / 10 for number in range(5, 0, -1))
"""Shares of the way that are tried, the furthest first: PublicTest alone, which knows what is lost
to within 0.4 points, shall not say that more than half is well."""
LOSS = 0.002
"""The share of PublicTest that may be lost on the way; a new bias and int8 cost some more."""


@dataclass(frozen=True, slots=True)
class Place:
    """A share of the way, and the accuracies on PublicTest there and at its beginning."""

    share: float
    accuracy: float
    before: float

    def __str__(self) -> str:
        return (
            f"{self.share:.0%} of the way from the old weights to the new: "
            f"PublicTest {self.accuracy:.2%}, before {self.before:.2%}"
        )


def choose(accuracy: Callable[[float], float]) -> Place:
    """Return the furthest place whose accuracy, by share of the way, is not below the first's.

    Some loss is allowed; where all lose more, the first step is taken.
    """
    before = accuracy(0.0)
    place = Place(0.0, before, before)
    for share in STEPS:
        place = Place(share, accuracy(share), before)
        if place.accuracy >= before - LOSS:
            break
    return place


def settle(old: Path, new: Path, out: Path, public: Pictures) -> Place:
    """Write the model in between as a Keras file; `old` and `new` are the files to go between.

    Raises RunError when one is not a model, or `out` cannot be written.
    """
    model, first = predict.load(new), predict.load(old).get_weights()
    last = model.get_weights()
    crops = alignment.standardise(np.asarray(public.images))

    def go(share: float) -> None:
        model.set_weights(way(first, last, share))

    def accuracy(share: float) -> float:
        go(share)
        given = predict.probabilities(model, crops).argmax(axis=1)
        return float((given == public.labels).mean())

    place = choose(accuracy)
    go(place.share)
    partial = out.with_name(f"partial-{out.name}")
    try:
        model.save(partial)
        partial.replace(out)
    except OSError as error:
        raise RunError(f"{out}: {error.strerror or error}") from error
    return place


def way(
    first: list[NDArray[np.float32]], last: list[NDArray[np.float32]], share: float
) -> list[NDArray[np.float32]]:
    """Return the weights at a share of the way, in [0, 1]."""
    pairs = zip(first, last, strict=True)
    return [(1 - share) * old + share * new for old, new in pairs]
