"""The mood of the room, case by case."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import pytest

from device.config.schema import MoodConfig
from device.messages import EMOTIONS, FrameResult
from device.mood import MIN_RESULTS, MoodState, step
from tests.support.rooms import CONFIG, Room, face, mix


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_each_emotion_settles_after_the_dwell_and_not_before(emotion: str) -> None:
    room = Room()
    one = face(1, mix(**{emotion: 0.7}))
    assert room.play(0.9, one) is None
    assert room.play(0.4, one) == emotion
    assert len(room.changes) == 1


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(None, mix(sad=0.6, neutral=0.2), "sad", id="clear"),
        pytest.param(None, mix(sad=0.40, neutral=0.35), "neutral", id="below enter"),
        pytest.param(None, mix(sad=0.47, neutral=0.42), "neutral", id="sad hardly over neutral"),
        pytest.param(None, mix(), "neutral", id="nothing at all"),
        pytest.param("neutral", mix(sad=0.47, neutral=0.42), "neutral", id="margin over neutral"),
        pytest.param("neutral", mix(sad=0.58, neutral=0.30), "sad", id="enough over neutral"),
        pytest.param("sad", mix(sad=0.42, neutral=0.47), "sad", id="margin over sad"),
        pytest.param("sad", mix(sad=0.33, neutral=0.40), "sad", id="above leave"),
        pytest.param("sad", mix(sad=0.25, neutral=0.40), "neutral", id="below leave"),
        pytest.param("sad", mix(sad=0.31, happy=0.55), "happy", id="a smile wins over leave"),
        pytest.param("sad", mix(sad=0.20, happy=0.40, fear=0.2), "neutral", id="no one enters"),
        pytest.param("happy", mix(happy=0.5, surprise=0.5), "happy", id="a tie changes nothing"),
    ],
)
def test_hysteresis(before: str | None, after: tuple[float, ...], expected: str) -> None:
    room = Room()
    if before:
        assert room.play(3, face(1, mix(**{before: 0.85}))) == before
    assert room.play(6, face(1, after)) == expected


def test_one_frame_of_sadness_changes_nothing() -> None:
    room = Room()
    room.play(5, face(1, mix(neutral=0.7)))
    room.play(0.1, face(1, mix(sad=0.99)))
    assert room.play(5, face(1, mix(neutral=0.7))) == "neutral"
    assert len(room.changes) == 1


def test_a_face_in_one_frame_alone_gives_no_mood() -> None:
    room = Room()
    room.play(0.1, face(1, mix(sad=0.99)))
    assert room.play(5) is None
    assert room.changes == []


@pytest.mark.parametrize("faces", [1, 2])
def test_few_frames_are_not_enough_however_much_time_they_span(faces: int) -> None:
    room = Room(MoodConfig(dwell_seconds=0.5))
    one = face(1, mix(happy=0.9))
    assert faces < MIN_RESULTS
    assert room.play(faces / 1.1, one, fps=1.1) is None
    assert room.wait(0.9) is None


def test_a_slow_camera_gives_a_mood_too() -> None:
    assert Room().play(4, face(1, mix(happy=0.9)), fps=1.5) == "happy"


def test_a_camera_that_pauses_begins_again() -> None:
    room = Room()
    one = face(1, mix(happy=0.9))
    for _ in range(10):
        room.play(0.1, one)
        room.wait(1.3)
    assert room.changes == []


def test_the_same_frame_result_counts_once() -> None:
    room = Room()
    frame_result = room.frame_result(face(1, mix(happy=0.9)))
    assert room.wait(0.9, frame_result) is None
    assert room.wait(1.5, frame_result) is None
    assert room.state.people == ()


def test_a_frame_result_again_at_the_same_moment_leaves_the_state_as_it_is() -> None:
    room = Room()
    room.play(0.7, face(1, mix(happy=0.9)), face(2, mix(sad=0.6)))
    frame_result = room.frame_result(face(1, mix(sad=0.9)))
    once = step(room.state, frame_result, room.now, CONFIG)
    assert step(once, frame_result, room.now, CONFIG) == once


def test_frame_numbers_that_begin_again_with_a_new_worker_count() -> None:
    room = Room()
    room.play(0.3, face(1, mix(happy=0.9)))
    room.number = 0
    assert room.play(1.2, face(1, mix(happy=0.9))) == "happy"


def test_nobody_after_absent_seconds() -> None:
    room = Room()
    room.play(3, face(1, mix(sad=0.8)))
    left = room.now
    assert room.play(1.9) == "sad"
    assert room.state.mood.faces == 0
    assert room.state.mood.probabilities == ()
    assert room.state.mood.lead is None
    assert room.play(0.3) is None
    assert room.changes[-1][0] - left == pytest.approx(CONFIG.absent_seconds, abs=0.11)


@pytest.mark.parametrize("again", [False, True])
def test_a_dead_worker_does_not_keep_a_mood(again: bool) -> None:
    room = Room()
    room.play(3, face(1, mix(sad=0.8)))
    last = FrameResult(room.number, room.now - 0.05, room.now, 640, 480, (face(1, mix(sad=0.8)),))
    assert room.wait(2.2, last if again else None) is None


def test_a_missed_detection_does_not_begin_the_dwell_again() -> None:
    room = Room()
    one = face(1, mix(happy=0.9))
    room.play(0.5, one)
    room.play(0.2)
    assert room.play(0.5, one) == "happy"


def test_leaving_soon_after_a_change_keeps_the_dwell() -> None:
    room = Room(MoodConfig(dwell_seconds=5.0, absent_seconds=0.2))
    room.play(5.2, face(1, mix(sad=0.8)))
    assert room.state.mood.emotion == "sad"
    assert room.wait(4.8) == "sad"
    assert room.wait(0.4) is None


def test_the_mood_says_since_when_how_many_and_how_much() -> None:
    room = Room()
    room.play(0.1)
    assert room.state.mood.since == pytest.approx(1000.1)
    room.play(4, face(1, mix(happy=0.8)), face(2, mix(happy=0.8)))
    mood = room.state.mood
    assert (mood.emotion, mood.faces) == ("happy", 2)
    assert mood.since == room.changes[0][0]
    assert mood.probabilities == pytest.approx(mix(happy=0.8))


@pytest.mark.parametrize("fps", [4.0, 10.0, 30.0])
def test_the_filter_follows_time_and_not_frames(fps: float) -> None:
    room = Room()
    room.play(4, face(1, mix(neutral=1.0)), fps=fps)
    room.play(1.0, face(1, mix(happy=1.0)), fps=fps)
    expected = 1.0 - math.exp(-1.0 / CONFIG.filter_seconds)
    assert room.state.mood.probabilities[3] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("now", [math.nan, math.inf, -math.inf, -1e9, 0.0, 999.0])
def test_a_clock_that_is_wrong_stands_still(now: float) -> None:
    room = Room()
    room.play(3, face(1, mix(happy=0.9)))
    state = step(room.state, room.frame_result(face(1, mix(happy=0.9))), now, CONFIG)
    assert state.clock == room.state.clock
    assert state.mood.emotion == "happy"
    first = step(MoodState(), room.frame_result(face(1, mix(happy=0.9))), now, CONFIG)
    assert first.mood.emotion is None


def test_a_night_without_a_step_ends_the_mood() -> None:
    room = Room()
    room.play(3, face(1, mix(happy=0.9)))
    room.now += 40_000
    room.feed(None)
    assert room.state.mood.emotion is None
    assert room.play(1.3, face(1, mix(sad=0.9))) == "sad"


def test_fifty_faces_cost_little() -> None:
    def cost(count: int) -> float:
        room = Room()
        faces = [face(i, mix(happy=0.8)) for i in range(count)]
        begin = time.thread_time()
        room.play(5, *faces)
        return time.thread_time() - begin

    assert min(cost(200) for _ in range(3)) < 40 * min(cost(20) for _ in range(3))


def test_two_emotions_in_turn_do_not_begin_the_dwell_again() -> None:
    room = Room(MoodConfig(filter_seconds=0.05))
    room.play(3, face(1, mix(neutral=0.8)))
    for emotion in ("fear", "sad", "fear"):
        room.play(0.4, face(1, mix(**{emotion: 0.9})))
    assert room.state.mood.emotion == "fear", "it has led longer"
    assert room.changes[-1][0] - room.changes[0][0] < 3.3


def test_the_present_mood_begins_the_dwell_again() -> None:
    room = Room(MoodConfig(filter_seconds=0.05))
    for emotion in ("neutral", "neutral", "angry", "neutral", "disgust", "neutral", "angry"):
        room.play(0.8, face(1, mix(**{emotion: 0.9})))
    assert [emotion for _, emotion in room.changes] == ["neutral"]


def test_a_negative_mood_needs_a_margin_over_neutral() -> None:
    config = MoodConfig(negative_margin=0.4)
    assert Room(config).play(3, face(1, mix(sad=0.6, neutral=0.3))) == "neutral"
    assert Room(config).play(3, face(1, mix(happy=0.6, neutral=0.3))) == "happy"
    assert Room(config).play(3, face(1, mix(sad=0.7, neutral=0.2))) == "sad"


def test_the_mood_of_somebody_who_talks_changes_later() -> None:
    for talking, seconds in ((0.0, 1.3), (1.0, 5.5)):
        room = Room()
        room.play(3, face(1, mix(neutral=0.9)))
        changed = 0.0
        while room.state.mood.emotion == "neutral":
            room.play(0.1, replace(face(1, mix(happy=0.95)), talking=talking))
            changed += 0.1
        assert changed == pytest.approx(seconds, abs=0.5)


def test_a_candidate_does_not_outlive_the_mood_that_it_challenged() -> None:
    room = Room(MoodConfig(filter_seconds=0.05, dwell_seconds=0.5, absent_seconds=0.2))
    room.play(2, face(1, mix(happy=0.9)))
    room.play(0.4, face(1, mix(sad=0.9)))
    assert room.wait(0.3) is None
    assert room.play(0.3, face(1, mix(sad=0.9))) is None
    assert room.play(0.5, face(1, mix(sad=0.9))) == "sad"
