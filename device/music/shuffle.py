"""Shuffles tracks: each is played once before any is played again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random


class Shuffle:
    """Returns tracks in random order, and never the same twice in a row if there is another."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._remaining: list[Path] = []
        self._last: Path | None = None

    def next(self, tracks: Sequence[Path]) -> Path | None:
        """Return the next of these tracks, which may change between calls; None without tracks."""
        if not tracks:
            return None
        there = set(tracks)
        self._remaining = [track for track in self._remaining if track in there]
        if not self._remaining:
            self._remaining = list(tracks)
            self._random.shuffle(self._remaining)
            if self._remaining[-1] == self._last:
                self._remaining.insert(0, self._remaining.pop())
        self._last = self._remaining.pop()
        return self._last
