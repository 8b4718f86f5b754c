"""The schedules of the learning rate and of the EMA decay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Schedule:
    """Linear warm-up, then half a cosine down to 0 (Loshchilov 2016, arXiv:1608.03983)."""

    steps: int
    peak: float
    warmup: int

    @classmethod
    def from_recipe(cls, recipe: Recipe, steps_per_epoch: int) -> Schedule:
        """Return the schedule of a run, which depends on its epochs and not on time."""
        steps = recipe.epochs * steps_per_epoch
        return cls(steps, recipe.learning_rate, round(recipe.warmup_fraction * steps))

    def learning_rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        return self.peak * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def ema_decay(step: int, largest: float) -> float:
    """Return the EMA decay at a step, counted from 0: from 0.1 up to `largest`."""
    return min(largest, (1 + step) / (10 + step))
