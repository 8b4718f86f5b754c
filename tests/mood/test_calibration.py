"""Calibration by calm faces: what is subtracted, from whom, and how much at most."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.messages import EMOTIONS, Box, Face, FrameResult, Probabilities
from device.mood import baseline, odds, talking
from device.mood.baseline import Baseline
from device.mood.calibration import (
    DEFAULT_NEUTRAL_LOGITS,
    MOST_LOWERED,
    MOST_RAISED,
    Calibration,
    step,
)
from device.mood.place import Place
from device.mood.talking import Talking

SAD, NEUTRAL, HAPPY = (EMOTIONS.index(one) for one in ("sad", "neutral", "happy"))


def mix(**parts: float) -> Probabilities:
    rest = (1.0 - sum(parts.values())) / (len(EMOTIONS) - len(parts))
    return tuple(parts.get(name, rest) for name in EMOTIONS)


USUAL = odds.shift((1.0 / 7,) * 7, odds.from_logits(DEFAULT_NEUTRAL_LOGITS))
"""The model's usual neutral face."""


class Camera:
    """Plays faces into `step`, at 10 frames per second."""

    def __init__(self, difference: odds.Odds = odds.NONE) -> None:
        place = Place(difference, 1, odds.from_logits(DEFAULT_NEUTRAL_LOGITS))
        self.state, self.now, self.number = Calibration(place), 100.0, 0

    def play(self, seconds: float, probabilities: Probabilities, number: int = 1) -> Probabilities:
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            self.number += 1
            face = Face(number, Box(0, 0, 9, 9), 0.9, (), probabilities)
            result = FrameResult(self.number, self.now, self.now, 640, 480, (face,))
            self.state = step(self.state, result, self.now)
        assert self.state.frame_result is not None
        return self.state.frame_result.faces[0].probabilities


def test_a_usual_face_stays_as_it_is() -> None:
    assert Camera().play(20, USUAL) == pytest.approx(USUAL)


def test_a_resting_face_that_looks_sad_becomes_neutral() -> None:
    shown = mix(sad=0.5, neutral=0.35)
    camera = Camera()
    first = camera.play(0.1, shown)
    assert first[NEUTRAL] > first[SAD], "nobody knows them yet: doubtful is neutral"
    rested = camera.play(8, shown)
    assert rested[NEUTRAL] > rested[SAD] + 0.1


def test_a_clearly_sad_newcomer_and_a_slight_smile_are_taken_as_they_look() -> None:
    for shown in (mix(sad=0.75, neutral=0.2), mix(happy=0.5, sad=0.02, neutral=0.4)):
        calibrated = Camera().play(0.1, shown)
        assert calibrated == pytest.approx(shown, abs=0.05)


def test_a_person_who_was_never_calm_has_no_baseline() -> None:
    shown = mix(sad=0.75, neutral=0.2)
    assert Camera().play(60, shown) == pytest.approx(shown)


def test_a_change_from_the_own_calm_face_counts_more() -> None:
    camera = Camera()
    camera.play(5, mix(neutral=0.9))
    sad = camera.play(1, mix(sad=0.5, neutral=0.35))
    assert sad[SAD] - sad[NEUTRAL] > 0.25


def test_a_long_smile_does_not_become_the_usual_face() -> None:
    camera = Camera()
    camera.play(5, USUAL)
    smile = mix(happy=0.8, neutral=0.15)
    assert camera.play(60, smile) == pytest.approx(smile, abs=0.01)


def test_others_are_not_calibrated_by_somebody_who_left() -> None:
    shown = mix(sad=0.5, neutral=0.35)
    camera = Camera()
    camera.play(8, shown)
    assert camera.play(0.1, shown, number=2) == Camera().play(0.1, shown)
    assert {one.id for one in camera.state.people} == {1, 2}
    camera.play(11, shown, number=2)
    assert {one.id for one in camera.state.people} == {2}


