"""A machine for tests and demos: it is as it is told to be."""

from __future__ import annotations

from dataclasses import dataclass, field

from device.hardware.board.base import Board, Reading


@dataclass
class FakeBoard(Board):
    """Tells `reading`, which may be changed at any time."""

    reading: Reading = field(default_factory=Reading)

    def read(self) -> Reading:
        """Return what it was told."""
        return self.reading
