"""Compare the old and the new model, both int8, and decide whether the new one replaces the old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision import alignment
from training import robustness
from training.metrics import Metrics, measure
from training.retraining.significance import ALPHA, PairedTest, bootstrap, mcnemar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.data.pictures import Pictures
    from training.evaluate import Predictor


@dataclass(frozen=True, slots=True)
class MetricsComparison:
    """Two models' metrics on the same pictures, and a test of their difference."""

    old: Metrics
    new: Metrics
    test: PairedTest

    def as_dict(self) -> dict[str, Any]:
        """Return the values for JSON."""
        return {
            "old": self.old.as_dict(),
            "new": self.new.as_dict(),
            "difference": self.test.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class RobustnessStep:
    """The accuracies of both models at one step of a corruption."""

    kind: str
    step: float
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class RobustnessComparison:
    """Both models on corrupted pictures.

    `gain` is the mean difference of the accuracies over all `steps`, `interval` its 95 % interval.
    """

    steps: tuple[RobustnessStep, ...]
    gain: float
    interval: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the values for JSON."""
        rows = [
            {"kind": each.kind, "step": each.step}
            | {"old": round(each.old, 4), "new": round(each.new, 4)}
            for each in self.steps
        ]
        interval = [round(each, 4) for each in self.interval]
        return {"gain": round(self.gain, 4), "interval": interval, "changes": rows}


def compare(old: Predictor, new: Predictor, pictures: Pictures) -> MetricsComparison:
    """Evaluate both models on the same pictures, at least one."""
    crops = alignment.standardise(np.asarray(pictures.images))
    labels = pictures.labels
    before, after = old(crops), new(crops)
    right, right_after = (each.argmax(axis=1) == labels for each in (before, after))
    return MetricsComparison(
        measure(before, labels), measure(after, labels), mcnemar(right, right_after)
    )


def compare_robustness(old: Predictor, new: Predictor, pictures: Pictures) -> RobustnessComparison:
    """Evaluate both models under all corruptions of `training.robustness`."""
    steps = []
    gains: NDArray[np.float64] = np.zeros(len(pictures))
    for kind, step, crops in robustness.corrupted(pictures):
        before, after = (predict(crops).argmax(axis=1) == pictures.labels for predict in (old, new))
        steps.append(RobustnessStep(kind, step, float(before.mean()), float(after.mean())))
        gains += after.astype(float) - before
    gains /= len(steps)
    return RobustnessComparison(tuple(steps), float(gains.mean()), bootstrap(gains))


@dataclass(frozen=True, slots=True)
class Comparison:
    """All results of a comparison; `others`, by name, do not affect the decision."""

    private: MetricsComparison
    held_out: MetricsComparison
    robustness: RobustnessComparison
    others: dict[str, MetricsComparison]

    def objections(self) -> list[str]:
        """Return why the new model should not replace the old one; empty if it should.

        It must be better on held out feedback and not worse on the old data, both by McNemar's
        exact test, and not worse on corrupted pictures, by the bootstrap's 95 % interval.
        """
        out = []
        if self.private.test.worse < ALPHA:
            out.append(f"it is worse on PrivateTest: {format_difference(self.private.test)}")
        if self.held_out.test.better >= ALPHA:
            way = "worse" if self.held_out.test.worse < ALPHA else "not significantly better"
            out.append(f"it is {way} on held out feedback: {format_difference(self.held_out.test)}")
        if self.robustness.interval[1] < 0:
            gain, interval = 100 * self.robustness.gain, format_interval(self.robustness.interval)
            out.append(f"it is worse on corrupted pictures: {gain:+.2f} points, {interval}")
        return out

    def as_dict(self) -> dict[str, Any]:
        """Return the values for JSON."""
        return {
            "private_test": self.private.as_dict(),
            "held_out_feedback": self.held_out.as_dict(),
            "robustness": self.robustness.as_dict(),
            "others": {name: both.as_dict() for name, both in self.others.items()},
            "objections": self.objections(),
        }


def format_difference(test: PairedTest) -> str:
    """Return the gain in points and its interval as text."""
    return f"{100 * test.gain:+.2f} points, {format_interval(test.interval)}"


def format_interval(interval: tuple[float, float]) -> str:
    """Return an interval, in points, as text."""
    low, high = (100 * each for each in interval)
    return f"95 % interval {low:+.2f} to {high:+.2f}"
