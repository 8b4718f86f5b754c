"""The thread that reads the camera: how it turns pictures, and what it says of odd faults."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal, NoReturn

import cv2
import numpy as np
import pytest

from device.config.schema import CameraConfig
from device.errors import CameraError
from device.hardware.camera import Camera
from device.messages import Level
from device.vision import capture
from device.vision.capture import CaptureThread
from device.vision.protocol import PartStatus

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def test_a_fault_is_logged_when_it_comes_and_not_at_each_try(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults = iter(["lost", "lost", "lost", "burnt", "burnt"])
    ended = threading.Event()

    def fail(_: CameraConfig) -> NoReturn:
        one.pause(False)  # so that it does not wait for its next try
        fault = next(faults, None)
        if fault is None:
            ended.set()
            threading.Event().wait()
        raise RuntimeError(fault)

    monkeypatch.setattr(capture, "open_camera", fail)
    one = CaptureThread(CameraConfig(), threading.Event())
    one.start()
    assert ended.wait(20.0)
    logged = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert logged == ["lost", "burnt"]
    assert one.status == PartStatus(Level.FAILED, "RuntimeError: burnt")


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_picture_is_turned_clockwise(tmp_path: Path, degrees: Literal[0, 90, 180, 270]) -> None:
    image = np.random.default_rng(5).integers(0, 256, (32, 48, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "picture.png"), image)
    wake = threading.Event()
    one = CaptureThread(
        CameraConfig(source=f"file:{tmp_path / 'picture.png'}", rotate=degrees), wake
    )
    one.start()
    assert wake.wait(20.0)
    frame = one.pop_newest()
    one.pause(True)
    assert frame is not None
    assert np.array_equal(frame.image, np.rot90(image, -degrees // 90))


class Flapping(Camera):
    """Gives one frame and fails, as a single picture over HTTP does."""

    name = "IP camera http://cam.lan"

    def __init__(self) -> None:
        self._left = 1

    def read(self) -> NDArray[np.uint8]:
        if not self._left:
            raise CameraError("the stream has ended")
        self._left -= 1
        return np.zeros((32, 32, 3), np.uint8)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("source", "waits"), [("http://cam.lan/x.jpg", [1.0, 2.0, 4.0, 8.0]), ("usb:x", [1.0] * 4)]
)
def test_an_ip_camera_that_gives_a_frame_at_a_time_is_asked_less_and_less(
    monkeypatch: pytest.MonkeyPatch, source: str, waits: list[float]
) -> None:
    ended = threading.Event()
    waited: list[float] = []
    monkeypatch.setattr(capture, "open_camera", lambda _: Flapping())
    one = CaptureThread(CameraConfig(source=source), threading.Event())

    def wait(_: str, seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == len(waits):
            ended.set()
            threading.Event().wait()

    monkeypatch.setattr(one, "_wait_to_reopen", wait)
    one.start()
    assert ended.wait(20.0)
    assert waited == waits
