"""Do the last days look like the first ones? In words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from device.drift.daily_stats import SECONDS, added, by_number
from device.vision.bundle import version_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.drift.daily_stats import DailyStats

FIRST_DAYS, LAST_DAYS = 7, 3
LEAST_A_DAY, LEAST = 20, 100
"""Faces without which a day, and so many days together, say nothing."""
SHIFTED = 0.25
"""The index from which on a distribution counts as another one (Siddiqi 2006, "Credit Risk
Scorecards", p. 136)."""
NORMAL_QUANTILE = 3.0902
"""Of the standard normal distribution, at 99.9 %."""
OF_THE_MODEL = ("confidence", "entropy", "emotion")
"""Another model gives other figures."""
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
"""What it means that a figure has fallen (False) or risen (True)."""
OTHERWISE = "the {title} is another one than in the first days, since {day}"
HINTS = (("brightness", False), ("size", False), ("turned", True), ("latency", True))
"""What somebody can do something about, the most likely first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure: its `index`, what mere chance would exceed once in a thousand times, and words.

    `means` are the first days' and the last ones', None for what has no mean. `since` is the number
    of the day since which it has `shifted`.
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
        """Whether somebody should look."""
        return self.shifted and (self.name, self.rose) in HINTS


def compare(days: Sequence[DailyStats], since: int = 0, model: str = "") -> tuple[Finding, ...]:
    """Compare the last of some days, in order, with the first from day `since` on.

    `model` is the one that serves now, "" while that is not known. Without enough faces in
    both there is nothing to find.
    """
    found = []
    for name in TITLES:
        first, later = sides(days, since, name, model)
        last = later[-LAST_DAYS:]
        if min(added(first).faces, added(last).faces) >= LEAST:
            found.append(_finding(name, first, last, later))
    return tuple(found)


def sides(
    days: Sequence[DailyStats], since: int, name: str, model: str = ""
) -> tuple[list[DailyStats], list[DailyStats]]:
    """Return the days with enough people that a figure is compared by: the first, and all later.

    A figure that comes of the model's answers needs days of the model that serves now; while that
    is not known, of the newest of the last day.
    """
    counted = [day for day in days if day.number >= since]
    if name in OF_THE_MODEL:
        model = model or _newest(counted)
        counted = [day for day in counted if day.model == model]
    seen = [day for day in by_number(counted) if day.faces >= LEAST_A_DAY]
    return seen[:FIRST_DAYS], seen[FIRST_DAYS:]


def _newest(days: Sequence[DailyStats]) -> str:
    """Return the newest model of the last day."""
    last = max(days, key=lambda day: (day.number, version_key(day.model)), default=None)
    return last.model if last else ""


def hint(findings: Sequence[Finding]) -> str:
    """Return what somebody should look at, in words; empty if there is nothing."""
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


def by_chance(first: Sequence[int], last: Sequence[int]) -> float:
    """Return the index that two samples of one distribution exceed once in a thousand times.

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
    one, other = added(first), added(last)
    bins = one.histograms[name], other.histograms[name]
    index, chance = stability_index(*bins), by_chance(*bins)
    rose, means = _rose(name, one, other)
    shifted = index > max(SHIFTED, chance)
    since = _since(name, one, later) if shifted else None
    words = f"{TITLES[name]}: as in the first days"
    if since is not None:
        text = WORDS.get((name, rose), OTHERWISE)
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
    """Return the first of the days, up to the last one, that are all far from the reference."""
    since = later[-1].number
    for day in reversed(later):
        bins = reference.histograms[name], day.histograms[name]
        if stability_index(*bins) <= max(SHIFTED, by_chance(*bins)):
            break
        since = day.number
    return since


def day_name(number: int, today: int) -> str:
    """Return "Tuesday" within the last week, else "3 November 2026"."""
    date = datetime.fromtimestamp(number * SECONDS, UTC)
    return f"{date:%A}" if 0 <= today - number < 7 else f"{date.day} {date:%B %Y}"
