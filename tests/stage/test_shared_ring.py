"""The ring that several people fill together, on the stage and by itself."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest

from device.messages import Box, Face, FrameResult, Game, Mood
from device.mood import probabilities_of
from device.stage import Scene
from device.stage.character.shared_ring import COLOURS, OPEN, OUTSIDE, Part, SharedRing

if TYPE_CHECKING:
    from tests.support.theatres import MakeTheatre

CENTRE, RADIUS = (120, 120), 80.0


def lights(*shares: float, opacity: float = 1.0, last: int | None = None) -> list[float]:
    """Return how bright each person's part of the ring is, from the left of the foot."""
    canvas = pygame.Surface((240, 240), 0, 32)
    ring = SharedRing(CENTRE, RADIUS)
    parts = [Part(number, share, number == last) for number, share in enumerate(shares)]
    ring.draw(canvas, parts, opacity, 0.0)
    pixels = pygame.surfarray.array3d(canvas).max(axis=2).astype(float)
    x, y = np.mgrid[:240, :240] - 120.0
    turn = np.mod(np.arctan2(x, -y) - math.pi - OPEN / 2, math.tau) / (math.tau - OPEN)
    on_ring = np.abs(np.hypot(x, y) - OUTSIDE * RADIUS) < 4
    found = []
    for number in range(len(shares)):
        along = turn * len(shares) - number
        found.append(float(pixels[on_ring & (along > 0.1) & (along < 0.9)].mean()))
    return found


@pytest.mark.parametrize("count", range(2, 7))
def test_each_person_fills_a_part_of_their_own(count: int) -> None:
    dark = lights(*[0.0] * count)
    assert min(dark) > 8.0, "it shows what there is to fill"
    for number in range(count):
        found = lights(*[1.0 if one == number else 0.0 for one in range(count)])
        assert found[number] > 2.5 * dark[number]
        others = [light for one, light in enumerate(found) if one != number]
        assert max(others) < 1.2 * max(dark)


def test_half_a_share_lights_half_a_part() -> None:
    none, half, full = (lights(share, 0.0)[0] for share in (0.0, 0.5, 1.0))
    assert none + 0.35 * (full - none) < half < none + 0.65 * (full - none)


def test_the_part_that_all_wait_for_is_brighter() -> None:
    assert lights(1.0, 0.0, last=1)[1] > 1.4 * lights(1.0, 0.0)[1]


def test_nothing_is_drawn_without_people_or_opacity() -> None:
    canvas = pygame.Surface((240, 240), 0, 32)
    SharedRing(CENTRE, RADIUS).draw(canvas, [], 1.0, 0.0)
    assert not pygame.surfarray.array3d(canvas).any()
    assert max(lights(1.0, 1.0, opacity=0.0)) == 0.0


def test_colours_are_told_apart() -> None:
    apart = [math.dist(one, other) for i, one in enumerate(COLOURS) for other in COLOURS[:i]]
    assert min(apart) > 60


def playing(phase: str, last: int | None = None, **shares: float) -> Scene:
    """Return the scene of three people in a game."""
    faces = tuple(
        Face(number, Box(100 + 180 * number, 150, 80, 80), 0.9, (), probabilities_of("neutral"))
        for number in range(3)
    )
    seen = FrameResult(1, 1.0, 1.0, 640, 480, faces)
    found = {int(name[1:]): share for name, share in shares.items()}
    mood = Mood("neutral", 0.0, 3, probabilities_of("neutral"), 0)
    return Scene(mood, seen, game=Game(phase, 0.0, found, last))


@pytest.mark.parametrize("size", [(640, 360), (320, 240), (480, 1000), (512, 384)])
def test_the_ring_is_between_the_large_face_and_the_companions(
    theatre: MakeTheatre, size: tuple[int, int]
) -> None:
    place = theatre(size)
    none = place.after(playing("waiting", p0=0.0, p1=0.0, p2=0.0), 3.0).astype(int)
    all_of_it = playing("waiting", p0=1.0, p1=1.0, p2=1.0)
    change = np.abs(place.hop(all_of_it, 0.0).astype(int) - none).max(axis=2) > 30
    (x, y), radius = place.assets.actor.head
    away = np.hypot(*(np.mgrid[: size[0], : size[1]] - np.array([x, y])[:, None, None]))
    ring = change & (np.abs(away / radius - OUTSIDE) < 0.1)
    assert ring.sum() > 0.25 * math.tau * OUTSIDE * radius
    caption = place.assets.layout.caption
    assert not ring[:, caption.top :].any()


def test_the_one_whom_all_wait_for_stands_in_front_below_an_arrow(theatre: MakeTheatre) -> None:
    place = theatre((640, 360))
    place.after(playing("last", last=2, p0=1.0, p1=1.0, p2=0.0), 2.0)
    people = place.assets.group._people
    assert people[2].grown > 0.95
    assert people[0].grown == people[1].grown == 0.0


def test_all_are_merry_when_they_have_won_and_the_ring_fades_with_the_game(
    theatre: MakeTheatre,
) -> None:
    place = theatre((640, 360))
    won = playing("won", p0=1.0, p1=1.0, p2=1.0)
    place.after(won, 3.0)
    group = place.assets.group
    assert min(one.merry for one in group._people.values()) > 0.95
    assert min(one.glow for one in group._people.values()) > 0.95
    place.after(replace(won, game=None), 1.0)
    assert group._game is None


def test_who_left_is_not_missed_by_the_drawing(theatre: MakeTheatre) -> None:
    place = theatre((640, 360))
    place.after(playing("last", last=9, p0=1.0, p1=1.0, p9=0.0), 1.0)
    assert set(place.assets.group._people) == {0, 1, 2}


@pytest.mark.parametrize("still", [False, True])
def test_where_motion_is_unwelcome_a_game_that_waits_stands_still(
    theatre: MakeTheatre, still: bool
) -> None:
    place = theatre((640, 360), reduced_motion=still)
    waiting = playing("last", last=2, p0=1.0, p1=1.0, p2=0.0)
    place.after(waiting, 6.0)
    (x, _), radius = place.assets.actor.head
    left = np.s_[round(x - 1.35 * radius) : round(x - 1.02 * radius), :]
    aside = np.s_[: round(x - 1.35 * radius), : place.assets.layout.caption.top]
    seen = [place.hop(waiting, 0.2).astype(int) for _ in range(8)]
    for part in (left, aside):
        moved = max(np.abs(one[part] - seen[0][part]).max() for one in seen)
        assert (moved > 25) != still


def test_a_pause_hides_the_game(theatre: MakeTheatre) -> None:
    place = theatre((640, 360))
    shown = playing("waiting", p0=1.0, p1=0.0, p2=0.0)
    place.after(shown, 2.0)
    place.after(replace(shown, paused=True), 2.0)
    assert place.assets.group._game is None
    assert shown.act == "everybody"
    assert replace(shown, paused=True).act == "paused"
