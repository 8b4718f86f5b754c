"""Keeps only the newest frame of a camera, and reopens the camera when it fails.

Runs in a thread of the worker, because a camera may block (picamera2 issues 1065 and 1264).
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.errors import CameraError, CameraUnknown
from device.hardware.camera.source import open_camera, opening_seconds
from device.messages import Frame, Level
from device.system.backoff import LONGEST, Backoff
from device.system.worker import Worker
from device.vision.protocol import PartStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.config.schema import CameraConfig
    from device.hardware.camera.base import Camera

log = logging.getLogger(__name__)

REOPEN_SECONDS = 3.0
"""Longest wait before a missing camera is opened again. It is longer for an IP camera, which may
lock an account after some wrong passwords."""
STEADY_SECONDS = 10.0
"""An IP camera that fails sooner after its first frame has not recovered: it waits longer."""
_ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class CaptureThread:
    """Reads a camera without end; sets `wake` for each new frame."""

    def __init__(self, config: CameraConfig, wake: threading.Event) -> None:
        self._config = config
        self._is_network = opening_seconds(config) > 0.0
        self._wake = wake
        self._frame: Frame | None = None
        self._frames = 0
        self._frame_at: float | None = None
        self._status = PartStatus(Level.DEGRADED, "camera is being opened")
        self._paused = False
        self._pause_changed = threading.Event()
        self._thread = Worker(self._run, name="capture")

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def pop_newest(self) -> Frame | None:
        """Return the newest frame, or None if it was returned before."""
        frame, self._frame = self._frame, None
        return frame

    def pause(self, paused: bool) -> None:
        """Close the camera, or open it again."""
        self._paused = paused
        self._frame = None
        self._pause_changed.set()

    @property
    def status(self) -> PartStatus:
        """The camera's health."""
        return self._status

    @property
    def frame_age(self) -> float:
        """Seconds since the open camera gave its last frame; 0 when it is not open."""
        opened = self._frame_at
        return 0.0 if opened is None else max(0.0, time.monotonic() - opened)

    def _run(self) -> None:
        backoff = Backoff(longest=LONGEST if self._is_network else REOPEN_SECONDS)
        while True:
            if self._paused:
                self._status = PartStatus(Level.OFF, "camera is paused")
                self._pause_changed.wait()
                self._pause_changed.clear()
                continue
            try:
                self._read_camera(backoff)
            except CameraError as error:
                if self._status.message != str(error):
                    log.warning("camera: %s", error)
                hopeless = isinstance(error, CameraUnknown)
                self._wait_to_reopen(str(error), LONGEST if hopeless else backoff.failed())
            except Exception as error:  # noqa: BLE001 - without this thread there are no frames
                reason = f"{type(error).__name__}: {error}"
                if self._status.message != reason:
                    log.warning("camera: unexpected fault", exc_info=error)
                self._wait_to_reopen(reason, backoff.failed())
            finally:
                self._frame_at = None

    def _wait_to_reopen(self, reason: str, wait: float) -> None:
        """Report a fault, and wait before the camera is opened again."""
        self._status = PartStatus(Level.FAILED, reason)
        self._frame_at = None
        self._pause_changed.wait(wait)
        self._pause_changed.clear()

    def _read_camera(self, backoff: Backoff) -> None:
        """Read until paused. Raises CameraError."""
        self._frame_at = time.monotonic() + opening_seconds(self._config)
        with open_camera(self._config) as camera:
            self._frame_at = opened = time.monotonic()
            while not self._paused:
                image = self._read_rotated(camera)
                now = time.monotonic()
                if self._paused:
                    return
                if self._status.level is not Level.OK:
                    log.info("camera: %s", camera.name)
                    self._status = PartStatus(Level.OK, camera.name)
                if not self._is_network or now - opened >= STEADY_SECONDS:
                    backoff.succeeded()
                self._frame_at = now
                self._frames += 1
                self._frame = Frame(image, self._frames, now)
                self._wake.set()

    def _read_rotated(self, camera: Camera) -> NDArray[np.uint8]:
        image = camera.read()
        rotation = _ROTATIONS.get(self._config.rotate)
        return image if rotation is None else np.asarray(cv2.rotate(image, rotation), np.uint8)
