"""The quality ladder, on made-up machines."""

from __future__ import annotations

import itertools
import random
import weakref
from typing import TYPE_CHECKING
from unittest import mock

import pygame
import pytest

from device.cli import render
from device.config.schema import StageConfig
from device.messages import Reaction
from device.stage import EFFECTS, Scene, Stage
from device.stage.character import Portrait
from device.stage.layout import Layout
from device.stage.quality import LEVELS, PATIENCE, WINDOW_SECONDS, Quality, QualityScaler

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.stage.stage import SceneAssets

BUDGET = 1 / 30


def run(ladder: QualityScaler, cost: float, seconds: float, start: float) -> list[Quality]:
    """Draw for some seconds on a machine that needs `cost` for a frame at full quality."""
    seen = []
    for number in range(round(seconds / BUDGET)):
        quality = ladder.quality
        seen.append(quality)
        ladder.record(cost * share(quality), start + number * BUDGET)
    return seen


def share(quality: Quality) -> float:
    """Return what a frame costs over one at full quality."""
    return quality.scale**2 * (0.45 + 0.5 * quality.detail + 0.05 * quality.shadows)


def changes(seen: list[Quality]) -> int:
    return sum(one != other for one, other in itertools.pairwise(seen))


def test_a_fast_machine_keeps_full_quality() -> None:
    assert changes(run(QualityScaler(BUDGET), 0.2 * BUDGET, 120, 0.0)) == 0


@pytest.mark.parametrize("slowness", [1.5, 2.5, 4.0])
def test_a_slow_machine_ends_on_a_rung_on_which_it_keeps_up(slowness: float) -> None:
    ladder = QualityScaler(BUDGET)
    run(ladder, slowness * BUDGET, 20, 0.0)
    quality = ladder.quality
    assert quality != LEVELS[0]
    assert slowness * share(quality) < 0.9


def test_one_that_is_far_too_slow_gets_the_last_rung_and_stays() -> None:
    ladder = QualityScaler(BUDGET)
    seen = run(ladder, 50 * BUDGET, 30, 0.0)
    assert changes(seen) == len(LEVELS) - 1
    assert ladder.quality == LEVELS[-1]


def test_single_slow_frames_change_nothing() -> None:
    ladder = QualityScaler(BUDGET)
    for number in range(900):
        ladder.record(BUDGET * (4.0 if number % 3 == 0 else 0.3), number * BUDGET)
    assert ladder.quality == LEVELS[0]


def test_it_climbs_again_when_the_machine_has_time() -> None:
    ladder = QualityScaler(BUDGET)
    run(ladder, 50 * BUDGET, 15, 0.0)
    seen = run(ladder, 0.2 * BUDGET, (len(LEVELS) - 1) * (PATIENCE + 2 * WINDOW_SECONDS) + 5, 15.0)
    assert seen[-1] == LEVELS[0]
    assert seen.index(LEVELS[-2]) * BUDGET >= PATIENCE - 2 * WINDOW_SECONDS


def test_the_stage_draws_as_it_is_reported() -> None:
    pictures = []
    for quality in (Quality(), Quality(0.5), Quality(0.5, shadows=False)):
        stage = Stage(StageConfig(), random.Random(1))
        stage.quality = quality
        canvas = pygame.Surface((640, 360), 0, 32)
        for _ in render.play("surprise", 45, canvas, 30.0, stage):
            pass
        pictures.append(pygame.surfarray.array3d(canvas).astype(int))
    best, fewer, flat = pictures
    assert (best != fewer).any(), "fewer particles"
    beside = Layout.of((640, 360)).centre[1]
    left = Layout.of((640, 360)).centre[0] - round(0.43 * Layout.of((640, 360)).diameter)
    box = (slice(left - 6, left), slice(beside + 20, beside + 60))
    assert flat[box].mean() > 1.03 * fewer[box].mean(), "no shadow, so lighter beside the head"


