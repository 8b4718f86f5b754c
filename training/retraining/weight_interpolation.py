"""Interpolate between the weights before and after fine-tuning (WiSE-FT).

From old to new weights, accuracy on the old data falls late and accuracy on the new data grows
early. Half of the way is near the best for most data, and what the authors advise where that cannot
be measured (Wortsman et al. 2022, arXiv:2109.01903).
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

SHARES = tuple(number / 10 for number in range(5, 0, -1))
"""Shares of the new weights to try, the largest first. PublicTest measures a loss to within 0.4
points only, which does not justify more than half."""
MAX_LOSS = 0.002
"""The largest loss of accuracy on PublicTest; a new bias and int8 cost some more."""


@dataclass(frozen=True, slots=True)
class Interpolation:
    """The share of the new weights, and the accuracies on PublicTest with it and before."""

    share: float
    accuracy: float
    before: float

    def __str__(self) -> str:
        return (
            f"{self.share:.0%} of the way from the old to the new weights: "
            f"PublicTest {self.accuracy:.2%}, before {self.before:.2%}"
        )


def choose(accuracy: Callable[[float], float]) -> Interpolation:
    """Return the largest share that loses at most `MAX_LOSS`, or the smallest if all lose more.

    `accuracy` takes a share.
    """
    before = accuracy(0.0)
    chosen = Interpolation(0.0, before, before)
    for share in SHARES:
        chosen = Interpolation(share, accuracy(share), before)
        if chosen.accuracy >= before - MAX_LOSS:
            break
    return chosen


def interpolate(old: Path, new: Path, out: Path, public: Pictures) -> Interpolation:
    """Write the interpolated model of the Keras files `old` and `new` to `out`.

    Raises RunError when one is not a model, or `out` cannot be written.
    """
    model, first = predict.load(new), predict.load(old).get_weights()
    last = model.get_weights()
    crops = alignment.standardise(np.asarray(public.images))

    def set_share(share: float) -> None:
        model.set_weights(weights_at(first, last, share))

    def accuracy(share: float) -> float:
        set_share(share)
        predicted = predict.probabilities(model, crops).argmax(axis=1)
        return float((predicted == public.labels).mean())

    chosen = choose(accuracy)
    set_share(chosen.share)
    partial = out.with_name(f"partial-{out.name}")
    try:
        model.save(partial)
        partial.replace(out)
    except OSError as error:
        raise RunError(f"{out}: {error.strerror or error}") from error
    return chosen


def weights_at(
    first: list[NDArray[np.float32]], last: list[NDArray[np.float32]], share: float
) -> list[NDArray[np.float32]]:
    """Return the weights at a share, 0 (first) to 1 (last)."""
    pairs = zip(first, last, strict=True)
    return [(1 - share) * old + share * new for old, new in pairs]
