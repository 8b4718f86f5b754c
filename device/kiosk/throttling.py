"""Watches the machine, and spares it while it is held back: the eye then looks less often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.hardware.board import Reading
from device.vision.rate_control import RateController

if TYPE_CHECKING:
    from device.hardware.board import Board
    from device.messages import Level
    from device.vision.supervisor import Supervisor

READ_SECONDS = 5.0
"""How often the machine is asked how it is."""


class ThermalThrottle:
    """Asks `board` now and then; `reading` is what it said last. `most` is the eye's full rate."""

    name = "machine"

    def __init__(self, board: Board, eye: Supervisor, most: float) -> None:
        self.reading = Reading()
        self._board, self._eye = board, eye
        self._pace = RateController(most)
        self._due = float("-inf")

    def tick(self, now: float) -> None:
        """Ask when that is due, at `now` (monotonic seconds)."""
        if now < self._due:
            return
        self._due = now + READ_SECONDS
        self.reading = self._board.read()
        self._eye.look(self._pace.note(self.reading.strained, now))

    def close(self) -> None:
        """Do nothing: the board holds nothing open."""

    @property
    def rate(self) -> float:
        """How often the eye may look, per second."""
        return self._pace.rate

    @property
    def health(self) -> tuple[Level, str]:
        """How the machine is, in words."""
        return self.reading.health
