"""Curves of a drawn face, as points in head radii around its middle, right and down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    """(n, 2): right, down."""

FINE = 25
"""Points along a curve."""
_SHARE = np.linspace(0.0, 1.0, FINE)
_ACROSS = -np.cos(np.pi * _SHARE)
_BULGE = 1.0 - np.abs(2 * _SHARE - 1) ** 2.3
_TURN = np.linspace(0.0, math.tau, 33)[:-1]
_HALF = np.linspace(0.0, math.pi, 9)[:, None]
_HALF_COS, _HALF_SIN = np.cos(_HALF), np.sin(_HALF)
_SIDEWAYS = np.array([-1.0, 1.0])


def ellipse(x: float, y: float, across: float, down: float) -> Points:
    """Return an ellipse around a middle, by its half axes."""
    return np.stack([x + across * np.cos(_TURN), y + down * np.sin(_TURN)], axis=-1)


def arc(left: tuple[float, float], right: tuple[float, float], bend: float) -> Points:
    """Return a curve between two ends whose middle lies `bend` above the straight line."""
    x = left[0] + (right[0] - left[0]) * _SHARE
    y = left[1] + (right[1] - left[1]) * _SHARE - bend * _BULGE
    return np.stack([x, y], axis=-1)


def stroke(path: Points, thick: float, thin: float) -> Points:
    """Return the outline of a brush along a path of `FINE` points, round at both ends.

    It is `thick` at first and `thin` at the end.
    """
    ahead = np.empty_like(path)
    ahead[1:-1] = path[2:] - path[:-2]
    ahead[0], ahead[-1] = path[1] - path[0], path[-1] - path[-2]
    aside = ahead[:, ::-1] * _SIDEWAYS
    aside /= np.maximum(np.hypot(aside[:, 0], aside[:, 1]), 1e-9)[:, None]
    off = aside * (thick + (thin - thick) * _SHARE[:, None]) / 2
    ends = path[-1] + thin / 2 * _cap(aside[-1]), path[0] - thick / 2 * _cap(aside[0])
    return np.concatenate([path + off, ends[0], (path - off)[::-1], ends[1]])


def _cap(aside: NDArray[np.float64]) -> Points:
    """Return half a turn, counter-clockwise on the screen, from a direction to its opposite."""
    along = np.array([aside[1], -aside[0]])
    return np.asarray(_HALF_COS * aside + _HALF_SIN * along, np.float64)


def lips(
    width: float, smile: float, part: float, pout: float, skew: float
) -> tuple[Points, Points]:
    """Return the upper and the lower edge of the mouth, point by point above each other."""
    x = width * _ACROSS
    lift = 1.0 - _ACROSS**2
    opened = min(1.0, part / 0.2)
    droop = smile * (0.75 - 0.95 * opened)
    upper = -smile + (smile + droop) * lift - 0.12 * part * lift
    lower = upper + part * 1.1 * lift**0.6
    ring = part / 2 * np.sqrt(np.maximum(lift, 0.0))
    upper = upper * (1 - pout) + (0.1 - ring) * pout
    lower = lower * (1 - pout) + (0.1 + ring) * pout
    pull = skew * _ACROSS
    return np.stack([x + skew, upper - pull], -1), np.stack([x + skew, lower - pull], -1)


def closed(upper: Points, lower: Points) -> Points:
    """Return the outline of what lies between two edges."""
    return np.concatenate([upper, lower[::-1]])


def drop(x: float, y: float, size: float) -> Points:
    """Return a drop of water, its tip above."""
    turn = _TURN + math.pi / 2
    narrow = np.sin(_TURN / 2) ** 1.4
    return np.stack([x + 0.62 * size * np.cos(turn) * narrow, y - size * np.sin(turn)], axis=-1)


def turned(points: Points, angle: float, pivot: Sequence[float] = (0.0, 0.0)) -> Points:
    """Turn points clockwise around a pivot, by radians."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.asarray((points - pivot) @ np.array([[cos, sin], [-sin, cos]]) + pivot, np.float64)
