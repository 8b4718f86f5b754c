"""From a configured source such as `usb:/dev/video0` to an open camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.errors import CameraError, CameraUnknown
from device.hardware.camera import fake, file, picamera, usb
from device.system.paths import expand_user

if TYPE_CHECKING:
    from device.config.schema import CameraConfig
    from device.hardware.camera.base import Camera


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """What is asked of a camera: a source, and the size and rate it should come near to."""

    source: str = "auto"
    width: int = 640
    height: int = 480
    fps: float = 30.0
    rotate: int = 0

    @classmethod
    def of(cls, config: CameraConfig) -> CameraSettings:
        """Return what the configuration asks for."""
        return cls(config.source, config.width, config.height, config.fps, config.rotate)


def open_camera(settings: CameraSettings) -> Camera:
    """Open the camera that the settings name.

    Raises CameraError when it is not there at present, CameraUnknown when it never can be.
    """
    kind, _, rest = settings.source.partition(":")
    wanted = (settings.width, settings.height, settings.fps)
    match kind:
        case "auto":
            return _open_any(*wanted)
        case "picamera2":
            return picamera.PiCamera(*wanted)
        case "usb":
            return usb.UsbCamera(usb.find(rest), *wanted)
        case "file":
            return file.open_file(expand_user(rest))
        case "fake":
            return fake.FakeCamera(rest)
    raise CameraUnknown(f"unknown camera source {settings.source!r}")


def available() -> str | None:
    """Return the source that `auto` would take now, or None when there is no camera."""
    if picamera.models():
        return "picamera2"
    nodes = usb.devices()
    return f"usb:{nodes[0].path}" if nodes else None


def _open_any(width: int, height: int, fps: float) -> Camera:
    source = available()
    if source is None:
        raise CameraError("no camera found: connect a Pi camera or a USB webcam")
    return open_camera(CameraSettings(source, width, height, fps))
