"""The one shape of the kiosk's parts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import pytest

from device.errors import ZombieThread
from device.kiosk.part import Component, close_all
from device.messages import Level


@dataclass
class FakePart:
    """Records when it is closed, and may fail to close."""

    name: str
    closed: list[str]
    fault: Exception | None = None
    health: tuple[Level, str] = field(default=(Level.OK, "well"))

    def tick(self, now: float) -> None:
        raise AssertionError("closing ticks nothing")

    def close(self) -> None:
        self.closed.append(self.name)
        if self.fault:
            raise self.fault


@pytest.mark.parametrize("fault", [ZombieThread("the thread b did not end"), OSError("disk")])
def test_one_that_fails_to_close_does_not_stop_the_others(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    closed: list[str] = []
    parts = [FakePart("a", closed), FakePart("b", closed, fault), FakePart("c", closed)]
    with caplog.at_level(logging.ERROR):
        close_all(parts)
    assert closed == ["c", "b", "a"]
    assert caplog.messages == [f"b: it could not be closed: {fault}"]


def test_a_component_reports_what_another_part_says_of_it() -> None:
    health = (Level.FAILED, "not connected")
    camera = Component("camera", lambda: health)
    camera.tick(0.0)
    camera.close()
    assert (camera.name, camera.health) == ("camera", health)
