"""Clocks that a test sets: its own, and the wall clock of the kiosks that it starts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CODE = """
import time
from pathlib import Path

real, moved = time.time, Path({path!r})
time.time = lambda: real() + float(moved.read_text())
"""
"""Run by Python before the kiosk: its wall clock is moved by what stands in a file. Whole machines
with another clock can be had only as root of one, and libraries that fake it break time.sleep."""


class SleepingClock:
    """Monotonic seconds that pass only while somebody sleeps, or when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class WallClock:
    """The clock of every kiosk that is started after it was made; at first it is right."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._moved, self._new = folder / "moved", folder / "new"
        self._seconds = 0.0
        self.advance(0.0)
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(CODE.format(path=str(self._moved)))
        monkeypatch.setenv("PYTHONPATH", str(site))

    def set(self, moment: float) -> None:
        """Have it show a time in seconds since 1970."""
        self._seconds = moment - time.time()
        self.advance(0.0)

    def advance(self, seconds: float) -> None:
        """Move it by some seconds."""
        self._seconds += seconds
        self._new.write_text(str(self._seconds))
        self._new.replace(self._moved)
