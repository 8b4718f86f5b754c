"""The camera port: one interface, its drivers, and a fake that can be told to fail."""

from device.camera.base import Camera
from device.camera.source import open_camera

__all__ = ["Camera", "open_camera"]
