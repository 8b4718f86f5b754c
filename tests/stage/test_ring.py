"""The ring round the face: it lights up with a smile, clockwise from the top."""

from __future__ import annotations

import random

import numpy as np
import pygame
import pytest

from device.config.schema import StageConfig
from device.messages import Mood
from device.stage import Scene, Stage
from device.stage.character.ring import OUTSIDE, Ring, RingClock

CENTRE, RADIUS = (100, 100), 60.0


def lights(full: float) -> dict[str, float]:
    """Return how bright the ring is at its top, right, bottom and left."""
    canvas = pygame.Surface((200, 200), 0, 32)
    Ring(RADIUS).draw(canvas, full, CENTRE)
    pixels = pygame.surfarray.array3d(canvas).astype(float).mean(axis=2)
    reach = round(OUTSIDE * RADIUS)
    places = {
        "top": (100, 100 - reach),
        "right": (100 + reach, 100),
        "bottom": (100, 100 + reach),
        "left": (100 - reach, 100),
    }
    return {name: pixels[x - 2 : x + 3, y - 2 : y + 3].mean() for name, (x, y) in places.items()}


@pytest.mark.parametrize(
    ("full", "lit"),
    [(0.0, ""), (0.2, "top"), (0.4, "top right"), (0.7, "top right bottom"), (1.0, "all")],
)
def test_it_fills_clockwise_from_the_top(full: float, lit: str) -> None:
    for name, light in lights(full).items():
        if name in lit or lit == "all":
            assert light > 60.0, name
        else:
            assert light < 35.0, name


def test_nothing_is_drawn_without_a_smile() -> None:
    assert set(lights(0.0).values()) == {0.0}


def test_it_follows_within_a_tenth_of_a_second_and_fades_slowly() -> None:
    clock = RingClock()
    clock.follow(0.0, 10.0)
    assert clock.follow(1.0, 10.1) > 0.7
    assert clock.follow(1.0, 10.6) > 0.99
    assert 0.6 < clock.follow(0.0, 10.7) < 0.95
    assert clock.follow(0.0, 12.7) < 0.06
    assert 0.0 <= clock.follow(0.5, 3.0) <= 1.0, "a clock that went backwards"


@pytest.mark.parametrize("kind", ["character", "emoji", "both"])
def test_a_smile_changes_the_picture_at_once(kind: str) -> None:
    stage = Stage(StageConfig.model_validate({"face": kind}), random.Random(1))
    canvas = pygame.Surface((320, 240), 0, 32)
    calm = Mood("neutral", 0.0, 1, (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0))
    for number in range(60):
        stage.draw(canvas, Scene(calm), number / 30)
    before = pygame.surfarray.array3d(canvas).astype(int)
    for number in range(60, 66):
        stage.draw(canvas, Scene(calm, smile=1.0, ring=(number - 59) / 30), number / 30)
    after = pygame.surfarray.array3d(canvas).astype(int)
    x, y = (size // 2 for size in canvas.get_size())
    around = np.abs(after - before)[x - 90 : x + 90, y - 100 : y + 60]
    assert (around.max(axis=2) > 40).mean() > 0.005
