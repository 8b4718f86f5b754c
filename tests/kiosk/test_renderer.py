"""When the stage is dim, on a clock that the tests hold."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from device.kiosk.renderer import AWAKE_SECONDS, NightClock


@pytest.mark.parametrize(("hour", "night"), [(21, False), (23, True), (5, True), (6, False)])
def test_the_stage_is_dim_in_the_night_hours_unless_somebody_moves(hour: int, night: bool) -> None:
    now = time.monotonic()
    clock = NightClock("22:00-06:00", lambda: datetime(2026, 1, 31, hour, 30).astimezone(), now)
    assert clock.is_night(now) is night
    clock.wake(now)
    assert not clock.is_night(now + AWAKE_SECONDS - 0.1)
    assert clock.is_night(now + AWAKE_SECONDS) is night
