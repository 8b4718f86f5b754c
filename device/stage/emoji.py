"""The emoji as sprites: each picture with its shadow, at any size, each size made once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pygame

from device.stage.paint import from_alpha, transparent, with_alpha
from device.system.paths import ASSETS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER = ASSETS / "emoji"
MARGIN = 1.25
"""A sprite's side over its emoji's: the shadow needs room."""
OVERSHOOT = 1.15
"""How much larger than its place an emoji gets while it pops in."""
CACHED_SPRITES = 8
"""The cache's size in sprites of the usual size: enough for breathing, and small enough to be full
after a minute or two."""


class Emoji:
    """Sprites of the pictures in `assets/emoji`, by name."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._originals: dict[str, pygame.Surface] = {}
        self._sprites: OrderedDict[tuple[str, int], pygame.Surface] = OrderedDict()
        self._bytes = self._budget = 0
        self._largest = 0

    def fit(self, diameter: float) -> None:
        """Size the cache for a canvas with an emoji of `diameter` pixels."""
        self._budget = CACHED_SPRITES * 4 * round(diameter * MARGIN) ** 2
        largest = round(diameter * MARGIN * OVERSHOOT)
        if largest != self._largest:
            self._largest = largest
            self._originals.clear()

    def make_next(self, names: Iterable[str]) -> bool:
        """Load one of these pictures; return False when all are loaded."""
        for name in names:
            if name not in self._originals:
                self._original(name)
                return True
        return False

    def sprite(self, name: str, diameter: float) -> pygame.Surface:
        """Return a picture about `diameter` pixels wide in the middle of a larger square.

        Sizes are rounded to even numbers, coarser for large ones, so that slow breathing goes
        through few sprites.
        """
        step = 2 * max(1, round(diameter / 360))
        side = max(step, round(diameter * MARGIN / step) * step)
        key = (name, side)
        sprite = self._sprites.get(key)
        if sprite is None:
            sprite = pygame.transform.smoothscale(self._original(name), (side, side))
            self._sprites[key] = sprite
            self._bytes += side * side * 4
            self._evict()
        self._sprites.move_to_end(key)
        return sprite

    def _evict(self) -> None:
        while self._bytes > self._budget and len(self._sprites) > 2:
            (_, side), _ = self._sprites.popitem(last=False)
            self._bytes -= side * side * 4

    def _original(self, name: str) -> pygame.Surface:
        if name not in self._originals:
            picture = pygame.image.load(str(self._folder / f"{name}.png"))
            original = with_shadow(with_alpha(picture))
            if 0 < self._largest < original.get_width():
                side = (self._largest, self._largest)
                original = pygame.transform.smoothscale(original, side)
            self._originals[name] = original
        return self._originals[name]


def with_shadow(picture: pygame.Surface) -> pygame.Surface:
    """Return a square picture over a soft shadow, as if it floated a little off the wall."""
    side = picture.get_width()
    room = round(side * MARGIN)
    sprite = transparent((room, room))
    corner = ((room - side) // 2, (room - side) // 2)
    alpha = np.zeros((room, room), np.float32)
    inner = pygame.surfarray.array_alpha(picture).T.astype(np.float32) / 255
    top, left = corner[1] + round(side * 0.045), corner[0]
    alpha[top : top + side, left : left + side] = inner
    # A blur needs no detail: a quarter of the rows and columns is enough, and 30 times as fast.
    coarse = cv2.resize(alpha, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(coarse, (0, 0), side * 0.042 / 4)
    close = cv2.GaussianBlur(coarse, (0, 0), side * 0.014 / 4)
    shade = cv2.resize(0.30 * wide + 0.14 * close, (room, room), interpolation=cv2.INTER_LINEAR)
    sprite.blit(from_alpha(np.asarray(shade, np.float32), (24, 8, 40)), (0, 0))
    sprite.blit(picture, corner)
    return sprite
