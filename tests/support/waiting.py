"""Waiting for what other threads and processes do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PATIENCE = 90.0
"""Seconds that a busy machine may take for what a quiet one does at once."""
PAUSE = 0.01

Found = TypeVar("Found")


def until(
    condition: Callable[[], Found],
    patience: float = PATIENCE,
    seen: Callable[[], object] = lambda: "",
    pause: float = PAUSE,
) -> Found:
    """Return the first true value of a condition; fail with what is `seen` after `patience` s."""
    end = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < end, f"not within {patience:g} s: {seen()}"
        time.sleep(pause)
    return found


def gather(
    drain: Callable[[], Iterable[Found]], count: int = 1, patience: float = PATIENCE
) -> list[Found]:
    """Drain something again and again, until there are `count` things or more; return all."""
    found: list[Found] = []

    def enough() -> bool:
        found.extend(drain())
        return len(found) >= count

    until(enough, patience, seen=lambda: found)
    return found
