"""What goes wrong on a wall, made to go wrong: how often, and what is watched meanwhile."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import psutil

    from tests.support.kiosks import RunningKiosk

SOAK = os.environ.get("MOODLIFT_SOAK") == "1"
"""Whether there is time: the numbers of the whole tests, which take an hour."""

PASSING_FILES = 2
"""A page that is being answered and a piece of music that is changed are open for a moment."""
OPENED_WHEN_NEEDED = ("*.ttf", "history.sqlite*")
"""Letters of a new size and the history of the first minute are opened once, and kept."""


def rounds(few: int, many: int) -> int:
    """Return how often something is repeated."""
    return many if SOAK else few


def files(process: psutil.Process) -> int:
    """Return how many files and sockets a process holds that it has to give back."""
    kept = [
        one
        for one in process.open_files()
        if any(PurePath(one.path).match(pattern) for pattern in OPENED_WHEN_NEEDED)
    ]
    held: int = process.num_fds()
    return held - len(kept)


def vision(kiosk: RunningKiosk) -> psutil.Process:
    """Return the process of a kiosk's vision worker."""
    return max(kiosk.family()[1:], key=lambda one: one.memory_info().rss)


def part(status: dict[str, Any], name: str) -> dict[str, Any]:
    """Return how a part does."""
    return next(one for one in status["health"] if one["component"] == name)


def sees(kiosk: RunningKiosk) -> bool:
    """Tell whether a kiosk understands what is in front of its camera now."""
    with contextlib.suppress(OSError, StopIteration):
        status = kiosk.status()
        fresh = status["frame_age_s"]  # None where nothing was seen, and 0.0 is fresh
        return part(status, "camera")["level"] == "ok" and fresh is not None and fresh < 1.0
    return False


@pytest.fixture
def within() -> Callable[..., float]:
    """Wait for something to hold; return after how many seconds it did, or fail."""

    def wait(seconds: float, check: Callable[[], object]) -> float:
        begun = time.monotonic()
        while not check():
            assert time.monotonic() - begun < seconds, f"not within {seconds} s"
            time.sleep(0.05)
        return time.monotonic() - begun

    return wait
