"""Lays out the history as an SVG bar chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from device.messages import EMOTIONS
from device.web import text

if TYPE_CHECKING:
    from device.history import HistorySummary

WIDTH, HEIGHT = 720.0, 220.0
"""Of the chart, in SVG units."""
GAP = 0.15
"""The part of a bar's width that is left free."""
ORDER = ("happy", "surprise", "neutral", "sad", "fear", "angry", "disgust")
"""From the bottom up."""
MARKS = 6
"""Times below the chart."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A rectangle of one emotion."""

    emotion: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bucket of time: its segments, and its description."""

    x: float
    description: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A time below the chart."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Slice:
    """An emotion's share of the time in which somebody was there."""

    emotion: str
    seconds: float
    percent: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole chart. A full bar is a bucket in which somebody was there all the time."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    shares: tuple[Slice, ...]
    visits: int
    reactions: dict[str, int]
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def empty(self) -> bool:
        """Whether nobody was there at all."""
        return not any(bar.segments for bar in self.bars)


def draw(past: HistorySummary) -> Chart:
    """Lay out a span of time; its times are the kiosk's local ones."""
    slot = WIDTH / len(past.buckets)
    bars = []
    for number, bucket in enumerate(past.buckets):
        x, y = (number + GAP / 2) * slot, HEIGHT
        segments = []
        for emotion in ORDER:
            height = HEIGHT * min(1.0, bucket.seconds[emotion] / past.width)
            if height > 0.0:
                y -= height
                segments.append(Segment(emotion, x, y, slot * (1 - GAP), height))
        description = ", ".join(
            f"{text.duration(bucket.seconds[one.emotion])} {one.emotion}" for one in segments
        )
        bars.append(
            Bar(x, f"{_local(bucket.start):%a %H:%M}: {description or 'nobody'}", tuple(segments))
        )
    step = max(1, len(past.buckets) // MARKS)
    days = past.width * len(past.buckets) > 2 * 86_400
    marks = tuple(
        Mark((number + 0.5) * slot, f"{_local(past.buckets[number].start):{_time_format(days)}}")
        for number in range(step // 2, len(past.buckets), step)
    )
    total = sum(past.totals[name] for name in EMOTIONS)
    shares = tuple(
        Slice(name, past.totals[name], 100 * past.totals[name] / total if total else 0.0)
        for name in EMOTIONS
    )
    return Chart(tuple(bars), marks, shares, past.visits, past.reactions)


def _time_format(days: bool) -> str:
    return "%a %d" if days else "%H:%M"


def _local(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()
