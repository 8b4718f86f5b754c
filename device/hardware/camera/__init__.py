"""The camera port: one interface, its drivers, and a fake that can be set to fail."""

from device.hardware.camera.base import Camera
from device.hardware.camera.source import open_camera

__all__ = ["Camera", "open_camera"]
