"""Reads the board, and lowers the rate of vision while heat or the supply throttle it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.hardware.board import Reading
from device.vision.rate_control import RateController

if TYPE_CHECKING:
    from device.hardware.board import Board
    from device.messages import Level
    from device.vision.supervisor import Supervisor

READ_SECONDS = 5.0
"""How often the board is read."""


class ThermalThrottle:
    """Reads `board` now and then; `reading` is the last one. `max_rate` is vision's, per second."""

    name = "machine"

    def __init__(self, board: Board, vision: Supervisor, max_rate: float) -> None:
        self.reading = Reading()
        self._board, self._vision = board, vision
        self._controller = RateController(max_rate)
        self._due = float("-inf")

    def tick(self, now: float) -> None:
        """Read the board when that is due, at `now` (monotonic seconds)."""
        if now < self._due:
            return
        self._due = now + READ_SECONDS
        self.reading = self._board.read()
        self._vision.set_rate(self._controller.update(self.reading.should_throttle, now))

    def close(self) -> None:
        """Do nothing: the board holds nothing open."""

    @property
    def rate(self) -> float:
        """How many frames per second vision may process."""
        return self._controller.rate

    @property
    def health(self) -> tuple[Level, str]:
        """The health of the board, in words."""
        return self.reading.health
