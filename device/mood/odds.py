"""Log odds of the emotions against neutral: what is left of a face when calm faces are removed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from device.messages import EMOTIONS

if TYPE_CHECKING:
    from device.messages import Probabilities

Odds = tuple[float, ...]
"""log(p / p(neutral)) per emotion, in the order of `EMOTIONS`; 0 for neutral."""

FLOOR = 0.003
"""Probabilities count as at least this, so that all odds are finite."""

NONE: Odds = (0.0,) * len(EMOTIONS)
NEUTRAL = EMOTIONS.index("neutral")


def odds(probabilities: Probabilities) -> Odds:
    """Return the log odds of probabilities."""
    logs = [math.log(max(one, FLOOR)) for one in probabilities]
    return tuple(one - logs[NEUTRAL] for one in logs)


def from_logits(logits: tuple[float, ...]) -> Odds:
    """Return the log odds of a model's logits."""
    return tuple(one - logits[NEUTRAL] for one in logits)


def shift(probabilities: Probabilities, change: Odds) -> Probabilities:
    """Return probabilities whose log odds are changed by `change`; those of 0 stay 0."""
    powers = [p * math.exp(c) for p, c in zip(probabilities, change, strict=True)]
    total = sum(powers)
    return tuple(one / total for one in powers) if total > 0.0 else probabilities


def clip(value: float, low: float, high: float) -> float:
    """Return the value within bounds."""
    return min(high, max(low, value))


def subtract(one: Odds, other: Odds) -> Odds:
    """Return the differences."""
    return tuple(a - b for a, b in zip(one, other, strict=True))
