"""The old model and the new one, int8 both, on the same pictures; and whether the new may serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision import alignment
from training import robustness
from training.metrics import Metrics, measure
from training.retraining.significance import CHANCE, Paired, bootstrap, pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.data.pictures import Pictures
    from training.evaluate import Answer


@dataclass(frozen=True, slots=True)
class Both:
    """Two models' figures on the same pictures, and their difference."""

    old: Metrics
    new: Metrics
    paired: Paired

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "old": self.old.as_dict(),
            "new": self.new.as_dict(),
            "difference": self.paired.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Change:
    """The accuracies of both models on pictures changed in one way."""

    kind: str
    step: float
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class Robust:
    """Both models on changed pictures; `gain` is the mean over all changes, with its interval."""

    changes: tuple[Change, ...]
    gain: float
    interval: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        rows = [
            {"kind": each.kind, "step": each.step}
            | {"old": round(each.old, 4), "new": round(each.new, 4)}
            for each in self.changes
        ]
        interval = [round(each, 4) for each in self.interval]
        return {"gain": round(self.gain, 4), "interval": interval, "changes": rows}


def compare(old: Answer, new: Answer, pictures: Pictures) -> Both:
    """Measure both models on at least one picture."""
    crops = alignment.standardise(np.asarray(pictures.images))
    given, after = old(crops), new(crops)
    right, right_after = (each.argmax(axis=1) == pictures.labels for each in (given, after))
    labels = pictures.labels
    return Both(measure(given, labels), measure(after, labels), pair(right, right_after))


def toughen(old: Answer, new: Answer, pictures: Pictures) -> Robust:
    """Measure both models under each change of `training.robustness` to the pictures themselves."""
    changes = []
    gains: NDArray[np.float64] = np.zeros(len(pictures))
    for kind, step, crops in robustness.changed(pictures):
        before, after = (answer(crops).argmax(axis=1) == pictures.labels for answer in (old, new))
        changes.append(Change(kind, step, float(before.mean()), float(after.mean())))
        gains += after.astype(float) - before
    gains /= len(changes)
    return Robust(tuple(changes), float(gains.mean()), bootstrap(gains))


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that the new model is judged by; `others` are only told, by name."""

    private: Both
    held: Both
    robust: Robust
    others: dict[str, Both]

    def objections(self) -> list[str]:
        """Return in words why the new model should not take the old one's place; none is well.

        It must be better on what people said, and on the old data not worse, both by McNemar's
        exact test; under changes not worse by the bootstrap's 95 % interval.
        """
        out = []
        if self.private.paired.worse < CHANCE:
            out.append(f"it is worse on PrivateTest: {told(self.private.paired)}")
        if self.held.paired.better >= CHANCE:
            way = "worse" if self.held.paired.worse < CHANCE else "not better beyond chance"
            out.append(f"it is {way} on held out feedback: {told(self.held.paired)}")
        if self.robust.interval[1] < 0:
            words = f"{100 * self.robust.gain:+.2f} points, {span(self.robust.interval)}"
            out.append(f"it is worse on changed pictures: {words}")
        return out

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "private_test": self.private.as_dict(),
            "held_out_feedback": self.held.as_dict(),
            "robustness": self.robust.as_dict(),
            "others": {name: both.as_dict() for name, both in self.others.items()},
            "objections": self.objections(),
        }


def told(paired: Paired) -> str:
    """Return a difference in words."""
    return f"{100 * paired.gain:+.2f} points, {span(paired.interval)}"


def span(interval: tuple[float, float]) -> str:
    """Return an interval of a difference in words."""
    low, high = (100 * each for each in interval)
    return f"95 % interval {low:+.2f} to {high:+.2f}"
