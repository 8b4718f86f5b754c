"""A companion for each person: where they stand, who comes to the front, and who is comforted."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.messages import EMOTIONS, Box, Face, FrameResult, Mood
from device.mood import probabilities_of
from device.stage import PersonSmile, Scene
from device.stage.character.group import GROWN
from device.stage.character.places import MAX_FACES, place_of, size_of
from device.stage.layout import Layout

if TYPE_CHECKING:
    from device.stage.character.group import Companion
    from tests.support.theatres import MakeTheatre, Theatre

SIZES = [
    (1280, 720), (1920, 1080), (1024, 768), (1280, 1024), (320, 240), (600, 600), (480, 800),
    (480, 1920), (768, 1024), (1920, 360),
]  # fmt: skip
CALM = probabilities_of("neutral")
SMILE = PersonSmile(1.0, 0.7)


def scene(
    *across: float,
    smiles: dict[int, PersonSmile] | None = None,
    front: int | None = None,
    emotion: str = "neutral",
    lead: int | None = None,
) -> Scene:
    """Return the scene of calm people at places in the picture, with ids from 0."""
    faces = tuple(
        Face(number, Box(640 * x - 40, 150, 80, 80), 0.9, (), CALM)
        for number, x in enumerate(across)
    )
    mood = Mood(emotion, 0.0, len(faces), probabilities_of(emotion), lead)
    seen = FrameResult(1, 1.0, 1.0, 640, 480, faces)
    return Scene(mood, seen, smiles=smiles or {}, front=front)


def people(place: Theatre) -> dict[int, Companion]:
    return place.assets.group._people


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", range(2, MAX_FACES + 1))
def test_all_of_them_stand_on_the_canvas_and_clear_of_the_large_face(
    size: tuple[int, int], count: int
) -> None:
    layout = Layout.of(size)
    radius = size_of(layout) / 2
    places = [place_of(layout, number, count) for number in range(count)]
    for x, y in places:
        assert radius <= x <= size[0] - radius
        assert radius <= y <= layout.caption.top
        away = np.hypot(x - layout.centre[0], y - layout.centre[1] - 0.105 * layout.diameter)
        assert away - radius >= 0.395 * layout.diameter
    across = [x for x, _ in places]
    assert across == sorted(across), "from left to right"
    gaps = [np.hypot(*(a - b)) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps) >= 2 * radius


def test_whoever_smiles_comes_to_the_front_and_goes_back(theatre: MakeTheatre) -> None:
    place = theatre((640, 360))
    calm = scene(0.3, 0.7)
    place.after(calm, 1.5)
    assert [one.grown for one in people(place).values()] == [0.0, 0.0]
    smiling = scene(0.3, 0.7, smiles={1: SMILE}, front=1)
    place.after(smiling, 0.3)
    assert people(place)[1].grown > 0.7, "at once"
    place.after(smiling, 1.0)
    assert people(place)[1].grown > 0.98
    assert people(place)[0].grown == 0.0
    place.after(calm, 2.0)
    assert people(place)[1].grown == 0.0
    assert people(place)[1].large is None


def test_the_smile_and_its_ring_show_on_its_own_companion(theatre: MakeTheatre) -> None:
    place = theatre((1280, 720))
    before = place.after(scene(0.3, 0.7), 2.0).astype(int)
    smiling = scene(0.3, 0.7, smiles={1: SMILE}, front=1)
    change = np.abs(place.after(smiling, 0.2).astype(int) - before).max(axis=2)

    def around(number: int) -> float:
        wanted = people(place)[number].place
        assert wanted is not None
        (x, y), reach = wanted, round(0.8 * size_of(Layout.of((1280, 720))))
        part = change[round(x) - reach : round(x) + reach, round(y) - reach : round(y) + reach]
        return float((part > 40).mean())

    assert around(1) > 0.1
    assert around(0) < 0.05


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (480, 1000), (640, 360)])
@pytest.mark.parametrize("front", [0, 5])
def test_the_outermost_of_six_is_not_cut_when_it_grows(
    theatre: MakeTheatre, size: tuple[int, int], front: int
) -> None:
    place = theatre(size)
    across = [0.1 + 0.16 * number for number in range(6)]
    shown = scene(*across, smiles={front: SMILE}, front=front)
    place.after(shown, 3.0)
    companion = people(place)[front]
    x, _ = place.assets.group._centre(companion, 0.0)
    scale = 1.0 + (GROWN - 1.0) * companion.grown
    assert companion.grown > 0.4
    assert x - 0.6 * scale * size_of(Layout.of(size)) >= -1
    assert x + 0.6 * scale * size_of(Layout.of(size)) <= size[0] + 1


def test_two_who_stand_close_do_not_change_places_with_each_frame(theatre: MakeTheatre) -> None:
    place, rng = theatre((640, 360)), random.Random(2)
    place.after(scene(0.45, 0.55), 2.0)
    start = people(place)[0].place
    assert start is not None
    for _ in range(60):
        place.hop(scene(0.45 + rng.gauss(0, 0.05), 0.55 + rng.gauss(0, 0.05)), 1 / 15)
        assert people(place)[0].place == pytest.approx(start, abs=1)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_comfort_goes_to_the_one_whose_mood_it_is(theatre: MakeTheatre, emotion: str) -> None:
    place = theatre((640, 360))
    place.after(scene(0.3, 0.7, emotion=emotion, lead=1), 3.0)
    assert (people(place)[1].comfort > 0.95) == (emotion in ("sad", "fear"))
    assert people(place)[0].comfort == 0.0


def test_after_its_burst_it_glows_for_as_long_as_the_smile_stays(theatre: MakeTheatre) -> None:
    place = theatre((640, 360))
    stays = {1: PersonSmile(0.9, 0.9, celebrating=True)}
    place.after(scene(0.3, 0.7, smiles=stays, front=1), 3.0)
    assert people(place)[1].glow > 0.8
    place.after(scene(0.3, 0.7), 3.0)
    assert people(place)[1].glow < 0.02


def test_where_motion_is_unwelcome_nobody_bounces(theatre: MakeTheatre) -> None:
    def heights(still: bool) -> set[float]:
        place, found = theatre((640, 360), reduced_motion=still), set()
        smiling = scene(0.3, 0.7, smiles={1: SMILE}, front=1)
        place.after(smiling, 4.0)
        for _ in range(10):
            place.hop(smiling, 0.07)
            found.add(round(place.assets.group._centre(people(place)[1], place.now)[1], 1))
        return found

    assert len(heights(still=True)) == 1
    assert len(heights(still=False)) > 5


def test_portraits_are_used_again(theatre: MakeTheatre) -> None:
    place = theatre((640, 360))
    for number in range(4):
        smiles = dict.fromkeys(range(2), SMILE)
        place.after(scene(0.3, 0.7, smiles=smiles, front=number % 2), 1.0)
        place.after(scene(0.3), 1.5)
    assert len(place.assets.group._spare) == 2
    assert len(place.assets.group._large) <= 2
