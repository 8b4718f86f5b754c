"""Videos as people have them: odd pixels, odd times, odd names, and kinds without a decoder."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import pytest

from device.errors import CameraUnknown
from device.hardware.camera.file import PictureCamera, open_file
from device.hardware.camera.shape import Shape
from device.hardware.camera.video import REPEAT_SECONDS, VideoCamera
from tests.support.clocks import SleepingClock
from tests.support.videos import jpeg, matroska

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture
def clock() -> SleepingClock:
    return SleepingClock()


def number(image: NDArray[np.uint8]) -> int:
    return round(float(image.mean()) / 20)


def test_frames_come_at_the_files_own_times(tmp_path: Path, clock: SleepingClock) -> None:
    times = [0.0, 0.05, 0.15, 0.16, 0.3, 1.1, 1.2]
    camera = open_file(matroska(tmp_path / "v.mkv", times), clock, clock.sleep)
    begin = clock.now
    seen: dict[int, float] = {}
    while clock.now - begin < 1.2 - 1e-6:
        seen.setdefault(number(camera.read()), clock.now - begin)
    assert [seen[index] for index in range(7)] == pytest.approx(times, abs=0.002)
    camera.close()


def test_a_frame_that_lasts_is_given_again_as_a_live_camera_would(
    tmp_path: Path, clock: SleepingClock
) -> None:
    path = matroska(tmp_path / "slides.mkv", [0.0, 5.0, 20.0])
    camera = open_file(path, clock, clock.sleep)
    waits, begin = [], clock.now
    while clock.now - begin < 19.0:
        before = clock.now
        camera.read()
        waits.append(clock.now - before)
    assert max(waits) <= REPEAT_SECONDS + 0.001
    assert number(camera.read()) == 1


def test_a_clock_that_jumps_does_not_stop_the_video(tmp_path: Path, clock: SleepingClock) -> None:
    path = matroska(tmp_path / "joined.mkv", [0.0, 0.1, 0.2, 0.05, 0.15])
    camera = open_file(path, clock, clock.sleep)
    begin = clock.now
    assert {number(camera.read()) for _ in range(5)} <= {0, 1, 2, 3, 4}
    assert clock.now - begin < 2.0


@pytest.mark.parametrize(
    ("display", "size"),
    [((64, 48), (64, 48)), ((128, 48), (128, 48)), ((96, 48), (96, 48)), ((32, 48), (64, 96))],
)
def test_faces_are_not_squashed(
    tmp_path: Path, clock: SleepingClock, display: tuple[int, int], size: tuple[int, int]
) -> None:
    camera = open_file(
        matroska(tmp_path / "v.mkv", [0.0, 0.1], display=display), clock, clock.sleep
    )
    assert camera.read().shape == (size[1], size[0], 3)
    assert camera.read().shape == (size[1], size[0], 3)


class Turned:
    """A clip of a telephone held upright, with wide pixels."""

    def get(self, key: int) -> float:
        return {
            cv2.CAP_PROP_SAR_NUM: 4.0,
            cv2.CAP_PROP_SAR_DEN: 3.0,
            cv2.CAP_PROP_ORIENTATION_META: 90.0,
            cv2.CAP_PROP_ORIENTATION_AUTO: 1.0,
        }.get(key, 0.0)


def test_what_opencv_turns_has_turned_pixels() -> None:
    shape = Shape.of(cast("cv2.VideoCapture", Turned()))
    assert shape.squared(np.zeros((40, 30, 3), np.uint8)).shape == (53, 30, 3)
    large = Shape(2.0).squared(np.zeros((1080, 1920, 3), np.uint8))
    assert large.shape == (540, 1920, 3), "no larger than any camera here gives"


@pytest.mark.parametrize("name", ["V.MKV", "clip.3gp", "clip.TS", "clip", "clip.jpg", "cl%03d:ip"])
def test_a_video_is_known_by_its_content(tmp_path: Path, clock: SleepingClock, name: str) -> None:
    camera = open_file(matroska(tmp_path / name, [0.0, 0.1]), clock, clock.sleep)
    assert isinstance(camera, VideoCamera)
    assert camera.read().shape == (48, 64, 3)


@pytest.mark.parametrize("name", ["photo.mp4", "photo", "PHOTO.JPG"])
def test_a_picture_is_known_by_its_content(tmp_path: Path, clock: SleepingClock, name: str) -> None:
    (tmp_path / name).write_bytes(jpeg(100))
    assert isinstance(open_file(tmp_path / name, clock, clock.sleep), PictureCamera)
    folder = open_file(tmp_path, clock, clock.sleep)
    assert folder.read().shape == (48, 64, 3)


def test_a_video_without_a_decoder_is_one_message(tmp_path: Path, clock: SleepingClock) -> None:
    path = matroska(tmp_path / "av1.mkv", [index / 25 for index in range(50)], codec="V_AV1")
    with pytest.raises(CameraUnknown, match=r"av1\.mkv: no frame of this video \(.*\) can be dec"):
        open_file(path, clock, clock.sleep)


def test_the_decoders_own_lines_stay_out_of_the_log(tmp_path: Path) -> None:
    """FFmpeg writes on standard error by itself, so a process of its own is asked."""
    path = matroska(tmp_path / "av1.mkv", [index / 25 for index in range(50)], codec="V_AV1")
    program = (
        "import sys, pathlib; from device.errors import CameraError\n"
        "from device.hardware.camera.file import open_file\n"
        "for _ in range(3):\n"
        "    try: open_file(pathlib.Path(sys.argv[1]))\n"
        "    except CameraError as error: print(error)\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
    assert result.stderr == ""
    assert len(result.stdout.splitlines()) == 3
