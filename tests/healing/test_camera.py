"""A camera that is pulled out, blocks, or shows nonsense; and the show that goes on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest

from tests.healing.conftest import PASSING_FILES, files, part, rounds, sees, vision
from tests.support.faces import ASTRONAUT
from tests.support.kiosks import RunningKiosk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.pace

GONE_SECONDS, BACK_SECONDS = 3.0, 5.0
LEAST_RATE = 20.0


def holds(kiosk: RunningKiosk) -> tuple[int, int, int]:
    """Return the threads and files of the kiosk and its vision worker, and their memory in MiB."""
    processes = [psutil.Process(kiosk.process.pid), vision(kiosk)]
    return (
        sum(one.num_threads() for one in processes),
        sum(files(one) for one in processes),
        sum(one.memory_info().rss for one in processes) >> 20,
    )


@pytest.mark.timeout(900)
def test_a_camera_that_is_pulled_out_and_put_back(
    tmp_path: Path, within: Callable[..., float]
) -> None:
    plug = tmp_path / "plug"
    plug.touch()
    gone, back, stage, held = [], [], [], []
    with RunningKiosk(tmp_path, "--camera", f"fake:{ASTRONAUT},plug={plug}") as kiosk:
        within(40.0, lambda: sees(kiosk))
        within(30.0, lambda: kiosk.status()["stage_hz"] > LEAST_RATE)
        for number in range(rounds(6, 50)):
            plug.unlink()
            gone.append(within(GONE_SECONDS, lambda: _camera(kiosk)["level"] == "failed"))
            assert _camera(kiosk)["message"] == "fake camera: not connected"
            time.sleep(0.5 * (number % 5))
            stage.append(kiosk.status()["stage_hz"])
            plug.touch()
            back.append(within(BACK_SECONDS, lambda: _sees(kiosk)))
            time.sleep(0.3)
            held.append(holds(kiosk))
        print(f"gone {max(gone):.1f} s, back {max(back):.1f} s, stage {min(stage):.0f}/s: {held}")
    assert np.median(stage) >= LEAST_RATE
    threads, opened, memory = zip(*held, strict=True)
    assert max(threads[1:]) <= threads[1]
    assert max(opened[1:]) <= opened[1] + PASSING_FILES
    assert np.median(memory[-3:]) <= np.median(memory[1:4]) + 8


def _camera(kiosk: RunningKiosk) -> dict[str, Any]:
    return part(kiosk.status(), "camera")


def _sees(kiosk: RunningKiosk) -> bool:
    return sees(kiosk) and len(kiosk.status()["faces"]) == 1


def test_a_worker_whose_camera_blocks_is_killed_in_ten_seconds(
    tmp_path: Path, within: Callable[..., float]
) -> None:
    with RunningKiosk(tmp_path, "--camera", f"fake:{ASTRONAUT},block@3") as kiosk:
        within(40.0, lambda: sees(kiosk))
        first = vision(kiosk)
        within(6.0, lambda: not sees(kiosk))
        within(10.0, lambda: not first.is_running())
        within(1.0, lambda: "vision: camera blocked for 8 s" in kiosk.text())
        within(10.0, lambda: _sees(kiosk))
        assert kiosk.status()["stage_hz"] >= LEAST_RATE * 0.75


@pytest.mark.parametrize("fault", ["black", "garbage", "resize"])
def test_frames_that_make_no_sense_are_no_faces_and_no_fault(
    tmp_path: Path, within: Callable[..., float], fault: str
) -> None:
    with RunningKiosk(tmp_path, "--camera", f"fake:,{fault}@0") as kiosk:
        within(40.0, lambda: sees(kiosk))
        time.sleep(2.0)
        status = kiosk.status()
        assert {one["level"] for one in status["health"]} <= {"ok", "off"}
        assert status["faces"] == []
        assert status["rate_hz"] > 5


def test_a_camera_that_comes_late_is_taken(tmp_path: Path, within: Callable[..., float]) -> None:
    plug = tmp_path / "plug"
    with RunningKiosk(tmp_path, "--camera", f"fake:{ASTRONAUT},plug={plug}") as kiosk:
        kiosk.wait_for(level="failed")
        time.sleep(8.0)
        plug.touch()
        within(BACK_SECONDS, lambda: _sees(kiosk))
