"""What goes wrong on a wall, made to go wrong: how often, and what is watched meanwhile."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import psutil
    from kiosks import RunningKiosk

SOAK = os.environ.get("MOODLIFT_SOAK") == "1"
"""Whether there is time: the numbers of the whole tests, which take an hour."""


DATABASE_FILES = 4
"""The history opens its own files when the first minute is over."""


def rounds(few: int, many: int) -> int:
    """Return how often something is repeated."""
    return many if SOAK else few


def eye(kiosk: RunningKiosk) -> psutil.Process:
    """Return the process of a kiosk's eye."""
    return max(kiosk.family()[1:], key=lambda one: one.memory_info().rss)


def part(status: dict[str, Any], name: str) -> dict[str, Any]:
    """Return how a part does."""
    return next(one for one in status["health"] if one["part"] == name)


def sees(kiosk: RunningKiosk) -> bool:
    """Tell whether a kiosk understands what is in front of its camera now."""
    with contextlib.suppress(OSError, StopIteration):
        status = kiosk.status()
        fresh = status["freshness_s"]  # None where nothing was seen, and 0.0 is fresh
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
