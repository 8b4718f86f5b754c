"""How long to wait before the next try of something that keeps failing."""

from __future__ import annotations

FIRST = 1.0
LONGEST = 20.0


class Backoff:
    """Waits of 1 s, 2 s, 4 s, ... up to 20 s; a success begins again at 1 s."""

    def __init__(self, first: float = FIRST, longest: float = LONGEST) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def failed(self) -> float:
        """Count a failure; return the seconds to wait."""
        wait = self._next
        self._next = min(self._longest, self._next * 2)
        return wait

    def succeeded(self) -> None:
        """Forget the failures."""
        self._next = self._first