def test_the_place_counts_at_once() -> None:
    place = tuple(1.0 if emotion == "sad" else 0.0 for emotion in EMOTIONS)
    shown = mix(sad=0.75, neutral=0.2)
    calibrated = Camera(place).play(0.1, shown)
    assert math.log(calibrated[SAD] / calibrated[NEUTRAL]) == pytest.approx(
        math.log(0.75 / 0.2) - 0.8, abs=0.05
    )


def test_a_frame_passed_again_counts_once_and_nobody_is_none() -> None:
    camera = Camera()
    camera.play(1, USUAL)
    result = FrameResult(7, 1.0, 1.0, 640, 480, (Face(1, Box(0, 0, 9, 9), 0.9, (), mix(sad=0.5)),))
    once = step(camera.state, result, camera.now + 0.1)
    assert step(once, result, camera.now + 0.1) == once
    assert step(once, None, camera.now + 0.2).frame_result is None


blends = st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7).map(
    lambda parts: tuple((one + 1e-6) / (sum(parts) + 7e-6) for one in parts)
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(blends, min_size=1, max_size=30), st.lists(st.floats(-9, 9), min_size=7, max_size=7)
)
def test_probabilities_stay_probabilities_and_change_within_bounds(
    shown: list[Probabilities], place: list[float]
) -> None:
    camera = Camera((*place[:NEUTRAL], 0.0))
    for one in shown:
        calibrated = camera.play(0.3, one)
        assert sum(calibrated) == pytest.approx(1.0)
        assert all(0.0 <= p <= 1.0 for p in calibrated)
        for before, after in zip(one, calibrated, strict=True):
            change = math.log(after / calibrated[NEUTRAL]) - math.log(before / one[NEUTRAL])
            assert -MOST_LOWERED - math.log(2) - 1e-6 <= change <= MOST_RAISED + 1e-6


def test_the_baseline_is_a_median_that_outliers_do_not_move() -> None:
    calm = odds.odds(mix(neutral=0.7))
    found, now = Baseline(), 0.0
    for number in range(60):
        now += 0.1
        wild = tuple(5.0 for _ in calm) if number % 4 == 3 else calm
        found = baseline.observe(found, wild, 0.7, 0.1, now)
        if found.certainty < 1.0:
            assert found.odds == pytest.approx(calm)
    assert found.certainty == 1.0
    assert found.odds is not None
    assert all(abs(a - b) < 0.15 for a, b in zip(found.odds, calm, strict=True))


def talk(shown: list[Probabilities], motion: float = 0.0, each: float = 0.2) -> Talking:
    found, now = Talking(), 10.0
    for one in shown:
        face = replace(Face(1, Box(0, 0, 9, 9), 0.9, (), one), mouth_motion=motion)
        for _ in range(round(each * 10)):
            now += 0.1
            found = talking.observe(found, face, 0.1, now)
    return found


def test_brief_expressions_in_turn_are_talk() -> None:
    happy, sad, surprise = mix(happy=0.8), mix(sad=0.8), mix(surprise=0.8)
    assert talk([happy, sad, surprise, sad, happy, sad]).share == 1.0
    assert talk([happy, sad, surprise, sad, happy, sad], each=1.5).share == 0.0, "faces in a row"
    assert talk([sad, mix(fear=0.8)] * 9).share == 0.0, "one kind"
    assert talk([sad, mix(neutral=0.8)] * 9).share == 0.0, "a classifier that wavers"


def test_a_mouth_that_moves_is_talk() -> None:
    assert talk([mix(neutral=0.8)] * 20, motion=0.9).share > 0.8
    assert talk([mix(neutral=0.8)] * 20).share == 0.0


def test_talking_halves_negative_moods() -> None:
    rng, camera = random.Random(1), Camera()
    for _ in range(40):
        camera.play(0.2, mix(**{rng.choice(["happy", "sad", "surprise", "angry"]): 0.8}))
    shown = mix(sad=0.5, happy=0.3)
    calibrated = camera.play(0.1, shown)
    ratio = (calibrated[SAD] / calibrated[HAPPY]) / (shown[SAD] / shown[HAPPY])
    assert ratio == pytest.approx(0.5, abs=0.01)
