"""A machine for tests and demos, with a reading that can be set."""

from __future__ import annotations

from dataclasses import dataclass, field

from device.hardware.board.base import Board, Reading


@dataclass
class FakeBoard(Board):
    """Returns `reading`, which may be changed at any time."""

    reading: Reading = field(default_factory=Reading)

    def read(self) -> Reading:
        """Return `reading`."""
        return self.reading
