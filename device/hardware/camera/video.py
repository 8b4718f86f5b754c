"""Videos: their frames one by one, and as a camera in a loop, at the times that the file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.errors import CameraError, CameraUnknown
from device.hardware.camera.base import Camera
from device.hardware.camera.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

REPEAT_SECONDS = 0.2
"""A frame that lasts longer is returned again, as a live camera would return it."""
MAX_GAP_SECONDS = 60.0
"""A longer step of the file's clock, or one backwards, is a break in it and takes no time."""
_DEFAULT_RATE, _RATES = 25.0, (1.0, 240.0)
_EARLY = 1e-3


class Video:
    """An open video file, at its first frame.

    `seconds` is when the present frame is shown, counted from the first. Raises CameraUnknown when
    no frame can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # An absolute path: FFmpeg takes what is before a colon for a protocol.
        self._capture = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise CameraUnknown(f"{path}: not a video that can be read")
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1.0)
        if not self._capture.grab():
            codec = _codec(self._capture)
            self._capture.release()
            raise CameraUnknown(
                f"{path}: no frame of this video ({codec}) can be decoded: convert it to H.264"
            )
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.period = 1.0 / (rate if _RATES[0] <= rate <= _RATES[1] else _DEFAULT_RATE)
        self.seconds = 0.0
        self._stamp = self._read_stamp()
        self._shape = Shape.of(self._capture)

    def image(self) -> NDArray[np.uint8]:
        """Return the present frame as BGR with square pixels. Raises CameraError."""
        good, image = self._capture.retrieve()
        if not good or image is None:
            raise CameraError(f"{self._path}: holds no frame that can be read")
        return self._shape.squared(np.asarray(image, np.uint8))

    def advance(self) -> bool:
        """Go on to the next frame; return False at the end."""
        if not self._capture.grab():
            return False
        stamp = self._read_stamp()
        step, self._stamp = stamp - self._stamp, stamp
        self.seconds += step if 0.0 < step <= MAX_GAP_SECONDS else self.period
        return True

    def close(self) -> None:
        """Close the file."""
        self._capture.release()

    def _read_stamp(self) -> float:
        return self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0


class VideoCamera(Camera):
    """A video in a loop. For a slow reader, frames are skipped and never delayed.

    Raises CameraUnknown when no frame of the file can be decoded.
    """

    def __init__(
        self, path: Path, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.name = f"video {path.name}"
        self.path = path
        self._clock, self._sleep = clock, sleep
        self._video = Video(path)
        self._start: float | None = None
        """When the first frame of the present round was due."""
        self._image: NDArray[np.uint8] | None = None

    def read(self) -> NDArray[np.uint8]:
        """Return the frame that is due; see `Camera.read`."""
        if self._start is None:
            self._start = self._clock()
        wait = self._start + self._video.seconds - self._clock()
        if self._image is not None and wait > REPEAT_SECONDS:
            self._sleep(REPEAT_SECONDS)
            return self._image.copy()
        if wait > 0.0:
            self._sleep(wait)
        elif wait < -MAX_GAP_SECONDS:  # the machine was asleep
            self._start -= wait
        now = self._clock() + _EARLY
        while True:
            self._image = self._video.image()
            if not self._video.advance():
                self._rewind(self._start + self._video.seconds + self._video.period)
            if self._start + self._video.seconds > now:
                return self._image.copy()

    def close(self) -> None:
        """Close the file."""
        self._video.close()

    def _rewind(self, start: float) -> None:
        self._start = start
        self._video.close()
        try:
            self._video = Video(self.path)
        except CameraUnknown as error:  # it played a moment ago, and may come back
            raise CameraError(str(error)) from error


def _codec(capture: cv2.VideoCapture) -> str:
    """Return the four letters by which the file names the kind of its video."""
    letters = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little")
    return letters.decode("ascii", "replace").strip("\0 ") or "of an unknown kind"
