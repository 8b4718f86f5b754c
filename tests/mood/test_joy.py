"""Joy follows each frame, and every smile counts."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.messages import EMOTIONS, Box, Face, FrameResult
from device.mood import JoyState, step_joy
from device.mood.joy import RING_SECONDS, STREAK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

TICKS, FRAMES = 30, 12
"""Ticks of the loop and frames of the camera in a second."""


def face(number: int, happy: float) -> Face:
    """Return a face with p(happy); the rest is spread evenly."""
    rest = (1.0 - happy) / 6
    return Face(
        number,
        Box(200.0, 100.0, 100.0, 100.0),
        0.9,
        (),
        tuple(happy if one == "happy" else rest for one in EMOTIONS),
    )


def play(*people: Callable[[float], float | None], seconds: float) -> list[tuple[float, JoyState]]:
    """Return the states while people show p(happy) as functions of time; None is away."""
    state, frame, found = JoyState(), None, []
    for tick in range(round(seconds * TICKS)):
        now = tick / TICKS
        if tick * FRAMES % TICKS < FRAMES:
            values = [person(now) for person in people]
            faces = tuple(face(n, value) for n, value in enumerate(values) if value is not None)
            frame = FrameResult(tick, now, now, 640, 480, faces)
        state = step_joy(state, frame, now)
        found.append((now, state))
    return found


def bursts(states: list[tuple[float, JoyState]]) -> list[float]:
    """Return the times of all bursts."""
    return [now for now, state in states for _ in state.bursts]


def smile(start: float, end: float, high: float = 0.9, low: float = 0.05) -> Callable[..., float]:
    """Return p(happy) of somebody who smiles from one time to another."""
    return lambda now: high if start <= now < end else low


def test_a_smile_of_a_second_is_seen_at_once_and_bursts() -> None:
    states = play(smile(3.0, 4.0), seconds=6)
    first = next(now for now, state in states if state.level > 0.0)
    assert 3.0 <= first <= 3.25
    (at,) = bursts(states)
    assert 3.0 + RING_SECONDS <= at <= 4.2
    assert states[-1][1].level == 0.0
    assert states[-1][1].ring == 0.0


def test_the_ring_fills_steadily_and_drains_without_a_burst() -> None:
    states = play(smile(1.0, 1.5), seconds=3)
    rings = [state.ring for _, state in states]
    peak = rings.index(max(rings))
    assert 0.3 < max(rings) < 0.9
    assert rings[: peak + 1] == sorted(rings[: peak + 1])
    assert rings[peak:] == sorted(rings[peak:], reverse=True)
    assert rings[-1] == 0.0
    assert bursts(states) == []


def test_half_a_smile_fills_it_slowly_and_counts() -> None:
    (half,) = bursts(play(smile(1.0, 5.0, high=0.34), seconds=6))
    (full,) = bursts(play(smile(1.0, 5.0), seconds=6))
    assert 1.5 < (half - 1.0) / (full - 1.0) < 2.5


@pytest.mark.parametrize("lasts", [1.0, 1.6, 3.0])
def test_every_smile_counts(lasts: float) -> None:
    states = play(lambda now: 0.75 if now % 6.0 >= 6.0 - lasts else 0.08, seconds=60)
    times = bursts(states)
    assert len(times) == 10
    assert all(0.0 <= now % 6.0 - (6.0 - lasts) <= 1.2 for now in times)
    assert [burst.streak for _, state in states for burst in state.bursts] == [*range(1, 11)]


def test_a_streak_ends_with_a_pause() -> None:
    pause = STREAK_SECONDS + 3.0
    states = play(lambda now: 0.9 if now % pause > pause - 2.0 else 0.05, seconds=3 * pause)
    assert [burst.streak for _, state in states for burst in state.bursts] == [1, 1, 1]
    late = play(smile(1.0, 3.0), seconds=3.0 + STREAK_SECONDS)
    assert late[-1][1].streak == 0


def test_a_smile_that_stays_bursts_once_and_rests() -> None:
    states = play(smile(1.0, 99.0), seconds=40)
    assert len(bursts(states)) == 1
    glow = [state.ring for now, state in states if now > 2.5]
    assert glow[0] > 0.9
    assert glow[-1] == 0.0
    assert glow == sorted(glow, reverse=True)


def test_a_photograph_and_a_face_that_looks_happy_at_rest_wear_off() -> None:
    noise = random.Random(3)

    def photograph(_: float) -> float:
        return min(1.0, max(0.0, noise.gauss(0.9, 0.03)))

    states = play(photograph, seconds=120)
    assert len(bursts(states)) == 1, "the arrival"
    assert max(state.level for now, state in states if now > 30.0) < 0.4


def test_the_noise_of_a_calm_face_never_bursts() -> None:
    noise = random.Random(4)
    states = play(lambda _: min(1.0, max(0.0, noise.gauss(0.15, 0.06))), seconds=600)
    assert bursts(states) == []
    assert max(state.ring for _, state in states) < 0.5


def test_who_arrives_with_a_smile_is_celebrated() -> None:
    states = play(lambda now: None if now < 1.0 else 0.9, seconds=4)
    (at,) = bursts(states)
    assert 1.0 < at < 2.2


def test_of_two_people_any_smile_counts_and_the_widest_that_fills_its_ring_leads() -> None:
    states = play(smile(1.0, 3.0, high=0.4), smile(1.5, 3.0), smile(9.0, 9.0), seconds=5)
    assert sorted(burst.id for _, state in states for burst in state.bursts) == [0, 1]
    ends = {burst.id: now for now, state in states for burst in state.bursts}
    leads = [(now, state.lead.id) for now, state in states if 1.7 < now < 2.9 and state.lead]
    assert ends[1] < ends[0]
    assert {one for now, one in leads if now < ends[1]} == {1}
    assert {one for now, one in leads if ends[1] <= now < ends[0]} == {0}


def test_two_equal_smiles_that_jitter_do_not_take_turns_at_the_front() -> None:
    rng = random.Random(4)

    def jitters(now: float) -> float:
        return 0.05 if now < 1.0 else 0.5 + rng.uniform(-0.06, 0.06)

    fronts = [state.front for now, state in play(jitters, jitters, seconds=5) if now > 1.2]
    assert None not in fronts
    flips = sum(one != other for one, other in itertools.pairwise(fronts))
    assert flips <= 2, "once for each burst"


def test_a_smile_that_stays_keeps_nobody_else_from_the_front() -> None:
    states = play(smile(1.0, 6.0), smile(3.0, 6.0), seconds=5)
    fronts = {round(now, 2): state.front for now, state in states}
    assert fronts[2.5] == 0
    assert fronts[3.3] == 1
    filling = [state.filling for now, state in states if 3.2 < now < 3.7]
    assert filling == sorted(filling)
    assert filling[-1] > filling[0] > 0.0
    assert all(state.is_celebrating for now, state in states if 2.0 < now < 5.0)


def test_who_leaves_is_forgotten() -> None:
    states = play(lambda now: 0.9 if now < 1.5 else None, seconds=4)
    assert states[-1][1].smiles == ()
    assert states[-1][1].level == 0.0


def test_a_loop_that_was_held_up_bursts_nothing_by_itself() -> None:
    frame = FrameResult(1, 0.0, 0.0, 640, 480, (face(1, 0.9),))
    state = step_joy(JoyState(), frame, 0.0)
    state = step_joy(state, frame, 60.0)
    assert state.smiles == ()
    assert state.bursts == ()


@given(
    st.lists(
        st.tuples(
            st.floats(-1.0, 3.0), st.lists(st.tuples(st.integers(0, 2), st.floats(0.0, 1.0)))
        ),
        max_size=40,
    )
)
def test_levels_and_rings_stay_in_their_bounds(
    steps: list[tuple[float, list[tuple[int, float]]]],
) -> None:
    state, now = JoyState(), 100.0
    for number, (elapsed, people) in enumerate(steps):
        now += elapsed
        faces = tuple(face(who, happy) for who, happy in dict(people).items())
        previous = state
        state = step_joy(state, FrameResult(number, now, now, 640, 480, faces), now)
        assert all(0.0 <= one.level <= 1.0 and 0.0 <= one.ring <= 1.0 for one in state.smiles)
        assert state.streak <= previous.streak + len(state.bursts)
        assert state.clock >= previous.clock
