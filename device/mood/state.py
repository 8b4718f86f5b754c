"""Advances the mood of the room with each frame result and with time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.messages import NOBODY, Mood
from device.mood.room import Lead, leading, next_lead, recent, update_people

if TYPE_CHECKING:
    from device.config.schema import MoodConfig
    from device.messages import FrameResult
    from device.mood.person import Person

MIN_RESULTS = 3
"""A mood needs at least this many frames with a face, even with a slow camera."""


TALKING_DWELL = 3.0
"""While the lead talks, a change of mood waits longer by up to this many times `dwell_seconds`."""
EVIDENCE_SECONDS = 1.0
"""What led this long ago counts 1/e of what leads now."""
MAX_STEP_SECONDS = 0.5
"""Frames further apart are evidence for this time only."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Emotions other than the mood's have led in every frame with a face since `since`.

    `evidence` is for how long each of them has led in the face of `lead`, where older times count
    less; `updated` is the time of the last frame.
    """

    since: float
    updated: float
    frame_results: int
    evidence: tuple[tuple[str, float], ...]
    lead: int | None

    @property
    def emotion(self) -> str:
        """The emotion with most evidence."""
        return max(self.evidence, key=lambda one: one[1])[0]


@dataclass(frozen=True, slots=True)
class MoodState:
    """The state of `step`; `MoodState()` is the initial one, an empty room.

    `clock` is the latest time, `last_face` the time of the newest result with a face, `newest` the
    number and capture time of the newest result.
    """

    mood: Mood = NOBODY
    people: tuple[Person, ...] = ()
    lead: Lead | None = None
    candidate: Candidate | None = None
    clock: float = -math.inf
    last_face: float = -math.inf
    newest: tuple[int, float] | None = None


def step(
    state: MoodState, frame_result: FrameResult | None, now: float, config: MoodConfig
) -> MoodState:
    """Return the state at `now`, with the newest frame result, which may be passed again.

    Two changes of `state.mood.emotion` are never less than `dwell_seconds` apart. An emotion
    begins only at a result with a face, after others than the mood's have led for `dwell_seconds`
    and `MIN_RESULTS` such results, and for longer while the lead talks. None begins
    `absent_seconds` after the last face, or `dwell_seconds` after the last change if that is later.
    `now` is monotonic seconds; one that goes backwards stands still.
    """
    state = _tick(state, now)
    if state.clock == -math.inf:
        return state
    if frame_result is not None and state.newest != (frame_result.number, frame_result.captured_at):
        state = _add_result(state, frame_result, config)
    if _is_empty(state, config):
        state = _set_mood(state, None)
    return _describe(_set_lead(state))


def _tick(state: MoodState, now: float) -> MoodState:
    clock = now if state.clock < now < math.inf else state.clock
    mood = state.mood
    if state.clock == -math.inf < clock:
        mood = replace(mood, since=clock)
    people = recent(state.people, clock)
    candidate = state.candidate if people else None
    return replace(state, clock=clock, mood=mood, people=people, candidate=candidate)


def _set_lead(state: MoodState) -> MoodState:
    return replace(state, lead=next_lead(state.lead, state.people, state.clock))


def _add_result(state: MoodState, frame_result: FrameResult, config: MoodConfig) -> MoodState:
    """Return the state after a new frame result."""
    state = replace(state, newest=(frame_result.number, frame_result.captured_at))
    if not frame_result.faces:
        return state
    people = update_people(state.people, frame_result.faces, state.clock, config.filter_seconds)
    state = _set_lead(replace(state, people=people))
    lead = _lead(state)
    emotion = leading(lead.probabilities if lead else (), state.mood.emotion, config)
    state = replace(state, last_face=state.clock, candidate=_next_candidate(state, emotion))
    if state.candidate is not None and _is_settled(state, config):
        return _set_mood(state, state.candidate.emotion)
    return state


def _next_candidate(state: MoodState, emotion: str) -> Candidate | None:
    """Return the candidate after a frame in which `emotion` led.

    An emotion that takes over from another one, as fear does from sadness, goes on with its wait.
    """
    if emotion == state.mood.emotion:
        return None
    now, candidate = state.clock, state.candidate
    lead = state.lead.id if state.lead else None
    if candidate is None:
        return Candidate(now, now, 1, ((emotion, 0.0),), lead)
    elapsed = now - candidate.updated
    kept = math.exp(-elapsed / EVIDENCE_SECONDS)
    evidence = {
        one: kept * seconds for one, seconds in candidate.evidence if candidate.lead == lead
    }
    evidence[emotion] = evidence.get(emotion, 0.0) + min(elapsed, MAX_STEP_SECONDS)
    number = candidate.frame_results + 1
    return Candidate(candidate.since, now, number, tuple(evidence.items()), lead)


def _is_settled(state: MoodState, config: MoodConfig) -> bool:
    candidate = state.candidate
    if candidate is None or candidate.frame_results < MIN_RESULTS:
        return False
    lead = _lead(state)
    talking = lead.talking if lead and state.mood.emotion is not None else 0.0
    wait = config.dwell_seconds * (1.0 + TALKING_DWELL * talking)
    return state.clock - candidate.since >= wait


def _is_empty(state: MoodState, config: MoodConfig) -> bool:
    return (
        state.mood.emotion is not None
        and state.clock - state.last_face >= config.absent_seconds
        and state.clock - state.mood.since >= config.dwell_seconds
    )


def _set_mood(state: MoodState, emotion: str | None) -> MoodState:
    return replace(state, mood=Mood(emotion, state.clock), candidate=None)


def _lead(state: MoodState) -> Person | None:
    """Return the person who leads."""
    lead = state.lead
    return next((one for one in state.people if lead and one.id == lead.id), None)


def _describe(state: MoodState) -> MoodState:
    """Set the present number of people and what the lead shows on the mood."""
    lead = _lead(state)
    mood = replace(
        state.mood,
        faces=len(state.people),
        probabilities=lead.probabilities if lead else (),
        lead=lead.id if lead else None,
    )
    return replace(state, mood=mood)
