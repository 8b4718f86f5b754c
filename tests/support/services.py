"""What a web page gets to see of a kiosk in which nothing has happened yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.config.schema import Config, FeedbackConfig
from device.config.settings import Settings
from device.control.commands import CommandQueue
from device.control.status import Status
from device.deployment.models import Models
from device.drift import DriftMonitor
from device.errors import VisionBusy
from device.feedback import FeedbackRecorder
from device.hardware.probe import Probe
from device.system.latest import Latest
from device.web import KioskServices

if TYPE_CHECKING:
    from device.messages import FrameResult

NOWHERE = Path("none")


def services(**given: Any) -> KioskServices:
    """Return services, those that are given and others that do nothing."""
    others: dict[str, Any] = {
        "status": Latest(Status()),
        "frame_result": Latest(None),
        "classify": _classify,
        "commands": CommandQueue(),
        "history": NOWHERE,
        "viewers": 1,
        "blurred": False,
        "settings": Settings(),
        "probe": Probe(Config(), Path("chime.ogg")),
        "feedback": FeedbackRecorder(FeedbackConfig(enabled=False), NOWHERE),
        "models": Models(),
        "drift": DriftMonitor(NOWHERE, enabled=False),
    }
    return KioskServices(**(others | given))


def _classify(_: object) -> FrameResult:
    raise VisionBusy("nothing sees here")
