"""When the stage is dim, on a clock that the tests hold."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, cast

import pytest

from device.config.schema import StageConfig
from device.kiosk.renderer import AWAKE_SECONDS, Renderer

if TYPE_CHECKING:
    from device.hardware.display import Display
    from device.stage import Stage


@pytest.mark.parametrize(("hour", "night"), [(21, False), (23, True), (5, True), (6, False)])
def test_the_stage_is_dim_in_the_night_hours_unless_somebody_moves(hour: int, night: bool) -> None:
    renderer = Renderer(
        cast("Display", None),
        cast("Stage", None),
        StageConfig(night_hours="22:00-06:00"),
        clock=lambda: datetime(2026, 1, 31, hour, 30).astimezone(),
    )
    now = time.monotonic()
    assert renderer.is_night(now) is night
    renderer.wake(now)
    assert not renderer.is_night(now + AWAKE_SECONDS - 0.1)
    assert renderer.is_night(now + AWAKE_SECONDS) is night
