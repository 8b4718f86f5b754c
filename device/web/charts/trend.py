"""Lays out a figure over the days as an SVG line chart."""

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
"""Of a chart, in SVG units."""
MAX_DAYS = 60
"""The last days that are chart."""
FIGURES: tuple[tuple[str, str, str, Callable[[DailyStats], float | None]], ...] = (
    ("confidence", "Confidence", "%", lambda day: _percent(day.mean("confidence"))),
    ("entropy", "Hesitation between expressions", "%", lambda day: _percent(day.mean("entropy"))),
    ("brightness", "Brightness of faces, of 255", "", lambda day: day.mean("brightness")),
    ("size", "Distance between the eyes", "px", lambda day: day.mean("size")),
    ("turned", "Faces turned away", "%", lambda day: _share(day.histograms["turned"][1], day)),
    ("small", "Faces too small", "%", lambda day: _share(day.small, day)),
    ("dark", "Faces too dark", "%", lambda day: _share(day.dark, day)),
    ("found", "Pictures with a face", "%", lambda day: _of(day.found, day.frames)),
    ("rate", "Pictures processed per second", "", lambda day: day.rate),
    ("latency", "Time for a picture", "ms", lambda day: day.mean("latency")),
)
"""Name, title, unit and value of each chart."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure: `points` in SVG units, from 0 at the bottom to `maximum` at the top.

    `value` is the last day's, `dots` describes each point, `message` a shift if there is one.
    """

    title: str
    unit: str
    value: float
    points: tuple[tuple[float, float], ...]
    dots: tuple[str, ...]
    maximum: float
    message: str = ""
    width: float = WIDTH
    height: float = HEIGHT


def trends(days: Sequence[DailyStats], findings: Sequence[Finding]) -> list[Trend]:
    """Return the chart of each figure that has values."""
    messages = {one.name: one.words for one in findings if one.shifted}
    shown = combine_by_day(days)[-MAX_DAYS:]
    charts = []
    for name, title, unit, value in FIGURES:
        values = {day.number: found for day in shown if (found := value(day)) is not None}
        if values:
            charts.append(_trend(title, unit, values, messages.get(name, "")))
    return charts


def agreement(days: Mapping[int, Agreement]) -> Trend | None:
    """Return the chart of the share of answers that agree; None without answers."""
    shown = dict(sorted(days.items())[-MAX_DAYS:])
    if not shown:
        return None
    values = {number: 100 * (one.share or 0.0) for number, one in shown.items()}
    chart = _trend("Answers that agree", "%", values, "")
    dots = (
        f"{dot} of {one.answers}, 95 % interval {text.interval(one.interval)}"
        for dot, one in zip(chart.dots, shown.values(), strict=True)
    )
    return replace(chart, dots=tuple(dots))


def _trend(title: str, unit: str, values: Mapping[int, float], message: str) -> Trend:
    first, last = min(values), max(values)
    maximum = max(values.values())
    points = tuple(
        (
            WIDTH * (number - first) / (last - first) if last > first else WIDTH / 2,
            HEIGHT * (1 - value / (maximum or 1.0)),
        )
        for number, value in values.items()
    )
    dots = tuple(f"{_date(number)}: {value:.1f} {unit}" for number, value in values.items())
    return Trend(title, unit, values[last], points, dots, maximum, message)


def _date(number: int) -> str:
    return f"{datetime.fromtimestamp(number * SECONDS, UTC):%a %d %b}"


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _of(count: int, all_: int) -> float | None:
    return 100 * count / all_ if all_ else None


def _share(count: int, day: DailyStats) -> float | None:
    return _of(count, day.faces)
