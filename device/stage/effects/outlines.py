"""Outlines of small things, and how they become sprites."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.stage.paint import Colour, from_alpha

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

FINE = 4
"""Rows and columns per pixel of an edge."""


def heart(count: int = 60) -> NDArray[np.float64]:
    """Return a heart's outline in [-1, 1], clockwise from its notch, (count, 2)."""
    t = np.linspace(0, math.tau, count, endpoint=False)
    x = np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([0.92 * x, -y / 17 * 0.92 - 0.08], axis=-1)


def petal() -> NDArray[np.float64]:
    """Return a petal's outline in [-1, 1]: pointed at its foot, round and notched at its top."""
    t = np.linspace(-1, 1, 60)
    wide = 0.62 * np.sin(math.pi * (t + 1) / 2) ** 0.75 * (1 - 0.25 * t)
    upper = np.stack([wide, -t * 0.9], axis=-1)
    outline = np.concatenate([upper, upper[::-1] * [-1, 1]])
    outline[:, 1] += 0.16 * np.exp(-((outline[:, 0] / 0.16) ** 2)) * (outline[:, 1] < -0.6)
    return np.asarray(outline, np.float64)


def splat(side: int, colour: Colour, rng: random.Random) -> pygame.Surface:
    """Return a splat of `side` pixels with some drops around it, and a wet gloss."""
    large = np.zeros((side * FINE, side * FINE), np.uint8)
    middle = side * FINE / 2
    turn = np.linspace(0, math.tau, 90, endpoint=False)
    wobble = sum(
        rng.uniform(0.05, 0.13) * np.sin(k * turn + rng.uniform(0, math.tau)) for k in (3, 5, 7, 8)
    )
    radius = side * FINE * 0.3 * (1.0 + wobble)
    points = np.stack([middle + radius * np.cos(turn), middle + radius * np.sin(turn)], axis=-1)
    cv2.fillPoly(large, [np.rint(points).astype(np.int32)], (255,))
    for _ in range(7):
        angle, away = rng.uniform(0, math.tau), side * FINE * rng.uniform(0.38, 0.46)
        spot = (round(middle + away * math.cos(angle)), round(middle + away * math.sin(angle)))
        cv2.circle(large, spot, round(side * FINE * rng.uniform(0.015, 0.045)), (255,), -1)
    inside = cv2.distanceTransform(large, cv2.DIST_L2, 3)
    size = (side, side)
    alpha = cv2.resize(large.astype(np.float32) / 255, size, interpolation=cv2.INTER_AREA)
    depth = cv2.resize(inside, size, interpolation=cv2.INTER_AREA) / (0.12 * side * FINE)
    edge = from_alpha(np.asarray(0.94 * alpha, np.float32), colour)
    dark = np.asarray(0.5 * alpha * np.clip(1.0 - depth, 0, 1) ** 2, np.float32)
    edge.blit(from_alpha(dark, (40, 52, 12)), (0, 0))
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    gloss = np.exp(-60.0 * ((axis[None, :] + 0.2) ** 2 + 3.0 * (axis[:, None] + 0.24) ** 2))
    edge.blit(from_alpha(np.asarray(0.75 * gloss * alpha, np.float32), (255, 255, 230)), (0, 0))
    return edge


def filled(outline: NDArray[np.float64], side: int) -> NDArray[np.float32]:
    """Return the opacity of a shape of `side` pixels with a smooth edge."""
    large = np.zeros((side * FINE, side * FINE), np.uint8)
    points = np.rint((outline + 1) * side * FINE / 2).astype(np.int32)
    cv2.fillPoly(large, [points], (255,))
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small.astype(np.float32) / 255, np.float32)
