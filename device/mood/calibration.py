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
from device.mood import place as places
from device.mood.baseline import Baseline
from device.mood.place import Lesson, Place
from device.mood.talking import NEGATIVE, Talking

if TYPE_CHECKING:
    from device.messages import Box, Face, FrameResult, Probabilities
    from device.mood.odds import Odds

PLACE_SHARE, OWN_SHARE = 0.8, 0.5
"""The parts of the place's and of the person's own difference that are subtracted: light and camera
are the same for all, but somebody who has looked sad so far may well be sad."""
MOST_LOWERED, MOST_RAISED = 1.75, 0.5
"""Bounds of the change of log odds. Doubtful is neutral, so less is added than subtracted."""
DOUBT, CLEAR_ODDS = 0.8, 1.1
"""The log odds of negative moods are lowered by up to this in the face of somebody whose calm face
is not known yet; by nothing where one of them is at least this clear (3 to 1)."""
TALKING_WEIGHT = 0.5
"""Negative moods weigh this much while somebody talks."""
REMEMBER_SECONDS, RETURN_SECONDS = 10.0, 20.0
"""What is known of a person is kept this long while they are out of view; and this long it is
remembered where somebody was who has counted for the place."""
VISITOR_SECONDS = 4.0
"""Calm time, times p(neutral), after which a person counts for the place, once."""
DEFAULT_NEUTRAL_LOGITS = (0.038, -2.199, 0.239, -0.298, 1.01, -1.521, 2.73)
"""Used for models whose manifest has none: those of model 0.8.0."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the person with a face id; `counted` once they count for the place."""

    id: int
    last_seen: float
    box: Box
    counted: bool = False
    own: Baseline = field(default_factory=Baseline)
    talking: Talking = field(default_factory=Talking)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The state of `step`; `Calibration()` is the initial one, in which nothing is known.

    `place` is what calm faces look like here, and `lesson` the owner's last one about that;
    `frame_result` the newest result, calibrated, and `newest` its number and capture time.
    """

    place: Place = field(default_factory=Place)
    lesson: Lesson | None = None
    people: tuple[Known, ...] = ()
    frame_result: FrameResult | None = None
    newest: tuple[int, float] | None = None
    clock: float = -math.inf


def step(state: Calibration, frame_result: FrameResult | None, now: float) -> Calibration:
    """Return the state at `now`, with the newest frame result, which may be passed again.

    `now` is in monotonic seconds; one that goes backwards stands still.
    """
    state = replace(state, clock=now if state.clock < now < math.inf else state.clock)
    if frame_result is None:
        state = replace(state, frame_result=None, newest=None)
    elif state.newest != (frame_result.number, frame_result.captured_at):
        state = _add_result(state, frame_result)
    if state.lesson:
        lesson, place = places.finish(state.lesson, state.place, state.clock)
        state = replace(state, lesson=lesson, place=place)
    return state


def _add_result(state: Calibration, frame_result: FrameResult) -> Calibration:
    """Return the state after a new frame result."""
    normal = odds.from_logits(frame_result.neutral_logits or DEFAULT_NEUTRAL_LOGITS)
    place, now = places.of_model(state.place, normal), state.clock
    known = {one.id: one for one in state.people if _is_remembered(one, now)}
    faces = []
    for face in frame_result.faces:
        person = known.get(face.id) or _arrive(face, frame_result, known, now)
        person = _observe(person, face, place.difference, now)
        if not person.counted and person.own.odds and person.own.seconds >= VISITOR_SECONDS:
            place = places.add_visitor(place, person.own.odds)
            person = replace(person, counted=True)
        known[face.id] = person
        faces.append(_calibrated(face, person, place.difference, normal))
    lesson, largest = state.lesson, frame_result.largest
    return replace(
        state,
        place=place,
        lesson=places.attend(lesson, largest, now) if lesson and largest else lesson,
        people=tuple(known.values()),
        frame_result=replace(frame_result, faces=tuple(faces)),
        newest=(frame_result.number, frame_result.captured_at),
    )


def _is_remembered(person: Known, now: float) -> bool:
    seconds = RETURN_SECONDS if person.counted else REMEMBER_SECONDS
    return now - person.last_seen <= seconds


def _arrive(face: Face, frame_result: FrameResult, known: dict[int, Known], now: float) -> Known:
    """Return what is known of a new face.

    One that appears where somebody who has counted was lost is that person, and counts no more: who
    sits before the kiosk all day does not make the place theirs.
    """
    present = {one.id for one in frame_result.faces}
    counted = any(
        one.counted and one.id not in present and _are_near(one.box, face.box)
        for one in known.values()
    )
    return Known(face.id, now, face.box, counted)


def _are_near(one: Box, other: Box) -> bool:
    across = one.x + one.w / 2 - other.x - other.w / 2
    down = one.y + one.h / 2 - other.y - other.h / 2
    return math.hypot(across, down) <= (one.w + other.w) / 2


def _observe(person: Known, face: Face, place: Odds, now: float) -> Known:
    elapsed = now - person.last_seen
    here = odds.shift(face.probabilities, _bounded(tuple(PLACE_SHARE * one for one in place)))
    seen = odds.odds(face.probabilities)
    return replace(
        person,
        last_seen=now,
        box=face.box,
        own=baseline.observe(person.own, seen, here[odds.NEUTRAL], elapsed, now),
        talking=talking.observe(person.talking, face, elapsed, now),
    )


def _calibrated(face: Face, person: Known, place: Odds, normal: Odds) -> Face:
    """Return a face with calibrated probabilities, and how surely the person talks."""
    difference = tuple(PLACE_SHARE * one for one in place)
    if person.own.odds is not None:
        share = OWN_SHARE * person.own.certainty
        own = odds.subtract(odds.subtract(person.own.odds, normal), place)
        difference = tuple(a + share * b for a, b in zip(difference, own, strict=True))
    doubt = _doubt(odds.odds(face.probabilities)) * (1.0 - person.own.certainty)
    difference = tuple(
        one + (doubt if emotion in NEGATIVE else 0.0)
        for emotion, one in zip(EMOTIONS, difference, strict=True)
    )
    probabilities = odds.shift(face.probabilities, _bounded(difference))
    share = person.talking.share
    return replace(face, probabilities=_weighted(probabilities, share), talking=share)


def _doubt(seen: Odds) -> float:
    """Return by how much negative moods are lowered in the face of somebody unknown."""
    clearest = max(one for emotion, one in zip(EMOTIONS, seen, strict=True) if emotion in NEGATIVE)
    return DOUBT * odds.clip(1.0 - clearest / CLEAR_ODDS, 0.0, 1.0)


def _bounded(difference: Odds) -> Odds:
    """Return the change of log odds that subtracts a difference, within its bounds."""
    return tuple(odds.clip(-one, -MOST_LOWERED, MOST_RAISED) for one in difference)


def _weighted(probabilities: Probabilities, share: float) -> Probabilities:
    """Return probabilities with negative moods that weigh less, the more surely somebody talks."""
    weight = 1.0 - (1.0 - TALKING_WEIGHT) * share
    weights = [weight if emotion in NEGATIVE else 1.0 for emotion in EMOTIONS]
    total = sum(p * w for p, w in zip(probabilities, weights, strict=True))
    return tuple(p * w / total for p, w in zip(probabilities, weights, strict=True))
