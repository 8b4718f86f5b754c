"""Calibrates the probabilities of each face by what calm faces look like here.

A classifier takes some resting faces for sad ones, and camera and light shift all faces. So each
emotion's log odds against neutral are compared with those that the model gives neutral faces on
average (`FrameResult.neutral_logits`). What the calm faces of this place, and this person's own
calm moments, have more of is subtracted in part, within bounds. While somebody talks, negative
moods weigh half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from device.messages import EMOTIONS
from device.mood import baseline, odds, talking
from device.mood.baseline import Baseline
from device.mood.talking import NEGATIVE, Talking

if TYPE_CHECKING:
    from device.messages import Face, FrameResult, Probabilities
    from device.mood.odds import Odds

PLACE_SHARE, OWN_SHARE = 0.8, 0.5
"""The parts of the place's and of the person's own difference that are subtracted: light and camera
are the same for all, but somebody who has looked sad so far may well be sad."""
MOST_LOWERED, MOST_RAISED = 1.75, 0.5
"""Bounds of the change of log odds. Doubtful is neutral, so less is added than subtracted."""
TALKING_WEIGHT = 0.5
"""Negative moods weigh this much while somebody talks."""
REMEMBER_SECONDS = 10.0
"""What is known of a person is kept this long while they are out of view."""
DEFAULT_NEUTRAL_LOGITS = (0.038, -2.199, 0.239, -0.298, 1.01, -1.521, 2.73)
"""Used for models whose manifest has none: those of model 0.8.0."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the person with a face id."""

    id: int
    last_seen: float
    own: Baseline = field(default_factory=Baseline)
    talking: Talking = field(default_factory=Talking)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The state of `step`; `Calibration()` is the initial one, in which nothing is known.

    `place` is what the place's calm faces differ by from the model's; `frame_result` the newest
    result, calibrated, and `newest` its number and capture time.
    """

    place: Odds = odds.NONE
    people: tuple[Known, ...] = ()
    frame_result: FrameResult | None = None
    newest: tuple[int, float] | None = None
    clock: float = -math.inf


def step(state: Calibration, frame_result: FrameResult | None, now: float) -> Calibration:
    """Return the state at `now`, with the newest frame result, which may be passed again.

    `now` is in monotonic seconds; one that goes backwards stands still.
    """
    clock = now if state.clock < now < math.inf else state.clock
    if frame_result is None:
        return replace(state, clock=clock, frame_result=None, newest=None)
    key = frame_result.number, frame_result.captured_at
    if state.newest == key:
        return replace(state, clock=clock)
    normal = odds.from_logits(frame_result.neutral_logits or DEFAULT_NEUTRAL_LOGITS)
    known = {one.id: one for one in state.people if clock - one.last_seen <= REMEMBER_SECONDS}
    faces = []
    for face in frame_result.faces:
        person = _observe(known.get(face.id) or Known(face.id, clock), face, state.place, clock)
        known[face.id] = person
        faces.append(_calibrated(face, person, state.place, normal))
    return replace(
        state,
        people=tuple(known.values()),
        frame_result=replace(frame_result, faces=tuple(faces)),
        newest=key,
        clock=clock,
    )


def _observe(person: Known, face: Face, place: Odds, now: float) -> Known:
    elapsed = now - person.last_seen
    here = odds.shift(face.probabilities, _bounded(tuple(PLACE_SHARE * one for one in place)))
    seen = odds.odds(face.probabilities)
    own = baseline.observe(person.own, seen, here[odds.NEUTRAL], elapsed, now)
    return Known(person.id, now, own, talking.observe(person.talking, face, elapsed, now))


def _calibrated(face: Face, person: Known, place: Odds, normal: Odds) -> Face:
    """Return a face with calibrated probabilities, and how surely the person talks."""
    difference = tuple(PLACE_SHARE * one for one in place)
    if person.own.odds is not None:
        share = OWN_SHARE * person.own.certainty
        own = odds.subtract(odds.subtract(person.own.odds, normal), place)
        difference = tuple(a + share * b for a, b in zip(difference, own, strict=True))
    probabilities = odds.shift(face.probabilities, _bounded(difference))
    share = person.talking.share
    return replace(face, probabilities=_weighted(probabilities, share), talking=share)


def _bounded(difference: Odds) -> Odds:
    """Return the change of log odds that subtracts a difference, within its bounds."""
    return tuple(odds.clip(-one, -MOST_LOWERED, MOST_RAISED) for one in difference)


def _weighted(probabilities: Probabilities, share: float) -> Probabilities:
    """Return probabilities with negative moods that weigh less, the more surely somebody talks."""
    weight = 1.0 - (1.0 - TALKING_WEIGHT) * share
    weights = [weight if emotion in NEGATIVE else 1.0 for emotion in EMOTIONS]
    total = sum(p * w for p, w in zip(probabilities, weights, strict=True))
    return tuple(p * w / total for p, w in zip(probabilities, weights, strict=True))
