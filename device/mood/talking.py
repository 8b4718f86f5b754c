"""Whether somebody talks: the mouth moves by itself, or the face seems to change all the time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.messages import EMOTIONS
from device.mood.odds import clip

if TYPE_CHECKING:
    from device.messages import Face, Probabilities

NEGATIVE = frozenset({"angry", "disgust", "fear", "sad"})
"""The moods that a resting or talking face is taken for. They are one kind here: a sad face that
is read as fear now and then does not talk."""
WINDOW_SECONDS = 8.0
FEW_SWITCHES, MANY_SWITCHES = 1, 3
"""Brief expressions in `WINDOW_SECONDS` that anybody shows, and as many as only a talking face
does."""
BRIEF_SECONDS, PAUSE_SECONDS = 1.0, 0.3
"""An expression that led for less than this is brief; one that led again after a longer pause has
begun again."""
SWITCH_MARGIN = 0.1
"""Another kind has to lead by this much."""
MOTION_SECONDS = 2.0
"""Time constant of the filter on the motion of the mouth, which rests between two words and moves
for a moment when an expression begins."""
LITTLE_MOTION, MUCH_MOTION = 0.25, 0.65
"""The filtered motion of a mouth that does not talk, at most, and of one that surely does."""


@dataclass(frozen=True, slots=True)
class Talking:
    """What is known about the mouth and the last expressions of a face.

    `kind` is the last kind of expression, which led from `since` to `until`. Kinds are negative,
    happy and surprise. Neutral is none: a face between sad and neutral, where a classifier wavers,
    does not talk. `switches` are the times at which a brief expression gave way to another kind,
    `motion` is the filtered motion of the mouth.
    """

    kind: str = ""
    since: float = 0.0
    until: float = 0.0
    switches: tuple[float, ...] = ()
    motion: float = 0.0

    @property
    def share(self) -> float:
        """How surely they talk, in [0, 1]."""
        return max(
            _ramp(len(self.switches), FEW_SWITCHES, MANY_SWITCHES),
            _ramp(self.motion, LITTLE_MOTION, MUCH_MOTION),
        )


def observe(talking: Talking, face: Face, elapsed: float, now: float) -> Talking:
    """Return what is known after another frame, `elapsed` seconds after the one before."""
    alpha = 1.0 - math.exp(-elapsed / MOTION_SECONDS)
    motion = talking.motion + alpha * (face.mouth_motion - talking.motion)
    switches = tuple(one for one in talking.switches if now - one <= WINDOW_SECONDS)
    talking = replace(talking, switches=switches, motion=motion)
    kind = _kind(face.probabilities, talking.kind)
    if kind == "neutral":
        return talking
    if kind == talking.kind:
        since = talking.since if now - talking.until <= PAUSE_SECONDS else now
        return replace(talking, since=since, until=now)
    is_brief = talking.kind != "" and talking.until - talking.since < BRIEF_SECONDS
    switches = (*switches, now) if is_brief else switches
    return replace(talking, kind=kind, since=now, until=now, switches=switches)


def _ramp(value: float, low: float, high: float) -> float:
    return clip((value - low) / (high - low), 0.0, 1.0)


def _kind(probabilities: Probabilities, current: str) -> str:
    """Return the kind of expression that leads, or the current one while none leads clearly."""
    share: dict[str, float] = {}
    for emotion, probability in zip(EMOTIONS, probabilities, strict=True):
        kind = "negative" if emotion in NEGATIVE else emotion
        share[kind] = max(share.get(kind, 0.0), probability)
    best = max(share, key=share.__getitem__)
    if best != "neutral" and share[best] < share.get(current, 0.0) + SWITCH_MARGIN:
        return current
    return best
