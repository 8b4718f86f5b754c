"""Draws the scene on the display, as well as the machine can."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import TYPE_CHECKING

from device.config.hours import Hours
from device.stage import QualityScaler
from device.system.rate import Rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.config.schema import StageConfig
    from device.hardware.display import Display
    from device.stage import Scene, Stage

log = logging.getLogger(__name__)

AWAKE_SECONDS = 60.0
"""After a motion the stage is not dim at night for this long."""


def _clock() -> datetime:
    return datetime.now().astimezone()


class NightClock:
    """Tells when the stage is dim: in the night hours, unless somebody has moved.

    `clock` gives the local time; `now` is in monotonic seconds.
    """

    def __init__(self, hours: str, clock: Callable[[], datetime], now: float) -> None:
        self._hours, self._clock = Hours.parse(hours), clock
        self._awake_until = now

    def wake(self, now: float) -> None:
        """Keep the stage bright for a while, as somebody moves."""
        self._awake_until = now + AWAKE_SECONDS

    def is_night(self, now: float) -> bool:
        """Tell whether the stage is dim while nobody is there."""
        return now >= self._awake_until and self._hours.cover(self._clock().time())


class Renderer:
    """Draws frames; `rate` counts them. `clock` gives the local time, for the night hours."""

    def __init__(
        self,
        display: Display,
        stage: Stage,
        config: StageConfig,
        clock: Callable[[], datetime] = _clock,
    ) -> None:
        self.rate = Rate()
        self._display, self._stage = display, stage
        self._scaler = QualityScaler(1.0 / config.fps)
        self._scales = config.quality == "auto"
        self.night = NightClock(config.night_hours, clock, time.monotonic())

    def draw(self, scene: Scene, now: float) -> float:
        """Draw and show one frame; return its cost in seconds, without waiting for the screen."""
        started = time.perf_counter()
        self._stage.draw(self._display.canvas, scene, now)
        drawn = time.perf_counter() - started
        worked = time.thread_time()  # a screen that is waited for costs nothing
        self._display.present()
        cost = drawn + time.thread_time() - worked
        self.rate.count(now)
        if self._scales and self._stage.ready:
            self._scale(cost, now)
        return cost

    def _scale(self, cost: float, now: float) -> None:
        """Draw better or faster, after a frame that took `cost` seconds."""
        previous = self._scaler.quality
        self._scaler.record(cost, now)
        quality = self._scaler.quality
        if quality != previous:
            log.info("stage: %s after frames of %.0f ms", quality, 1000 * cost)
        self._stage.quality, self._display.scale = quality, quality.scale
