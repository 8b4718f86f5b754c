"""History as a picture: what to draw where, for the page's SVG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from device.messages import EMOTIONS
from device.web import text

if TYPE_CHECKING:
    from device.history import HistorySummary

WIDTH, HEIGHT = 720.0, 220.0
"""Of the drawing, in its own units."""
GAP = 0.15
"""Of a bar's place, left free."""
ORDER = ("happy", "surprise", "neutral", "sad", "fear", "angry", "disgust")
"""From the ground up."""
MARKS = 6
"""So many times stand below the picture."""


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
    """One bucket of time: its pieces, and what it says in words."""

    x: float
    words: str
    pieces: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A time below the picture."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Slice:
    """An emotion's part of the time in which somebody was there."""

    emotion: str
    seconds: float
    percent: float


@dataclass(frozen=True, slots=True)
class Chart:
    """All of it. A full bar is a bucket in which somebody was there all the time."""

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
        return not any(bar.pieces for bar in self.bars)


def draw(past: HistorySummary) -> Chart:
    """Lay out a span of time; its times are the kiosk's local ones."""
    place = WIDTH / len(past.buckets)
    bars = []
    for number, bucket in enumerate(past.buckets):
        x, y = (number + GAP / 2) * place, HEIGHT
        pieces = []
        for emotion in ORDER:
            height = HEIGHT * min(1.0, bucket.seconds[emotion] / past.width)
            if height > 0.0:
                y -= height
                pieces.append(Segment(emotion, x, y, place * (1 - GAP), height))
        said = ", ".join(
            f"{text.duration(bucket.seconds[one.emotion])} {one.emotion}" for one in pieces
        )
        bars.append(Bar(x, f"{_local(bucket.start):%a %H:%M}: {said or 'nobody'}", tuple(pieces)))
    step = max(1, len(past.buckets) // MARKS)
    days = past.width * len(past.buckets) > 2 * 86_400
    marks = tuple(
        Mark((number + 0.5) * place, f"{_local(past.buckets[number].start):{_form(days)}}")
        for number in range(step // 2, len(past.buckets), step)
    )
    there = sum(past.totals[name] for name in EMOTIONS)
    shares = tuple(
        Slice(name, past.totals[name], 100 * past.totals[name] / there if there else 0.0)
        for name in EMOTIONS
    )
    return Chart(tuple(bars), marks, shares, past.visits, past.reactions)


def _form(days: bool) -> str:
    return "%a %d" if days else "%H:%M"


def _local(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()
