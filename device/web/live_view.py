"""The live picture: each frame is drawn and encoded once, whoever many watch, and only then."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import cv2

from device.messages import Level
from device.system.latest import Latest
from device.system.worker import Worker
from device.vision.annotate import annotate, hide
from device.web import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from device.control.status import Status
    from device.messages import Frame, FrameResult
    from device.web.view import KioskServices

RATE = 15.0
"""Most pictures a second."""
QUALITY = 80
FRESH_SECONDS = 2.0
"""A frame older than this is no live picture any more."""
TOGETHER_SECONDS = 0.5
"""Boxes are drawn when their frame was taken this near to the one that is shown. Faces are hidden
by the boxes of the very frame alone."""
PATIENCE_SECONDS = 0.7
"""How long a first viewer waits for the eye to begin before being told that there is no picture."""
PLACEHOLDER_SECONDS = 1.0
CLOSE_SECONDS = 5.0
_POLL_SECONDS = 0.02


class LiveView:
    """Encodes while somebody watches, in one thread.

    `encoded` counts pictures, for metrics. `blurred` hides the faces, from all who watch.
    """

    def __init__(self, view: KioskServices, clock: Callable[[], float] = time.monotonic) -> None:
        self.encoded = 0
        self.blurred = view.blurred
        self._view = view
        self._clock = clock
        self._lock = threading.Lock()
        self._viewers = 0
        self._newest = Latest(b"")
        self._worker: Worker | None = None
        self._stopping = threading.Event()

    @contextlib.contextmanager
    def watch(self) -> Iterator[Latest[bytes]]:
        """Lend the newest picture as JPEG. Its serial 0 is before the first picture.

        It is closed when no further picture will come.
        """
        newest = self._join()
        try:
            yield newest
        finally:
            self._leave()

    def _join(self) -> Latest[bytes]:
        with self._lock:
            self._viewers += 1
            if self._worker is None:
                self._newest = Latest(b"")
                self._view.preview.wanted = True
                self._worker = Worker(self._run, self._newest, name="live-view")
                self._stopping = self._worker.stopping
                self._worker.start()
            return self._newest

    def _leave(self) -> None:
        with self._lock:
            self._viewers -= 1
            if self._viewers or self._worker is None:
                return
            self._view.preview.wanted = False
            worker, self._worker = self._worker, None
            worker.stop(CLOSE_SECONDS)

    def _run(self, newest: Latest[bytes]) -> None:
        try:
            self._show(self._stopping)
        finally:
            newest.close()

    def _show(self, stopping: threading.Event) -> None:
        """Publish each new frame, or once a second why there is none, until stopped."""
        shown = -1
        placeholder_at = self._clock() + PATIENCE_SECONDS
        while not stopping.is_set():
            now = self._clock()
            seen = self._live(now)
            if seen is not None and seen[0].number != shown:
                shown = seen[0].number
                self._publish(self._draw(*seen))
                placeholder_at = now + PLACEHOLDER_SECONDS
                stopping.wait(max(0.0, now + 1 / RATE - self._clock()))
                continue
            if seen is None and now >= placeholder_at:
                shown = -1
                self._publish(placeholder.draw(f"No picture: {reason(self._view.status.get())}"))
                placeholder_at = now + PLACEHOLDER_SECONDS
            stopping.wait(_POLL_SECONDS)

    def _live(self, now: float) -> tuple[Frame, int, FrameResult | None] | None:
        """Return a frame, by how much it was shrunk, and what was seen last; None if that is stale.

        It is the newest frame; but where faces are hidden, it is the newest that was looked at.
        """
        if self._view.status.get().paused:
            return None
        frame_result = self._view.frame_result.get()
        if frame_result and now - frame_result.captured_at > FRESH_SECONDS:
            frame_result = None
        seen = self._view.preview.read(
            frame_result.captured_at if frame_result and self.blurred else None
        )
        return (
            (*seen, frame_result) if seen and now - seen[0].captured_at <= FRESH_SECONDS else None
        )

    def _draw(
        self, frame: Frame, shrunk: int, frame_result: FrameResult | None
    ) -> NDArray[np.uint8]:
        # A frame is known by its time: each eye counts from one. Where faces were a moment ago,
        # or that there were none, hides nobody.
        apart = 0.0 if self.blurred else TOGETHER_SECONDS
        near = frame_result and abs(frame_result.captured_at - frame.captured_at) <= apart
        faces = frame_result.faces if frame_result and near else None
        image = hide(frame.image, faces, shrunk) if self.blurred else frame.image
        return annotate(image, faces, shrunk) if faces else image

    def _publish(self, image: NDArray[np.uint8]) -> None:
        good, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if good:
            self.encoded += 1
            self._newest.publish(data.tobytes())


def reason(status: Status) -> str:
    """Say why there is no picture, in the words of the part that is to blame."""
    if status.paused:
        return "the camera is paused"
    parts = {health.part: health for health in status.health}
    for name in ("camera", "vision"):
        if name in parts and parts[name].level is not Level.OK:
            return parts[name].message
    return "waiting for the camera"
