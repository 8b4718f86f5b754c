"""What the camera sees when nobody is there: an interior out of focus, painted from a seed."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]


def paint(width: int, height: int, seed: int = 7) -> Picture:
    """Return the room as linear light (height, width, 3), RGB."""
    rng = np.random.default_rng(seed)
    room = _wall(width, height)
    _window(room)
    _shelf(room, rng)
    _door(room)
    _lamps(room)
    room = cv2.GaussianBlur(room, (0, 0), width / 75)
    _plant(room, rng)
    return cv2.GaussianBlur(room, (0, 0), width / 130)


def _box(
    room: Picture, at: tuple[float, float, float, float], colour: tuple[float, float, float]
) -> None:
    """Fill left, top, right, bottom, given as shares of the picture."""
    height, width = room.shape[:2]
    left, top, right, bottom = at
    room[int(top * height) : int(bottom * height), int(left * width) : int(right * width)] = colour


def _wall(width: int, height: int) -> Picture:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    glow = np.exp(-((x / width - 0.05) ** 2 + (y / height - 0.3) ** 2) / 0.35)
    shade = 0.26 + 0.26 * glow - 0.05 * y / height
    room = shade[..., None] * np.array([1.0, 0.97, 0.91], np.float32)
    floor = y / height > 0.86
    room[floor] = (0.10, 0.075, 0.055)
    return room.astype(np.float32)


def _window(room: Picture) -> None:
    _box(room, (0.02, 0.06, 0.27, 0.60), (0.62, 0.63, 0.62))
    panes = np.linspace(0.035, 0.255, 3)
    for left, right in pairwise(panes):
        _box(room, (left, 0.085, right - 0.012, 0.34), (1.25, 1.38, 1.55))
        _box(room, (left, 0.355, right - 0.012, 0.58), (0.85, 1.05, 0.95))
    _box(room, (0.0, 0.60, 0.30, 0.625), (0.42, 0.40, 0.37))


def _shelf(room: Picture, rng: np.random.Generator) -> None:
    _box(room, (0.68, 0.14, 0.97, 0.80), (0.11, 0.070, 0.042))
    for top in (0.16, 0.32, 0.48, 0.64):
        _box(room, (0.69, top, 0.96, top + 0.135), (0.05, 0.034, 0.024))
        left = 0.695
        while left < 0.93:
            wide, tall = rng.uniform(0.012, 0.032), rng.uniform(0.07, 0.12)
            if rng.random() < 0.82:
                colour = tuple(rng.uniform(0.04, 0.38, 3) * (1, 0.85, 0.75))
                _box(room, (left, top + 0.135 - tall, left + wide * 0.9, top + 0.135), colour)
            left += wide


def _door(room: Picture) -> None:
    _box(room, (0.40, 0.16, 0.58, 0.87), (0.25, 0.21, 0.16))
    _box(room, (0.415, 0.185, 0.565, 0.87), (0.105, 0.10, 0.10))
    _box(room, (0.43, 0.50, 0.55, 0.87), (0.085, 0.08, 0.085))


def _lamps(room: Picture) -> None:
    height, width = room.shape[:2]
    for x in (0.36, 0.62):
        middle = (int(x * width), int(0.06 * height))
        cv2.ellipse(room, middle, (width // 22, height // 60), 0, 0, 360, (2.6, 2.3, 1.8), -1)


def _plant(room: Picture, rng: np.random.Generator) -> None:
    height, width = room.shape[:2]
    foot = np.array([0.325 * width, 0.80 * height])
    for _ in range(46):
        tip = foot + rng.normal(0, 1, 2) * (0.055 * width, 0.10 * height) - (0, 0.22 * height)
        green = rng.uniform(0.5, 1.3)
        colour = (0.035 * green, 0.085 * green, 0.028 * green)
        middle = (foot + 2 * tip) / 3
        angle = float(np.degrees(np.arctan2(*(tip - foot)[::-1])))
        cv2.ellipse(
            room,
            (int(middle[0]), int(middle[1])),
            (width // 28, width // 110),
            angle,
            0,
            360,
            colour,
            -1,
        )
    _box(room, (0.295, 0.79, 0.355, 0.93), (0.24, 0.20, 0.17))
