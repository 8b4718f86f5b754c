"""Whatever faces people make: words, sky, effect and character say the same, and can be read."""

from __future__ import annotations

import json
import random
from datetime import time
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from device import reactions
from device.config.schema import Config
from device.kiosk import script
from device.kiosk.replay import Replay
from device.messages import EMOTIONS
from device.stage import Stage
from device.stage.character import EXPRESSIONS
from device.stage.character.actor import expression
from device.stage.effects.registry import FADE_OUT
from device.stage.palette import PALETTES
from device.stage.transition import HOLD
from tests.support.contrast import watched

if TYPE_CHECKING:
    from device.kiosk.replay import Moment

FRAMES = 12
SETTLED = 3.0
"""Seconds after which a face that stays has its mood and its sky."""

parts = st.tuples(st.sampled_from([*EMOTIONS, "nobody"]), st.floats(0.6, 0.95), st.floats(0.4, 6.0))
scripts = st.lists(parts, min_size=2, max_size=8)
short_scripts = st.lists(parts, min_size=2, max_size=3)
QUICKLY = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
"""As each example takes half a second, a failing one is not made smaller."""


def moments(faces: list[tuple[str, float, float]]) -> list[Moment]:
    """Play somebody who makes faces, each of some probability and for some seconds."""
    lines, now = [], 0.0
    for emotion, sure, seconds in faces:
        rest = "neutral" if emotion != "neutral" else "sad"
        seen = {
            "id": 1,
            "box": [240, 120, 160, 200],
            "probabilities": {emotion: sure, rest: 1 - sure},
        }
        for _ in range(max(1, round(seconds * FRAMES))):
            lines.append(json.dumps({"t": now, "faces": [] if emotion == "nobody" else [seen]}))
            now += 1 / FRAMES
    show = Replay(Config(), reactions.load(""), time(12))
    return list(show.play(script.parse(lines, "faces")))


@QUICKLY
@given(scripts)
def test_what_is_said_is_what_leads(faces: list[tuple[str, float, float]]) -> None:
    said, wanted, since, runs = "", "", 0.0, {}
    for moment in moments(faces):
        now, scene = moment.seconds, moment.scene
        for event in moment.events:
            if event["event"] == "caption":
                said = event["act"]
            if event["event"] == "effect" and event["phase"] == "start":
                runs[event["effect"]] = now
            elif event["event"] == "effect":
                runs.pop(event["effect"], None)
        if scene.act != wanted:
            wanted, since = scene.act, now
        if scene.at_once or now - since > HOLD + 0.05:
            assert said == scene.act, f"the words of {said} at {now:.2f}"
        assert len(scene.reactions) <= 1, "one effect at a time"
        for reaction in scene.reactions:
            assert PALETTES[reaction.emotion] == PALETTES[scene.act], f"{reaction} at {now:.2f}"
        if runs and now - max(since, *runs.values()) > FADE_OUT + 0.1:
            assert len(runs) <= 1, f"{runs} at {now:.2f}"


@QUICKLY
@given(scripts)
def test_the_character_does_not_contradict_the_words(
    faces: list[tuple[str, float, float]],
) -> None:
    act, since = "", 0.0
    for moment in moments(faces):
        scene = moment.scene
        if scene.act != act:
            act, since = scene.act, moment.seconds
        if act == "happy" and scene.celebrating:
            assert nearest(scene.act, moment) == "happy"
        elif act in EMOTIONS and moment.seconds - since > SETTLED and scene.mood.probabilities:
            shown = dict(zip(EMOTIONS, scene.mood.probabilities, strict=True))
            looks = nearest(act, moment)
            assert looks in (act, "happy") or shown[looks] > 0.15, f"{looks} while it says {act}"


def nearest(act: str, moment: Moment) -> str:
    """Return the emotion whose expression is the nearest to the character's."""
    away = np.linalg.norm(EXPRESSIONS - expression(act, moment.scene), axis=1)
    return EMOTIONS[int(np.argmin(away))]


@pytest.mark.slow
@settings(QUICKLY, max_examples=3)
@given(short_scripts)
def test_words_can_be_read_at_any_time(faces: list[tuple[str, float, float]]) -> None:
    stage, canvas = Stage(Config().stage, random.Random(1)), pygame.Surface((320, 180), 0, 32)
    stage.prepare(canvas.get_size())
    with watched() as lines:
        for number, moment in enumerate(moments(faces)):
            if number % 5 == 0:
                stage.draw(canvas, moment.scene, 100.0 + moment.seconds)
    assert lines
    assert min(line.contrast for line in lines) >= 4.5
