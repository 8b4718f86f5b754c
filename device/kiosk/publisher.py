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
        has, seen = self._container, self._perception
        has.history.record(seen.room, reactions, seen.paused, now)
        self._faults.record(health, now)
        status = self._status(reactions, health, now)
        self.report.record(status, has.vision.pid)
        has.status.publish(status)

    def _status(
        self, reactions: tuple[Reaction, ...], health: tuple[Health, ...], now: float
    ) -> Status:
        has, seen = self._container, self._perception
        newest = has.vision.frame_result.get()
        return Status(
            time=now,
            uptime=now - self._began,
            version=__version__,
            model=has.vision.model,
            trial=has.deployment.trial,
            camera=has.vision.camera.message,
            mood=seen.room,
            frame_result=seen.frame_result,
            rate=seen.rate.per_second(now),
            # A result that came since this round began is newer than `now`.
            frame_age=max(0.0, now - newest.captured_at) if newest else None,
            stage_rate=self._renderer.rate.per_second(now),
            reactions=reactions,
            music=has.player.now_playing,
            volume=has.player.volume,
            muted=has.player.muted,
            paused=seen.paused,
            health=health,
            faults=self._faults.recent(now),
            machine=has.throttle.reading,
        )
