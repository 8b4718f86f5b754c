"""Is the difference of two models on the same pictures significant?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from training.metrics import DEVIATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALPHA = 0.05
"""The significance level."""
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class PairedTest:
    """How many pictures only the new model gets right (`won`), and only the old one (`lost`).

    `worse` and `better` are p-values of one-sided exact tests of McNemar (1947), as binomial.
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
        """The p-value of the test that the new model is worse."""
        return _tail(self.lost, self.won)

    @property
    def better(self) -> float:
        """The p-value of the test that the new model is better."""
        return _tail(self.won, self.lost)

    def as_dict(self) -> dict[str, Any]:
        """Return the values for JSON."""
        return {
            "pictures": self.pictures,
            "won": self.won,
            "lost": self.lost,
            "gain": round(self.gain, 4),
            "interval": [round(each, 4) for each in self.interval],
            "p_worse": float(f"{self.worse:.3g}"),
            "p_better": float(f"{self.better:.3g}"),
        }


def mcnemar(old: NDArray[np.bool_], new: NDArray[np.bool_]) -> PairedTest:
    """Return the test for which pictures, bool (n,), each model gets right; n is at least 1."""
    return PairedTest(len(old), int((new & ~old).sum()), int((old & ~new).sum()))


def bootstrap(gains: NDArray[np.float64], seed: int = 1) -> tuple[float, float]:
    """Return the 95 % interval of the mean of `gains` (n,), by resampling pictures.

    A picture's gain may be over many corruptions, which are not independent; pictures are
    (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).
    """
    random = np.random.default_rng(seed)
    draws = [gains[random.integers(0, len(gains), len(gains))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def _tail(many: int, few: int) -> float:
    from scipy.stats import binomtest

    if not many + few:
        return 1.0
    return float(binomtest(many, many + few, 0.5, alternative="greater").pvalue)
