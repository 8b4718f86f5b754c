"""Every camera source behaves alike: frames, names, pace, and errors in words."""

import sys
import types
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.config.schema import CameraConfig
from device.errors import CameraError, CameraUnknown
from device.hardware.camera import open_camera, picamera, usb
from device.hardware.camera.file import PictureCamera, open_file
from device.hardware.camera.source import available
from device.hardware.camera.video import VideoCamera
from tests.support.clocks import SleepingClock
from tests.support.faces import ASTRONAUT


@pytest.fixture
def clock() -> SleepingClock:
    return SleepingClock()


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten frames at 10 a second; frame n is grey 20 * n."""
    path = tmp_path_factory.mktemp("video") / "ten.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    for number in range(10):
        writer.write(np.full((48, 64, 3), 20 * number, np.uint8))
    writer.release()
    return path


def number(image: NDArray[np.uint8]) -> int:
    return round(float(image.mean()) / 20)


def test_a_video_is_paced_by_its_own_rate_and_loops(video: Path, clock: SleepingClock) -> None:
    camera = open_file(video, clock, clock.sleep)
    assert isinstance(camera, VideoCamera)
    begin = clock.now
    seen = [number(camera.read()) for _ in range(13)]
    assert seen == [*range(10), 0, 1, 2]
    assert clock.now - begin == pytest.approx(1.2, abs=0.15)
    camera.close()


def test_a_slow_reader_gets_newer_frames_not_later_ones(video: Path, clock: SleepingClock) -> None:
    camera = open_file(video, clock, clock.sleep)
    seen = []
    for _ in range(3):
        seen.append(number(camera.read()))
        clock.now += 0.35
    assert seen == [0, 3, 7]
    camera.close()


def test_a_picture_stands_still(clock: SleepingClock) -> None:
    camera = open_file(ASTRONAUT, clock, clock.sleep)
    assert isinstance(camera, PictureCamera)
    one, other = camera.read(), camera.read()
    assert np.array_equal(one, other)
    assert one.shape == (512, 512, 3)
    assert clock.now == pytest.approx(100.1)


def test_a_folder_shows_its_pictures_in_turn(tmp_path: Path, clock: SleepingClock) -> None:
    for value in (1, 2, 3):
        cv2.imwrite(str(tmp_path / f"{value}.png"), np.full((48, 64, 3), 20 * value, np.uint8))
    (tmp_path / "4.png").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("nothing")
    camera = open_file(tmp_path, clock, clock.sleep)
    seen = [number(camera.read()) for _ in range(95)]
    assert seen[0] == 1
    assert seen[35] == 2
    assert seen[65] == 3
    assert seen[94] == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path / "none.mp4", "no such file or folder"),
        (lambda _: "~nobody-of-this-name/x.mp4", "~nobody-of-this-name/x.mp4: no such file"),
        (lambda path: path, "holds no picture"),
        (lambda path: path / f"{'x' * 300}.mp4", "x.mp4: cannot be looked at: File name too long"),
        (lambda path: _written(path / "bad.mp4", b"not a video"), "not a video"),
        (lambda path: _written(path / "bad.png", b"not a picture"), "bad.png: "),
        (lambda path: _written(path / "empty.jpg", b""), "empty file"),
    ],
)
def test_what_is_no_source_is_reported(
    tmp_path: Path, make: Callable[[Path], str | Path], words: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(CameraUnknown, match=words):
        open_camera(CameraConfig(source=f"file:{path}"))


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_webcams_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="/dev/video97: not connected"):
        open_camera(CameraConfig(source="usb:/dev/video97"))
    with pytest.raises(CameraError, match="no webcam named 'Zork 3000'; connected: "):
        open_camera(CameraConfig(source="usb:Zork 3000"))
    no_camera = _written(tmp_path / "video0", b"")
    with pytest.raises(CameraError, match="cannot be opened"):
        open_camera(CameraConfig(source=f"usb:{no_camera}"))


def test_nodes_that_do_not_capture_are_left_out(tmp_path: Path) -> None:
    for name in ("video0", "video10"):
        (tmp_path / "sys" / name).mkdir(parents=True)
        (tmp_path / "sys" / name / "name").write_text(f"{name} camera\n")
        _written(tmp_path / name, b"")
    assert usb.devices(tmp_path / "sys", tmp_path) == []


def test_unknown_sources() -> None:
    with pytest.raises(CameraUnknown, match="unknown camera source 'webcam'"):
        open_camera(CameraConfig.model_construct(source="webcam"))
    for script in ("block", "explode@3", "block@soon", "block@-1"):
        with pytest.raises(CameraUnknown):
            open_camera(CameraConfig(source=f"fake:{script}"))


class Picamera2:
    """What this project uses of picamera2's interface."""

    camera_properties = {"Model": "imx708"}
    failing = False

    @staticmethod
    def global_camera_info() -> list[dict[str, str]]:
        return [{"Model": "imx708"}]

    def create_video_configuration(self, **settings: object) -> dict[str, object]:
        assert settings["main"] == {"size": (160, 120), "format": "RGB888"}
        return settings

    def configure(self, settings: dict[str, object]) -> None:
        assert settings["controls"] == {"FrameRate": 15.0}

    def start(self) -> None:
        if self.failing:
            raise RuntimeError("Failed to acquire camera: Device or resource busy")

    def capture_array(self, name: str) -> NDArray[np.uint8]:
        assert name == "main"
        return np.full((120, 160, 3), (250, 10, 20), np.uint8)

    def close(self) -> None:
        pass


@pytest.fixture
def pi(monkeypatch: pytest.MonkeyPatch) -> type[Picamera2]:
    module = types.ModuleType("picamera2")
    vars(module)["Picamera2"] = Picamera2
    monkeypatch.setitem(sys.modules, "picamera2", module)
    monkeypatch.setattr(Picamera2, "failing", False)
    return Picamera2


def test_the_pi_camera_comes_first(pi: type[Picamera2]) -> None:
    assert available() == "picamera2"
    with open_camera(CameraConfig(width=160, height=120, fps=15.0)) as camera:
        assert camera.name == "Pi camera imx708"
        assert tuple(camera.read()[0, 0]) == (250, 10, 20)


def test_a_busy_pi_camera(pi: type[Picamera2], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pi, "failing", True)
    with pytest.raises(CameraError, match="Pi camera cannot be opened: .*busy"):
        picamera.PiCamera(160, 120, 15.0)


def test_without_picamera2_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        picamera.PiCamera(160, 120, 15.0)
