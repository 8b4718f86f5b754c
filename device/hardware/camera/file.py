"""A video, a picture or a folder of pictures as a camera, in a loop at the recorded rate."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from device import images
from device.errors import CameraError, CameraUnknown, PictureError
from device.hardware.camera.base import Camera
from device.hardware.camera.shape import MAX_SIDE
from device.hardware.camera.video import VideoCamera

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
HEADS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n|RIFF....WEBP|BM", re.DOTALL)
"""How the files of pictures begin."""
PICTURE_RATE = 10.0
"""Frames per second of a still picture."""
PICTURE_SECONDS = 3.0
"""How long each picture of a folder is shown."""


def open_file(
    path: Path,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Camera:
    """Open a video, a picture or a folder. Raises CameraUnknown with the path and the reason."""
    try:
        if not path.exists():
            raise CameraUnknown(f"{path}: no such file or folder")
        if path.is_dir() or is_picture(path):
            return PictureCamera(path, FramePacer(PICTURE_RATE, clock, sleep))
        try:
            return VideoCamera(path, clock, sleep)
        except CameraUnknown:
            if path.suffix.lower() not in PICTURES:
                raise
        return PictureCamera(path, FramePacer(PICTURE_RATE, clock, sleep))  # says what is wrong
    except CameraError:
        raise
    except OSError as error:
        raise CameraUnknown(f"{path}: cannot be looked at: {error.strerror}") from error


class FramePacer:
    """Keeps a steady rate in frames per second, and returns which frame is due."""

    def __init__(
        self, rate: float, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.rate = rate
        self._clock = clock
        self._sleep = sleep
        self._start: float | None = None
        self._last = -1

    def wait_next(self) -> int:
        """Wait until a new frame is due; return its number, from 0."""
        if self._start is None:
            self._start = self._clock()
        due = int((self._clock() - self._start) * self.rate + 1e-6)
        if due <= self._last:
            due = self._last + 1
            self._sleep(max(0.0, self._start + due / self.rate - self._clock()))
        self._last = due
        return due

    def restart(self) -> None:
        """Start again at frame 0."""
        self._start, self._last = None, -1


class PictureCamera(Camera):
    """Still pictures in a loop. Unreadable files of a folder are left out."""

    def __init__(self, path: Path, pacer: FramePacer) -> None:
        self.name = f"{'pictures in' if path.is_dir() else 'picture'} {path.name}"
        self._pacer = pacer
        if path.is_dir():
            self._files = sorted(p for p in path.iterdir() if is_picture(p))
        else:
            self._files = [path]
        self._current: tuple[int, NDArray[np.uint8]] | None = None
        self._faults: dict[Path, str] = {}
        self._path = path
        self._read_picture(0)

    def read(self) -> NDArray[np.uint8]:
        """Return the present picture; see `Camera.read`."""
        number = self._pacer.wait_next()
        index = int(number / (PICTURE_RATE * PICTURE_SECONDS))
        if self._current is None or self._current[0] != index:
            self._current = (index, self._read_picture(index))
        return self._current[1].copy()

    def close(self) -> None:
        """Do nothing."""

    def _read_picture(self, index: int) -> NDArray[np.uint8]:
        """Return the picture at `index`, or the next readable one, at most `MAX_SIDE` long.

        Raises CameraUnknown when no picture can be read.
        """
        for step in range(len(self._files)):
            file = self._files[(index + step) % len(self._files)]
            if file not in self._faults:
                try:
                    return images.shrink(images.read(file, str(file)), MAX_SIDE)[0]
                except PictureError as error:
                    self._faults[file] = str(error)
        fault = self._faults.get(self._path, f"{self._path}: holds no picture that can be read")
        raise CameraUnknown(fault)


def is_picture(path: Path) -> bool:
    """Return whether a file is a picture by its content, whatever its name."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return HEADS.match(file.read(16)) is not None
    except OSError:
        return path.suffix.lower() in PICTURES
