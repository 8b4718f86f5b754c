"""The messages between the kiosk and its vision worker, over their pipe.

The worker sends `FrameResult`, `Heartbeat` and `Response`; the kiosk sends `Pause`, `SetRate`,
`ClassifyRequest`, `CropRequest` and `Stop`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from device.messages import FrameResult, Level

    Candidates = Callable[[str], Iterable[Path]]
    """Takes `[vision] model` and returns the folders of bundles to serve, best first. The worker
    calls it in its own process whenever it loads the model, so it must be picklable."""

HEARTBEAT_SECONDS = 0.5
"""How often the eye says that it lives."""


class PartStatus(NamedTuple):
    """How one part of the eye does, in words."""

    level: Level
    message: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life. `waiting` is for how many seconds an open camera has given no frame."""

    camera: PartStatus
    model: PartStatus
    version: str
    frame_age: float


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """Look at one picture, uint8 BGR (h, w, 3), outside the camera's stream."""

    id: int
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CropRequest:
    """Cut the largest face out of the frame that the camera's newest frame result is of."""

    id: int


@dataclass(frozen=True, slots=True)
class Response:
    """What was asked for under this id, or why there is no answer.

    To a question, the faces of its picture. To a glance, the one face, and its aligned `crop`,
    uint8 (48, 48); without an error, there was none.
    """

    id: int
    frame_result: FrameResult | None
    error: str = ""
    crop: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class SetRate:
    """Look so many times a second at most."""

    max_rate: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Close the camera, or open it again."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """End the eye."""
