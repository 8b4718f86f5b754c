"""The real vision worker, as a child process, with cameras that fail in every way."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device.config.schema import CameraConfig, VisionConfig
from device.errors import VisionBusy
from device.messages import Level
from device.models.store import candidates
from device.vision import supervisor as module
from device.vision.alignment import align
from device.vision.supervisor import Supervisor
from tests.support.bundles import put
from tests.support.faces import ASTRONAUT, astronaut, hopper, scene

Start = Callable[..., Supervisor]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Supervisor] = []

    def start(source: str, **keys: Any) -> Supervisor:
        supervisor = Supervisor(CameraConfig(source=source), VisionConfig(**keys), candidates)
        running.append(supervisor)
        return supervisor

    yield start
    for supervisor in running:
        pid = supervisor.pid
        supervisor.close()
        assert pid is None or not Path(f"/proc/{pid}").exists(), "the worker outlived its kiosk"


def until(supervisor: Supervisor, what: Callable[[], object], seconds: float = 20.0) -> None:
    """Tick as the kiosk does until something holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not within {seconds} s; health: {supervisor.health}"
        supervisor.tick(time.monotonic())
        time.sleep(0.02)


def health(supervisor: Supervisor, part: str) -> tuple[Level, str]:
    return {
        "vision": supervisor.health,
        "camera": supervisor.camera,
        "model": supervisor.model_status,
    }[part]


def sees_on(supervisor: Supervisor) -> None:
    """Wait for another frame result."""
    before = supervisor.frame_result.get()
    until(supervisor, lambda: supervisor.frame_result.get() is not before)


def sees_a_face(supervisor: Supervisor) -> bool:
    frame_result = supervisor.frame_result.get()
    return frame_result is not None and len(frame_result.faces) == 1


def test_a_face_in_front_of_the_camera_is_seen(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    until(supervisor, lambda: sees_a_face(supervisor))
    frame_result = supervisor.frame_result.get()
    assert frame_result is not None
    assert frame_result.faces[0].emotion == "happy"
    assert sum(frame_result.faces[0].probabilities) == pytest.approx(1.0, abs=1e-4)
    assert 0 <= frame_result.processed_at - frame_result.captured_at < 2.0
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OK)
    assert supervisor.model


def test_ids_stay_and_the_rate_is_kept(start: Start) -> None:
    supervisor = start("fake:" + str(ASTRONAUT), max_rate=10.0)
    until(supervisor, lambda: sees_a_face(supervisor))
    numbers, ids, begin = set(), set(), time.monotonic()
    while time.monotonic() - begin < 2.0:
        supervisor.tick(time.monotonic())
        frame_result = supervisor.frame_result.get()
        assert frame_result is not None
        numbers.add(frame_result.number)
        ids |= {face.id for face in frame_result.faces}
        time.sleep(0.005)
    assert ids == {1}
    assert 5 <= len(numbers) / 2.0 <= 11.5


