"""The share of answers that agree with the stage, and its confidence interval."""

from __future__ import annotations

import math
from typing import NamedTuple

Z = 1.959964
"""The normal distribution's quantile for an interval of 95 %."""


class Agreement(NamedTuple):
    """`agreeing` of `answers` answers said that the stage was right."""

    agreeing: int
    answers: int

    @property
    def share(self) -> float | None:
        """The share that agrees, in [0, 1]; None before the first answer."""
        return self.agreeing / self.answers if self.answers else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % score interval of that share (Wilson 1927, JASA 22:209); None before any."""
        if not self.answers:
            return None
        n, share, square = self.answers, self.agreeing / self.answers, Z * Z
        middle = (share + square / (2 * n)) / (1 + square / n)
        spread = share * (1 - share) / n + square / (4 * n * n)
        half = Z * math.sqrt(spread) / (1 + square / n)
        return max(0.0, middle - half), min(1.0, middle + half)
