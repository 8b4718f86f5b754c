"""IP cameras: they are read, time out, are connected again, and keep their passwords."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from device.config.schema import CameraConfig
from device.errors import CameraError, CameraUnknown
from device.hardware.camera import open_camera, stream
from device.hardware.camera.stream import Delay
from device.messages import Level
from device.vision.capture import CaptureThread
from tests.support.cameras import PASSWORD, USER, mjpeg_camera, silent_server
from tests.support.rtsp import rtsp_camera
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.hardware.camera import Camera

PLAIN, ENCODED = PASSWORD, quote(PASSWORD, safe="")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "OPEN_SECONDS", 3.0)
    monkeypatch.setattr(stream, "READ_SECONDS", 1.0)


def opened(url: str) -> Camera:
    return open_camera(CameraConfig(source=url))


def assert_kept(*texts: str) -> None:
    """No form of the password is in a text."""
    for text in texts:
        for secret in (PLAIN, ENCODED, "p@ss", "p%40ss", "w/rd", "w%2Frd"):
            assert secret not in text


def test_motion_jpeg_is_read() -> None:
    with mjpeg_camera() as server, opened(f"http://{server.place}/video") as camera:
        assert camera.name == f"IP camera http://{server.place}"
        assert {camera.read().shape for _ in range(5)} == {(240, 320, 3)}


def test_a_password_of_any_characters_lets_in() -> None:
    with mjpeg_camera() as server:
        url = f"http://{USER}:{ENCODED}@{server.place}/private"
        with opened(url) as camera:
            assert camera.read().shape == (240, 320, 3)
            assert_kept(camera.name)
        with pytest.raises(
            CameraError, match="check the path, the user name and the pass"
        ) as caught:
            opened(f"http://{USER}:wrong{ENCODED}@{server.place}/private")
        assert_kept(str(caught.value))


def test_a_camera_that_refuses_hangs_or_is_not_there(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    with silent_server() as place:
        begin = time.monotonic()
        with pytest.raises(CameraError, match="gives no video") as hung:
            opened(f"rtsp://{USER}:{ENCODED}@{place}/stream")
        assert 2.0 < time.monotonic() - begin < 30.0
        said.append(str(hung.value))
    with pytest.raises(CameraError, match=f"rtsp://{place}: cannot be reached: connection refused"):
        opened(f"rtsp://{USER}:{ENCODED}@{place}/stream")
    denied = b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Basic realm=x\r\n\r\n"
    with silent_server(denied) as place, pytest.raises(CameraError, match="gives no vid") as other:
        opened(f"rtsp://{USER}:{ENCODED}@{place}/stream")
    with pytest.raises(CameraError, match="cannot be reached: ") as unknown:
        opened(f"rtsp://{USER}:{ENCODED}@nobody.invalid/stream")
    said += [str(other.value), str(unknown.value)]
    assert_kept(*said, *(record.getMessage() for record in caplog.records))


def test_a_wrong_address_is_reported() -> None:
    config = CameraConfig.model_construct(source=f"rtsp://me:{PLAIN}@h")
    with pytest.raises(
        CameraUnknown, match="the address of the IP camera should be such"
    ) as caught:
        open_camera(config)
    assert_kept(str(caught.value))


@pytest.fixture
def reader() -> Iterator[CaptureThread]:
    with mjpeg_camera(50.0) as server:
        source = f"http://{USER}:{ENCODED}@{server.place}/private"
        one = CaptureThread(CameraConfig(source=source), threading.Event())
        one.start()
        vars(one)["server"] = server
        yield one
        one.pause(True)


def test_the_newest_frame_is_taken_and_the_delay_does_not_grow(reader: CaptureThread) -> None:
    server = vars(reader)["server"]
    until(lambda: reader.status.level is Level.OK)
    until(lambda: server.sent > 150)
    reader.pop_newest()
    frame = until(reader.pop_newest)
    assert frame is not None
    behind = (server.sent - round(float(frame.image.mean()))) % 250
    assert behind < 100, "of 50 frames a second: the reader is up to date"


def test_it_is_connected_again_after_it_hung_up_and_after_it_stood_still(
    reader: CaptureThread, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = vars(reader)["server"]
    until(lambda: reader.status.level is Level.OK)
    server.drop.set()
    until(lambda: reader.status.level is Level.FAILED)
    assert reader.status.message.endswith("the stream has ended or stands still")
    until(lambda: reader.status.level is Level.OK)
    server.frozen.set()
    until(lambda: reader.status.level is Level.FAILED)
    server.frozen.clear()
    until(lambda: reader.status.level is Level.OK)
    assert_kept(reader.status.message, *(record.getMessage() for record in caplog.records))


def test_rtsp_is_read_and_connected_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with rtsp_camera() as server:
        url = f"rtsp://{USER}:{ENCODED}@{server.place}/stream"
        reader = CaptureThread(CameraConfig(source=url), threading.Event())
        reader.start()
        until(lambda: reader.status.level is Level.OK)
        until(lambda: server.sent > 60)
        reader.pop_newest()
        frame = until(reader.pop_newest)
        assert frame is not None
        assert frame.image.shape == (240, 320, 3)
        # The frame may arrive before the server has counted it, and its grey may be off by one.
        behind = (server.sent + 2 - round(float(frame.image.mean()))) % 250
        assert behind < 52, "of 25 frames a second"
        server.drop.set()
        until(lambda: reader.status.level is Level.FAILED)
        until(lambda: reader.status.level is Level.OK)
        reader.pause(True)
        with pytest.raises(CameraError, match="check the path, the user name") as caught:
            opened(f"rtsp://{USER}:no{ENCODED}@{server.place}/stream")
        assert server.refused
    assert_kept(str(caught.value), *(record.getMessage() for record in caplog.records))


def test_a_machine_that_is_too_slow_for_a_stream_connects_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "MAX_DELAY_SECONDS", 0.5)
    with rtsp_camera() as server:
        server.rate = 12.0  # as if half of them were still in the network
        url = f"rtsp://{USER}:{ENCODED}@{server.place}/stream"
        with opened(url) as camera, pytest.raises(CameraError, match="pictures come later and la"):
            for _ in range(100):
                camera.read()


def test_delays() -> None:
    delay = Delay()
    for number in range(1000):
        wobble = 0.1 * (number % 3)
        at = number / 25
        assert delay.of(at, 50.0 + 1.005 * at + wobble) < 0.5, "another clock, and a busy network"
    assert delay.of(0.0, 900.0) == 0.0, "a stamp that stands still or goes back says nothing"
    late = [delay.of(40.0 + number / 25, 90.2 + number / 20) for number in range(1, 400)]
    assert late[-1] > 3.0
    assert late == sorted(late)
