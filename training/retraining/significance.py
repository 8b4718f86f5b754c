"""Two models' answers to the same pictures: is the difference more than chance?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from training.metrics import DEVIATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANCE = 0.05
"""A difference that chance alone makes less often than this is one."""
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Paired:
    """How many pictures only the new model gets right (`won`), and only the old (`lost`).

    `worse` and `better` are the chances to see so many or more of them the one way if both models
    were as good: one-sided exact tests of McNemar (1947), as binomial.
    """

    pictures: int
    won: int
    lost: int

    @property
    def gain(self) -> float:
        """The difference of the accuracies, in [-1, 1]."""
        return (self.won - self.lost) / self.pictures

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the gain (Agresti and Min 2005, doi 10.1002/sim.1781)."""
        count, won, lost = self.pictures + 2, self.won + 0.5, self.lost + 0.5
        middle = (won - lost) / count
        spread = math.sqrt(won + lost - (won - lost) ** 2 / count) / count
        return middle - DEVIATES * spread, middle + DEVIATES * spread

    @property
    def worse(self) -> float:
        """The chance of so much loss, or more, when nothing has changed."""
        return _tail(self.lost, self.won)

    @property
    def better(self) -> float:
        """The chance of so much gain, or more, when nothing has changed."""
        return _tail(self.won, self.lost)

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "pictures": self.pictures,
            "won": self.won,
            "lost": self.lost,
            "gain": round(self.gain, 4),
            "interval": [round(each, 4) for each in self.interval],
            "p_worse": float(f"{self.worse:.3g}"),
            "p_better": float(f"{self.better:.3g}"),
        }


def pair(old: NDArray[np.bool_], new: NDArray[np.bool_]) -> Paired:
    """Compare which pictures, (n,), each model gets right; n is at least 1."""
    return Paired(len(old), int((new & ~old).sum()), int((old & ~new).sum()))


def bootstrap(gains: NDArray[np.float64], seed: int = 1) -> tuple[float, float]:
    """Return the 95 % interval of the mean of each picture's gain, (n,), by drawing pictures anew.

    Each picture's gain may be over many changes to it, which depend on each other; pictures do not
    (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).
    """
    random = np.random.default_rng(seed)
    draws = [gains[random.integers(0, len(gains), len(gains))].mean() for _ in range(DRAWS)]
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def _tail(many: int, few: int) -> float:
    from scipy.stats import binomtest

    if not many + few:
        return 1.0
    return float(binomtest(many, many + few, 0.5, alternative="greater").pvalue)
