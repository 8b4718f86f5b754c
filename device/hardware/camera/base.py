"""What every camera can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Camera(ABC):
    """A source of frames that is open from its making until `close`."""

    name: str
    """What it is, in words for the status page."""

    @abstractmethod
    def read(self) -> NDArray[np.uint8]:
        """Wait for the next frame and return it as uint8 BGR (height, width, 3).

        Raises CameraError when the camera is gone or gave something that is no frame.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the device. May be called twice."""

    def __enter__(self) -> Self:
        """Return the open camera."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()
