"""The camera port."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Camera(ABC):
    """A source of frames. It is open from its construction until `close`."""

    name: str
    """The camera's name on the status page."""

    @abstractmethod
    def read(self) -> NDArray[np.uint8]:
        """Wait for the next frame and return it as uint8 BGR (height, width, 3).

        Raises CameraError when the camera is gone or returns no valid frame.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the device. May be called twice."""

    def __enter__(self) -> Self:
        """Return the open camera."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()
