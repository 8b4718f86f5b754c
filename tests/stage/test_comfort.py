from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.config.schema import StageConfig
from device.messages import EMOTIONS, Mood, Reaction
from device.stage import EFFECTS, Scene, Stage, Strings
from device.stage.layout import Layout
from device.stage.palette import PALETTES
from device.stage.scene import ACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from tests.support.theatres import MakeScene, MakeTheatre


def flashes(luminance: Sequence[float]) -> int:
    """Return how often a brightness swings by 10 % and back (WCAG 2.3.1: a pair is a flash)."""
    swings, extreme, rising = 0, luminance[0], None
    for value in luminance:
        if rising is None:
            if abs(value - extreme) >= 0.1:
                rising, extreme, swings = value > extreme, value, 1
        elif (value > extreme) == rising:
            extreme = value
        elif abs(value - extreme) >= 0.1:
            rising, extreme, swings = not rising, value, swings + 1
    return swings // 2


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1000))
def test_nothing_flashes(strings: Strings, seed: int) -> None:
    rng = random.Random(seed)
    stage = Stage(StageConfig(), rng, strings)
    canvas, now, lights = pygame.Surface((160, 120)), 100.0, []
    scene = Scene()
    for number in range(240):
        if number % rng.choice((3, 10, 40)) == 0:
            effect = rng.choice([*EFFECTS, None])
            reactions = (Reaction("r", "sad", now, effect),) if rng.random() < 0.7 else ()
            paused = rng.random() < 0.1
            scene = Scene(
                Mood(rng.choice([*EMOTIONS, None]), now),
                smile=rng.random(),
                ring=rng.random(),
                celebrating=rng.random() < 0.2,
                reactions=reactions,
                paused=paused,
            )
        stage.draw(canvas, scene, now)
        linear = (pygame.surfarray.array3d(canvas) / 255.0) ** 2.2 @ (0.2126, 0.7152, 0.0722)
        # All of it, and each ninth of it: a flash may be local.
        ninths = linear[:159].reshape(3, 53, 3, 40).mean(axis=(1, 3)).ravel()
        lights.append([linear.mean(), *ninths])
        now += 1 / 30
    for series in np.array(lights).T:
        for start in range(0, len(series) - 30, 10):
            assert flashes(series[start : start + 30]) <= 3


@pytest.mark.parametrize("effect", EFFECTS)
def test_no_effect_flashes(theatre: MakeTheatre, feel: MakeScene, effect: str) -> None:
    place, lights = theatre((160, 120)), []
    place.after(feel("happy"), 1.5)
    for frame in place.play(feel("happy", effect), 4.0):
        linear = (frame / 255.0) ** 2.2 @ (0.2126, 0.7152, 0.0722)
        lights.append(linear[:159].reshape(3, 53, 3, 40).mean(axis=(1, 3)).ravel())
    for series in np.array(lights).T:
        for start in range(0, len(series) - 30, 5):
            assert flashes(series[start : start + 30]) <= 1


def contrast(one: ArrayLike, other: ArrayLike) -> float:
    """Return WCAG's contrast ratio of two colours."""
    light, dark = sorted(
        (float((np.asarray(c) / 255.0) ** 2.2 @ (0.2126, 0.7152, 0.0722)) for c in (one, other)),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "cast",
    [*((act, None) for act in ACTS), ("happy", "confetti"), ("sad", "tender"), ("fear", "lantern"),
     ("angry", "breath"), ("disgust", "freshen"), ("surprise", "stars"), ("neutral", "glow")],
)  # fmt: skip
def test_labels_can_be_read(
    theatre: MakeTheatre, feel: MakeScene, cast: tuple[str, str | None]
) -> None:
    act, effect = cast
    place = theatre((640, 360))
    emotion = act if act in EMOTIONS else None
    scene = feel(emotion, effect, paused=act == "paused", blind=act == "blind")
    place.draw(scene)
    place.hop(scene, 8.0)
    frame = place.after(scene, 1.0)
    box = Layout.of((640, 360)).caption
    sky = frame[240:400, box.top : box.bottom].reshape(-1, 3).astype(float)
    ink = np.array(PALETTES[act].ink, float)
    ground = sky[np.abs(sky - ink).max(axis=1) > 60]
    # Large and bold letters need 3 (WCAG 1.4.3).
    assert contrast(ink, np.median(ground, axis=0)) >= 3
