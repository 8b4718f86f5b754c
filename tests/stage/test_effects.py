"""Effects: visible at once, off eyes, mouth and words, different from each other, and over."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest

from device.messages import EMOTIONS
from device.stage import EFFECTS, Quality
from device.stage.character import EXPRESSIONS
from device.stage.character.expression import PLACES
from device.stage.effects.breath import IN, OUT, air, blowing
from device.stage.effects.freshen import SWEEPS, wiper_angle
from device.stage.effects.registry import EffectRun
from device.stage.effects.space import Space
from device.stage.emoji import Emoji
from device.stage.layout import Layout
from device.stage.paint import transparent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.stage.effects.base import Effect
    from tests.support.theatres import MakeScene, MakeTheatre

SIZE = (480, 270)
CELEBRATIONS = ("confetti", "balloons", "hearts", "fireworks")
AT_ONCE = (*CELEBRATIONS, "sunburst", "grand", "freshen")
AGES = (0.3, 0.8, 1.4, 2.0, 3.0, 5.0, 9.0, 14.0)
FACE = 0.75
"""What of the head's radius holds the eyes and the mouth."""
SKY = (255, 180, 76)


def make(name: str, size: tuple[int, int] = SIZE, still: bool = False) -> Effect:
    layout = Layout.of(size, still)
    emoji = Emoji()
    emoji.fit(layout.diameter)
    return EFFECTS[name](layout, emoji, random.Random(1))


def behind(effect: Effect, age: float, strength: float = 1.0) -> NDArray[np.int_]:
    """Return how an effect changes a happy sky, (width, height, 3)."""
    canvas = pygame.Surface(effect.layout.size, 0, 32)
    canvas.fill(SKY)
    effect.behind(canvas, age, strength)
    return pygame.surfarray.array3d(canvas).astype(int) - SKY


def changed(picture: NDArray[np.int_]) -> float:
    """Return the share of pixels that can be told from the sky."""
    return float((np.abs(picture).max(axis=2) > 40).mean())


def edges(picture: NDArray[np.int_]) -> float:
    """Return the share of pixels at an edge of something small."""
    return float((np.abs(np.diff(picture, axis=0)).max(axis=2) > 40).mean())


@pytest.mark.parametrize("name", AT_ONCE)
def test_it_is_seen_three_tenths_of_a_second_after_its_start(name: str) -> None:
    effect, run = make(name), EffectRun(name, 0.0, 0.0)
    assert changed(behind(effect, 0.0, run.strength(0.0))) == 0.0
    assert changed(behind(effect, 0.3, run.strength(0.3))) > 0.004


@pytest.mark.parametrize("name", ["balloons", "hearts", "fireworks", "sunburst"])
def test_a_celebration_is_over_after_some_seconds(name: str) -> None:
    effect = make(name)
    assert changed(behind(effect, 1.5)) > 0.01
    assert changed(behind(effect, 6.5)) == 0.0


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("size", [SIZE, (320, 240), (240, 480)])
def test_nothing_flies_over_eyes_and_mouth(name: str, size: tuple[int, int]) -> None:
    effect = make(name, size)
    space = Space(effect.layout)
    x, y = np.mgrid[: size[0], : size[1]] + 0.5
    face = np.hypot(x - space.head[0], y - space.head[1]) < FACE * space.radius
    for age in AGES:
        canvas = transparent(size)
        effect.before(canvas, age, 1.0)
        assert not pygame.surfarray.array_alpha(canvas)[face].any()


@pytest.mark.parametrize("name", [*CELEBRATIONS, "freshen", "tender", "lantern"])
@pytest.mark.parametrize("size", [SIZE, (240, 480)])
def test_little_is_behind_the_words(name: str, size: tuple[int, int]) -> None:
    effect = make(name, size)
    box = effect.layout.caption
    inside = np.s_[box.left : box.right, box.top : box.bottom]
    for age in AGES:
        picture = np.abs(behind(effect, age))
        assert picture[inside].max(axis=2).mean() < 14.0


def test_celebrations_look_different_from_each_other() -> None:
    for age in (0.5, 1.2):
        pictures = [behind(make(name), age) for name in CELEBRATIONS]
        for one, other in itertools.combinations(pictures, 2):
            apart = (np.abs(one - other).max(axis=2) > 40).mean()
            assert apart > 0.6 * max(changed(one), changed(other))


