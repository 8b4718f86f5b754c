"""Whom the character looks at: steadily at one person, and now and then at the others."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from device.messages import Box, Face, FrameResult
from device.stage.character.gaze import HOLD_SECONDS, GazeClock, towards

if TYPE_CHECKING:
    from collections.abc import Callable

TICKS, FRAMES = 30, 12
CALM = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)


def frame(now: float, boxes: dict[int, Box]) -> FrameResult:
    """Return the result of a frame with faces by id."""
    faces = tuple(Face(name, box, 0.9, (), CALM) for name, box in boxes.items())
    return FrameResult(round(now * 1000), now, now, 640, 480, faces)


def pair(now: float, rng: random.Random) -> dict[int, Box]:
    """Return two equal faces whose boxes jitter as a detector's do."""
    return {
        name: Box(x + rng.gauss(0, 4), 150 + rng.gauss(0, 4), *[110 + rng.gauss(0, 6)] * 2)
        for name, x in ((1, 90), (2, 430))
    }


def targets(
    clock: GazeClock,
    boxes: Callable[[float, random.Random], dict[int, Box]],
    wanted: Callable[[float], int | None],
    seconds: float,
    glances: bool = True,
) -> list[tuple[float, int | None]]:
    """Return the times of a replay, and whom the clock looks at."""
    rng, found, newest = random.Random(5), [], None
    for tick in range(round(seconds * TICKS)):
        now = 10.0 + tick / TICKS
        if tick * FRAMES % TICKS < FRAMES:
            newest = frame(now, boxes(now - 10.0, rng))
        clock.follow(newest, wanted(now - 10.0), now, glances)
        found.append((now - 10.0, clock.target))
    return found


def changes(found: list[tuple[float, int | None]]) -> list[tuple[float, int | None]]:
    """Return when the target changes, and to whom."""
    return [after for before, after in itertools.pairwise(found) if before[1] != after[1]]


@pytest.mark.parametrize("who", ["size", "lead", "a lead that flips"])
def test_two_equal_jittering_faces_hold_each_look_for_a_second_and_a_half(who: str) -> None:
    wanted = {
        "size": lambda _: None,
        "lead": lambda _: 2,
        "a lead that flips": lambda now: 1 + round(now * FRAMES) % 2,
    }[who]
    found = changes(targets(GazeClock(), pair, wanted, 60.0))
    gaps = [after[0] - before[0] for before, after in itertools.pairwise(found)]
    assert 12 <= len(found) <= 40, "in a minute"
    assert min(gaps) >= HOLD_SECONDS - 1e-6


def test_like_a_host_it_glances_at_each_of_the_others_and_comes_back() -> None:
    def three(now: float, rng: random.Random) -> dict[int, Box]:
        return {**pair(now, rng), 3: Box(260, 150, 90, 90)}

    found = targets(GazeClock(), three, lambda _: 2, 40.0)
    order = [name for _, name in changes(found)]
    assert order[::2] != [2] * len(order[::2])
    assert set(order) == {1, 2, 3}
    assert set(order[1::2]) == {2}, "it comes back to the one who leads"
    assert set(order[:4:2]) == {1, 3}, "both in turns"
    assert sum(name == 2 for _, name in found) / len(found) > 0.6


@pytest.mark.parametrize("why", ["still", "celebrating"])
def test_it_glances_at_nobody_else_while_somebody_is_celebrated_nor_without_motion(
    why: str,
) -> None:
    clock = GazeClock(still=why == "still")
    found = targets(clock, pair, lambda _: 1, 30.0, glances=why != "celebrating")
    assert {name for _, name in found} == {1}


def test_it_turns_to_a_smile_within_the_hold_and_stays_with_it() -> None:
    found = targets(GazeClock(), pair, lambda now: 1 if now < 3.0 else 2, 6.0, glances=False)
    ((at, name),) = changes(found)
    assert name == 2
    assert at <= 3.0 + HOLD_SECONDS


def test_somebody_who_leaves_is_looked_after_for_half_a_second_only() -> None:
    def leaves(now: float, rng: random.Random) -> dict[int, Box]:
        both = pair(now, rng)
        return both if now < 1.0 else {2: both[2]} if now < 3.0 else {}

    found = targets(GazeClock(), leaves, lambda _: 1, 4.0)
    (gone, other), (end, nobody) = changes(found)
    assert (other, nobody) == (2, None)
    assert 1.3 < gone < 1.6
    assert 3.3 < end < 3.6


def test_a_gap_in_one_frame_changes_nothing() -> None:
    def flickers(now: float, rng: random.Random) -> dict[int, Box]:
        both = pair(now, rng)
        return {2: both[2]} if round(now * FRAMES) % 3 == 1 else both

    found = targets(GazeClock(), flickers, lambda _: 1, 3.9)
    assert changes(found) == []


def test_without_a_lead_it_looks_at_the_largest_face() -> None:
    clock = GazeClock()
    boxes = {1: Box(20, 200, 100, 100), 2: Box(560, 200, 40, 40)}
    look = clock.follow(frame(1.0, boxes), None, 1.0)
    assert clock.target == 1
    assert look is not None
    assert look.right > 0.5, "who is at the picture's left stands at the screen's right"
    assert clock.follow(None, None, 2.0) is None
    assert clock.follow(frame(3.0, {}), 1, 3.0) is None


def test_a_clock_that_goes_backwards_does_no_harm() -> None:
    clock = GazeClock()
    clock.follow(frame(50.0, {1: Box(20, 200, 100, 100)}), 1, 50.0)
    assert clock.follow(frame(2.0, {1: Box(20, 200, 100, 100)}), 1, 2.0)


def test_where_a_face_is() -> None:
    assert towards(Box(270, 190, 100, 100), 640, 480).right == pytest.approx(0, abs=0.05)
    assert towards(Box(270, 0, 100, 60), 640, 480).down < -0.3
    assert towards(Box(0, 0, 0, 0), 0, 0).right == pytest.approx(0.9)
