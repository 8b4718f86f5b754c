"""What holds for the mood whatever comes in (hypothesis)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.config.schema import MoodConfig
from device.messages import EMOTIONS, Box, Face, FrameResult
from device.mood import MIN_RESULTS, MoodState, step
from device.mood.room import LEAD_SECONDS, UNSEEN_SECONDS

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that is busy with other things fails no test."""

SHARP = tuple(tuple(0.94 if i == k else 0.01 for i in range(7)) for k in range(7))


@st.composite
def blends(draw: st.DrawFn) -> tuple[float, ...]:
    """A distribution that is sharp, or a mixture of two emotions as a real model gives."""
    one, other = draw(st.sampled_from(SHARP)), draw(st.sampled_from(SHARP))
    share = draw(st.sampled_from([1.0, 0.7, 0.55, 0.5]))
    return tuple(share * a + (1 - share) * b for a, b in zip(one, other, strict=True))


@st.composite
def bursts(draw: st.DrawFn) -> list[tuple[float, tuple[Face, ...] | None]]:
    """A few frames alike: (seconds since the one before, faces); None is no new frame result."""
    count = draw(st.integers(1, 15))
    gap = draw(st.sampled_from([0.01, 0.03, 0.07, 0.1, 0.25, 0.5, 0.9, 1.1]))
    faces: tuple[Face, ...] | None = None
    if draw(st.integers(0, 5)):
        size = draw(st.sampled_from([0.0, 20.0, 100.0, 600.0]))
        faces = tuple(
            Face(number, Box(0, 0, size, size), 0.9, (), draw(blends()))
            for number in draw(st.lists(st.integers(0, 2), max_size=2))
        )
    return [(gap, faces)] * count


streams = st.lists(bursts(), max_size=40).map(lambda parts: [one for part in parts for one in part])
thresholds = st.sampled_from(
    [(0.0, 0.0), (0.3, 0.0), (0.3, 0.3), (0.45, 0.3), (0.9, 0.3), (0.9, 0.9)]
)
configs = st.builds(
    lambda pair, **others: MoodConfig(enter=pair[0], leave=pair[1], **others),
    thresholds,
    filter_seconds=st.sampled_from([0.05, 0.6, 10.0]),
    dwell_seconds=st.sampled_from([0.2, 0.5, 1.0, 4.0]),
    absent_seconds=st.sampled_from([0.2, 2.0]),
)
Stream = list[tuple[float, tuple[Face, ...] | None]]
Trace = list[tuple[float, FrameResult | None, MoodState]]


def run(stream: Stream, config: MoodConfig) -> Trace:
    state, now, trace = MoodState(), 50.0, []
    for number, (gap, faces) in enumerate(stream):
        now += gap
        frame_result = None if faces is None else FrameResult(number, now, now, 640, 480, faces)
        state = step(state, frame_result, now, config)
        trace.append((now, frame_result, state))
    return trace


def changes(trace: Trace) -> list[int]:
    """The indices at which the emotion became another one."""
    emotions = [None, *(state.mood.emotion for _, _, state in trace)]
    return [i for i, (old, new) in enumerate(pairwise(emotions)) if old != new]


@settings(BUSY)
@given(streams, configs)
def test_no_two_changes_are_closer_than_the_dwell(stream: Stream, config: MoodConfig) -> None:
    trace = run(stream, config)
    times = [trace[i][0] for i in changes(trace)]
    assert all(b - a >= config.dwell_seconds for a, b in pairwise(times))


@settings(BUSY)
@given(streams, configs)
def test_an_emotion_begins_at_a_face_and_after_enough_of_them(
    stream: Stream, config: MoodConfig
) -> None:
    trace = run(stream, config)
    before = 0
    for i in changes(trace):
        now, frame_result, state = trace[i]
        if state.mood.emotion is not None:
            assert frame_result is not None
            assert frame_result.faces
            frames = [t for t, seen, _ in trace[before : i + 1] if seen is not None and seen.faces]
            assert len(frames) >= MIN_RESULTS
            assert now - frames[0] >= config.dwell_seconds
        before = i + 1


@settings(BUSY)
@given(streams, configs)
def test_nobody_for_long_is_nobody(stream: Stream, config: MoodConfig) -> None:
    last_face = 50.0
    for now, frame_result, state in run(stream, config):
        if frame_result is not None and frame_result.faces:
            last_face = now
        if now - last_face >= config.absent_seconds + config.dwell_seconds:
            assert state.mood.emotion is None


@settings(BUSY)
@given(streams, configs)
def test_the_mood_is_well_formed(stream: Stream, config: MoodConfig) -> None:
    for now, _, state in run(stream, config):
        mood = state.mood
        assert mood.emotion is None or mood.emotion in EMOTIONS
        assert mood.since <= now
        assert len(mood.probabilities) == (7 if mood.faces else 0)
        if mood.faces:
            assert sum(mood.probabilities) == pytest.approx(1.0)
        assert (mood.lead is None) == (mood.faces == 0)


@settings(BUSY)
@given(streams, configs)
def test_the_lead_is_present_and_holds_while_in_view(stream: Stream, config: MoodConfig) -> None:
    lead, since = None, 0.0
    for now, _, state in run(stream, config):
        people = {one.id: one for one in state.people}
        assert state.mood.lead is None or state.mood.lead in people
        if state.mood.lead != lead:
            old = people.get(-1 if lead is None else lead)
            held = old is not None and now - old.last_seen <= UNSEEN_SECONDS
            assert not held or now - since >= LEAD_SECONDS
            lead, since = state.mood.lead, now


@settings(BUSY)
@given(streams, configs)
def test_a_frame_passed_again_counts_once(stream: Stream, config: MoodConfig) -> None:
    """A stage that passes each frame result many times sees no other moods."""
    state, now, last = MoodState(), 50.0, None
    for number, (gap, faces) in enumerate(stream):
        now += gap
        last = last if faces is None else FrameResult(number, now, now, 640, 480, faces)
        once = step(state, last, now, config)
        assert step(step(once, last, now, config), last, now, config) == once
        state = once


@settings(BUSY)
@given(
    st.lists(st.tuples(st.floats(), st.floats(), st.integers(-2, 2), blends()), max_size=30),
    configs,
)
def test_no_clock_or_number_does_harm(
    steps: list[tuple[float, float, int, tuple[float, ...]]], config: MoodConfig
) -> None:
    state = MoodState()
    changed: list[float] = []
    for now, taken, number, probabilities in steps:
        faces = (Face(1, Box(0, 0, 9, 9), 0.9, (), probabilities),)
        before = state
        state = step(state, FrameResult(number, taken, now, 640, 480, faces), now, config)
        assert state.clock >= before.clock
        if state.mood.emotion != before.mood.emotion:
            changed.append(state.clock)
        assert all(0.0 <= p <= 1.0 for p in state.mood.probabilities)
    assert all(b - a >= config.dwell_seconds for a, b in pairwise(changed))
