"""What the kiosk makes of frame results, on a clock that the tests hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast
from unittest import mock

import pytest

from device.config.schema import MoodConfig
from device.control.commands import Command
from device.kiosk.calm_faces import CalmFaces
from device.kiosk.perception import STALE_SECONDS, Perception
from device.messages import EMOTIONS, Box, Face, FrameResult, Point
from device.system.latest import Latest

if TYPE_CHECKING:
    from pathlib import Path

    from device.drift import DriftMonitor
    from device.messages import Probabilities
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

    def __init__(self, folder: Path, face: Face = HAPPY) -> None:
        self.vision, self.drift, self.face = FakeVision(), FakeDrift(), face
        self.calm_faces = CalmFaces(folder, enabled=False)
        self.seen: Latest[FrameResult | None] = Latest(None)
        self.perception = Perception(
            cast("Supervisor", self.vision),
            cast("DriftMonitor", self.drift),
            MoodConfig(),
            self.calm_faces,
            self.seen,
        )
        self.now, self.number = 100.0, 0

    def process(self, late: float = 0.1) -> None:
        """Have vision process a frame with a happy face that was captured `late` seconds ago."""
        self.number += 1
        result = FrameResult(self.number, self.now - late, self.now, 640, 480, (self.face,))
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
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_results_that_come_late_are_followed(room: Room) -> None:
    """As on an old or an emulated machine, which takes seconds for each frame."""
    room.go_on(5.0, every=1.0, late=5.0)
    assert room.perception.room.emotion == "happy"


def test_a_result_of_long_ago_is_not_followed(room: Room) -> None:
    room.go_on(5.0, every=1.0)
    room.go_on(STALE_SECONDS + MoodConfig().absent_seconds + 1.0)
    assert room.perception.frame_result is None
    assert room.perception.room.emotion is None


def test_the_stage_and_the_page_get_calibrated_faces_and_drift_the_model_s(tmp_path: Path) -> None:
    resting = replace(HAPPY, probabilities=(0.05, 0.0, 0.05, 0.0, 0.5, 0.05, 0.35))
    room = Room(tmp_path, resting)
    recorded: list[Probabilities] = []
    with mock.patch.object(
        room.drift, "record", lambda found, *_: recorded.append(found.faces[0].probabilities)
    ):
        room.go_on(8.0, every=0.1)
    assert set(recorded) == {resting.probabilities}
    for found in (room.perception.frame_result, room.seen.get()):
        assert found is not None
        assert found.faces[0].emotion == "neutral"
    room.go_on(STALE_SECONDS + 1.0)
    assert room.seen.get() is None


def test_the_owner_s_calm_face_is_learnt_and_forgotten(tmp_path: Path) -> None:
    resting = replace(HAPPY, probabilities=(0.05, 0.0, 0.05, 0.0, 0.5, 0.05, 0.35))
    room = Room(tmp_path, resting)
    room.perception.execute(Command(calm_faces="learn"), room.now)
    room.go_on(21.0, every=0.1)
    place = room.calm_faces.place
    assert place.faces >= 16
    assert place.difference[EMOTIONS.index("sad")] > 1.0
    room.perception.execute(Command(calm_faces="forget"), room.now)
    room.perception.update(room.now)
    assert room.calm_faces.place.faces == 0


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


def test_in_a_pause_nobody_smiles_any_more(room: Room) -> None:
    room.go_on(1.0, every=0.1)
    assert room.perception.joy.smiles
    room.perception.pause(True)
    room.go_on(0.1)
    assert not room.perception.joy.smiles


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
