"""Follows the frame results: what is known about the people at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.mood import joy, state

if TYPE_CHECKING:
    from device.config.schema import MoodConfig
    from device.messages import FrameResult, Mood


class Observer:
    """Moves all states that follow the faces on together.

    `frame_result` is the one of the last update, `mood` the settled mood of the room, and `joy`
    what is known about smiles.
    """

    def __init__(self, config: MoodConfig) -> None:
        self._config = config
        self._state = state.MoodState()
        self.joy = joy.JoyState()
        self.frame_result: FrameResult | None = None

    @property
    def mood(self) -> Mood:
        """The settled mood of the room."""
        return self._state.mood

    def update(self, frame_result: FrameResult | None, now: float) -> None:
        """Follow the newest frame result, which may be passed again, up to `now` (monotonic s)."""
        self.frame_result = frame_result
        self._state = state.step(self._state, frame_result, now, self._config)
        self.joy = joy.step(self.joy, frame_result, now)
