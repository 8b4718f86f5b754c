"""How idle acts look: nothing jumps, leaves the canvas or stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pygame.surfarray import array3d

from device.messages import Box, Face, FrameResult
from device.stage import Scene
from device.stage.character.expression import PLACES
from device.stage.character.idling import ACTS, Shift, perform, stilled, sunk
from device.stage.idle import BECKON, GREET, PEEK, REST, SECONDS, IdleAct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.support.theatres import MakeTheatre, Theatre

DEPTH = 0.9
FACE = Face(1, Box(0, 120, 160, 200), 0.9, (), (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0))


def moving(now: float, at: float) -> FrameResult:
    """Return a frame without a face in which something moves."""
    return FrameResult(round(now * 1000), now, now, 640, 480, motion=0.02, motion_at=at)


@pytest.mark.parametrize("name", [name for name in ACTS if name in SECONDS])
def test_the_character_never_jumps(name: str) -> None:
    shift, start = Shift(), perform(name, 0.0)
    before = shift.follow(start.right, sunk(start.low, DEPTH), 9.99)
    for frame in range(round((SECONDS[name] + 2.0) * 30)):
        age = frame / 30
        wanted = perform(name if age < SECONDS[name] else REST, age)
        place = shift.follow(wanted.right, sunk(wanted.low, DEPTH), 10.0 + age)
        assert np.hypot(place[0] - before[0], place[1] - before[1]) < 0.16
        before = place
    assert before == pytest.approx((0.0, 0.0), abs=0.01)


def test_a_peek_hides_all_of_it_but_its_eyes() -> None:
    ages = np.arange(0.0, SECONDS[PEEK], 1 / 30)
    lows = np.array([perform(PEEK, float(age)).low for age in ages])
    assert lows.min() >= 0.0
    assert lows.max() == pytest.approx(2.0)
    assert lows[(ages > 2.1) & (ages < 3.4)] == pytest.approx(1.0), "the eyes are over the edge"
    assert lows[-1] == pytest.approx(1.0)
    assert perform("peekaboo", 0.0).low == 1.0, "it goes on where the peek ends"


@pytest.mark.parametrize("name", ACTS)
def test_those_whom_motion_makes_sick_see_only_faces_and_eyes(name: str) -> None:
    for age in np.arange(0.0, 9.0, 0.25):
        found = stilled(perform(name, float(age)))
        assert (found.right, found.low) == (0.0, 0.0)
        assert {found.expression[PLACES[one]] for one in ("lean", "lift", "wave")} == {0.0}


def gaze(place: Theatre) -> float:
    """Return how far to the right the character looks, -1 to 1."""
    return float(place.stage._character.life._gaze[0])


@pytest.mark.parametrize("act", [REST, "wave", "look", "knock", "hum", "firefly", "faces"])
def test_the_eyes_are_where_something_moves_within_three_tenths_of_a_second(
    theatre: MakeTheatre, act: str
) -> None:
    place = theatre(face="character")
    place.after(Scene(), 5.0)
    place.stage._idle.act = IdleAct(act, place.now)
    place.after(Scene(), 1.0)
    for _ in range(9):
        place.hop(Scene(frame_result=moving(place.now, 0.9)), 1 / 30)
    assert gaze(place) < -0.6
    assert place.stage._idle.act.name == BECKON


@pytest.mark.parametrize("age", [0.5, 1.2, 2.5, 3.9, 5.0])
def test_who_comes_during_a_peek_is_greeted_at_once(theatre: MakeTheatre, age: float) -> None:
    place = theatre(face="character")
    place.after(Scene(), 5.0)
    place.stage._idle.act = IdleAct(PEEK, place.now)
    place.after(Scene(), age)
    for _ in range(6):
        now = place.now
        place.hop(Scene(frame_result=FrameResult(1, now, now, 640, 480, (FACE,))), 1 / 30)
    assert place.stage._idle.act.name == GREET
    _, down = place.stage._character.shift._at
    assert down < 0.4, "most of the way up in a fifth of a second"
    assert gaze(place) > 0.5, "it looks at whoever came"


def changed(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(one.astype(int) - other.astype(int)).max(axis=2) > 24, np.bool_)


@pytest.mark.parametrize("size", [(320, 240), (240, 320), (480, 270), (120, 480)])
@pytest.mark.parametrize("name", ["wave", "knock", "hum", "firefly", "sleep", PEEK, "blind"])
def test_what_belongs_to_an_act_is_there_and_fades_in(
    theatre: MakeTheatre, name: str, size: tuple[int, int]
) -> None:
    place = theatre(size, face="emoji" if name == "wave" else "character")
    place.after(Scene(), 2.0)
    props = place.assets.idle_props
    empty = place.canvas.copy()
    frames = []
    for frame in range(60):
        place.canvas.blit(empty, (0, 0))
        props.draw(place.canvas, name, frame / 10, 1.0)
        frames.append(array3d(place.canvas))
    plain = array3d(empty)
    shares = [float(changed(one, plain).mean()) for one in frames]
    assert shares[0] < 0.01, "it fades in"
    assert max(shares) > 0.0005, "it is seen"
    place.canvas.blit(empty, (0, 0))
    props.draw(place.canvas, name, 2.0, 0.0)
    assert not changed(array3d(place.canvas), plain).any()


@pytest.mark.parametrize("name", ["sleep", "blind", "wave"])
def test_things_stand_still_for_those_whom_motion_makes_sick(
    theatre: MakeTheatre, name: str
) -> None:
    place = theatre(reduced_motion=True, face="emoji" if name == "wave" else "character")
    place.after(Scene(), 2.0)
    props, empty = place.assets.idle_props, place.canvas.copy()
    seen = []
    for age in (2.2, 2.3, 2.4):
        place.canvas.blit(empty, (0, 0))
        props.draw(place.canvas, name, age, 1.0)
        seen.append(array3d(place.canvas))
    assert max(changed(seen[0], one).mean() for one in seen) < 0.002
