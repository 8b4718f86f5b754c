"""A limited number of places, so that no kind of request can take all threads."""

from __future__ import annotations

import threading


class Slots:
    """`number` places. Whoever finds none free is sent away, and never waits."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._free = number
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many are in use."""
        return self.number - self._free

    def take(self) -> bool:
        """Take a place if one is free."""
        with self._lock:
            if not self._free:
                return False
            self._free -= 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self._free += 1
