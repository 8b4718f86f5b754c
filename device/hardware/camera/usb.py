"""USB webcams, and any other V4L2 capture device, through OpenCV."""

from __future__ import annotations

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.errors import CameraError
from device.hardware.camera.base import Camera

if TYPE_CHECKING:
    from numpy.typing import NDArray

SYSFS = Path("/sys/class/video4linux")
_QUERYCAP = 0x80685600  # VIDIOC_QUERYCAP, linux/videodev2.h
_CAPTURE = 0x00000001  # V4L2_CAP_VIDEO_CAPTURE
_STREAMING = 0x04000000  # V4L2_CAP_STREAMING
_READ_TIMEOUT_MS = 4000


@dataclass(frozen=True, slots=True)
class Node:
    """A capture device: its path such as /dev/video0, and its own name."""

    path: Path
    name: str


def devices(sysfs: Path = SYSFS, dev: Path = Path("/dev")) -> list[Node]:
    """Return the V4L2 devices that capture video, lowest number first.

    The Pi's own camera pipeline and codecs show up as V4L2 nodes too; they are left to picamera2.
    """
    found = []
    for entry in sorted(sysfs.glob("video*"), key=lambda path: int(path.name[5:] or 0)):
        name = (entry / "name").read_text().strip() if (entry / "name").is_file() else entry.name
        if name.startswith(("bcm2835-", "unicam", "rp1-", "pispbe", "rpi-hevc", "rpivid")):
            continue
        if _captures(dev / entry.name):
            found.append(Node(dev / entry.name, name))
    return found


def find(wanted: str) -> Path:
    """Return the device path for a path, or for (part of) a name. Raises CameraError."""
    if wanted.startswith("/"):
        return Path(wanted)
    nodes = devices()
    for node in nodes:
        if wanted.lower() in node.name.lower():
            return node.path
    seen = ", ".join(f"{node.name} ({node.path})" for node in nodes) or "none"
    raise CameraError(f"no webcam named {wanted!r}; connected: {seen}")


class UsbCamera(Camera):
    """A V4L2 device. Raises CameraError when it cannot be opened or gives no usable frame."""

    def __init__(self, path: Path, width: int, height: int, fps: float) -> None:
        if not path.exists():
            raise CameraError(f"{path}: not connected")
        self.path = path
        self._capture = cv2.VideoCapture()
        self._capture.setExceptionMode(False)
        timeouts = [cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_TIMEOUT_MS]
        if not self._capture.open(str(path), cv2.CAP_V4L2, timeouts) and not self._capture.open(
            str(path), cv2.CAP_V4L2
        ):
            raise CameraError(f"{path}: cannot be opened (busy, or no permission?)")
        self._configure(width, height, fps)
        self.name = f"webcam {path}"

    def read(self) -> NDArray[np.uint8]:
        """Return the next frame; see `Camera.read`."""
        good, image = self._capture.read()
        if not good:
            raise CameraError(f"{self.path}: gives no picture (unplugged?)")
        if image.ndim != 3 or image.shape[2] != 3 or min(image.shape[:2]) < 16:
            raise CameraError(f"{self.path}: gives something that is no picture {image.shape}")
        return np.asarray(image, np.uint8)

    def close(self) -> None:
        """Close the device."""
        self._capture.release()

    def _configure(self, width: int, height: int, fps: float) -> None:
        # Raw YUYV costs no decoding but fits USB 2 only up to VGA; above it, Motion JPEG does.
        code = "YUYV" if width * height <= 640 * 480 else "MJPG"
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*code))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        self._capture.set(cv2.CAP_PROP_FPS, fps)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 2)


def _captures(path: Path) -> bool:
    """Return whether a node is a camera, and not metadata or a codec."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        answer = fcntl.ioctl(descriptor, _QUERYCAP, bytes(104))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    (capabilities,) = struct.unpack_from("<I", answer, 88)  # device_caps
    return bool(capabilities & _CAPTURE and capabilities & _STREAMING)
