"""A figure over the days as a picture: what to draw where, for the page's SVG."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from device.drift.daily_stats import SECONDS, combine_by_day
from device.web import text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from device.drift import DailyStats, Finding
    from device.feedback import Agreement

WIDTH, HEIGHT = 320.0, 64.0
"""Of a drawing, in its own units."""
MOST = 60
"""Days that are drawn."""
FIGURES: tuple[tuple[str, str, str, Callable[[DailyStats], float | None]], ...] = (
    ("confidence", "Confidence", "%", lambda day: _percent(day.mean("confidence"))),
    ("entropy", "Hesitation between expressions", "%", lambda day: _percent(day.mean("entropy"))),
    ("brightness", "Brightness of faces, of 255", "", lambda day: day.mean("brightness")),
    ("size", "Distance between the eyes", "px", lambda day: day.mean("size")),
    ("turned", "Faces turned away", "%", lambda day: _share(day.histograms["turned"][1], day)),
    ("small", "Faces too small", "%", lambda day: _share(day.small, day)),
    ("dark", "Faces too dark", "%", lambda day: _share(day.dark, day)),
    ("found", "Pictures with a face", "%", lambda day: _of(day.found, day.frames)),
    ("rate", "Pictures understood a second", "", lambda day: day.rate),
    ("latency", "Time for a picture", "ms", lambda day: day.mean("latency")),
)
"""Name, title, unit and value of what is drawn."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure: `points` are the drawing's, as SVG has them; `value` is the last day's.

    The lowest place stands for 0, the highest for `most`. `dots` has a day in words for each point.
    `words` tell of its drift, where it has any.
    """

    title: str
    unit: str
    value: float
    points: tuple[tuple[float, float], ...]
    dots: tuple[str, ...]
    most: float
    words: str = ""
    width: float = WIDTH
    height: float = HEIGHT


def trends(days: Sequence[DailyStats], findings: Sequence[Finding]) -> list[Trend]:
    """Draw every figure over the last of some days."""
    told = {one.name: one.words for one in findings if one.shifted}
    shown = combine_by_day(days)[-MOST:]
    drawn = []
    for name, title, unit, value in FIGURES:
        values = {day.number: found for day in shown if (found := value(day)) is not None}
        if values:
            drawn.append(_trend(title, unit, values, told.get(name, "")))
    return drawn


def agreement(days: Mapping[int, Agreement]) -> Trend | None:
    """Draw how often people agreed, of the answers by day; None without any."""
    shown = dict(sorted(days.items())[-MOST:])
    if not shown:
        return None
    values = {number: 100 * (one.share or 0.0) for number, one in shown.items()}
    drawn = _trend("Answers that agree", "%", values, "")
    dots = (
        f"{dot} of {one.answers}, 95 % interval {text.interval(one.interval)}"
        for dot, one in zip(drawn.dots, shown.values(), strict=True)
    )
    return replace(drawn, dots=tuple(dots))


def _trend(title: str, unit: str, values: Mapping[int, float], told: str) -> Trend:
    first, last = min(values), max(values)
    most = max(values.values())
    points = tuple(
        (
            WIDTH * (number - first) / (last - first) if last > first else WIDTH / 2,
            HEIGHT * (1 - value / (most or 1.0)),
        )
        for number, value in values.items()
    )
    dots = tuple(f"{_date(number)}: {value:.1f} {unit}" for number, value in values.items())
    return Trend(title, unit, values[last], points, dots, most, told)


def _date(number: int) -> str:
    return f"{datetime.fromtimestamp(number * SECONDS, UTC):%a %d %b}"


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _of(count: int, all_: int) -> float | None:
    return 100 * count / all_ if all_ else None


def _share(count: int, day: DailyStats) -> float | None:
    return _of(count, day.faces)
