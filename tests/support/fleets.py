"""Kiosks of which nothing runs but their part in a fleet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from device.control.commands import CommandQueue
from device.control.status import Status
from device.deployment.models import Models
from device.fleet.fleet import Fleet
from device.fleet.timing import Timing
from device.hardware.board import Reading
from device.messages import FrameResult, Health, Level, Mood
from device.system.latest import Latest

if TYPE_CHECKING:
    from pathlib import Path

    from device.config.network import FleetConfig, MqttConfig

QUICK = Timing(
    0.05, 5.0, 0.02, reconnect_first=0.1, reconnect_longest=0.2, stable_after=0.5,
    fetch_spread=0.05, retry_first=0.1,
)  # fmt: skip


def sample(**changes: Any) -> Status:
    """Return how a kiosk does at which somebody smiles."""
    now = time.monotonic()
    status: dict[str, Any] = {
        "time": now,
        "uptime": 3600.4,
        "version": "0.1.0",
        "model": "0.5.0",
        "mood": Mood("happy", now, 1, (0.02, 0.01, 0.01, 0.87, 0.02, 0.04, 0.03)),
        "frame_result": FrameResult(7, now, now, 640, 480),
        "rate": 14.94,
        "health": (Health("camera", Level.OK, "USB camera", 0.0),),
        "machine": Reading(52.1),
    }
    return Status(**(status | changes))


class Part:
    """A kiosk's part in a fleet, with all that it is given."""

    def __init__(
        self, folder: Path, config: FleetConfig, mqtt: MqttConfig, timing: Timing = QUICK
    ) -> None:
        self.status = Latest(sample())
        self.commands = CommandQueue()
        self.models = Models()
        self.fleet = Fleet(config, mqtt, self.status, self.commands, self.models, folder, timing)

    def publish(self, **changes: Any) -> None:
        self.status.publish(sample(**changes))
