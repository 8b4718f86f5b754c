"""What the web page may see of the kiosk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from device.config.settings import Settings
    from device.control.commands import CommandQueue
    from device.control.status import Status
    from device.deployment.models import Models
    from device.drift import DriftMonitor
    from device.feedback import FeedbackRecorder
    from device.hardware.probe import Probe
    from device.messages import FrameResult
    from device.system.latest import Latest
    from device.vision.preview import Preview


@dataclass(frozen=True, kw_only=True)
class KioskServices:
    """The kiosk as the web page sees it.

    `classify` finds the faces of a uint8 BGR picture (h, w, 3) and may raise VisionBusy or
    BundleError. `viewers` may watch the live picture at once; `blurred` hides the faces in it.
    `history` is the database's path, which need not exist.
    """

    status: Latest[Status]
    frame_result: Latest[FrameResult | None]
    preview: Preview
    classify: Callable[[NDArray[np.uint8]], FrameResult]
    commands: CommandQueue
    history: Path
    viewers: int
    blurred: bool
    settings: Settings
    probe: Probe
    feedback: FeedbackRecorder
    models: Models
    drift: DriftMonitor
