"""The stage on pygame 2.6.1, which is what Debian calls python3-pygame.

pip install --target /tmp/pygame-classic pygame==2.6.1
MOODLIFT_PYGAME_CLASSIC=/tmp/pygame-classic pytest tests/stage/test_classic.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needs import lacking

pytestmark = pytest.mark.slow

NAME = "MOODLIFT_PYGAME_CLASSIC"
ROOT = Path(__file__).parents[2]

PLAY = """
import random
import pygame
from device.config.schema import StageConfig
from device.hardware.display import open_display
from device.messages import EMOTIONS, Health, Level, Mood, Reaction
from device.stage import EFFECTS, Scene, Stage

assert not getattr(pygame, "IS_CE", False), "this is pygame-ce"
cold = (Health("camera", Level.FAILED, "not found", 0.0),)
for rotate, mirror in ((0, False), (90, True), (180, True), (270, False)):
    config = StageConfig(width=320, height=240, rotate=rotate, mirror=mirror)
    display = open_display(config, "offscreen")
    stage, now, drawn = Stage(config, random.Random(1)), 100.0, set()
    for emotion, effect in zip((*EMOTIONS, None) * 2, (*EFFECTS, None, None)):
        scene = Scene(
            Mood(emotion, now),
            reactions=(Reaction("r", "sad", now, effect),),
            health=cold,
            muted=True,
        )
        for _ in range(24):
            assert display.events() == []
            stage.draw(display.canvas, scene, now)
            display.present()
            now += 0.06
        drawn.add(bytes(pygame.image.tostring(display.screenshot(), "RGB")))
    assert len(drawn) == len(EFFECTS) + 2, len(drawn)
    display.close()
print("drawn by", pygame.version.ver)
"""


def test_the_stage_draws_on_classic_pygame() -> None:
    folder = os.environ.get(NAME)
    if not folder:
        lacking(f"{NAME} names no folder with pygame 2.6.1")
    done = subprocess.run(
        [sys.executable, "-c", PLAY],
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "drawn by 2.6.1", "there should be no banner"
