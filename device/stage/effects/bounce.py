"""Shapes that bounce along the floor for joy: hearts, stars, balls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pygame

from device.stage.easing import smooth
from device.stage.paint import Colour, from_alpha, put

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from device.stage.layout import Layout

COUNT = 8
COLOURS: tuple[Colour, ...] = ((255, 96, 128), (255, 236, 110), (120, 220, 255), (170, 130, 255))
TURNS = 12
"""Pictures of a shape's rocking to and fro."""
TILT = 18
"""Degrees that it rocks to either side."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: where it bounces over the width, how high over the height, how fast in seconds."""

    sprites: tuple[pygame.Surface, ...]
    x: float
    high: float
    period: float
    phase: float
    start: float


class Bounce:
    """Where each shape is is a function of time alone."""

    def __init__(self, layout: Layout, rng: random.Random) -> None:
        self._layout = layout
        self._shapes = [self._shape(number, rng) for number in range(COUNT)]

    def _shape(self, number: int, rng: random.Random) -> Shape:
        side = max(8, round(self._layout.short * rng.uniform(0.075, 0.12)))
        outline = (heart, star, ball)[number % 3]
        sprite = from_alpha(filled(outline(), side), COLOURS[number % len(COLOURS)])
        tilts = [TILT * math.sin(math.tau * step / TURNS) for step in range(TURNS)]
        left = number % 2 == 0
        return Shape(
            sprites=tuple(pygame.transform.rotozoom(sprite, tilt, 1.0) for tilt in tilts),
            # Beside the face, where it can be seen.
            x=rng.uniform(0.04, 0.30) if left else rng.uniform(0.70, 0.96),
            high=rng.uniform(0.16, 0.42),
            period=rng.uniform(1.1, 1.7),
            phase=rng.random(),
            start=0.15 * number,
        )

    def draw(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw them on the floor, `age` seconds after they came."""
        width, height = self._layout.size
        for shape in self._shapes:
            shown = smooth((age - shape.start) / 0.6) * strength
            if shown <= 0.0:
                continue
            along = (age / shape.period + shape.phase) % 1.0
            up = 4 * along * (1 - along) * shape.high
            sprite = shape.sprites[int((age / 2.2 + shape.phase) * TURNS) % TURNS]
            floor = height - sprite.get_height() * 0.55
            put(canvas, sprite, (shape.x * width, floor - up * height), shown)


def heart() -> NDArray[np.float64]:
    """Return a heart's outline in [-1, 1]."""
    t = np.linspace(0, math.tau, 60, endpoint=False)
    x = np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([0.92 * x, -y / 17 * 0.92 - 0.08], axis=-1)


def star() -> NDArray[np.float64]:
    """Return the outline of a plump star of five points in [-1, 1]."""
    t = np.linspace(0, math.tau, 120, endpoint=False)
    radius = 0.72 + 0.2 * np.cos(5 * t) + 0.04 * np.cos(10 * t)
    return np.stack([radius * np.sin(t), -radius * np.cos(t)], axis=-1)


def ball() -> NDArray[np.float64]:
    """Return a circle in [-1, 1]."""
    t = np.linspace(0, math.tau, 60, endpoint=False)
    return np.stack([0.8 * np.sin(t), 0.8 * np.cos(t)], axis=-1)


def filled(outline: NDArray[np.float64], side: int) -> NDArray[np.float32]:
    """Return the opacity of a shape of `side` pixels with a soft edge."""
    large = np.zeros((side * 4, side * 4), np.uint8)
    points = np.rint((outline + 1) * side * 2).astype(np.int32)
    cv2.fillPoly(large, [points], (255,))
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small.astype(np.float32) / 255 * 0.92, np.float32)
