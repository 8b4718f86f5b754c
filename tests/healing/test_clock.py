"""A clock that stands in 1970, as a Pi's does without network, and jumps by a day."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from faces import ASTRONAUT
from healing.conftest import sees
from kiosks import RunningKiosk

from device import history
from device.web.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Callable

CI = os.environ.get("CI") == "true"
DAY = 86_400
LIBRARY = next(iter(Path("/usr/lib").glob("*-linux-gnu/faketime/libfaketimeMT.so.1")), None)


def test_the_show_does_not_care_for_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: Callable[..., float]
) -> None:
    if LIBRARY is None:
        reason = "libfaketime is missing"
        pytest.fail(reason) if CI else pytest.skip(reason)
    clock = tmp_path / "clock"

    def jump(seconds: int) -> None:
        clock.write_text(f"{seconds - round(time.time()):+d}\n")

    jump(60)
    for name, value in {
        "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with RunningKiosk(tmp_path, "--camera", f"fake:{ASTRONAUT}") as kiosk:
        for name in ("LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE"):
            monkeypatch.delenv(name)
        within(40.0, lambda: sees(kiosk))
        uptime = 0.0
        for moment in (60, 1_800_000_000, 1_800_000_000 + DAY, 1_800_000_000 - DAY):
            jump(moment)
            time.sleep(2.5)
            status = kiosk.status()
            print(moment, status["freshness_s"], status["stage_hz"], status["rate_hz"])
            assert status["freshness_s"] < 1.0
            assert status["stage_hz"] > 15
            assert len(status["faces"]) == 1
            assert uptime < status["uptime_s"] < uptime + 60
            uptime = status["uptime_s"]
        state = tmp_path / "state" / "moodlift"
        kiosk.interrupt()
        assert kiosk.process.wait(10) == 0
    days = {row["minute"] // (DAY // 60) for row in history.everything(state / "history.sqlite")}
    assert {0, 1_800_000_000 // DAY, 1_800_000_000 // DAY + 1, 1_800_000_000 // DAY - 1} <= days
    assert Keys(state).token
