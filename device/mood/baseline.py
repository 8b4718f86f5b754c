"""What one person looks like when they are calm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.mood.odds import clip

if TYPE_CHECKING:
    from device.mood.odds import Odds

CALM = 0.3
"""Frames with at least this p(neutral) look calm; each counts by its p(neutral)."""
FIRST_SECONDS = 1.5
"""Calm time, times p(neutral), from which the baseline is certain: 2 s of a clearly calm face."""
SAMPLE_SECONDS = 0.08
"""Shortest time between two samples of the first seconds."""
SLOW_SECONDS, SLOW_STEP = 20.0, 0.5
"""Later the baseline follows with this time constant, and by differences of at most this."""
MAX_STEP_SECONDS = 0.5
"""Frames further apart count as this far."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A person's calm face: the median of its log odds, None before the first calm frame.

    `seconds` is the calm time so far, times p(neutral); `samples` are the frames of the first
    seconds as p(neutral) and log odds, `sampled` the time of the last one.
    """

    odds: Odds | None = None
    seconds: float = 0.0
    samples: tuple[tuple[float, Odds], ...] = ()
    sampled: float = float("-inf")

    @property
    def certainty(self) -> float:
        """How well it is known, in [0, 1]."""
        return min(1.0, self.seconds / FIRST_SECONDS)


def observe(
    baseline: Baseline, odds: Odds, calmness: float, elapsed: float, now: float
) -> Baseline:
    """Return the baseline after another frame, `elapsed` seconds after the one before.

    `calmness` is p(neutral), by which the frame counts.
    """
    if calmness < CALM:
        return baseline
    counted = calmness * min(elapsed, MAX_STEP_SECONDS)
    seconds = baseline.seconds + counted
    if baseline.odds is not None and baseline.certainty >= 1.0:
        gain = counted / SLOW_SECONDS
        followed = tuple(
            old + gain * clip(new - old, -SLOW_STEP, SLOW_STEP)
            for old, new in zip(baseline.odds, odds, strict=True)
        )
        return Baseline(followed, seconds)
    if now - baseline.sampled < SAMPLE_SECONDS:
        return replace(baseline, seconds=seconds)
    samples = (*baseline.samples, (calmness, odds))
    return Baseline(median(samples), seconds, samples, now)


def median(samples: tuple[tuple[float, Odds], ...]) -> Odds:
    """Return the weighted median of each log odds; there is at least one sample."""
    half = sum(weight for weight, _ in samples) / 2.0
    found = []
    for column in range(len(samples[0][1])):
        passed = 0.0
        for value, weight in sorted((one[column], weight) for weight, one in samples):
            passed += weight
            if passed >= half:
                found.append(value)
                break
    return tuple(found)
