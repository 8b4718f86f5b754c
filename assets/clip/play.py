"""The play: who enters when and what they show, and the timeline that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.renderer.units import Units

FPS = 25
LENGTH = 83.2  # seconds
STILL = 21.0  # the moment of the still picture
WALK = 1.5  # seconds to come or go
EASE = 0.55  # seconds from neutral to a full expression


@dataclass(frozen=True)
class Act:
    """An emotion held in full from start to end."""

    start: float
    end: float
    emotion: str


@dataclass(frozen=True)
class Part:
    """One visit: side is -1 for coming from the picture's left, 1 from its right."""

    person: str
    enters: float
    leaves: float
    place: tuple[float, float, float]
    acts: tuple[Act, ...]
    side: int = -1
    exit_side: int = 1
    skew: float = 0.05
    recipes: dict[str, Units] = field(default_factory=dict)

    @property
    def gone(self) -> float:
        """Return when the person is out of sight."""
        return self.leaves + WALK


PLAY: tuple[Part, ...] = (
    Part(
        "ada",
        enters=1.7,
        leaves=23.6,
        place=(0.0, -0.70, -9.0),
        acts=(Act(3.4, 7.4, "neutral"), Act(8.0, 12.2, "surprise"), Act(12.9, 23.4, "happy")),
    ),
    Part(
        "eva",
        enters=29.2,
        leaves=42.4,
        place=(0.25, -0.78, -9.8),
        acts=(Act(31.3, 37.4, "sad"), Act(38.2, 42.4, "happy")),
        side=1,
        exit_side=-1,
        skew=-0.05,
    ),
    Part(
        "ben",
        enters=44.3,
        leaves=51.6,
        place=(1.45, -0.62, -11.6),
        acts=(Act(46.9, 51.6, "happy"),),
        side=1,
        exit_side=1,
        skew=0.06,
    ),
    Part(
        "chen",
        enters=44.8,
        leaves=63.4,
        place=(-1.35, -0.86, -10.8),
        acts=(Act(46.9, 51.6, "happy"), Act(53.2, 57.9, "angry"), Act(58.8, 63.4, "disgust")),
        side=-1,
        exit_side=-1,
        skew=-0.06,
    ),
    Part(
        "eva",
        enters=65.2,
        leaves=72.4,
        place=(-0.2, -0.80, -9.6),
        acts=(Act(67.6, 72.4, "fear"),),
        side=-1,
        exit_side=-1,
        skew=0.04,
    ),
    Part(
        "dov",
        enters=74.0,
        leaves=80.2,
        place=(0.15, -0.66, -10.6),
        acts=(Act(75.8, 80.2, "neutral"),),
        side=1,
        exit_side=1,
        skew=0.04,
    ),
)


def ease(t: float) -> float:
    """Return the smoothstep of t, clamped to 0..1."""
    t = min(max(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)


def shares(part: Part, time: float) -> dict[str, float]:
    """Return how much of each emotion a person shows; the rest is neutral."""
    found = {"neutral": 0.0}
    for act in part.acts:
        share = ease((time - act.start) / EASE + 1) * ease((act.end - time) / EASE + 1)
        found[act.emotion] = max(found.get(act.emotion, 0.0), share)
    shown = sum(share for emotion, share in found.items() if emotion != "neutral")
    found["neutral"] = max(0.0, 1 - shown)
    return found


def timeline() -> list[dict[str, object]]:
    """Return what the room shows, in order and without gaps; emotion is null between two moods."""
    marks = {0.0, LENGTH}
    for part in PLAY:
        marks |= {part.enters, part.gone, *(t for act in part.acts for t in (act.start, act.end))}
    edges = sorted(marks)
    found: list[dict[str, object]] = []
    for start, end in pairwise(edges):
        middle = (start + end) / 2
        there = [part for part in PLAY if part.enters <= middle <= part.gone]
        shown = [
            act.emotion for part in there for act in part.acts if act.start <= middle <= act.end
        ]
        emotion = shown[0] if shown and len(shown) == len(there) and len(set(shown)) == 1 else None
        entry: dict[str, object] = {
            "start": start,
            "end": end,
            "people": len(there),
            "emotion": emotion,
        }
        if found and (found[-1]["people"], found[-1]["emotion"]) == (len(there), emotion):
            found[-1]["end"] = end
        else:
            found.append(entry)
    return found
