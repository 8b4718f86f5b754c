"""A machine that gets too hot is spared: vision processes fewer frames."""

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
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 15.0
HOT, COOL = Reading(85.0), Reading(50.0)


class FakeSupervisor:
    """Remembers how often it was told to look."""

    def __init__(self) -> None:
        self.told: list[float] = []

    def set_rate(self, rate: float) -> None:
        self.told.append(rate)


def test_the_rate_falls_while_it_is_hot_and_rises_later() -> None:
    board, supervisor = FakeBoard(HOT), FakeSupervisor()
    strain = ThermalThrottle(board, cast("Supervisor", supervisor), MOST)
    for now in (0.0, 0.1, READ_SECONDS - 0.1, READ_SECONDS):
        strain.tick(now)
    assert supervisor.told == pytest.approx([MOST * STEP, MOST * STEP**2]), (
        "asked when due, and then only"
    )
    assert strain.rate == supervisor.told[-1]
    assert (strain.reading, strain.health) == (HOT, (Level.DEGRADED, "hot, 85 °C"))
    board.reading = COOL
    strain.tick(2 * READ_SECONDS)
    assert supervisor.told[-1] == supervisor.told[-2]
    strain.tick(2 * READ_SECONDS + RECOVERY_SECONDS)
    assert supervisor.told[-1] == pytest.approx(MOST * STEP)


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor(
        CameraConfig(source=f"fake:{ASTRONAUT}"), VisionConfig(max_rate=MOST), candidates
    )
    yield supervisor
    supervisor.close()


def watched(supervisor: Supervisor, since: float, number: int) -> list[float]:
    """Return when the next frames after a time were taken that vision has processed."""
    times: list[float] = []

    def enough() -> bool:
        supervisor.tick(time.monotonic())
        seen = supervisor.frame_result.get()
        if seen and seen.captured_at > max([since, *times]):
            times.append(seen.captured_at)
        return len(times) >= number

    until(enough, seen=lambda: supervisor.health)
    return times


@pytest.mark.parametrize("began", ["hot", "cool"])
def test_a_real_worker_processes_fewer_frames_also_if_it_starts_later(
    supervisor: Supervisor, began: str
) -> None:
    if began == "cool":
        watched(supervisor, 0.0, 1)
    strain = ThermalThrottle(FakeBoard(HOT), supervisor, MOST)
    for reading in range(5):
        strain.tick(reading * READ_SECONDS)
    assert strain.rate == MIN_RATE
    times = watched(supervisor, time.monotonic() + 0.5, 9)
    assert (times[-1] - times[0]) / 8 > 0.75 / MIN_RATE, "it was told 15 a second at first"
