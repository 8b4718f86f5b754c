"""The dim invitation at night."""

from __future__ import annotations

import dataclasses
import itertools
import random

import numpy as np
import pygame
import pytest

from device.config.schema import StageConfig
from device.messages import EMOTIONS, Mood
from device.stage import Scene, Stage
from device.stage.overlays.night import DIMMED, FALL, RISE, Night

HAPPY = Scene(mood=Mood("happy", 0.0, 1, tuple(float(one == "happy") for one in EMOTIONS)))


def brightness(night: Night, scene: Scene, now: float) -> float:
    canvas = pygame.Surface((8, 8), 0, 32)
    canvas.fill((200, 200, 200))
    night.draw(canvas, scene, now)
    return float(np.mean(pygame.surfarray.array3d(canvas))) / 200


def test_it_gets_dark_slowly_and_bright_fast() -> None:
    night, dark = Night(), Scene(night=True)
    assert brightness(night, Scene(), 0.0) == 1.0
    levels = [brightness(night, dark, 0.1 * step) for step in range(1, round(FALL * 10) + 2)]
    assert levels == sorted(levels, reverse=True)
    assert max(a - b for a, b in itertools.pairwise(levels)) < 0.03
    assert levels[-1] == pytest.approx(DIMMED, abs=0.01)
    somebody = dataclasses.replace(HAPPY, night=True)
    begin = 0.1 * (round(FALL * 10) + 1)
    rising = [brightness(night, somebody, begin + 0.1 * step) for step in range(1, 12)]
    assert rising[round(RISE * 10)] == 1.0
    assert rising == sorted(rising)


def test_a_kiosk_that_starts_at_night_starts_dim() -> None:
    assert brightness(Night(), Scene(night=True), 5.0) == pytest.approx(DIMMED, abs=0.01)


def test_the_whole_picture_is_dim_and_only_the_invitation() -> None:
    def mean(scene: Scene) -> float:
        stage = Stage(StageConfig(), random.Random(1))
        canvas = pygame.Surface((320, 240), 0, 32)
        for step in range(30):
            stage.draw(canvas, scene, 100 + step / 10)
        return float(np.mean(pygame.surfarray.array3d(canvas)))

    assert mean(Scene(night=True)) < 0.3 * mean(Scene())
    assert mean(dataclasses.replace(HAPPY, night=True)) == pytest.approx(mean(HAPPY))
