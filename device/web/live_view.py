"""The live picture: each frame is annotated and encoded once for all viewers."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import cv2

from device.messages import Level
from device.system.latest import Latest
from device.system.worker import Worker
from device.vision.annotate import annotate, pixelate
from device.web import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from device.control.status import Status
    from device.messages import Frame, FrameResult
    from device.web.view import KioskServices

MAX_RATE = 15.0
"""Pictures per second."""
JPEG_QUALITY = 80
MAX_AGE_SECONDS = 2.0
"""Older frames are not shown as live."""
MAX_BOX_SECONDS = 0.5
"""Boxes are drawn if their frame was captured this close to the one shown. Faces are hidden only by
the boxes of the same frame."""
STARTUP_SECONDS = 0.7
"""How long a first viewer waits for a frame before a placeholder is shown."""
PLACEHOLDER_SECONDS = 1.0
"""Time between two placeholders."""
CLOSE_SECONDS = 5.0
_POLL_SECONDS = 0.02


class LiveView:
    """Encodes pictures in one thread while it has viewers.

    `encoded` counts pictures. `blurred` hides the faces from all viewers.
    """

    def __init__(
        self, services: KioskServices, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.encoded = 0
        self.blurred = services.blurred
        self._services = services
        self._clock = clock
        self._lock = threading.Lock()
        self._viewers = 0
        self._newest = Latest(b"")
        self._worker: Worker | None = None
        self._stopping = threading.Event()

    @contextlib.contextmanager
    def watch(self) -> Iterator[Latest[bytes]]:
        """Lend the newest picture as JPEG. Serial 0 is empty, the first picture has serial 1.

        It is closed when encoding ends.
        """
        newest = self._add_viewer()
        try:
            yield newest
        finally:
            self._remove_viewer()

    def _add_viewer(self) -> Latest[bytes]:
        with self._lock:
            self._viewers += 1
            if self._worker is None:
                self._newest = Latest(b"")
                self._services.preview.wanted = True
                self._worker = Worker(self._run, self._newest, name="live-view")
                self._stopping = self._worker.stopping
                self._worker.start()
            return self._newest

    def _remove_viewer(self) -> None:
        with self._lock:
            self._viewers -= 1
            if self._viewers or self._worker is None:
                return
            self._services.preview.wanted = False
            worker, self._worker = self._worker, None
            worker.stop(CLOSE_SECONDS)

    def _run(self, newest: Latest[bytes]) -> None:
        try:
            self._publish_frames(self._stopping)
        finally:
            newest.close()

    def _publish_frames(self, stopping: threading.Event) -> None:
        """Publish each new frame, or once a second a placeholder, until stopped."""
        published = -1
        placeholder_at = self._clock() + STARTUP_SECONDS
        while not stopping.is_set():
            now = self._clock()
            live = self._read(now)
            if live and live[0].number != published:
                published = live[0].number
                self._publish(self._draw(*live))
                placeholder_at = now + PLACEHOLDER_SECONDS
                stopping.wait(max(0.0, now + 1 / MAX_RATE - self._clock()))
                continue
            if not live and now >= placeholder_at:
                published = -1
                self._publish(
                    placeholder.draw(f"No picture: {reason(self._services.status.get())}")
                )
                placeholder_at = now + PLACEHOLDER_SECONDS
            stopping.wait(_POLL_SECONDS)

    def _read(self, now: float) -> tuple[Frame, int, FrameResult | None] | None:
        """Return the newest frame, its shrink factor and the newest result; None if it is too old.

        While faces are hidden, return the newest frame that was processed instead.
        """
        if self._services.status.get().paused:
            return None
        result = self._services.frame_result.get()
        if result and now - result.captured_at > MAX_AGE_SECONDS:
            result = None
        preview = self._services.preview.read(
            result.captured_at if result and self.blurred else None
        )
        if not preview or now - preview[0].captured_at > MAX_AGE_SECONDS:
            return None
        return (*preview, result)

    def _draw(self, frame: Frame, shrink: int, result: FrameResult | None) -> NDArray[np.uint8]:
        # Frames are compared by time, since each vision worker numbers them from 1. To hide faces
        # takes the result of this very frame: a moment later they have moved.
        tolerance = 0.0 if self.blurred else MAX_BOX_SECONDS
        matches = result and abs(result.captured_at - frame.captured_at) <= tolerance
        faces = result.faces if result and matches else None
        image = pixelate(frame.image, faces, shrink) if self.blurred else frame.image
        return annotate(image, faces, shrink) if faces else image

    def _publish(self, image: NDArray[np.uint8]) -> None:
        encoded, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if encoded:
            self.encoded += 1
            self._newest.publish(jpeg.tobytes())


def reason(status: Status) -> str:
    """Return why there is no picture, as the failed part reports it."""
    if status.paused:
        return "the camera is paused"
    parts = {health.part: health for health in status.health}
    for name in ("camera", "vision"):
        if name in parts and parts[name].level is not Level.OK:
            return parts[name].message
    return "waiting for the camera"
