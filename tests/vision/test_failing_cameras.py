"""The real vision worker with cameras that fail in every way."""

from pathlib import Path

import cv2
import pytest

from device.messages import Level
from device.vision import worker_process as module
from tests.support.faces import ASTRONAUT, astronaut
from tests.support.supervisors import Start, health, sees_a_face, sees_on, tick_until

pytestmark = pytest.mark.slow


def test_a_camera_that_blocks_for_ever_is_ended(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCKED_SECONDS", 2.0)
    supervisor = start(f"fake:{ASTRONAUT},block@1")
    tick_until(supervisor, lambda: supervisor.restarts == 1)
    assert supervisor.blocks == 1
    assert "camera blocked for 2 s" in health(supervisor, "vision")[1]


def test_a_camera_that_fails_is_opened_again_without_a_restart(start: Start) -> None:
    supervisor = start(f"fake:{ASTRONAUT},error@0.5")
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    assert health(supervisor, "camera")[1] == "fake camera: set to fail"
    before = supervisor.frame_result.get()
    tick_until(supervisor, lambda: supervisor.frame_result.get() is not before)
    assert supervisor.restarts == 0


def test_a_camera_that_is_not_there_is_reported_in_words(start: Start) -> None:
    supervisor = start("usb:/dev/video97")
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    assert health(supervisor, "camera")[1] == "/dev/video97: not connected"
    supervisor = start("file:/none.mp4")
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    assert health(supervisor, "camera")[1] == "/none.mp4: no such file or folder"


@pytest.mark.parametrize("fault", ["black", "resize"])
def test_odd_frames_do_no_harm(start: Start, fault: str) -> None:
    supervisor = start(f"fake:{ASTRONAUT},{fault}@0.5")
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    for _ in range(3):
        sees_on(supervisor)
    assert supervisor.restarts == 0


def test_a_camera_that_crashes_takes_only_the_worker_along(start: Start) -> None:
    supervisor = start(f"fake:{ASTRONAUT},die@0.5")
    tick_until(supervisor, lambda: supervisor.restarts >= 2)


def test_a_fault_that_nobody_foresaw_is_reported_and_tried_again(start: Start) -> None:
    supervisor = start(f"fake:{ASTRONAUT},odd@0.5")
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    assert health(supervisor, "camera")[1] == "RuntimeError: fake camera: set to be odd"
    before = supervisor.frame_result.get()
    tick_until(supervisor, lambda: supervisor.frame_result.get() is not before)
    assert supervisor.restarts == 0


def test_a_video_that_vanishes_is_reported_and_comes_back(start: Start, tmp_path: Path) -> None:
    clip = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (512, 512))
    for _ in range(10):
        writer.write(astronaut())
    writer.release()
    supervisor = start(f"file:{clip}")
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    content = clip.read_bytes()
    clip.unlink()
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    clip.write_bytes(content)
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OK)
