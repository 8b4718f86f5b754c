"""Each scene looks as it did when it was found good, at any size, and never throws."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pygame
import pytest

from device.cli import render
from device.config.schema import StageConfig
from device.stage import Stage
from tests.support.golden import distance, kept, picture

pytestmark = pytest.mark.slow

SEEN = 2.3
"""A difference that is just seen (CIE76)."""


@pytest.mark.parametrize("name", render.SCENES)
def test_a_scene_looks_as_it_did(name: str) -> None:
    assert distance(kept(name), picture(name)) < SEEN


def test_the_distance_tells_scenes_and_small_faults_apart() -> None:
    pictures = {name: kept(name) for name in render.SCENES}
    for name, one in pictures.items():
        others = [distance(one, pictures[other]) for other in pictures if other != name]
        assert min(others) > 2 * SEEN
        darker = np.clip(one.astype(int) - 12, 0, 255).astype(np.uint8)
        assert distance(one, darker) > SEEN
        hole = one.copy()
        hole[35:60, 60:90] = 0
        assert distance(one, hole) > SEEN
        shift = np.array([[1, 0, 1 / 3], [0, 1, 1 / 3]], np.float32)
        moved = cv2.warpAffine(one, shift, one.shape[1::-1], borderMode=1)
        assert distance(one, np.asarray(moved, np.uint8)) < SEEN  # a pixel, as it was drawn


@pytest.mark.parametrize("size", [(320, 240), (1080, 1920), (3840, 2160)])
@pytest.mark.parametrize("still", [False, True])
def test_all_scenes_draw_at_odd_sizes(size: tuple[int, int], still: bool) -> None:
    canvas = pygame.Surface(size, 0, 32)
    stage = Stage(StageConfig(reduced_motion=still), random.Random(1))
    for name in render.SCENES:
        canvas.fill((255, 0, 255))
        for _ in render.play(name, 2, canvas, 1.0, stage):
            pass
        left = (pygame.surfarray.array3d(canvas)[::4, ::4] == (255, 0, 255)).all(axis=2)
        assert not left.any(), f"{name} leaves a part of the canvas undrawn"


def test_with_reduced_motion_much_less_moves() -> None:
    def motion(still: bool) -> float:
        canvas = pygame.Surface((320, 180), 0, 32)
        stage = Stage(StageConfig(reduced_motion=still), random.Random(1))
        before, moved = None, []
        for _ in render.play("happy", 150, canvas, 30.0, stage):
            frame = pygame.surfarray.array3d(canvas).astype(int)
            if before is not None:
                moved.append(np.abs(frame - before).mean())
            before = frame
        return float(np.mean(moved[60:]))

    assert motion(True) < 0.5 * motion(False)
