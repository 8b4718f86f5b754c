"""What the character does while nobody is there: on a clock that the tests hold."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from device.config.schema import StageConfig
from device.messages import Box, Face, FrameResult, Mood
from device.stage import Scene
from device.stage.idle import (
    BECKON,
    FACE_SECONDS,
    FAREWELL_SECONDS,
    GREET,
    PASTIMES,
    PEEKABOO,
    QUIET_SECONDS,
    REST,
    RESTS,
    SLEEP,
    START,
    WAVE,
    YAWN,
    IdleScheduler,
    pastimes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAME = 1 / 12
FACE = Face(1, Box(200, 120, 160, 200), 0.9, (), (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0))


class Room:
    """A scheduler, whose frames come twelve times a second; `acts` has (start, name) of each."""

    def __init__(self, names: Sequence[str] = PASTIMES, seed: int = 0) -> None:
        self.idle = IdleScheduler(names, seed)
        self.now, self.number = 1000.0, 0
        self.acts: list[tuple[float, str]] = []

    def go_on(
        self,
        seconds: float,
        *,
        motion_at: float | None = None,
        face: bool = False,
        **scene: object,
    ) -> str:
        """Let some seconds pass; return the act at their end."""
        for _ in range(max(1, round(seconds / FRAME))):
            self.now += FRAME
            self.number += 1
            motion, faces = 0.0 if motion_at is None else 0.02, (FACE,) if face else ()
            result = FrameResult(
                *(self.number, self.now, self.now, 640, 480, faces),
                motion=motion,
                motion_at=motion_at or 0.0,
            )
            self.idle.update(Scene(frame_result=result, **scene), self.now)  # type: ignore[arg-type]
            if not self.acts or self.acts[-1][1] != self.idle.act.name:
                self.acts.append((self.now, self.idle.act.name))
        return self.idle.act.name

    def until(self, name: str, **scene: object) -> None:
        """Go on until an act begins."""
        for _ in range(round(600 / FRAME)):
            if self.go_on(FRAME, **scene) == name:  # type: ignore[arg-type]
                return
        raise AssertionError(f"{name} did not come: {self.acts}")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "config", [{}, {"reduced_motion": True}, {"face": "emoji"}], ids=["all", "still", "emoji"]
)
def test_ten_minutes_have_all_acts_and_none_twice_in_a_row(
    seed: int, config: dict[str, Any]
) -> None:
    chosen = pastimes(StageConfig(**config))
    room = Room(chosen, seed)
    room.go_on(600.0)
    names = [name for _, name in room.acts if name != REST]
    assert set(names) - {PEEKABOO} == set(chosen)
    assert len(set(chosen)) >= (4 if config else 6)
    assert names[0] == WAVE
    assert all(one != other for one, other in itertools.pairwise(names))
    for (start, name), (end, _) in itertools.pairwise(room.acts):
        if name == REST:
            assert RESTS[0] <= end - start <= RESTS[1] + 2 * FRAME


def test_who_moves_is_looked_at_at_once_and_called_with_the_second_frame() -> None:
    room = Room()
    room.go_on(30.0)
    room.go_on(FRAME, motion_at=0.8)
    assert room.idle.aside == -0.8, "the camera's right is the screen's left"
    room.go_on(FRAME, motion_at=0.7)
    assert room.idle.act.name == BECKON
    assert room.go_on(3.0) == BECKON
    assert room.idle.aside is None


def test_a_single_flash_of_movement_calls_nobody() -> None:
    room = Room()
    for _ in range(10):
        room.go_on(2.0)
        assert room.go_on(FRAME, motion_at=0.1) != BECKON


def test_who_keeps_moving_is_called_now_and_then() -> None:
    room = Room()
    room.go_on(60.0, motion_at=0.3)
    calls = [at for at, name in room.acts if name == BECKON]
    assert len(calls) >= 4
    assert min(later - at for at, later in itertools.pairwise(calls)) >= QUIET_SECONDS


@pytest.mark.parametrize("act", [*PASTIMES, PEEKABOO, BECKON, SLEEP])
def test_a_face_ends_any_act_at_once(act: str) -> None:
    room = Room()
    if act == BECKON:
        room.go_on(10.0)
        room.go_on(0.5, motion_at=0.2)
    room.until(act, night=act == SLEEP)
    assert room.go_on(FRAME, face=True) == GREET
    assert room.idle.last.name == act
    assert room.go_on(FACE_SECONDS - FRAME) == GREET, "a face that is missed for a moment"
    assert room.go_on(1.0) == REST


def test_it_sleeps_at_night_and_wakes_with_a_start() -> None:
    room = Room()
    room.go_on(20.0)
    room.until(YAWN, night=True)
    room.until(SLEEP, night=True)
    assert room.go_on(3600.0, night=True) == SLEEP
    assert room.go_on(FRAME, motion_at=0.5) == START
    assert room.go_on(1.0) == BECKON
    room.go_on(60.0)
    room.until(SLEEP, night=True)


def test_it_wakes_in_the_morning_without_a_start() -> None:
    room = Room()
    room.until(SLEEP, night=True)
    assert room.go_on(FRAME) == YAWN


def test_an_emoji_sleeps_without_a_yawn() -> None:
    room = Room(pastimes(StageConfig(face="emoji")))
    room.until(SLEEP, night=True)
    assert room.go_on(FRAME) == WAVE
    assert YAWN not in [name for _, name in room.acts]


@pytest.mark.parametrize("state", ["paused", "blind", "waking"])
def test_nothing_is_played_while_it_cannot_see(state: str) -> None:
    room = Room()
    room.go_on(20.0)
    assert room.go_on(FRAME, **{state: True}) == REST
    room.go_on(60.0, motion_at=0.2, **{state: True})
    assert room.acts[-1][1] == REST


def test_who_leaves_is_waved_to_and_not_called_back() -> None:
    room = Room()
    room.go_on(5.0, face=True, mood=Mood("happy", 0.0, 1))
    room.go_on(0.5, motion_at=0.9, mood=Mood("happy", 0.0, 1))
    room.acts.clear()
    assert room.go_on(4.0, motion_at=0.9) == WAVE
    room.go_on(FAREWELL_SECONDS - 4.5, motion_at=0.9)
    assert BECKON not in [name for _, name in room.acts]


def test_a_clock_that_jumps_starts_again() -> None:
    room = Room()
    room.go_on(30.0)
    for jump in (-500.0, 5000.0):
        room.now += jump
        assert room.go_on(FRAME) == WAVE
