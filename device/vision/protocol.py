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
"""Seconds between two heartbeats of the worker."""


class PartStatus(NamedTuple):
    """The health of the worker's camera or model."""

    level: Level
    message: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life.

    `version` is the model's, "" before one is loaded. `frame_age` is the number of seconds since an
    open camera gave its last frame, 0 while it is not open.
    """

    camera: PartStatus
    model: PartStatus
    version: str
    frame_age: float


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """Asks for the faces of one picture, uint8 BGR (h, w, 3), outside the camera's stream."""

    id: int
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CropRequest:
    """Asks for the crop of the largest face in the newest processed frame."""

    id: int


@dataclass(frozen=True, slots=True)
class Response:
    """The response to the request with this id, or an error.

    To a ClassifyRequest, the faces of its picture. To a CropRequest, the largest face alone and its
    aligned `crop`, uint8 (48, 48); both are None when there was no face.
    """

    id: int
    frame_result: FrameResult | None
    error: str = ""
    crop: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class SetRate:
    """Limits the frames that are processed per second."""

    max_rate: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Closes the camera, or opens it again."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Ends the worker."""
