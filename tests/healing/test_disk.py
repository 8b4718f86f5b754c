"""A disk that fills up or becomes read-only while the show goes on, and is well again."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from faces import ASTRONAUT
from healing.conftest import part, sees
from kiosks import RunningKiosk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CI = os.environ.get("CI") == "true"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte of its own, where the kiosk keeps its state."""
    place = tmp_path / "state"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = f"no disk can be mounted here: {done.stderr.strip()}"
        pytest.fail(reason) if CI else pytest.skip(reason)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def history(kiosk: RunningKiosk) -> str:
    return str(part(kiosk.status(), "history")["level"])


@pytest.mark.timeout(300)
def test_a_full_disk_stops_the_writing_and_not_the_show(
    tmp_path: Path, disk: Path, within: Callable[..., float]
) -> None:
    with RunningKiosk(tmp_path, "--camera", f"fake:{ASTRONAUT}") as kiosk:
        within(40.0, lambda: sees(kiosk))
        fill = disk / "fill"
        with pytest.raises(OSError, match="No space left"):
            fill.write_bytes(bytes(2 * 2**20))
        within(70.0, lambda: history(kiosk) == "degraded")
        status = kiosk.status()
        assert "disk is full" in part(status, "history")["message"]
        assert "nearly full" in part(status, "machine")["message"]
        assert status["stage_hz"] > 10
        assert len(status["faces"]) == 1
        fill.unlink()
        within(70.0, lambda: history(kiosk) == "ok")


@pytest.mark.timeout(300)
def test_a_disk_that_is_read_only_at_first(
    tmp_path: Path, disk: Path, within: Callable[..., float]
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with RunningKiosk(tmp_path, "--camera", f"fake:{ASTRONAUT}") as kiosk:
        within(40.0, lambda: sees(kiosk))
        within(70.0, lambda: history(kiosk) == "degraded")
        status = kiosk.status()
        assert "read-only" in part(status, "history")["message"].lower()
        assert status["stage_hz"] > 10
        assert len(status["faces"]) == 1
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        within(70.0, lambda: history(kiosk) == "ok")
