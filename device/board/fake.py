"""A machine for tests and demos: it is as it is told to be."""

from __future__ import annotations

from device.board.port import Board, Reading


class FakeBoard(Board):
    """Tells `reading`, which may be changed at any time."""

    def __init__(self, reading: Reading = Reading()) -> None:  # noqa: B008 (it cannot be changed)
        self.reading = reading

    def read(self) -> Reading:
        """Return what it was told."""
        return self.reading
