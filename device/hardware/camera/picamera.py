"""The Raspberry Pi's own camera, through picamera2 (which Raspberry Pi OS ships)."""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from device.errors import CameraError
from device.hardware.camera.base import Camera

if TYPE_CHECKING:
    from numpy.typing import NDArray


log = logging.getLogger(__name__)


class PiCamera(Camera):
    """The first camera of libcamera. Raises CameraError when there is none."""

    def __init__(self, width: int, height: int, fps: float) -> None:
        library = _library()
        if library is None:
            raise CameraError(
                "picamera2 is not installed: sudo apt install python3-picamera2, and make the "
                "virtual environment with --system-site-packages"
            )
        try:
            self._camera = library.Picamera2()
        except (RuntimeError, IndexError, OSError) as error:
            raise CameraError(f"Pi camera cannot be opened: {error}") from error
        try:
            self._start(width, height, fps)
        except (RuntimeError, ValueError, OSError) as error:
            # Left open, it would be busy at the next attempt.
            self._camera.close()
            raise CameraError(f"Pi camera cannot be opened: {error}") from error
        self.name = f"Pi camera {self._camera.camera_properties.get('Model', '')}".strip()

    def _start(self, width: int, height: int, fps: float) -> None:
        # libcamera names formats by byte order in a word: RGB888 lies in memory as B, G, R.
        configuration = self._camera.create_video_configuration(
            main={"size": (width, height), "format": "RGB888"},
            controls={"FrameRate": fps},
            buffer_count=3,
        )
        self._camera.configure(configuration)
        self._camera.start()

    def read(self) -> NDArray[np.uint8]:
        """Return the next frame; see `Camera.read`."""
        try:
            image = self._camera.capture_array("main")
        except (RuntimeError, OSError) as error:
            raise CameraError(f"Pi camera gives no picture: {error}") from error
        if image.ndim != 3 or image.shape[2] != 3:
            raise CameraError(f"Pi camera gives something that is no picture {image.shape}")
        return np.ascontiguousarray(image, np.uint8)

    def close(self) -> None:
        """Close the camera."""
        self._camera.close()


def models() -> list[str]:
    """Return the models of the cameras of picamera2; [] where it is not installed."""
    library = _library()
    if library is None:
        return []
    try:
        return [str(one.get("Model", "")) for one in library.Picamera2.global_camera_info()]
    except (RuntimeError, OSError) as error:
        log.warning("Pi camera: %s", error)
        return []


def _library() -> Any | None:
    try:
        return importlib.import_module("picamera2")
    except ImportError:
        return None
    except (ValueError, AttributeError, OSError) as error:
        # As when it was built for another numpy: issue 1211 of raspberrypi/picamera2.
        log.warning("picamera2 cannot be imported: %s", error)
        return None
