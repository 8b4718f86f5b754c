"""Opens the camera of a configured source such as `usb:/dev/video0`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.config.stream_url import is_stream, redacted
from device.errors import CameraError, CameraUnknown
from device.hardware.camera import fake, file, picamera, stream, usb
from device.system.paths import expand_user

if TYPE_CHECKING:
    from device.config.schema import CameraConfig
    from device.hardware.camera.base import Camera


def open_camera(config: CameraConfig) -> Camera:
    """Open the camera that the configuration names.

    Raises CameraError when it is missing at present, CameraUnknown when the source is invalid.
    """
    source = config.source
    if source == "auto":
        source = available() or ""
        if not source:
            raise CameraError("no camera found: connect a Pi camera or a USB webcam")
    if is_stream(source):
        return stream.StreamCamera(source)
    kind, _, rest = source.partition(":")
    wanted = (config.width, config.height, config.fps)
    match kind:
        case "picamera2":
            return picamera.PiCamera(*wanted)
        case "usb":
            return usb.UsbCamera(usb.find(rest), *wanted)
        case "file":
            return file.open_file(expand_user(rest))
        case "fake":
            return fake.FakeCamera(rest)
    raise CameraUnknown(f"unknown camera source {redacted(source)!r}")


def opening_seconds(config: CameraConfig) -> float:
    """Return how long opening a camera may take that is known to end by itself, else 0."""
    return stream.LONGEST_OPENING if is_stream(config.source) else 0.0


def available() -> str | None:
    """Return the source that `auto` stands for now, or None when there is no camera."""
    if picamera.models():
        return "picamera2"
    nodes = usb.devices()
    return f"usb:{nodes[0].path}" if nodes else None
