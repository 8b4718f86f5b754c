"""The character mirrors somebody sad or afraid for three seconds; then it leads."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest

from device.messages import EMOTIONS, Mood
from device.stage import Scene
from device.stage.character import EXPRESSIONS, Gaze, Life, Portrait
from device.stage.character.expression import PLACES
from device.stage.character.lead import (
    FORGET_SECONDS,
    LED,
    MIRROR_SECONDS,
    WARM,
    LeadClock,
    lead,
    look_up,
)

if TYPE_CHECKING:
    from device.stage.character.expression import Expression
    from tests.support.theatres import MakeTheatre


def sure(emotion: str) -> Mood:
    return Mood(emotion, 0.0, 1, tuple(float(name == emotion) for name in EMOTIONS))


def feature(expression: Expression, name: str) -> float:
    return float(expression[PLACES[name]])


@pytest.mark.parametrize("emotion", LED)
def test_it_mirrors_for_three_seconds_and_is_warm_within_two_more(
    theatre: MakeTheatre, emotion: str
) -> None:
    place = theatre(face="character")
    life = place.stage._character.life
    mirrored = EXPRESSIONS[EMOTIONS.index(emotion)]
    place.after(Scene(sure(emotion)), MIRROR_SECONDS - 0.1)
    assert life._expression == pytest.approx(mirrored, abs=0.05)
    place.after(Scene(sure(emotion)), 2.2)
    assert life._expression == pytest.approx(WARM, abs=0.1)
    place.after(Scene(sure(emotion)), 20.0)
    assert life._expression == pytest.approx(WARM, abs=0.02), "it stays warm while the mood lasts"


def test_a_warm_face_is_compassion_not_a_grin() -> None:
    happy, sad = (EXPRESSIONS[EMOTIONS.index(name)] for name in ("happy", "sad"))
    assert 0.0 < feature(WARM, "smile") < feature(happy, "smile")
    assert feature(WARM, "part") == 0.0
    assert 0.0 < feature(WARM, "brow_tilt") < feature(sad, "brow_tilt"), "inner brows raised"
    assert feature(WARM, "hand") == 1.0
    assert feature(WARM, "tear") == feature(WARM, "blue") == feature(WARM, "shiver") == 0.0


def test_it_takes_a_breath_and_looks_up_first() -> None:
    sad = EXPRESSIONS[EMOTIONS.index("sad")]
    assert np.array_equal(lead(sad, 0.0), sad)
    breath = lead(sad, 0.9)
    assert feature(breath, "lift") > feature(sad, "lift") + 0.1
    assert feature(breath, "puff") > 0.04
    assert feature(breath, "smile") < 0.0, "it is not warm yet"
    person = Gaze(-0.5, 0.2)
    assert look_up(person, 0.0) == person
    up = look_up(person, 0.9)
    assert up is not None
    assert up.down < -0.5
    assert look_up(person, 3.0) == person
    assert look_up(None, 3.0) is None


def test_its_face_turns_warm_in_small_steps() -> None:
    sad = EXPRESSIONS[EMOTIONS.index("sad")]
    smiles = [feature(lead(sad, step / 30), "smile") for step in range(90)]
    assert smiles == sorted(smiles)
    assert max(np.diff(smiles)) < 0.02


def test_a_mood_that_is_back_at_once_has_gone_on() -> None:
    clock = LeadClock()
    for step in range(60):
        clock.follow(sure("sad"), step / 10)
    assert clock.follow(sure("neutral"), 6.5) > 3.0
    assert clock.follow(sure("fear"), 7.0) == pytest.approx(4.0)
    assert clock.follow(sure("neutral"), 7.1 + FORGET_SECONDS) == 0.0
    assert clock.follow(sure("sad"), 9.0) == 0.0, "it mirrors again"
    assert clock.follow(sure("sad"), 3.0) == 0.0, "a clock that went backwards"


@pytest.mark.parametrize("emotion", [name for name in EMOTIONS if name not in LED])
def test_out_of_no_other_mood_it_leads(emotion: str) -> None:
    clock = LeadClock()
    assert {clock.follow(sure(emotion), step / 10) for step in range(100)} == {0.0}


@pytest.mark.parametrize(("emotion", "at", "seen"), [("angry", 0, "red"), ("disgust", 1, "green")])
def test_lids_have_the_colour_of_the_body(emotion: str, at: int, seen: str) -> None:
    canvas = pygame.Surface((300, 300), 0, 32)
    expression = EXPRESSIONS[EMOTIONS.index(emotion)].copy()
    expression[PLACES["open"]] = -0.15
    look = Life(random.Random(3), still=True).move(expression, Gaze(), 50.0)
    portrait = Portrait(200)
    portrait.draw(canvas, look, canvas.get_rect().center)
    x, y = (150 + round(100 * part) for part in (0.335, -0.22))
    lid = np.array(canvas.get_at((x, y))[:3], float)
    plain = pygame.Surface((300, 300), 0, 32)
    expression[PLACES["red"]] = expression[PLACES["green"]] = 0.0
    look = Life(random.Random(3), still=True).move(expression, Gaze(), 50.0)
    portrait.draw(plain, look, plain.get_rect().center)
    without = np.array(plain.get_at((x, y))[:3], float)
    share, before = lid / lid.sum(), without / without.sum()
    assert share[at] > before[at] + 0.01, f"a lid is {seen}"
