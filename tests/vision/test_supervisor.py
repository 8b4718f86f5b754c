"""The real eye, as a child process, with cameras that fail in every way."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.errors import VisionBusy
from device.hardware.camera.source import CameraSettings
from device.messages import Level
from device.vision import supervisor as module
from device.vision.alignment import align
from device.vision.protocol import VisionSettings
from device.vision.supervisor import Supervisor
from tests.support.bundles import put
from tests.support.faces import ASTRONAUT, astronaut, hopper, scene

Start = Callable[..., Supervisor]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Supervisor] = []

    def start(source: str, **settings: object) -> Supervisor:
        eye = Supervisor(replace(VisionSettings(CameraSettings(source)), **settings))
        running.append(eye)
        return eye

    yield start
    for eye in running:
        pid = eye.pid
        eye.close()
        assert pid is None or not Path(f"/proc/{pid}").exists(), "the eye outlived its kiosk"


def until(eye: Supervisor, what: Callable[[], object], seconds: float = 20.0) -> None:
    """Poll the eye as the kiosk does, until something holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not within {seconds} s; health: {eye.health}"
        eye.tick(time.monotonic())
        time.sleep(0.02)


def health(eye: Supervisor, part: str) -> tuple[Level, str]:
    return {"vision": eye.health, "camera": eye.camera, "model": eye.model_status}[part]


def sees_a_face(eye: Supervisor) -> bool:
    frame_result = eye.frame_result.get()
    return frame_result is not None and len(frame_result.faces) == 1


def test_a_face_in_front_of_the_camera_is_seen(start: Start) -> None:
    eye = start(f"file:{ASTRONAUT}")
    until(eye, lambda: sees_a_face(eye))
    frame_result = eye.frame_result.get()
    assert frame_result is not None
    assert frame_result.faces[0].emotion == "happy"
    assert sum(frame_result.faces[0].probabilities) == pytest.approx(1.0, abs=1e-4)
    assert 0 <= frame_result.processed_at - frame_result.captured_at < 2.0
    until(eye, lambda: health(eye, "camera")[0] is Level.OK)
    assert eye.model


def test_ids_stay_and_the_rate_is_kept(start: Start) -> None:
    eye = start("fake:" + str(ASTRONAUT), max_rate=10.0)
    until(eye, lambda: sees_a_face(eye))
    numbers, ids, begin = set(), set(), time.monotonic()
    while time.monotonic() - begin < 2.0:
        eye.tick(time.monotonic())
        frame_result = eye.frame_result.get()
        assert frame_result is not None
        numbers.add(frame_result.number)
        ids |= {face.id for face in frame_result.faces}
        time.sleep(0.005)
    assert ids == {1}
    assert 5 <= len(numbers) / 2.0 <= 11.5


def test_the_preview_is_written_only_when_wanted(start: Start) -> None:
    eye = start(f"file:{ASTRONAUT}")
    until(eye, lambda: sees_a_face(eye))
    assert eye.preview.read() is None
    eye.preview.wanted = True
    until(eye, lambda: eye.preview.read() is not None)
    got = eye.preview.read()
    assert got is not None
    assert np.array_equal(got[0].image, astronaut())


def test_a_picture_from_elsewhere_is_classified(start: Start) -> None:
    eye = start("fake:")
    with pytest.raises(VisionBusy, match="starting"):
        eye.classify(astronaut())
    until(
        eye,
        lambda: all(status[0] is Level.OK for status in (eye.health, eye.camera, eye.model_status)),
    )
    frame_result = eye.classify(astronaut())
    assert [face.emotion for face in frame_result.faces] == ["happy"]
    large = np.repeat(np.repeat(astronaut(), 5, axis=0), 5, axis=1)
    (face,) = eye.classify(large).faces
    assert face.box.w == pytest.approx(5 * 105, rel=0.1)


def test_killed_it_comes_back_by_itself(start: Start) -> None:
    eye = start(f"file:{ASTRONAUT}")
    until(eye, lambda: sees_a_face(eye))
    first = eye.pid
    assert first
    os.kill(first, signal.SIGKILL)
    until(eye, lambda: health(eye, "vision")[0] is Level.FAILED, 3.0)
    assert "ended by itself (exit code -9); starting it again in" in health(eye, "vision")[1]
    before = eye.frame_result.get()
    assert before
    until(eye, lambda: eye.frame_result.get() is not before)
    assert eye.pid != first
    assert eye.restarts == 1
    until(eye, lambda: health(eye, "vision") == (Level.OK, "running"))


