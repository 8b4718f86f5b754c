"""One day in figures: counts and histograms that can be added, and identify nobody."""

from __future__ import annotations

import bisect
import json
import math
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from device.messages import EMOTIONS
from device.vision.alignment import is_turned_away

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from device.messages import Face

SECONDS = 86_400
SCALES: dict[str, tuple[float, ...]] = {
    "confidence": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "entropy": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "brightness": (16, 32, 48, 64, 96, 128, 160, 192),
    "size": (6, 9, 12, 18, 25, 36, 50, 70),
    "latency": (5, 10, 20, 40, 80, 160, 320, 640),
}
"""The edges between the bins of each histogram: the greatest probability; the entropy over that of
seven equal ones; a face's mean grey level; its eyes' distance in pixels; a frame's milliseconds."""
BINS = {name: len(edges) + 1 for name, edges in SCALES.items()} | {
    "emotion": len(EMOTIONS),
    "turned": 2,
}
SMALL, DARK = 9.0, 32.0
"""Eyes closer together are enlarged more than twice for the model, whose crop has 17.5 pixels
between them; a face darker than that is mostly noise."""


@dataclass(slots=True)
class DailyStats:
    """What was seen on a day, numbered since 1970 (UTC), by one model.

    `frames` were processed in `seconds` of seeing, `found` of them with a face. The rest is about
    `faces`, each person counted once in a while: `histograms` and the `sums` of what they bin.
    """

    number: int
    model: str = ""
    seconds: float = 0.0
    frames: int = 0
    found: int = 0
    faces: int = 0
    small: int = 0
    dark: int = 0
    histograms: dict[str, list[int]] = field(
        default_factory=lambda: {name: [0] * count for name, count in BINS.items()}
    )
    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SCALES, 0.0))

    def add_face(self, face: Face) -> None:
        """Count a face."""
        self.faces += 1
        size = math.dist(face.landmarks[0], face.landmarks[1])
        self.small += size < SMALL
        self.dark += face.brightness < DARK
        self.add("confidence", max(face.probabilities))
        self.add("entropy", entropy(face.probabilities))
        self.add("brightness", face.brightness)
        self.add("size", size)
        self.histograms["emotion"][EMOTIONS.index(face.emotion)] += 1
        self.histograms["turned"][is_turned_away(face.landmarks)] += 1

    def add(self, name: str, value: float) -> None:
        """Count a value of one of `SCALES`."""
        self.histograms[name][bisect.bisect_right(SCALES[name], value)] += 1
        self.sums[name] += value

    def mean(self, name: str) -> float | None:
        """Return the mean of one of `SCALES`, or None where nothing was counted."""
        count = sum(self.histograms[name])
        return self.sums[name] / count if count else None

    @property
    def rate(self) -> float | None:
        """Processed frames per second, or None in less than a second of seeing."""
        return self.frames / self.seconds if self.seconds >= 1.0 else None

    def as_json(self) -> str:
        """Return the day as JSON text."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the day from JSON text. Raises ValueError for anything but such a day."""
        try:
            day = cls(**json.loads(text))
            valid = _is_valid(day)
        except (TypeError, AttributeError) as error:
            raise ValueError(f"no day: {error}") from error
        if not valid:
            raise ValueError("no day of these scales")
        return day


def entropy(probabilities: Iterable[float]) -> float:
    """Return the entropy over that of equal probabilities, in [0, 1] (Shannon 1948)."""
    total = -sum(one * math.log(one) for one in probabilities if one > 0.0)
    return min(1.0, total / math.log(len(EMOTIONS)))


def combine(days: Iterable[DailyStats]) -> DailyStats:
    """Return the sum of days, with the number and model of the last one."""
    whole = DailyStats(0)
    for day in days:
        whole.number, whole.model = day.number, day.model
        for name in ("seconds", "frames", "found", "faces", "small", "dark"):
            setattr(whole, name, getattr(whole, name) + getattr(day, name))
        for name, counts in day.histograms.items():
            pairs = zip(whole.histograms[name], counts, strict=True)
            whole.histograms[name] = [one + other for one, other in pairs]
        for name, value in day.sums.items():
            whole.sums[name] += value
    return whole


def combine_by_day(days: Sequence[DailyStats]) -> list[DailyStats]:
    """Return days with each number once, the sum over the models that served on it."""
    groups: dict[int, list[DailyStats]] = {}
    for day in days:
        groups.setdefault(day.number, []).append(day)
    return [combine(groups[number]) for number in sorted(groups)]


def _is_valid(day: DailyStats) -> bool:
    counts: dict[str, Any] = {one.name: getattr(day, one.name) for one in fields(DailyStats)}
    plain = all(
        isinstance(value, int | float) and value >= 0
        for name, value in counts.items()
        if name not in ("model", "histograms", "sums")
    )
    binned = {name: len(bins) for name, bins in day.histograms.items()} == BINS and all(
        isinstance(count, int) and count >= 0 for bins in day.histograms.values() for count in bins
    )
    plain &= all(isinstance(one, int | float) and math.isfinite(one) for one in day.sums.values())
    return plain and binned and day.sums.keys() == SCALES.keys() and isinstance(day.model, str)
