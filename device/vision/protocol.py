"""What the kiosk and its eye say to each other over their pipe.

The eye sends `Sighting`, `Pulse` and `Answer`; the kiosk sends `Pause`, `Rate`, `Question`,
`Glance` and `Stop`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.hardware.camera.source import CameraSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from device.messages import Level, Sighting

PULSE_SECONDS = 0.5
"""How often the eye says that it lives."""


@dataclass(frozen=True, slots=True)
class EyeSettings:
    """All that the eye needs to know. `threads = 0` leaves their number to the runtime."""

    camera: CameraSettings = field(default_factory=CameraSettings)
    threads: int = 0
    max_rate: float = 15.0
    model: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """How one part of the eye does, in words."""

    level: Level
    message: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """A sign of life. `waiting` is for how many seconds an open camera has given no frame."""

    camera: Part
    model: Part
    version: str
    waiting: float


@dataclass(frozen=True, slots=True)
class Question:
    """Look at one picture, uint8 BGR (h, w, 3), outside the camera's stream."""

    id: int
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Glance:
    """Cut the largest face out of the frame that the camera's newest sighting is of."""

    id: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked for under this id, or why there is no answer.

    To a question, the faces of its picture. To a glance, the one face, and its aligned `crop`,
    uint8 (48, 48); without an error, there was none.
    """

    id: int
    sighting: Sighting | None
    error: str = ""
    crop: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """Look so many times a second at most."""

    most: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Close the camera, or open it again."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """End the eye."""
