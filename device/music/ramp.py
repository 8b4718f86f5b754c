"""How a gain moves over time."""

from __future__ import annotations

LONGEST_STEP = 0.1
"""Seconds that one step of a fade stands for at most, however late it comes: no jump."""


def approach(value: float, target: float, elapsed: float, seconds: float) -> float:
    """Return `value` moved towards `target`, at a pace that takes `seconds` from 0 to 1."""
    most = min(max(elapsed, 0.0), LONGEST_STEP) / seconds
    return min(max(target, value - most), value + most)


def gain_of(level: float, loudness: float) -> float:
    """Return the amplitude of a fade at `level` in [0, 1]: squared, as the ear hears an even fade.

    Its slope is at most 2 / fade seconds, times the loudness.
    """
    return level * level * loudness
