"""IP cameras: RTSP, and Motion JPEG or other video over HTTP, through OpenCV's FFmpeg."""

from __future__ import annotations

import math
import socket
import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.config import stream_url
from device.errors import CameraError, CameraUnknown
from device.hardware.camera.base import Camera
from device.hardware.camera.shape import Shape
from device.system.worker import Worker

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.config.stream_url import StreamUrl

REACH_SECONDS = 2.5
"""Longest time until the camera accepts a connection, its name looked up."""
OPEN_SECONDS = 7.0
"""Longest time until the kind of its video is known."""
READ_SECONDS = 5.0
"""Longest wait for a frame."""
MAX_DELAY_SECONDS = 3.0
"""Longest time by which frames may come later than the first ones did."""
_CLOCK_DRIFT = 0.01
LONGEST_OPENING = REACH_SECONDS + OPEN_SECONDS


class Delay:
    """By how much frames come later than the first ones did, by the camera's own clock.

    That clock may run up to 1 % faster or slower than ours.
    """

    def __init__(self) -> None:
        self._stamp, self._at, self._least = -math.inf, 0.0, math.inf

    def of(self, stamp: float, now: float) -> float:
        """Return the delay in seconds of a frame with this stamp, 0 without a new stamp."""
        if stamp <= self._stamp:
            return 0.0
        self._least = min(self._least + _CLOCK_DRIFT * (now - self._at), now - stamp)
        self._stamp, self._at = stamp, now
        return now - stamp - self._least


class StreamCamera(Camera):
    """A network camera. Its password stands in no message.

    Whoever reads without pause has the newest frame, unless the machine is too slow to decode them
    all: then frames queue up in the network. Raises CameraUnknown for a malformed address,
    CameraError when the camera cannot be reached or gives no video.
    """

    def __init__(self, address: str) -> None:
        try:
            url = stream_url.parse(address)
        except ValueError as error:
            raise CameraUnknown(f"the address of the IP camera {error}") from error
        self.name = f"IP camera {url.shown}"
        self._shown = url.shown
        _reach(url)
        self._capture = cv2.VideoCapture()
        self._capture.setExceptionMode(False)
        timeouts = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, round(OPEN_SECONDS * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(READ_SECONDS * 1000),
        ]  # fmt: skip
        if not self._capture.open(url.url, cv2.CAP_FFMPEG, timeouts):
            raise CameraError(
                f"{url.shown}: gives no video; check the path, the user name and the password"
            )
        self._shape = Shape.of(self._capture)
        # Stamps of Motion JPEG over HTTP are numbers of frames, and say nothing of the time.
        self._delay = Delay() if url.shown.startswith("rtsp") else None

    def read(self) -> NDArray[np.uint8]:
        """Return the next frame; see `Camera.read`."""
        good, image = self._capture.read()
        if not good or image is None:
            raise CameraError(f"{self._shown}: the stream has ended or stands still")
        self._check_delay()
        return self._shape.squared(np.asarray(image, np.uint8))

    def close(self) -> None:
        """Close the connection."""
        self._capture.release()

    def _check_delay(self) -> None:
        stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        if self._delay and self._delay.of(stamp, time.monotonic()) > MAX_DELAY_SECONDS:
            raise CameraError(
                f"{self._shown}: pictures come later and later; take a smaller stream of the camera"
            )


def _reach(url: StreamUrl) -> None:
    """Connect and hang up: the system says why that fails, FFmpeg does not. Raises CameraError."""
    faults: list[str] = []

    def connect() -> None:
        try:
            socket.create_connection((url.host, url.port), REACH_SECONDS).close()
        except OSError as error:
            faults.append(error.strerror or "no answer")
        else:
            faults.append("")

    # Looking a name up has no time-out of its own.
    thread = Worker(connect, name="camera-reach")
    thread.start()
    thread.join(REACH_SECONDS)
    fault = faults[0] if faults else "no answer"
    if fault:
        raise CameraError(f"{url.shown}: cannot be reached: {fault.lower()}")
