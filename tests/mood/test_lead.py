"""Whose mood it is: the lead of one person among several."""

from __future__ import annotations

from itertools import pairwise

import pytest

from device.mood.room import LEAD_SECONDS
from tests.support.rooms import FPS, Room, face, mix


def test_the_near_face_leads_before_the_far_one() -> None:
    room = Room()
    near, far = face(1, mix(happy=0.8), 200), face(2, mix(sad=0.8), 40)
    assert room.play(5, near, far) == "happy"


def test_of_two_equal_faces_the_one_that_shows_more_leads() -> None:
    room = Room()
    assert room.play(5, face(1, mix(neutral=0.8)), face(2, mix(sad=0.8))) == "sad"
    assert room.state.mood.lead == 2
    assert room.state.mood.probabilities == pytest.approx(mix(sad=0.8))


def test_two_faces_that_disagree_give_the_mood_of_one_and_not_the_mean() -> None:
    room = Room()
    room.play(2, face(1, mix(happy=0.8)))
    assert room.play(5, face(1, mix(happy=0.8)), face(2, mix(sad=0.8))) == "happy"
    assert room.state.mood.lead == 1
    assert room.state.mood.probabilities == pytest.approx(mix(happy=0.8))


def test_the_lead_is_held_while_equal_faces_take_turns() -> None:
    room, leads = Room(), []
    for number in range(300):
        one, other = (1, 2) if number // 3 % 2 else (2, 1)
        room.play(0.1, face(one, mix(happy=0.9), 130), face(other, mix(neutral=0.9), 100))
        leads.append(room.state.mood.lead)
    flips = [i for i, (old, new) in enumerate(pairwise(leads)) if old != new]
    assert all(b - a >= LEAD_SECONDS * FPS - 1 for a, b in pairwise(flips))


def test_somebody_who_comes_nearer_takes_the_lead() -> None:
    room = Room()
    room.play(3, face(1, mix(neutral=0.8), 100))
    assert room.play(2, face(1, mix(neutral=0.8), 100), face(2, mix(neutral=0.8), 180)) == "neutral"
    assert room.state.mood.lead == 2


def test_somebody_who_leaves_gives_the_lead_away_at_once() -> None:
    room = Room()
    room.play(0.5, face(1, mix(sad=0.8), 150), face(2, mix(happy=0.8), 100))
    assert room.state.mood.lead == 1
    room.play(1.0, face(2, mix(happy=0.8), 100))
    assert room.state.mood.lead == 2


def test_what_somebody_showed_who_left_the_lead_is_no_evidence() -> None:
    room = Room()
    room.play(3, face(1, mix(neutral=0.9), 150), face(2, mix(happy=0.9), 60))
    room.play(0.9, face(1, mix(sad=0.95), 150), face(2, mix(happy=0.9), 60))
    assert (room.state.mood.lead, room.state.mood.emotion) == (1, "neutral")
    room.play(2.5, face(2, mix(happy=0.9), 60))
    assert [emotion for _, emotion in room.changes] == ["neutral", "happy"]


def test_a_missed_detection_keeps_the_lead() -> None:
    room = Room()
    for _ in range(10):
        room.play(0.4, face(1, mix(sad=0.8), 100), face(2, mix(happy=0.8), 100))
        assert room.state.mood.lead == 1
        room.play(0.2, face(2, mix(happy=0.8), 100))
        assert room.state.mood.lead == 1


def test_a_ghost_of_a_few_frames_does_not_turn_the_room() -> None:
    room = Room()
    room.play(4, face(1, mix(happy=0.6, neutral=0.2), 80))
    for ghost in range(2, 30):
        room.play(0.1, face(1, mix(happy=0.6, neutral=0.2), 80), face(ghost, mix(sad=0.99), 100))
        room.play(0.6, face(1, mix(happy=0.6, neutral=0.2), 80))
    assert [emotion for _, emotion in room.changes] == ["happy"]


def test_a_new_face_does_not_lead_at_first() -> None:
    room = Room()
    room.play(4, face(1, mix(neutral=0.8), 100))
    room.play(0.1, face(1, mix(neutral=0.8), 100), face(2, mix(sad=0.99), 300))
    assert room.state.mood.lead == 1
    room.play(3, face(1, mix(neutral=0.8), 100), face(2, mix(sad=0.99), 300))
    assert room.state.mood.lead == 2
