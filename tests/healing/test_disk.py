"""A disk that is full or read-only while the show goes on, and is well again."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.healing.conftest import part, sees
from tests.support.clocks import WallClock
from tests.support.faces import ASTRONAUT
from tests.support.kiosks import RunningKiosk
from tests.support.needs import lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LEAST_RATE = 10


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Make a folder with a disk of one megabyte of its own, where a kiosk keeps its state."""
    places: list[Path] = []

    def make(name: str) -> Path:
        place = tmp_path / name / "state"
        place.mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            lacking(f"no disk can be mounted here: {done.stderr.strip()}")
        places.append(place)
        return place.parent

    yield make
    for place in places:
        subprocess.run(["umount", "-l", str(place)], check=True)


def draws(kiosk: RunningKiosk) -> bool:
    return bool(kiosk.status()["stage_hz"] > LEAST_RATE)


def history(kiosk: RunningKiosk) -> str:
    return str(part(kiosk.status(), "history")["level"])


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder / "state")], check=True)


@pytest.mark.pace
@pytest.mark.timeout(300)
def test_a_full_disk_and_one_that_is_read_only_stop_the_writing_and_not_the_show(
    disk: Callable[[str], Path],
    within: Callable[..., float],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both at once. The history writes when a minute is over, which the test decides."""
    clock = WallClock(tmp_path, monkeypatch)
    full, closed = disk("full"), disk("closed")
    remount(closed, "ro")
    camera = ("--camera", f"fake:{ASTRONAUT}")
    with RunningKiosk(full, *camera) as one, RunningKiosk(closed, *camera) as other:
        within(40.0, lambda: all(sees(each) and draws(each) for each in (one, other)))
        fill = full / "state" / "fill"
        with pytest.raises(OSError, match="No space left"):
            fill.write_bytes(bytes(2 * 2**20))
        clock.advance(60.0)
        within(10.0, lambda: history(one) == history(other) == "degraded")
        assert "disk is full" in part(one.status(), "history")["message"]
        within(10.0, lambda: "nearly full" in part(one.status(), "machine")["message"])
        assert "read-only" in part(other.status(), "history")["message"].lower()
        # Two kiosks that have just started share the processors: the rates settle first.
        within(20.0, lambda: all(sees(each) and draws(each) for each in (one, other)))
        assert history(one) == history(other) == "degraded"
        fill.unlink()
        remount(closed, "rw")
        clock.advance(60.0)
        within(10.0, lambda: history(one) == history(other) == "ok")
