"""A shuffled deck of tracks: each is dealt once before any is dealt again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random


class Shuffle:
    """Deals tracks in random order, and never the same twice in a row if there is another."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left: list[Path] = []
        self._last: Path | None = None

    def deal(self, tracks: Sequence[Path]) -> Path | None:
        """Return the next of these tracks, which may be others than before; None if none."""
        if not tracks:
            return None
        there = set(tracks)
        self._left = [track for track in self._left if track in there]
        if not self._left:
            self._left = list(tracks)
            self._random.shuffle(self._left)
            if self._left[-1] == self._last:
                self._left.insert(0, self._left.pop())
        self._last = self._left.pop()
        return self._last
