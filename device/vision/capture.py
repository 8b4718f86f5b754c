"""Keep only the newest frame of a camera, and open the camera again when it fails.

Runs in a thread of the eye, since a camera may block for long (picamera2 issues 1065 and 1264).
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.errors import CameraError, CameraUnknown
from device.hardware.camera.source import open_camera
from device.messages import Frame, Level
from device.system.backoff import LONGEST, Backoff
from device.vision.protocol import PartStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.hardware.camera.base import Camera
    from device.hardware.camera.source import CameraSettings

log = logging.getLogger(__name__)

REOPEN_SECONDS = 3.0
"""Longest wait before a camera that went away is looked for again."""
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class CaptureThread:
    """Reads a camera for ever; `wake` is set whenever there is something new to look at."""

    def __init__(self, settings: CameraSettings, wake: threading.Event) -> None:
        self._settings = settings
        self._wake = wake
        self._frame: Frame | None = None
        self._count = 0
        self._opened: float | None = None
        self._part = PartStatus(Level.DEGRADED, "camera is being opened")
        self._paused = False
        self._changed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="grabber", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def take(self) -> Frame | None:
        """Return the newest frame if it was not taken yet."""
        frame, self._frame = self._frame, None
        return frame

    def pause(self, paused: bool) -> None:
        """Close the camera until told otherwise."""
        self._paused = paused
        self._frame = None
        self._changed.set()

    @property
    def part(self) -> PartStatus:
        """How the camera does."""
        return self._part

    @property
    def waiting(self) -> float:
        """For how many seconds the open camera has given no frame; 0 when it is not open."""
        opened = self._opened
        return 0.0 if opened is None else max(0.0, time.monotonic() - opened)

    def _run(self) -> None:
        backoff = Backoff(longest=REOPEN_SECONDS)
        while True:
            if self._paused:
                self._part = PartStatus(Level.OFF, "camera is paused")
                self._changed.wait()
                self._changed.clear()
                continue
            try:
                self._read_camera(backoff)
            except CameraError as error:
                if self._part.message != str(error):
                    log.warning("camera: %s", error)
                never = isinstance(error, CameraUnknown)
                self._fail(str(error), LONGEST if never else backoff.failed())
            except Exception as error:  # noqa: BLE001 - this thread is all the sight there is
                words = f"{type(error).__name__}: {error}"
                if self._part.message != words:
                    log.warning("camera: unexpected fault", exc_info=error)
                self._fail(words, backoff.failed())
            finally:
                self._opened = None

    def _fail(self, words: str, wait: float) -> None:
        """Tell what is wrong, and wait before the next try."""
        self._part = PartStatus(Level.FAILED, words)
        self._opened = None
        self._changed.wait(wait)
        self._changed.clear()

    def _read_camera(self, backoff: Backoff) -> None:
        """Read until paused. Raises CameraError."""
        self._opened = time.monotonic()
        with open_camera(self._settings) as camera:
            while not self._paused:
                image = self._turned(camera)
                now = time.monotonic()
                if self._paused:
                    return
                if self._part.level is not Level.OK:
                    log.info("camera: %s", camera.name)
                    self._part = PartStatus(Level.OK, camera.name)
                    backoff.succeeded()
                self._opened = now
                self._count += 1
                self._frame = Frame(image, self._count, now)
                self._wake.set()

    def _turned(self, camera: Camera) -> NDArray[np.uint8]:
        image = camera.read()
        turn = _TURNS.get(self._settings.rotate)
        return image if turn is None else np.asarray(cv2.rotate(image, turn), np.uint8)