def test_a_face_that_is_painted_seldom_still_moves() -> None:
    stage = Stage(StageConfig(), random.Random(1))
    stage.quality = LEVELS[-1]
    canvas = pygame.Surface((640, 360), 0, 32)
    stage.prepare(canvas.get_size())
    with (
        mock.patch.object(Portrait, "_paint", autospec=True, side_effect=Portrait._paint) as paint,
        mock.patch.object(Portrait, "draw", autospec=True, side_effect=Portrait.draw) as draw,
    ):
        for _ in render.play("happy", 30, canvas, 30.0, stage):
            pass
    assert (paint.call_count, draw.call_count) == (10, 30)


def test_what_another_size_needs_is_made_after_the_old_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(StageConfig(), random.Random(1))
    old = weakref.ref(stage.prepare((320, 240)).backdrop)
    left: list[object] = []
    make = stage._make_assets

    def made(size: tuple[int, int]) -> SceneAssets:
        left.append(old())
        return make(size)

    monkeypatch.setattr(stage, "_make_assets", made)
    stage.prepare((160, 120))
    assert left == [None], "both together would be 90 MB more at 1280x720"


def test_rungs_of_one_size_make_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, other = (Stage(StageConfig(), random.Random(1)) for _ in range(2))
    canvas, steady = (pygame.Surface((320, 240), 0, 32) for _ in range(2))
    rungs = [rung for rung in LEVELS if rung.scale == 1.0]
    assert len(rungs) == 3
    one, two = stage.prepare((320, 240)), other.prepare((320, 240))
    monkeypatch.setattr(Portrait, "__init__", None)
    for kind in EFFECTS.values():
        monkeypatch.setattr(kind, "__init__", None)
    scene = Scene(reactions=(Reaction("test", "happy", 0.0, "confetti"),))
    for number, rung in enumerate((*rungs, *reversed(rungs))):
        stage.quality = rung
        for play, onto in ((stage, canvas), (other, steady)):
            play.draw(onto, scene, 1.0 + number / 30)
    assert (stage.prepare((320, 240)), other.prepare((320, 240))) == (one, two)
    assert (pygame.surfarray.array3d(canvas) == pygame.surfarray.array3d(steady)).all()


@pytest.mark.parametrize("detail", [0.3, 0.4, 0.5, 1.0])
def test_fewer_particles_are_from_all_over(detail: float) -> None:
    layout = Layout.of((320, 240))
    layout.quality = Quality(detail)
    shown = layout.sample(range(90))
    assert len(shown) == pytest.approx(90 * detail, abs=1)
    assert max(b - a for a, b in itertools.pairwise(shown)) <= 1 / detail + 2
    assert {number % 6 for number in shown} == set(range(6)), "no colour and no side is left out"


def test_what_a_new_size_needs_is_made_a_part_a_frame_and_looks_the_same_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[type] = []

    def counted(init: Callable[..., None]) -> Callable[..., None]:
        def count(self: object, *arguments: object) -> None:
            made.append(type(self))
            init(self, *arguments)

        return count

    for kind in EFFECTS.values():
        monkeypatch.setattr(kind, "__init__", counted(kind.__init__))
    stage, prepared = (Stage(StageConfig(), random.Random(1)) for _ in range(2))
    canvas, other = (pygame.Surface((320, 240), 0, 32) for _ in range(2))
    scene = Scene(reactions=(Reaction("test", "happy", 0.0, "glow"),))
    frames = 0
    while not stage.ready:
        before = len(made)
        stage.draw(canvas, scene, 1.0)
        assert len(made) - before <= 1
        frames += 1
    assert len(made) == len(EFFECTS)
    assert frames > len(EFFECTS), "emoji and skies are made a part a frame too"
    prepared.prepare((320, 240))
    for _ in range(frames):
        prepared.draw(other, scene, 1.0)
    assert (pygame.surfarray.array3d(canvas) == pygame.surfarray.array3d(other)).all()


def test_it_does_not_go_up_and_down_for_ever() -> None:
    ladder = QualityScaler(BUDGET)
    seen = []
    # Each rung but the last is too slow by far, and the last one looks easy.
    for number in range(round(3600 / BUDGET)):
        seen.append(ladder.quality)
        easy = ladder.quality == LEVELS[-1]
        ladder.record(BUDGET * (0.1 if easy else 2.0), number * BUDGET)
    assert changes(seen) < 24
    last = seen[-round(1200 / BUDGET) :]
    assert changes(last) <= 6
