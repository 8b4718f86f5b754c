"""What the web page may see of the kiosk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.config.schema import Config, FeedbackConfig
from device.config.settings import Settings
from device.deployment.models import Models
from device.drift import DriftMonitor
from device.feedback import FeedbackRecorder
from device.hardware.probe import Probe
from device.system.paths import state_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from device.control.commands import CommandQueue
    from device.control.status import Status
    from device.messages import FrameResult
    from device.system.latest import Latest
    from device.vision.preview import Preview


@dataclass(frozen=True)
class KioskServices:
    """The kiosk as the web page sees it.

    `classify` finds the faces of a uint8 BGR picture (h, w, 3) and may raise EyeBusy or
    BundleError. `orders` takes what the owner tells it to do. `viewers` is how many may watch the
    live picture at once, `blurred` whether faces are hidden in it until the owner wants to see
    them, `history` where the past is kept. `settings` are what the owner may change, `probe` tries
    devices for it, `feedback` keeps what people answer, `models` are those that may serve,
    `watcher` tells how the model does day by day.
    """

    status: Latest[Status]
    frame_result: Latest[FrameResult | None]
    preview: Preview
    classify: Callable[[NDArray[np.uint8]], FrameResult]
    orders: CommandQueue
    history: Path
    viewers: int = 8
    blurred: bool = False
    settings: Settings = field(default_factory=Settings)
    probe: Probe = field(default_factory=lambda: Probe(Config()))
    feedback: FeedbackRecorder = field(
        default_factory=lambda: FeedbackRecorder(FeedbackConfig(enabled=False), state_directory())
    )
    models: Models = field(default_factory=Models)
    watcher: DriftMonitor = field(
        default_factory=lambda: DriftMonitor(state_directory(), enabled=False)
    )
