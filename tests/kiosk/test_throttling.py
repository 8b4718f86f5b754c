"""A machine that gets too hot is spared: the eye looks less often."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

import pytest

from device.config.schema import CameraConfig, VisionConfig
from device.hardware.board import FakeBoard, Reading
from device.kiosk.throttling import READ_SECONDS, ThermalThrottle
from device.messages import Level
from device.models.store import candidates
from device.vision.rate_control import MIN_RATE, RECOVERY_SECONDS, STEP
from device.vision.supervisor import Supervisor
from tests.support.faces import ASTRONAUT

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 15.0
HOT, COOL = Reading(85.0), Reading(50.0)


class FakeEye:
    """Remembers how often it was told to look."""

    def __init__(self) -> None:
        self.told: list[float] = []

    def set_rate(self, rate: float) -> None:
        self.told.append(rate)


def test_the_eye_is_told_to_look_less_often_while_it_is_hot_and_more_often_later() -> None:
    board, eye = FakeBoard(HOT), FakeEye()
    strain = ThermalThrottle(board, cast("Supervisor", eye), MOST)
    for now in (0.0, 0.1, READ_SECONDS - 0.1, READ_SECONDS):
        strain.tick(now)
    assert eye.told == pytest.approx([MOST * STEP, MOST * STEP**2]), "asked when due, and then only"
    assert strain.rate == eye.told[-1]
    assert (strain.reading, strain.health) == (HOT, (Level.DEGRADED, "hot, 85 °C"))
    board.reading = COOL
    strain.tick(2 * READ_SECONDS)
    assert eye.told[-1] == eye.told[-2]
    strain.tick(2 * READ_SECONDS + RECOVERY_SECONDS)
    assert eye.told[-1] == pytest.approx(MOST * STEP)


@pytest.fixture
def eye() -> Iterator[Supervisor]:
    eye = Supervisor(
        CameraConfig(source=f"fake:{ASTRONAUT}"), VisionConfig(max_rate=MOST), candidates
    )
    yield eye
    eye.close()


def watched(eye: Supervisor, since: float, number: int) -> list[float]:
    """Return when the next frames after a time were taken that the eye has understood."""
    times: list[float] = []
    end = time.monotonic() + 30.0
    while len(times) < number:
        assert time.monotonic() < end, eye.health
        eye.tick(time.monotonic())
        seen = eye.frame_result.get()
        if seen and seen.captured_at > max([since, *times]):
            times.append(seen.captured_at)
        time.sleep(0.01)
    return times


@pytest.mark.parametrize("began", ["hot", "cool"])
def test_a_real_eye_looks_less_often_also_if_it_starts_later(eye: Supervisor, began: str) -> None:
    if began == "cool":
        watched(eye, 0.0, 1)
    strain = ThermalThrottle(FakeBoard(HOT), eye, MOST)
    for reading in range(5):
        strain.tick(reading * READ_SECONDS)
    assert strain.rate == MIN_RATE
    times = watched(eye, time.monotonic() + 0.5, 9)
    assert (times[-1] - times[0]) / 8 > 0.75 / MIN_RATE, "it was told 15 a second at first"
