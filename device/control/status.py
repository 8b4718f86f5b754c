"""The kiosk's state at one moment, as an immutable snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.hardware.board import Reading
from device.messages import NOBODY, Fault, Health, Level, Mood, Reaction

if TYPE_CHECKING:
    from device.messages import FrameResult, TrialStatus

WORST_FIRST = (Level.FAILED, Level.DEGRADED)


@dataclass(frozen=True, slots=True)
class Status:
    """The kiosk at one moment.

    `time` is monotonic, `uptime` in seconds, `rate` processed frames per second, `frame_age` the
    age in seconds of the newest processed frame (None before the first), `stage_rate` drawn frames
    per second, `volume` in [0, 1].
    """

    time: float = 0.0
    uptime: float = 0.0
    version: str = ""
    model: str = ""
    trial: TrialStatus | None = None
    camera: str = ""
    mood: Mood = NOBODY
    frame_result: FrameResult | None = None
    rate: float = 0.0
    frame_age: float | None = None
    stage_rate: float = 0.0
    reactions: tuple[Reaction, ...] = ()
    music: str | None = None
    volume: float = 0.0
    muted: bool = False
    paused: bool = False
    health: tuple[Health, ...] = ()
    faults: tuple[Fault, ...] = ()
    machine: Reading = field(default_factory=Reading)

    @property
    def level(self) -> Level:
        """The worst level of the components that are in use."""
        levels = {part.level for part in self.health}
        return next((level for level in WORST_FIRST if level in levels), Level.OK)
