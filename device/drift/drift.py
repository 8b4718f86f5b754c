"""Compares the last days with the first ones, and says in words what has changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from device.drift.daily_stats import SECONDS, combine, combine_by_day
from device.vision.bundle import version_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.drift.daily_stats import DailyStats

FIRST_DAYS, LAST_DAYS = 7, 3
MIN_FACES_PER_DAY, MIN_FACES = 20, 100
"""The fewest faces for a day, and for several days together, to be compared."""
SHIFT_INDEX = 0.25
"""The index above which a distribution counts as shifted (Siddiqi 2006, "Credit Risk
Scorecards", p. 136)."""
NORMAL_QUANTILE = 3.0902
"""Of the standard normal distribution, at 99.9 %."""
MODEL_FIGURES = ("confidence", "entropy", "emotion")
"""The figures that depend on the model."""
TITLES = {
    "brightness": "brightness of faces",
    "size": "size of faces",
    "turned": "faces turned away",
    "confidence": "confidence",
    "entropy": "entropy",
    "emotion": "share of each expression",
    "latency": "time for a picture",
}
WORDS = {
    ("brightness", False): "faces are darker than in the first days, since {day}: "
    "clean the lens, or give it light?",
    ("brightness", True): "faces are brighter than in the first days, since {day}: "
    "does a lamp or the sun shine in?",
    ("size", False): "people are further away than in the first days, since {day}: "
    "was the camera moved?",
    ("size", True): "people are closer than in the first days, since {day}: was the camera moved?",
    ("turned", True): "more people look past the camera than in the first days, since {day}: "
    "was it moved?",
    ("turned", False): "fewer people look past the camera than in the first days, since {day}",
    ("confidence", False): "the model is less sure than in the first days, since {day}: "
    "look at light and lens, or train it further",
    ("confidence", True): "the model is surer than in the first days, since {day}",
    ("entropy", True): "the model hesitates more than in the first days, since {day}",
    ("entropy", False): "the model hesitates less than in the first days, since {day}",
    ("latency", True): "a picture takes longer than in the first days, since {day}: "
    "is the machine hot, or busy with something else?",
    ("latency", False): "a picture takes less time than in the first days, since {day}",
}
"""The message for a figure that has fallen (False) or risen (True)."""
OTHER_WORDS = "the {title} is another one than in the first days, since {day}"
HINTS = (("brightness", False), ("size", False), ("turned", True), ("latency", True))
"""The changes that the owner can do something about, the most likely first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure: its `index`, the one that chance exceeds once in 1,000 times, and a message.

    `means` are those of the first and the last days, or None for a figure without one. `since` is
    the number of the day on which it `shifted`.
    """

    name: str
    title: str
    index: float
    chance: float
    shifted: bool
    words: str
    means: tuple[float, float] | None
    rose: bool
    since: int | None = None

    @property
    def hint(self) -> bool:
        """Whether the owner can do something about it."""
        return self.shifted and (self.name, self.rose) in HINTS


def compare(days: Sequence[DailyStats], since: int = 0, model: str = "") -> tuple[Finding, ...]:
    """Compare the last of some days, in order, with the first from day `since` on.

    `model` is the one in use, "" while that is unknown. A figure without enough faces on both
    sides is left out.
    """
    found = []
    for name in TITLES:
        first, later = split_days(days, since, name, model)
        last = later[-LAST_DAYS:]
        if min(combine(first).faces, combine(last).faces) >= MIN_FACES:
            found.append(_finding(name, first, last, later))
    return tuple(found)


def split_days(
    days: Sequence[DailyStats], since: int, name: str, model: str = ""
) -> tuple[list[DailyStats], list[DailyStats]]:
    """Return the days with enough faces for a figure: the first ones, and all later ones.

    A figure that depends on the model needs days of the model in use; while that is unknown, of the
    newest one of the last day.
    """
    counted = [day for day in days if day.number >= since]
    if name in MODEL_FIGURES:
        model = model or _newest(counted)
        counted = [day for day in counted if day.model == model]
    seen = [day for day in combine_by_day(counted) if day.faces >= MIN_FACES_PER_DAY]
    return seen[:FIRST_DAYS], seen[FIRST_DAYS:]


def _newest(days: Sequence[DailyStats]) -> str:
    """Return the newest model of the last day."""
    last = max(days, key=lambda day: (day.number, version_key(day.model)), default=None)
    return last.model if last else ""


def hint(findings: Sequence[Finding]) -> str:
    """Return what the owner should look at, in words, or ""."""
    order = [name for name, _ in HINTS]
    wanted = sorted((one for one in findings if one.hint), key=lambda one: order.index(one.name))
    return wanted[0].words if wanted else ""


def stability_index(first: Sequence[int], last: Sequence[int]) -> float:
    """Return the population stability index of two histograms: 0 where they are alike.

    That is the symmetric Kullback-Leibler divergence (Kullback and Leibler 1951; as an index of
    stability, Siddiqi 2006). Half a count more in each bin keeps empty ones finite.
    """
    pairs = zip(_shares(first), _shares(last), strict=True)
    return sum((other - one) * math.log(other / one) for one, other in pairs)


def _shares(bins: Sequence[int]) -> list[float]:
    return [(count + 0.5) / (sum(bins) + 0.5 * len(bins)) for count in bins]


def chance_index(first: Sequence[int], last: Sequence[int]) -> float:
    """Return the index that two samples of one distribution exceed once in 1,000 times.

    (1/n + 1/m) times the chi-square quantile (Yurdakul 2018, "Statistical Properties of Population
    Stability Index"), that one by Wilson and Hilferty (1931).
    """
    freedom = len(first) - 1
    spread = 2 / (9 * freedom)
    quantile = freedom * math.pow(1 - spread + NORMAL_QUANTILE * math.sqrt(spread), 3)
    return quantile * (1 / max(1, sum(first)) + 1 / max(1, sum(last)))


def _finding(
    name: str, first: list[DailyStats], last: list[DailyStats], later: list[DailyStats]
) -> Finding:
    one, other = combine(first), combine(last)
    bins = one.histograms[name], other.histograms[name]
    index, chance = stability_index(*bins), chance_index(*bins)
    rose, means = _rose(name, one, other)
    shifted = index > max(SHIFT_INDEX, chance)
    since = _since(name, one, later) if shifted else None
    words = f"{TITLES[name]}: as in the first days"
    if since is not None:
        text = WORDS.get((name, rose), OTHER_WORDS)
        words = text.format(day=day_name(since, last[-1].number), title=TITLES[name])
    return Finding(name, TITLES[name], index, chance, shifted, words, means, rose, since)


def _rose(name: str, one: DailyStats, other: DailyStats) -> tuple[bool, tuple[float, float] | None]:
    if name in one.sums:
        means = one.mean(name) or 0.0, other.mean(name) or 0.0
        return means[1] > means[0], means
    if name == "turned":
        shares = one.histograms[name][1] / one.faces, other.histograms[name][1] / other.faces
        return shares[1] > shares[0], shares
    return False, None


def _since(name: str, reference: DailyStats, later: list[DailyStats]) -> int:
    """Return the first of the latest days that are all far from the reference, in a row."""
    since = later[-1].number
    for day in reversed(later):
        bins = reference.histograms[name], day.histograms[name]
        if stability_index(*bins) <= max(SHIFT_INDEX, chance_index(*bins)):
            break
        since = day.number
    return since


def day_name(number: int, today: int) -> str:
    """Return "Tuesday" within the last week, else "3 November 2026"."""
    date = datetime.fromtimestamp(number * SECONDS, UTC)
    return f"{date:%A}" if 0 <= today - number < 7 else f"{date.day} {date:%B %Y}"
