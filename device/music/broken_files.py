"""The files that could not be played."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

log = logging.getLogger(__name__)


class BrokenFiles:
    """Remembers broken files, logs each once, and retries a file after it changed."""

    def __init__(self) -> None:
        self._stamps: dict[Path, int] = {}
        self._warned: set[Path] = set()
        self._damaged: set[Path] = set()

    def add(self, path: Path, reason: str) -> None:
        """Remember a file; log the reason the first time."""
        self._stamps[path] = _stamp(path)
        if "damaged" in reason:
            self._damaged.add(path)
        if path not in self._warned:
            self._warned.add(path)
            log.warning("music: skipped: %s", reason)

    def mark(self, path: Path) -> None:
        """Remember a damaged file whose reason is logged already."""
        self._warned.add(path)
        self.add(path, "damaged")

    def playable(self, paths: Iterable[Path]) -> list[Path]:
        """Return the paths that are not known to be broken."""
        return [path for path in paths if not self._is_broken(path)]

    def clear(self) -> None:
        """Retry all files. Warnings are not repeated."""
        self._stamps.clear()

    @property
    def names(self) -> list[str]:
        """The names of all broken files, readable even where they are not UTF-8."""
        return sorted(self._name(path) for path in self._stamps)

    def _name(self, path: Path) -> str:
        name = os.fsencode(path.name).decode("utf-8", "replace")
        return f"{name} (damaged)" if path in self._damaged else name

    def _is_broken(self, path: Path) -> bool:
        if path not in self._stamps:
            return False
        if self._stamps[path] == _stamp(path):
            return True
        del self._stamps[path]
        self._damaged.discard(path)
        return False


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
