"""A whole kiosk takes in another model while it runs, and goes back by itself when that fails."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.bundles import KEY, SHIPPED, archive, files, public
from tests.support.faces import ASTRONAUT
from tests.support.kiosks import RunningKiosk
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

NOW = SHIPPED.name.removeprefix("emotion-")


def moodlift(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "device", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state")},
    )


def worker_of(kiosk: RunningKiosk) -> psutil.Process | None:
    """Return a kiosk's vision process once it has loaded what it needs."""
    return next((one for one in kiosk.family()[1:] if one.memory_info().rss > 40e6), None)


def part(status: dict[str, Any], name: str) -> str:
    return str(next(one["message"] for one in status["health"] if one["component"] == name))


@pytest.mark.timeout(240)
def test_a_new_model_serves_without_a_restart_and_goes_when_vision_fails(tmp_path: Path) -> None:
    key, file = tmp_path / "key.pem", tmp_path / "emotion-9.0.0.moodlift"
    key.write_bytes(public(KEY))
    file.write_bytes(archive(files("9.0.0")))
    with RunningKiosk(tmp_path, "--clip", ASTRONAUT) as kiosk:
        before = kiosk.wait_for(level="ok", model=NOW)
        assert before["trial"] is None
        assert moodlift(tmp_path, "model", "trust", key).returncode == 0
        done = moodlift(tmp_path, "model", "install", file)
        assert done.returncode == 0, done.stderr
        status = kiosk.wait_for(model="9.0.0", level="ok")
        assert status["uptime_s"] > before["uptime_s"]
        assert status["trial"]["previous"] == NOW
        assert status["trial"]["version"] == "9.0.0"
        assert "; on trial for 15 more minutes of seeing" in part(status, "model")
        for _ in range(3):
            worker = until(partial(worker_of, kiosk))
            assert worker
            worker.kill()
            worker.wait(PATIENCE)
            time.sleep(1.5)
        status = kiosk.wait_for(model=NOW, trial=None)
        words = "9.0.0 was rejected: vision or the kiosk failed 3 times"
        assert words in part(status, "model")
        assert words in kiosk.text()
        kiosk.wait_for(level="degraded")
        until(lambda: any(words in one["message"] for one in kiosk.status()["faults"]))
        listed = moodlift(tmp_path, "model", "list").stdout.splitlines()
        assert listed[0].split()[:3] == [NOW, "in", "use"]
        assert listed[1].split()[:2] == ["9.0.0", "rejected"]
        assert "failed 3 times" in listed[2]
        kiosk.interrupt()
        assert kiosk.ended() == 0
