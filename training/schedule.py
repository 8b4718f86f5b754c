"""How the learning rate and the weight average change over a run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Schedule:
    """A linear warm-up, then half a cosine down to nothing (Loshchilov 2016, arXiv:1608.03983)."""

    steps: int
    peak: float
    warm_up: int

    @classmethod
    def of(cls, recipe: Recipe, steps_per_epoch: int) -> Schedule:
        """Return the schedule of a run; it depends on epochs, never on time."""
        steps = recipe.epochs * steps_per_epoch
        return cls(steps, recipe.rate, round(recipe.warm_up * steps))

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        if step < self.warm_up:
            return self.peak * (step + 1) / self.warm_up
        done = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.peak * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def averaging(step: int, most: float) -> float:
    """Return how much of the weight average a step keeps: little at first, `most` later."""
    return min(most, (1 + step) / (10 + step))
