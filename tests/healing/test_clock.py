"""A clock that stands in 1970, as a Pi's does without network, and jumps by a day."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from device import history
from device.web.auth.sessions import SessionStore
from tests.healing.conftest import part, sees
from tests.support.clocks import WallClock
from tests.support.faces import ASTRONAUT
from tests.support.kiosks import RunningKiosk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = 86_400


@pytest.mark.pace
def test_the_show_does_not_care_for_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: Callable[..., float]
) -> None:
    clock = WallClock(tmp_path, monkeypatch)
    clock.set(60)
    with RunningKiosk(tmp_path, "--camera", f"fake:{ASTRONAUT}") as kiosk:
        within(40.0, lambda: sees(kiosk) and kiosk.status()["stage_hz"] > 10)
        uptime = 0.0
        for moment in (60, 1_800_000_000, 1_800_000_000 + DAY, 1_800_000_000 - DAY):
            clock.set(moment)
            time.sleep(2.5)
            assert sees(kiosk)
            status = kiosk.status()
            assert {one["level"] for one in status["health"]} <= {"ok", "off"}
            assert status["stage_hz"] > 10
            assert len(status["faces"]) == 1
            assert uptime < status["uptime_s"] < uptime + 60
            assert part(status, "history")["level"] == "ok"
            uptime = status["uptime_s"]
        state = tmp_path / "state" / "moodlift"
        kiosk.interrupt()
        assert kiosk.ended() == 0
    days = {row["minute"] // (DAY // 60) for row in history.read_all(state / "history.sqlite")}
    today = 1_800_000_000 // DAY
    # What was seen in 1970 is older than the history is kept.
    assert {today - 1, today, today + 1} == days
    assert SessionStore(state).token