def test_the_preview_is_written_only_when_wanted(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    until(supervisor, lambda: sees_a_face(supervisor))
    assert supervisor.preview.read() is None
    supervisor.preview.wanted = True
    until(supervisor, lambda: supervisor.preview.read() is not None)
    got = supervisor.preview.read()
    assert got is not None
    assert np.array_equal(got[0].image, astronaut())


def test_a_picture_from_elsewhere_is_classified(start: Start) -> None:
    supervisor = start("fake:")
    with pytest.raises(VisionBusy, match="starting"):
        supervisor.classify(astronaut())
    until(
        supervisor,
        lambda: all(
            status[0] is Level.OK
            for status in (supervisor.health, supervisor.camera, supervisor.model_status)
        ),
    )
    frame_result = supervisor.classify(astronaut())
    assert [face.emotion for face in frame_result.faces] == ["happy"]
    large = np.repeat(np.repeat(astronaut(), 5, axis=0), 5, axis=1)
    (face,) = supervisor.classify(large).faces
    assert face.box.w == pytest.approx(5 * 105, rel=0.1)


def test_killed_it_comes_back_by_itself(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    until(supervisor, lambda: sees_a_face(supervisor))
    first = supervisor.pid
    assert first
    os.kill(first, signal.SIGKILL)
    until(supervisor, lambda: health(supervisor, "vision")[0] is Level.FAILED, 3.0)
    assert "ended by itself (exit code -9); starting it again in" in health(supervisor, "vision")[1]
    before = supervisor.frame_result.get()
    assert before
    until(supervisor, lambda: supervisor.frame_result.get() is not before)
    assert supervisor.pid != first
    assert supervisor.restarts == 1
    until(supervisor, lambda: health(supervisor, "vision") == (Level.OK, "running"))


def test_a_restarted_worker_chooses_the_model_again(start: Start, own_state: Path) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    until(supervisor, lambda: sees_a_face(supervisor) and supervisor.model)
    first, before = supervisor.pid, supervisor.model
    put(own_state / "models", "99.0.0")
    supervisor.restart(time.monotonic())
    until(
        supervisor,
        lambda: (
            supervisor.model == "99.0.0" and health(supervisor, "vision") == (Level.OK, "running")
        ),
    )
    assert before != "99.0.0"
    assert supervisor.pid != first
    assert supervisor.restarts == 0
    last = supervisor.frame_result.get()
    until(supervisor, lambda: supervisor.frame_result.get() is not last)


def test_frozen_it_is_killed_and_started_again(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    until(supervisor, lambda: sees_a_face(supervisor))
    assert supervisor.pid
    os.kill(supervisor.pid, signal.SIGSTOP)
    until(supervisor, lambda: supervisor.restarts == 1, 8.0)
    assert health(supervisor, "vision")[1].startswith("silent for 4 s")
    before = supervisor.frame_result.get()
    until(supervisor, lambda: supervisor.frame_result.get() is not before)


def test_a_machine_that_is_slow_gets_more_time_with_each_worker_that_was_silent(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENCE_SECONDS", 1.0)
    supervisor = start(f"file:{ASTRONAUT}")
    until(supervisor, lambda: sees_a_face(supervisor))
    for number, limit in enumerate((1, 2, 4), 1):
        assert supervisor.pid
        os.kill(supervisor.pid, signal.SIGSTOP)
        begun = time.monotonic()
        asleep, longest = time.monotonic(), 0.0
        while supervisor.restarts < number:
            assert time.monotonic() - begun < limit + 4.0
            now = time.monotonic()
            supervisor.tick(now)
            asleep = now if supervisor.is_progressing(now) else asleep
            longest = max(longest, now - asleep)
            time.sleep(0.01)
        assert time.monotonic() - begun > 0.5 * limit
        assert longest < 0.75, "a watchdog would take the kiosk for hung"
        assert health(supervisor, "vision")[1].startswith(f"silent for {limit} s")
        sees_on(supervisor)


def test_ctrl_c_does_not_reach_a_worker_that_has_only_just_begun(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    for _ in range(20):
        if supervisor.pid:
            os.kill(supervisor.pid, signal.SIGINT)
        time.sleep(0.02)
    until(supervisor, lambda: sees_a_face(supervisor))
    assert supervisor.restarts == 0
    assert "KeyboardInterrupt" not in capfd.readouterr().err


def test_a_camera_that_blocks_for_ever_is_ended(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCKED_SECONDS", 2.0)
    supervisor = start(f"fake:{ASTRONAUT},block@1")
    until(supervisor, lambda: supervisor.restarts == 1, 12.0)
    assert supervisor.blocks == 1
    assert "camera blocked for 2 s" in health(supervisor, "vision")[1]


def test_a_camera_that_fails_is_opened_again_without_a_restart(start: Start) -> None:
    supervisor = start(f"fake:{ASTRONAUT},error@0.5")
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    assert health(supervisor, "camera")[1] == "fake camera: told to fail"
    before = supervisor.frame_result.get()
    until(supervisor, lambda: supervisor.frame_result.get() is not before)
    assert supervisor.restarts == 0


def test_a_camera_that_is_not_there_is_told_in_words(start: Start) -> None:
    supervisor = start("usb:/dev/video97")
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    assert health(supervisor, "camera")[1] == "/dev/video97: not connected"
    supervisor = start("file:/none.mp4")
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    assert health(supervisor, "camera")[1] == "/none.mp4: no such file or folder"


@pytest.mark.parametrize("fault", ["black", "resize"])
def test_odd_frames_do_no_harm(start: Start, fault: str) -> None:
    supervisor = start(f"fake:{ASTRONAUT},{fault}@0.5")
    until(supervisor, lambda: sees_a_face(supervisor))
    for _ in range(3):
        sees_on(supervisor)
    assert supervisor.restarts == 0


def test_a_camera_that_crashes_takes_only_the_worker_along(start: Start) -> None:
    supervisor = start(f"fake:{ASTRONAUT},die@0.5")
    until(supervisor, lambda: supervisor.restarts >= 2, 20.0)


def test_paused_means_that_the_camera_is_closed(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    until(supervisor, lambda: sees_a_face(supervisor))
    supervisor.pause(True)
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OFF)
    paused = supervisor.frame_result.get()
    end = time.monotonic() + 0.7
    until(supervisor, lambda: time.monotonic() > end)
    assert supervisor.frame_result.get() is paused
    assert supervisor.pid
    os.kill(supervisor.pid, signal.SIGKILL)
    until(
        supervisor,
        lambda: health(supervisor, "vision") == (Level.OK, "running") and supervisor.restarts == 1,
    )
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OFF)
    supervisor.pause(False)
    until(supervisor, lambda: supervisor.frame_result.get() is not paused)


def test_without_a_good_model_the_camera_still_works(start: Start, tmp_path: Path) -> None:
    supervisor = start(f"file:{ASTRONAUT}", model=str(tmp_path / "emotion-9"))
    until(
        supervisor,
        lambda: sees_a_face(supervisor) and health(supervisor, "model")[0] is Level.DEGRADED,
    )
    _, words = health(supervisor, "model")
    assert "serves instead" in words
    assert "emotion-9" in words


def test_a_fault_that_nobody_foresaw_is_told_and_tried_again(start: Start) -> None:
    supervisor = start(f"fake:{ASTRONAUT},odd@0.5")
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    assert health(supervisor, "camera")[1] == "RuntimeError: fake camera: told to be odd"
    before = supervisor.frame_result.get()
    until(supervisor, lambda: supervisor.frame_result.get() is not before)
    assert supervisor.restarts == 0


def test_a_video_that_vanishes_is_told_and_comes_back(start: Start, tmp_path: Path) -> None:
    clip = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (512, 512))
    for _ in range(10):
        writer.write(astronaut())
    writer.release()
    supervisor = start(f"file:{clip}")
    until(supervisor, lambda: sees_a_face(supervisor))
    content = clip.read_bytes()
    clip.unlink()
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.FAILED)
    clip.write_bytes(content)
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OK, 30.0)


def test_the_crop_of_the_largest_face_is_returned(start: Start, tmp_path: Path) -> None:
    frame = scene((astronaut(), 0.9, (0, 0)), (hopper(), 0.35, (440, 40)))
    cv2.imwrite(str(tmp_path / "two.png"), frame)
    supervisor = start(f"file:{tmp_path / 'two.png'}")

    def two_faces() -> bool:
        frame_result = supervisor.frame_result.get()
        return frame_result is not None and len(frame_result.faces) == 2

    until(supervisor, two_faces)
    answer = supervisor.request_crop().result(5)
    frame_result = supervisor.frame_result.get()
    assert answer.frame_result
    assert frame_result
    (face,) = answer.frame_result.faces
    assert face.landmarks == max(frame_result.faces, key=lambda one: one.box.w).landmarks
    assert face.box.x < 320
    assert answer.crop is not None
    assert np.array_equal(answer.crop, align(frame, face.landmarks))
    supervisor.pause(True)
    until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OFF)
    answer = supervisor.request_crop().result(5)
    assert (answer.frame_result, answer.crop) == (None, None)


def test_a_crop_request_of_a_worker_that_is_not_there_is_given_up(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    assert supervisor.request_crop().cancelled(), "it was not started yet"
    until(supervisor, lambda: sees_a_face(supervisor))
    assert supervisor.pid
    os.kill(supervisor.pid, signal.SIGSTOP)
    future = supervisor.request_crop()
    assert not future.done()
    os.kill(supervisor.pid, signal.SIGKILL)
    until(supervisor, future.cancelled)


def test_frames_that_stop_are_no_advance_until_it_is_known_why(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    assert not supervisor.is_progressing(time.monotonic()), "nothing was told yet"
    supervisor.tick(time.monotonic())
    assert supervisor.is_progressing(time.monotonic()), "it starts"
    until(
        supervisor, lambda: sees_a_face(supervisor) and health(supervisor, "camera")[0] is Level.OK
    )
    until(
        supervisor,
        lambda: all(
            status[0] is Level.OK
            for status in (supervisor.health, supervisor.camera, supervisor.model_status)
        ),
    )
    assert supervisor.is_progressing(time.monotonic())
    assert supervisor.pid is not None
    os.kill(supervisor.pid, signal.SIGSTOP)
    later = time.monotonic() + module.SILENCE_SECONDS + 1
    assert not supervisor.is_progressing(later)
    supervisor.tick(later)
    assert supervisor.is_progressing(later), "the health reports that vision is silent"
