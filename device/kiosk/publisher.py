"""Publishes the kiosk's state to the outside, and records it for history and the run report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device import __version__
from device.control.status import Status
from device.kiosk.report import RunReport
from device.system.faults import FaultHistory

if TYPE_CHECKING:
    from device.kiosk.perception import Perception
    from device.kiosk.renderer import Renderer
    from device.kiosk.startup import Container
    from device.messages import Health, Reaction

STATUS_SECONDS = 0.1
"""How often the state is published."""


class Publisher:
    """Makes a `Status` of what the kiosk has, perceives and draws; `report` is of this run."""

    def __init__(
        self, container: Container, perception: Perception, renderer: Renderer, began: float
    ) -> None:
        self.report = RunReport(began)
        self._container, self._perception, self._renderer = container, perception, renderer
        self._began = self._due = began
        self._faults = FaultHistory()

    def publish(
        self, reactions: tuple[Reaction, ...], health: tuple[Health, ...], now: float
    ) -> None:
        """Record and publish the state at `now` (monotonic seconds), if that is due."""
        if now < self._due:
            return
        self._due = now + STATUS_SECONDS
        container, perception = self._container, self._perception
        container.history.record(perception.room, reactions, perception.paused, now)
        self._faults.record(health, now)
        status = self._status(reactions, health, now)
        self.report.record(status, container.vision.pid)
        container.status.publish(status)

    def _status(
        self, reactions: tuple[Reaction, ...], health: tuple[Health, ...], now: float
    ) -> Status:
        container, perception = self._container, self._perception
        newest = container.vision.frame_result.get()
        return Status(
            time=now,
            uptime=now - self._began,
            version=__version__,
            model=container.vision.model,
            trial=container.deployment.trial,
            camera=container.vision.camera.message,
            mood=perception.room,
            frame_result=perception.frame_result,
            rate=perception.rate.per_second(now),
            # A result that came since this round began is newer than `now`.
            frame_age=max(0.0, now - newest.captured_at) if newest else None,
            stage_rate=self._renderer.rate.per_second(now),
            reactions=reactions,
            music=container.player.now_playing,
            volume=container.player.volume,
            muted=container.player.muted,
            paused=perception.paused,
            health=health,
            faults=self._faults.recent(now),
            machine=container.throttle.reading,
        )
