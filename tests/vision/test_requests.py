"""Pictures from elsewhere and crops that the kiosk requests of the real vision worker."""

import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.errors import VisionBusy
from device.messages import Level
from device.vision.alignment import align
from tests.support.faces import ASTRONAUT, astronaut, hopper, scene
from tests.support.supervisors import Start, health, sees_a_face, tick_until


def test_a_picture_from_elsewhere_is_classified(start: Start) -> None:
    supervisor = start("fake:")
    with pytest.raises(VisionBusy, match="starting"):
        supervisor.classify(astronaut())
    tick_until(
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


def test_the_crop_of_the_largest_face_is_returned(start: Start, tmp_path: Path) -> None:
    frame = scene((astronaut(), 0.9, (0, 0)), (hopper(), 0.35, (440, 40)))
    cv2.imwrite(str(tmp_path / "two.png"), frame)
    supervisor = start(f"file:{tmp_path / 'two.png'}")

    def two_faces() -> bool:
        frame_result = supervisor.frame_result.get()
        return frame_result is not None and len(frame_result.faces) == 2

    tick_until(supervisor, two_faces)
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
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OFF)
    answer = supervisor.request_crop().result(5)
    assert (answer.frame_result, answer.crop) == (None, None)


def test_a_crop_request_of_a_worker_that_is_not_there_is_given_up(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    assert supervisor.request_crop().cancelled(), "it was not started yet"
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    assert supervisor.pid
    os.kill(supervisor.pid, signal.SIGSTOP)
    future = supervisor.request_crop()
    assert not future.done()
    os.kill(supervisor.pid, signal.SIGKILL)
    tick_until(supervisor, future.cancelled)
