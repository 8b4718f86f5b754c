"""What the kiosk makes of frame results, on a clock that the tests hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from device.config.schema import MoodConfig
from device.kiosk.perception import STALE_SECONDS, Perception
from device.messages import Box, Face, FrameResult, Point
from device.system.latest import Latest

if TYPE_CHECKING:
    from device.drift import DriftMonitor
    from device.vision.supervisor import Supervisor

POINTS = (Point(240, 200), Point(310, 200), Point(275, 235), Point(275, 270))
HAPPY = Face(1, Box(200, 150, 150, 150), 0.9, POINTS, (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0))
STEP = 1 / 30


@dataclass
class FakeVision:
    """Publishes what the test says, and records when it is paused."""

    model: str = "1.0.0"
    frame_result: Latest[FrameResult | None] = field(default_factory=lambda: Latest(None))
    paused: list[bool] = field(default_factory=list)

    def pause(self, paused: bool) -> None:
        self.paused.append(paused)


@dataclass
class FakeDrift:
    """Records the numbers of the frame results that it gets."""

    numbers: list[int] = field(default_factory=list)

    def record(self, frame_result: FrameResult, model: str, now: float) -> None:
        assert model == "1.0.0"
        self.numbers.append(frame_result.number)


class Room:
    """A perception whose seconds pass as they are asked for."""

    def __init__(self) -> None:
        self.vision, self.drift = FakeVision(), FakeDrift()
        self.perception = Perception(
            cast("Supervisor", self.vision), cast("DriftMonitor", self.drift), MoodConfig()
        )
        self.now, self.number = 100.0, 0

    def process(self, late: float = 0.1) -> None:
        """Have vision process a frame with a happy face that was captured `late` seconds ago."""
        self.number += 1
        result = FrameResult(self.number, self.now - late, self.now, 640, 480, (HAPPY,))
        self.vision.frame_result.publish(result)

    def go_on(self, seconds: float, every: float | None = None, late: float = 0.1) -> None:
        """Let some seconds pass, with a frame every few of them."""
        end, due = self.now + seconds, self.now
        while self.now < end:
            if every and self.now >= due:
                due += every
                self.process(late)
            self.perception.update(self.now)
            self.now += STEP


@pytest.fixture
def room() -> Room:
    return Room()


def test_results_that_come_late_are_followed(room: Room) -> None:
    """As on an old or an emulated machine, which takes seconds for each frame."""
    room.go_on(5.0, every=1.0, late=5.0)
    assert room.perception.room.emotion == "happy"


def test_a_result_of_long_ago_is_not_followed(room: Room) -> None:
    room.go_on(5.0, every=1.0)
    room.go_on(STALE_SECONDS + MoodConfig().absent_seconds + 1.0)
    assert room.perception.frame_result is None
    assert room.perception.room.emotion is None


def test_each_result_is_counted_once(room: Room) -> None:
    room.go_on(3.0, every=0.5)
    assert room.drift.numbers == list(range(1, room.number + 1))
    assert room.perception.rate.per_second(room.now) == pytest.approx(2.0, rel=0.2)


def test_a_pause_closes_the_camera_and_empties_the_room(room: Room) -> None:
    room.go_on(3.0, every=0.1)
    room.perception.pause(True)
    room.go_on(3.0, every=0.1)
    assert room.vision.paused == [True]
    assert room.perception.frame_result is None
    assert room.perception.room.emotion is None
    room.perception.pause(False)
    room.go_on(3.0, every=0.1)
    assert room.perception.room.emotion == "happy"


def test_a_scene_that_the_owner_shows_is_on_stage_for_its_seconds(room: Room) -> None:
    room.go_on(3.0, every=0.1)
    room.perception.show("sad", 2.0, room.now)
    room.go_on(1.9, every=0.1)
    assert (room.perception.mood.emotion, room.perception.room.emotion) == ("sad", "happy")
    room.go_on(0.2, every=0.1)
    assert room.perception.mood is room.perception.room


def test_a_pause_ends_the_scene_on_stage(room: Room) -> None:
    room.perception.show("sad", 60.0, room.now)
    room.perception.pause(True)
    room.go_on(0.1)
    assert room.perception.mood is room.perception.room
