"""The character: between the expressions, moving as on springs, looking at people."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.messages import EMOTIONS, Box, Face, FrameResult, Mood
from device.stage import Scene
from device.stage.character import EXPRESSIONS, NEUTRAL, Gaze, Life, Portrait, blend
from device.stage.character.expression import FEATURES, PLACES
from device.stage.layout import Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.stage.character.expression import Expression
    from tests.support.theatres import MakeScene, MakeTheatre, Theatre

HAPPY = EXPRESSIONS[EMOTIONS.index("happy")]


def feature(expression: Expression, name: str) -> float:
    return float(expression[PLACES[name]])


def one_hot(emotion: str, sure: float = 1.0) -> tuple[float, ...]:
    rest = (1 - sure) / 6
    return tuple(sure if name == emotion else rest for name in EMOTIONS)


def drawn(
    expression: Expression,
    where: Gaze | None = None,
    size: int = 200,
    closed_at: float | None = None,
) -> NDArray[np.int_]:
    """Return a face as it is drawn, (width, height, 3), on grey."""
    canvas = pygame.Surface((round(size * 1.5), round(size * 1.5)), 0, 32)
    canvas.fill((90, 90, 90))
    life = Life(random.Random(3), still=True)
    look = life.move(expression, where or Gaze(), closed_at or 50.0)
    Portrait(size).draw(canvas, look, canvas.get_rect().center)
    return pygame.surfarray.array3d(canvas).astype(int)


def test_a_still_one_looks_like_the_one_that_was_painted_whatever_is_painted_after_it() -> None:
    canvas, portrait = pygame.Surface((300, 300), 0, 32), Portrait(200)
    looks = [Life(random.Random(3), still=True).move(one, Gaze(), 50.0) for one in EXPRESSIONS]
    stills = [portrait.still(look) for look in looks]
    for expression, look, still in zip(EXPRESSIONS, looks, stills, strict=True):
        canvas.fill((90, 90, 90))
        still.draw(canvas, look, canvas.get_rect().center, repaint=False)
        assert np.array_equal(pygame.surfarray.array3d(canvas), drawn(expression))


@pytest.mark.parametrize("number", range(7))
def test_a_certain_mood_is_its_expression(number: int) -> None:
    given = blend(one_hot(EMOTIONS[number]))
    assert given == pytest.approx(EXPRESSIONS[number])


def test_a_half_smile_is_half_a_smile() -> None:
    half = blend((0, 0, 0, 0.5, 0, 0, 0.5))
    assert half == pytest.approx((HAPPY + NEUTRAL) / 2)
    smiles = [
        feature(blend((0, 0, 0, share, 0, 0, 1 - share)), "smile")
        for share in np.linspace(0, 1, 11)
    ]
    assert smiles == sorted(smiles)
    assert max(b - a for a, b in itertools.pairwise(smiles)) < 0.3 * (smiles[-1] - smiles[0])


@pytest.mark.parametrize("nothing", [(), (0.0,) * 7])
def test_no_probabilities_are_neutral(nothing: tuple[float, ...]) -> None:
    assert (blend(nothing) == NEUTRAL).all()


def test_every_pair_of_expressions_can_be_told_apart() -> None:
    pictures = [drawn(one) for one in EXPRESSIONS]
    for one, other in itertools.combinations(pictures, 2):
        assert np.abs(one - other).mean() > 2.0


def test_features_follow_as_on_springs() -> None:
    life = Life(random.Random(1))
    life.move(NEUTRAL, Gaze(), 0.0)
    smiles = [
        feature(life.move(HAPPY, Gaze(), step / 30).expression, "smile") for step in range(1, 60)
    ]
    start, goal = feature(NEUTRAL, "smile"), feature(HAPPY, "smile")
    steps = np.diff([start, *smiles])
    assert smiles[2] < start + 0.5 * (goal - start), "it does not jump"
    assert goal < max(smiles) < goal + 0.3 * (goal - start), "it swings over, a little"
    assert smiles[-1] == pytest.approx(goal, abs=0.01)
    assert max(steps) < 0.4 * (goal - start)


def test_the_rate_of_frames_does_not_matter() -> None:
    ends = []
    for rate in (12, 30, 60, 120):
        life = Life(random.Random(1))
        life.move(NEUTRAL, Gaze(), 0.0)
        for step in range(1, rate // 4 + 1):
            look = life.move(HAPPY, Gaze(1, 0), step / rate)
        ends.append([feature(look.expression, "smile"), look.gaze.right])
    assert np.ptp(ends, axis=0).max() < 0.06


@pytest.mark.parametrize("gap", [5.0, -3.0, 1e6])
def test_after_a_gap_everything_is_where_it_was_going(gap: float) -> None:
    life = Life(random.Random(1))
    life.move(NEUTRAL, Gaze(), 100.0)
    look = life.move(HAPPY, Gaze(0.5, 0), 100.0 + gap)
    assert look.expression == pytest.approx(HAPPY)
    assert look.gaze.right == pytest.approx(0.5)


def test_it_blinks_now_and_then_and_glances_about() -> None:
    life = Life(random.Random(1))
    looks = [life.move(NEUTRAL, None, step / 30) for step in range(30 * 60)]
    closed = np.array([look.closed for look in looks]) > 0.9
    blinks = np.flatnonzero(np.diff(closed.astype(int)) > 0)
    assert 8 <= len(blinks) <= 28, "in a minute"
    assert closed.mean() < 0.1
    rights = [look.gaze.right for look in looks]
    assert min(rights) < -0.2
    assert max(rights) > 0.2


def test_a_still_face_neither_breathes_nor_glances_nor_swings_over() -> None:
    life = Life(random.Random(1), still=True)
    looks = [life.move(HAPPY, None, step / 30) for step in range(900)]
    assert {look.breath for look in looks} == {0.0}
    assert {look.gaze for look in looks} == {Gaze()}
    life.move(NEUTRAL, None, 30.0)
    smiles = [feature(life.move(NEUTRAL, None, 30 + s / 30).expression, "smile") for s in range(60)]
    assert min(smiles) > feature(NEUTRAL, "smile") - 1e-3


def seen(*boxes: Box) -> FrameResult:
    faces = tuple(Face(number, box, 0.9, (), one_hot("happy")) for number, box in enumerate(boxes))
    return FrameResult(1, 1.0, 1.0, 640, 480, faces)


def test_the_pupils_go_where_it_looks() -> None:
    def dark(picture: NDArray[np.int_]) -> float:
        eyes = picture[60:240, 110:160]
        return float(np.argwhere(eyes.sum(axis=-1) < 190)[:, 0].mean())

    middle, right = dark(drawn(NEUTRAL)), dark(drawn(NEUTRAL, Gaze(0.9, 0)))
    assert right > middle + 3


@pytest.mark.parametrize("size", [12, 40, 133, 700])
def test_any_size_draws_inside_itself(size: int) -> None:
    shown = drawn(HAPPY, size=size)
    assert (np.abs(shown - 90).max(axis=-1) > 40).mean() > 0.15
    edge = np.concatenate([shown[0], shown[-1], shown[:, -1]])
    assert np.abs(edge - 90).max() <= 30, "nothing but its shadow reaches the edge"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=len(FEATURES), max_size=len(FEATURES)),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_nothing_is_too_strange_to_draw(values: list[float], right: float, down: float) -> None:
    drawn(np.array(values), Gaze(right, down), size=60)


def test_people_have_companions_up_to_six(theatre: MakeTheatre) -> None:
    def frame(count: int) -> tuple[NDArray[np.int_], Theatre]:
        place = theatre((640, 360), face="character")
        boxes = [Box(10 + 75 * number, 100, 60, 60) for number in range(count)]
        faces = seen(*boxes).faces
        mood = Mood("happy", 0.0, count, one_hot("happy"))
        scene = Scene(mood, FrameResult(1, 1.0, 1.0, 640, 480, faces))
        picture = place.after(scene, 2.0).astype(int)
        return picture, place

    alone, _ = frame(1)
    several, place = frame(4)
    assert len(place.assets.group._people) == 4
    layout = Layout.of((640, 360))
    foot = np.s_[:, layout.centre[1] : layout.caption.top]
    assert np.abs(alone - several)[foot].mean() > 1
    many, place = frame(8)
    assert len(place.assets.group._people) == 6
    assert many.shape == alone.shape


def test_a_companion_goes_when_its_person_does(theatre: MakeTheatre) -> None:
    place = theatre((640, 360))
    mood = Mood("happy", 0.0, 2, one_hot("happy"))
    both = seen(Box(10, 100, 80, 80), Box(300, 100, 80, 80))
    place.after(Scene(mood, both), 1.5)
    assert len(place.assets.group._people) == 2
    place.after(Scene(mood, seen(Box(10, 100, 80, 80))), 1.0)
    assert not place.assets.group._people


@pytest.mark.parametrize("kind", ["character", "emoji", "both"])
def test_the_owner_chooses_who_mirrors(theatre: MakeTheatre, feel: MakeScene, kind: str) -> None:
    shown = theatre(face=kind).after(feel("happy"), 3.0)
    others = [k for k in ("character", "emoji", "both") if k != kind]
    for other in others:
        assert not np.array_equal(shown, theatre(face=other).after(feel("happy"), 3.0))


def test_beside_the_character_the_emoji_pops_up_at_a_change_of_mood(
    theatre: MakeTheatre, feel: MakeScene
) -> None:
    place, both = theatre(), theatre(face="both")
    for mood in ("neutral", "happy"):
        early, late = ([one.after(feel(mood), 1.5) for one in (place, both)] for _ in range(2))
        assert np.array_equal(early[0], early[1])
        assert not np.array_equal(late[0], late[1]), "it has gone by now"


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_shows(name: str) -> None:
    base = NEUTRAL.copy()
    base[PLACES["part"]] = 0.2
    other = base.copy()
    other[PLACES[name]] += 1.0
    changed = np.abs(drawn(base, closed_at=50.03) - drawn(other, closed_at=50.03)).max(axis=-1) > 12
    assert changed.sum() > 20
