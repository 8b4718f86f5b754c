"""What the kiosk makes of the frames: the newest result, and the mood that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device import mood
from device.messages import NOBODY, Level
from device.system.rate import Rate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.config.schema import MoodConfig
    from device.drift import DriftMonitor
    from device.messages import FrameResult, Health, Mood
    from device.vision.supervisor import Supervisor

BLIND_SECONDS = 3.0
"""Visitors are told once camera, vision or model have failed for this long; a shorter fault is not
worth their attention."""
STALE_SECONDS = 2.0
"""Results older than this are ignored. Age counts from the end of inference, so that slow machines
still react, late."""


def is_blind(health: Iterable[Health], now: float) -> bool:
    """Return whether the parts' health keeps the kiosk from seeing, at `now` (monotonic s)."""
    return any(
        one.part in ("camera", "vision", "model")
        and (one.level is Level.FAILED or (one.level is Level.DEGRADED and one.part == "camera"))
        and now - one.since >= BLIND_SECONDS
        for one in health
    )


class Perception:
    """Follows the newest frame result.

    `frame_result` is the newest one unless it is stale, `room` the mood of the people there, and
    `mood` the one on stage, which is another one while the owner shows a scene. `joy` is about
    their smiles; there is none in a scene that the owner shows. `waking` is true from a start or a
    resumption until the first frame, and `lost` while frames that have come before do not.
    """

    def __init__(self, vision: Supervisor, drift: DriftMonitor, config: MoodConfig) -> None:
        self.paused = False
        self.waking = True
        self.frame_result: FrameResult | None = None
        self._old: FrameResult | None = None
        self.room = self.mood = NOBODY
        self.joy = mood.JoyState()
        self.rate = Rate()
        self._vision, self._drift = vision, drift
        self._observer = mood.Observer(config)
        self._shown: tuple[Mood, float] | None = None
        self._number = -1

    def pause(self, paused: bool) -> None:
        """Close the camera, or open it again."""
        if paused != self.paused:
            self.paused, self.waking = paused, True
            self._old = self._vision.frame_result.get()
        self._vision.pause(paused)

    @property
    def lost(self) -> bool:
        """Whether the frames have ceased to come."""
        return self.frame_result is None and not self.waking and not self.paused

    def show(self, emotion: str, seconds: float, now: float) -> None:
        """Put an emotion's mood on stage for some seconds, whatever the faces show."""
        self._shown = mood.acted(emotion, now), now + seconds

    def update(self, now: float) -> None:
        """Follow the frames up to `now` (monotonic seconds)."""
        newest = self._vision.frame_result.get()
        if newest is self._old or self.paused:
            newest = None
        fresh = newest is not None and now - newest.processed_at <= STALE_SECONDS
        self.frame_result = newest if fresh else None
        self.waking = self.waking and self.frame_result is None
        if self.frame_result and self.frame_result.number != self._number:
            self._number = self.frame_result.number
            self.rate.count(now)
            self._drift.record(self.frame_result, self._vision.model, now)
        self._observer.update(self.frame_result, now)
        self.room = self.mood = self._observer.mood
        self.joy = self._observer.joy
        if self.paused:
            self.joy = mood.JoyState()
        if self._shown and now < self._shown[1] and not self.paused:
            self.mood, self.joy = self._shown[0], mood.JoyState()
