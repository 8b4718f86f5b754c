"""What the kiosk makes of the frames: the newest result, and the mood that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device import mood
from device.messages import NOBODY, Level
from device.system.rate import Rate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.config.schema import MoodConfig
    from device.control.commands import Command
    from device.drift import DriftMonitor
    from device.kiosk.calm_faces import CalmFaces
    from device.messages import FrameResult, Health, Mood
    from device.system.latest import Latest
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

    def __init__(
        self,
        vision: Supervisor,
        drift: DriftMonitor,
        config: MoodConfig,
        calm_faces: CalmFaces,
        seen: Latest[FrameResult | None],
    ) -> None:
        self.paused = False
        self.waking = True
        self.frame_result: FrameResult | None = None
        self._old: FrameResult | None = None
        self.room = self.mood = NOBODY
        self.joy = mood.JoyState()
        self.rate = Rate()
        self._vision, self._drift = vision, drift
        self._calm_faces, self._seen = calm_faces, seen
        self._observer = mood.Observer(config, calm_faces.place)
        self._shown: tuple[Mood, float] | None = None
        self._number = -1

    def execute(self, command: Command, now: float) -> None:
        """Do what a command says about what is seen, at `now` (monotonic seconds)."""
        if command.paused is not None:
            self.pause(command.paused)
        if command.show:
            self.show(command.show.emotion, command.show.seconds, now)
        if command.calm_faces == "learn":
            self._observer.learn(now)
        elif command.calm_faces == "forget":
            self._observer.forget()

    def pause(self, paused: bool) -> None:
        """Close the camera, or open it again."""
        if paused != self.paused:
            self.paused, self.waking = paused, True
            self._old = self._vision.frame_result.get()
        self._vision.pause(paused)

    @property
    def is_moving(self) -> bool:
        """Whether something moves before the camera."""
        return self.frame_result is not None and self.frame_result.is_moving

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
        newest = newest if fresh else None
        self.waking = self.waking and newest is None
        if newest and newest.number != self._number:
            self._number = newest.number
            self.rate.count(now)
            self._drift.record(newest, self._vision.model, now)
        self._observer.update(newest, now)
        self._calm_faces.follow(self._observer.place, self._observer.lesson)
        if self.frame_result is not self._observer.frame_result:
            self.frame_result = self._observer.frame_result
            self._seen.publish(self.frame_result)
        self.room = self.mood = self._observer.mood
        self.joy = self._observer.joy
        if self.paused:
            self.joy = mood.JoyState()
        if self._shown and now < self._shown[1] and not self.paused:
            self.mood, self.joy = self._shown[0], mood.JoyState()
