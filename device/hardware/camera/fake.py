"""A camera without hardware that fails on demand, for tests and rigs.

Its source is `fake:` and a script: `[<picture>][,<fault>@<seconds>][,plug=<file>]`. Faults: `error`
(every read fails from then on), `block` (a read never returns), `die` (the process ends at once, as
after a crash in a driver), `odd` (every read raises an unexpected error), `black` (black
frames), `garbage` (noise), `resize` (frames change their size each second). It is connected while
the file of its plug exists. Without a picture it shows a moving gradient.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from device import images
from device.errors import CameraError, CameraUnknown, PictureError
from device.hardware.camera.base import Camera
from device.hardware.camera.file import FramePacer

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAULTS = ("error", "block", "die", "odd", "black", "garbage", "resize")
PLUG = "plug="
RATE = 25.0


class FakeCamera(Camera):
    """Frames at 25 per second until its fault begins. Raises CameraUnknown for a wrong script."""

    def __init__(self, script: str) -> None:
        self.name = f"fake camera {script}".strip()
        self._image: NDArray[np.uint8] | None = None
        self._fault, self._after = "", float("inf")
        self._plug: Path | None = None
        for part in filter(None, script.split(",")):
            if part.startswith(PLUG):
                self._plug = Path(part.removeprefix(PLUG))
                continue
            fault, at, seconds = part.partition("@")
            if at:
                self._set_fault(fault, seconds)
            else:
                self._image = _picture(part)
        self._check_plug()
        self._start = time.monotonic()
        self._pacer = FramePacer(RATE, time.monotonic, time.sleep)

    def read(self) -> NDArray[np.uint8]:
        """Return the next frame, or fail by the script; see `Camera.read`."""
        number = self._pacer.wait_next()
        self._check_plug()
        image = self._frame(number)
        if time.monotonic() - self._start < self._after:
            return image
        match self._fault:
            case "error":
                raise CameraError("fake camera: set to fail")
            case "block":
                threading.Event().wait()
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "odd":
                raise RuntimeError("fake camera: set to be odd")
            case "resize":
                image = image[:: 1 + (number // int(RATE)) % 3]
            case "black":
                image = np.zeros_like(image)
            case "garbage":
                image = np.random.default_rng(number).integers(0, 256, image.shape, np.uint8)
        return image

    def close(self) -> None:
        """Do nothing."""

    def _check_plug(self) -> None:
        if self._plug and not self._plug.exists():
            raise CameraError("fake camera: not connected")

    def _frame(self, number: int) -> NDArray[np.uint8]:
        if self._image is not None:
            return self._image.copy()
        row = (np.arange(640) + 4 * number) % 256
        return np.broadcast_to(row.astype(np.uint8)[None, :, None], (480, 640, 3)).copy()

    def _set_fault(self, fault: str, seconds: str) -> None:
        try:
            after = float(seconds)
        except ValueError:
            after = -1.0
        if fault not in FAULTS or after < 0:
            raise CameraUnknown(f"fake camera: {fault}@{seconds}: {'|'.join(FAULTS)}@<seconds>")
        self._fault, self._after = fault, after


def _picture(name: str) -> NDArray[np.uint8]:
    try:
        return images.read(Path(name), name)
    except PictureError as error:
        raise CameraUnknown(str(error)) from error
