"""Follows the frame results: what is known about the people at a moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device.mood import calibration, joy, state
from device.mood.place import Lesson, Place

if TYPE_CHECKING:
    from device.config.schema import MoodConfig
    from device.messages import FrameResult, Mood


class Observer:
    """Moves all states that follow the faces on together.

    `frame_result` is the one of the last update, calibrated unless the configuration says
    otherwise, `mood` the settled mood of the room, and `joy` what is known about smiles. Joy takes
    the probabilities as vision reports them, since it measures from each person's own level.
    `place` is what was known of the place's calm faces before.
    """

    def __init__(self, config: MoodConfig, place: Place | None = None) -> None:
        self._config = config
        self._calibration = calibration.Calibration(place or Place())
        self._state = state.MoodState()
        self.joy = joy.JoyState()
        self.frame_result: FrameResult | None = None

    @property
    def mood(self) -> Mood:
        """The settled mood of the room."""
        return self._state.mood

    @property
    def place(self) -> Place:
        """What calm faces of this place look like."""
        return self._calibration.place

    @property
    def lesson(self) -> Lesson | None:
        """The owner's last lesson about that, which may go on."""
        return self._calibration.lesson

    def learn(self, now: float) -> None:
        """Learn from now on what a calm face looks like here, for `place.LESSON_SECONDS`."""
        self._calibration = replace(self._calibration, lesson=Lesson(now))

    def forget(self) -> None:
        """Forget what calm faces of this place look like."""
        self._calibration = replace(self._calibration, place=Place(), lesson=None)

    def update(self, frame_result: FrameResult | None, now: float) -> None:
        """Follow the newest frame result, which may be passed again, up to `now` (monotonic s)."""
        self._calibration = calibration.step(self._calibration, frame_result, now)
        self.frame_result = self._calibration.frame_result
        if not self._config.calibrate:
            self.frame_result = frame_result
        self._state = state.step(self._state, self.frame_result, now, self._config)
        self.joy = joy.step(self.joy, frame_result, now)
