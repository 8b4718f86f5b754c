"""A limited number of concurrent uses, such as streams or uploads."""

from __future__ import annotations

import threading


class Slots:
    """At most `limit` uses at once. Acquiring never blocks."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._lock = threading.Lock()

    def acquire(self) -> bool:
        """Take a slot. Returns False if all are in use."""
        with self._lock:
            if self.used >= self.limit:
                return False
            self.used += 1
            return True

    def release(self) -> None:
        """Free a slot that was acquired."""
        with self._lock:
            self.used -= 1