def test_renewed_it_looks_anew_which_model_is_to_serve(start: Start, own_state: Path) -> None:
    eye = start(f"file:{ASTRONAUT}")
    until(eye, lambda: sees_a_face(eye) and eye.model)
    first, before = eye.pid, eye.model
    put(own_state / "models", "99.0.0")
    eye.renew(time.monotonic())
    until(eye, lambda: eye.model == "99.0.0" and health(eye, "vision") == (Level.OK, "running"))
    assert before != "99.0.0"
    assert eye.pid != first
    assert eye.restarts == 0
    last = eye.frame_result.get()
    until(eye, lambda: eye.frame_result.get() is not last)


def test_frozen_it_is_killed_and_started_again(start: Start) -> None:
    eye = start(f"file:{ASTRONAUT}")
    until(eye, lambda: sees_a_face(eye))
    assert eye.pid
    os.kill(eye.pid, signal.SIGSTOP)
    until(eye, lambda: eye.restarts == 1, 8.0)
    assert health(eye, "vision")[1].startswith("silent for 4 s")
    before = eye.frame_result.get()
    until(eye, lambda: eye.frame_result.get() is not before)


def test_a_machine_that_is_slow_gets_more_time_with_each_eye_that_was_silent(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENCE_SECONDS", 1.0)
    eye = start(f"file:{ASTRONAUT}")
    until(eye, lambda: sees_a_face(eye))
    for number, limit in enumerate((1, 2, 4), 1):
        assert eye.pid
        os.kill(eye.pid, signal.SIGSTOP)
        begun = time.monotonic()
        asleep, longest = time.monotonic(), 0.0
        while eye.restarts < number:
            assert time.monotonic() - begun < limit + 4.0
            now = time.monotonic()
            eye.tick(now)
            asleep = now if eye.advances(now) else asleep
            longest = max(longest, now - asleep)
            time.sleep(0.01)
        assert time.monotonic() - begun > 0.5 * limit
        assert longest < 0.75, "a watchdog would take the kiosk for hung"
        assert health(eye, "vision")[1].startswith(f"silent for {limit} s")
        before = eye.frame_result.get()
        until(eye, lambda before=before: eye.frame_result.get() is not before)


def test_ctrl_c_does_not_reach_an_eye_that_has_only_just_begun(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    eye = start(f"file:{ASTRONAUT}")
    for _ in range(20):
        if eye.pid:
            os.kill(eye.pid, signal.SIGINT)
        time.sleep(0.02)
    until(eye, lambda: sees_a_face(eye))
    assert eye.restarts == 0
    assert "KeyboardInterrupt" not in capfd.readouterr().err


def test_a_camera_that_blocks_for_ever_is_ended(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCKED_SECONDS", 2.0)
    eye = start(f"fake:{ASTRONAUT},block@1")
    until(eye, lambda: eye.restarts == 1, 12.0)
    assert eye.blocks == 1
    assert "camera blocked for 2 s" in health(eye, "vision")[1]


def test_a_camera_that_fails_is_opened_again_without_a_restart(start: Start) -> None:
    eye = start(f"fake:{ASTRONAUT},error@0.5")
    until(eye, lambda: health(eye, "camera")[0] is Level.FAILED)
    assert health(eye, "camera")[1] == "fake camera: told to fail"
    before = eye.frame_result.get()
    until(eye, lambda: eye.frame_result.get() is not before)
    assert eye.restarts == 0


def test_a_camera_that_is_not_there_is_told_in_words(start: Start) -> None:
    eye = start("usb:/dev/video97")
    until(eye, lambda: health(eye, "camera")[0] is Level.FAILED)
    assert health(eye, "camera")[1] == "/dev/video97: not connected"
    eye = start("file:/none.mp4")
    until(eye, lambda: health(eye, "camera")[0] is Level.FAILED)
    assert health(eye, "camera")[1] == "/none.mp4: no such file or folder"


@pytest.mark.parametrize("fault", ["black", "resize"])
def test_odd_frames_do_no_harm(start: Start, fault: str) -> None:
    eye = start(f"fake:{ASTRONAUT},{fault}@0.5")
    until(eye, lambda: sees_a_face(eye))
    for _ in range(3):
        before = eye.frame_result.get()
        until(eye, lambda before=before: eye.frame_result.get() is not before)
    assert eye.restarts == 0


def test_a_camera_that_crashes_takes_only_the_eye_along(start: Start) -> None:
    eye = start(f"fake:{ASTRONAUT},die@0.5")
    until(eye, lambda: eye.restarts >= 2, 20.0)


def test_paused_means_that_the_camera_is_closed(start: Start) -> None:
    eye = start(f"file:{ASTRONAUT}")
    until(eye, lambda: sees_a_face(eye))
    eye.pause(True)
    until(eye, lambda: health(eye, "camera")[0] is Level.OFF)
    paused = eye.frame_result.get()
    end = time.monotonic() + 0.7
    until(eye, lambda: time.monotonic() > end)
    assert eye.frame_result.get() is paused
    assert eye.pid
    os.kill(eye.pid, signal.SIGKILL)
    until(eye, lambda: health(eye, "vision") == (Level.OK, "running") and eye.restarts == 1)
    until(eye, lambda: health(eye, "camera")[0] is Level.OFF)
    eye.pause(False)
    until(eye, lambda: eye.frame_result.get() is not paused)


def test_without_a_good_model_the_camera_still_works(start: Start, tmp_path: Path) -> None:
    eye = start(f"file:{ASTRONAUT}", model=str(tmp_path / "emotion-9"))
    until(eye, lambda: sees_a_face(eye) and health(eye, "model")[0] is Level.DEGRADED)
    _, words = health(eye, "model")
    assert "serves instead" in words
    assert "emotion-9" in words


def test_a_fault_that_nobody_foresaw_is_told_and_tried_again(start: Start) -> None:
    eye = start(f"fake:{ASTRONAUT},odd@0.5")
    until(eye, lambda: health(eye, "camera")[0] is Level.FAILED)
    assert health(eye, "camera")[1] == "RuntimeError: fake camera: told to be odd"
    before = eye.frame_result.get()
    until(eye, lambda: eye.frame_result.get() is not before)
    assert eye.restarts == 0


def test_a_video_that_vanishes_is_told_and_comes_back(start: Start, tmp_path: Path) -> None:
    clip = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (512, 512))
    for _ in range(10):
        writer.write(astronaut())
    writer.release()
    eye = start(f"file:{clip}")
    until(eye, lambda: sees_a_face(eye))
    content = clip.read_bytes()
    clip.unlink()
    until(eye, lambda: health(eye, "camera")[0] is Level.FAILED)
    clip.write_bytes(content)
    until(eye, lambda: health(eye, "camera")[0] is Level.OK, 30.0)


def test_a_glance_gives_the_largest_face_s_crop(start: Start, tmp_path: Path) -> None:
    frame = scene((astronaut(), 0.9, (0, 0)), (hopper(), 0.35, (440, 40)))
    cv2.imwrite(str(tmp_path / "two.png"), frame)
    eye = start(f"file:{tmp_path / 'two.png'}")

    def two_faces() -> bool:
        frame_result = eye.frame_result.get()
        return frame_result is not None and len(frame_result.faces) == 2

    until(eye, two_faces)
    answer = eye.glance().result(5)
    frame_result = eye.frame_result.get()
    assert answer.frame_result
    assert frame_result
    (face,) = answer.frame_result.faces
    assert face.landmarks == max(frame_result.faces, key=lambda one: one.box.w).landmarks
    assert face.box.x < 320
    assert answer.crop is not None
    assert np.array_equal(answer.crop, align(frame, face.landmarks))
    eye.pause(True)
    until(eye, lambda: health(eye, "camera")[0] is Level.OFF)
    answer = eye.glance().result(5)
    assert (answer.frame_result, answer.crop) == (None, None)


def test_a_glance_of_an_eye_that_is_not_there_is_given_up(start: Start) -> None:
    eye = start(f"file:{ASTRONAUT}")
    assert eye.glance().cancelled(), "it was not started yet"
    until(eye, lambda: sees_a_face(eye))
    assert eye.pid
    os.kill(eye.pid, signal.SIGSTOP)
    glance = eye.glance()
    assert not glance.done()
    os.kill(eye.pid, signal.SIGKILL)
    until(eye, glance.cancelled)


def test_frames_that_stop_are_no_advance_until_it_is_known_why(start: Start) -> None:
    eye = start(f"file:{ASTRONAUT}")
    assert not eye.advances(time.monotonic()), "nothing was told yet"
    eye.tick(time.monotonic())
    assert eye.advances(time.monotonic()), "it starts"
    until(eye, lambda: sees_a_face(eye) and health(eye, "camera")[0] is Level.OK)
    until(
        eye,
        lambda: all(status[0] is Level.OK for status in (eye.health, eye.camera, eye.model_status)),
    )
    assert eye.advances(time.monotonic())
    assert eye.pid is not None
    os.kill(eye.pid, signal.SIGSTOP)
    later = time.monotonic() + module.SILENCE_SECONDS + 1
    assert not eye.advances(later)
    eye.tick(later)
    assert eye.advances(later), "the health says that the eye is silent"
