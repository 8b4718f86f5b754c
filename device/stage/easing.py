"""Curves of motion, from 0 at time 0 to 1."""

from __future__ import annotations

import math


def clamp(value: float) -> float:
    """Return the nearest number in [0, 1]."""
    return min(1.0, max(0.0, value))


def smooth(t: float) -> float:
    """Start and stop gently; `t` is clamped to [0, 1] (smoothstep)."""
    t = clamp(t)
    return t * t * (3.0 - 2.0 * t)


def gather(t: float) -> float:
    """Start gently and leave at full speed; `t` is clamped to [0, 1]."""
    t = clamp(t)
    return t * t


def spring(seconds: float) -> float:
    """Shoot about 9 % over the goal after 0.3 s and settle; within 1 % after 0.7 s."""
    if seconds <= 0.0:
        return 0.0
    return 1.0 - math.exp(-7.5 * seconds) * math.cos(9.5 * seconds)


def wave(seconds: float, period: float, phase: float = 0.0) -> float:
    """Return a sine in [-1, 1]; `phase` in turns."""
    return math.sin(math.tau * (seconds / period + phase))


def mix(a: float, b: float, t: float) -> float:
    """Return the value that lies at `t` of the way from `a` to `b`."""
    return a + (b - a) * t
