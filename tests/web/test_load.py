"""A crowd on the page takes nothing from the show: a real kiosk, before and under the load."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.kiosks import RunningKiosk

KEPT = 0.9
"""So much of its idle rates the kiosk keeps."""
TRIES = 3
"""Whatever else the machine does falls on one half of a try only; so one good try is enough."""
SECONDS = 8.0
OPENING_SECONDS = 8.0
"""A show begins by drawing what it keeps: its first rates are no idle ones."""


def rates(kiosk: RunningKiosk, seconds: float) -> tuple[float, float]:
    """Return the medians of the vision's and the stage's rates over a time."""
    seen, drawn = [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = kiosk.status()
        seen.append(status["rate_hz"])
        drawn.append(status["stage_hz"])
        time.sleep(0.5)
    return statistics.median(seen), statistics.median(drawn)


def crowd(kiosk: RunningKiosk, token: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.load.web_crowd", kiosk.address, f"--token={token}"]
    options = ["--seconds", str(SECONDS + 3), "--feeds", "8"]
    process = subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    # A crowd has processors of its own: here it takes what the kiosk leaves. It must still
    # get as much as before. Not every kernel weighs sessions; then the priority does it alone.
    with contextlib.suppress(OSError):
        Path(f"/proc/{process.pid}/autogroup").write_text("19", "ascii")
    os.setpriority(os.PRIO_PROCESS, process.pid, 19)
    return process


@pytest.mark.pace
@pytest.mark.timeout(180)
def test_fifty_clients_two_hundred_streams_and_eight_viewers(tmp_path: Path) -> None:
    tries = []
    with RunningKiosk(tmp_path) as kiosk:
        kiosk.wait_for(level="ok")
        time.sleep(OPENING_SECONDS)
        keys = tmp_path / "state" / "moodlift" / "owner.json"
        token = json.loads(keys.read_text("utf-8"))["token"]
        for _ in range(TRIES):
            idle = rates(kiosk, SECONDS / 2)
            with crowd(kiosk, token) as process:
                time.sleep(2.0)
                busy = rates(kiosk, SECONDS - 1)
                got: dict[str, Any] = json.loads(process.communicate()[0])
            assert got["errors"] == got["refused"] == 0
            tries.append((idle, busy, got))
            if all(now >= KEPT * before for before, now in zip(idle, busy, strict=True)):
                break
        else:
            pytest.fail(f"slower than {KEPT} of the idle rates each time: {tries}")
    assert got["events"] > 200 * SECONDS
    assert got["pictures"] > 8 * SECONDS
    assert got["answers_per_s"] > 250
