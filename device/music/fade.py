"""How a gain moves over time."""

from __future__ import annotations

import math

LONGEST_STEP = 0.1
"""Longest time in seconds that one step counts for, so that a late frame causes no jump."""


def approach(value: float, target: float, elapsed: float, seconds: float) -> float:
    """Return `value` moved towards `target`, at a speed that takes `seconds` from 0 to 1."""
    most = min(max(elapsed, 0.0), LONGEST_STEP) / seconds
    return min(max(target, value - most), value + most)


def gain_of(level: float) -> float:
    """Return the amplitude of a fade at `level` in [0, 1]: a raised cosine, without a corner.

    Its slope is at most pi / 2 over the fade's seconds. One piece's fade out and another's fade in
    add up to 1 at any time, so that a cross-fade is never louder than either.
    """
    return 0.5 - 0.5 * math.cos(math.pi * level)