@pytest.mark.parametrize("name", ["balloons", "hearts", "fireworks", "sunburst", "grand"])
def test_without_motion_a_celebration_only_fades(name: str) -> None:
    effect = make(name, still=True)
    one, later = behind(effect, 1.0), behind(effect, 2.2)
    assert changed(one) > 0.01
    assert np.array_equal(one, later)


@pytest.mark.parametrize("name", [*CELEBRATIONS, "sunburst", "grand"])
def test_a_slow_machine_draws_less(name: str) -> None:
    effect = make(name)
    whole = edges(behind(effect, 1.0))
    effect.layout.quality = Quality(0.3)
    assert edges(behind(effect, 1.0)) < 0.75 * whole


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("size", [(48, 48), (480, 1920), (1920, 360)])
@pytest.mark.parametrize("still", [False, True])
def test_it_draws_at_any_size(name: str, size: tuple[int, int], still: bool) -> None:
    effect, canvas = make(name, size, still), pygame.Surface(size, 0, 32)
    for age in AGES:
        effect.behind(canvas, age, 0.7)
        effect.before(canvas, age, 0.7)


def test_a_breath_is_in_for_four_seconds_and_out_for_six() -> None:
    assert (IN, OUT) == (4.0, 6.0)
    assert [air(age) for age in (0.0, 4.0, 10.0, 14.0)] == [0.0, 1.0, 0.0, 1.0]
    assert blowing(2.0) == 0.0
    assert blowing(6.0) > 0.9


def test_the_angry_character_breathes_with_it_and_its_red_fades() -> None:
    angry, effect = EXPRESSIONS[EMOTIONS.index("angry")], make("breath")

    def shown(name: str, age: float) -> float:
        return float(effect.act(angry, age)[PLACES[name]])

    assert shown("puff", 4.0) > 0.08
    assert shown("puff", 0.0) == shown("puff", 10.0) == 0.0
    assert shown("pout", 6.0) > 0.6
    reds = [shown("red", age) for age in range(14)]
    assert reds == sorted(reds, reverse=True)
    assert reds[0] == 1.0
    assert reds[-1] < 0.1


def test_the_wiper_starts_at_once_squeaks_and_all_is_clean_in_three_seconds() -> None:
    effect = make("freshen")
    assert changed(behind(effect, 0.12)) > 0.004, "the first splat"
    assert np.abs(behind(effect, 0.42) - behind(effect, 0.15)).max() > 100, "the wiper is there"
    angles = [wiper_angle(age) for age in np.linspace(*SWEEPS[0], 100)]
    steps = np.diff(angles)
    assert (steps < 0).sum() > 60, "it sweeps to the right"
    assert (steps > 0).any(), "and sticks and slips"
    disgust = EXPRESSIONS[EMOTIONS.index("disgust")]
    assert effect.act(disgust, 3.0)[PLACES["green"]] < 0.05
    greens = behind(effect, 3.0)
    assert (greens[..., 0] < -60).mean() < 0.002, "no muck is left"


def test_the_character_follows_the_wiper_with_its_eyes() -> None:
    effect = make("freshen")
    for age in np.linspace(0.5, 1.1, 20):
        gaze = effect.look(age)
        assert gaze is not None
        assert gaze.right == pytest.approx(0.95 * np.cos(wiper_angle(age)))
    assert effect.look(3.0) is None
    assert make("freshen", still=True).look(0.8) is None


def test_a_smile_is_mirrored_even_while_the_wiper_is_at_work(
    theatre: MakeTheatre, feel: MakeScene
) -> None:
    place = theatre(face="character")
    life = place.stage._character.life
    place.after(feel("disgust", "freshen"), 1.6)
    assert life._expression[PLACES["smile"]] < 0.0
    place.after(feel("disgust", "freshen", smile=1.0), 0.5)
    assert life._expression[PLACES["smile"]] > 0.1


def test_relief_makes_the_character_beam_with_an_open_hand() -> None:
    sad = EXPRESSIONS[EMOTIONS.index("sad")]
    beaming = make("sunburst").act(sad, 1.0)
    happy = EXPRESSIONS[EMOTIONS.index("happy")]
    for name in ("smile", "part", "blush"):
        assert beaming[PLACES[name]] >= happy[PLACES[name]] - 1e-9
    assert beaming[PLACES["hand"]] == 1.0
