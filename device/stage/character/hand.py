"""The character's hand: open, beside its head, to offer or to wave with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pygame

from device.stage.character import body
from device.stage.easing import clamp, mix, smooth, wave
from device.stage.paint import from_alpha, put, with_alpha

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.stage.character.life import Look
    from device.stage.paint import Position

SIDE = 0.86
"""The hand's picture over the head's radius."""
PLACE, HIDDEN = (-1.17, 0.50), (-0.62, 0.72)
"""Where it is offered, and where it is behind the head, in head radii right and down."""
LEANING = 34
"""Degrees that the fingers point away from the head."""
TURNS, TURN = 9, 20
"""Pictures of its turning, and the degrees of it to either side."""
FINGERS = ((-30.0, 0.36), (-6.0, 0.42), (20.0, 0.385))
"""Degrees from straight up, and lengths over the picture's side."""
FINE = 4


class Hand:
    """One hand for a head of some radius in pixels.

    `make` makes its pictures, or `draw` when they are first needed.
    """

    def __init__(self, radius: float) -> None:
        self._radius = radius
        self._pictures: list[pygame.Surface] = []

    def make(self) -> bool:
        """Make its pictures; return False when they exist."""
        if self._pictures:
            return False
        hand = paint(max(8, round(SIDE * self._radius)))
        turns = (TURN * (2 * step / (TURNS - 1) - 1) for step in range(TURNS))
        self._pictures = [pygame.transform.rotozoom(hand, LEANING + turn, 1.0) for turn in turns]
        return True

    def draw(self, canvas: pygame.Surface, look: Look, head: Position, opacity: float) -> None:
        """Draw it behind a head around a position in pixels, as far as it is out."""
        waving = clamp(look["wave"])
        out = smooth(look["hand"] + waving)
        if out <= 0.01:
            return
        self.make()
        swing = mix(0.2 * wave(look.time, 3.4), wave(look.time, 0.75), waving)
        picture = self._pictures[round((swing + 1) / 2 * (TURNS - 1))]
        right, down = (mix(a, b, out) for a, b in zip(HIDDEN, PLACE, strict=True))
        down += 0.02 * math.sin(math.tau * look.time / 3.4)
        place = (head[0] + right * self._radius, head[1] + down * self._radius)
        put(canvas, picture, place, opacity * smooth(3.0 * out))


def paint(side: int) -> pygame.Surface:
    """Return an open hand of a thumb and three fingers, its thumb at the right."""
    fine = side * FINE
    mask = np.zeros((fine, fine), np.uint8)
    for angle, length in FINGERS:
        turn = math.radians(angle)
        root = (0.48 + 0.16 * math.sin(turn) * 1.4, 0.62)
        tip = (root[0] + length * math.sin(turn), root[1] - length * math.cos(turn))
        _limb(mask, root, tip, 0.155)
    _limb(mask, (0.56, 0.68), (0.80, 0.50), 0.15)
    cv2.ellipse(
        mask, _pixel((0.48, 0.67), fine), _pixel((0.235, 0.22), fine), 0, 0, 360, (255,), -1
    )
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3) / fine
    edge = 0.95 * np.clip(1.0 - inside / 0.085, 0.0, 1.0)[..., None] ** 1.6
    light = 0.25 + np.clip(1.0 - 1.1 * np.linspace(0, 1, fine)[:, None, None], 0.0, 1.0)
    near, far, dark = (
        np.array(colour, np.float64) for colour in (body.LIGHT, body.BODY, body.SHADE)
    )
    colour = far + (near - far) * light
    colour = np.asarray(colour + (dark - colour) * edge, np.float64)
    return _small(colour, mask, side)


def _small(colour: NDArray[np.float64], mask: NDArray[np.uint8], side: int) -> pygame.Surface:
    size = (side, side)
    flat = np.clip(colour, 0, 255).astype(np.float32)
    rgb = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    rgba = np.concatenate([rgb, alpha[..., None]], axis=-1).round().astype(np.uint8)
    wide = cv2.GaussianBlur(alpha / 255, (0, 0), 0.035 * side)
    sprite = from_alpha(np.asarray(0.5 * wide, np.float32), body.DARK)
    sprite.blit(with_alpha(pygame.image.frombuffer(rgba.tobytes(), size, "RGBA")), (0, 0))
    return sprite


def _limb(
    mask: NDArray[np.uint8], root: tuple[float, float], tip: tuple[float, float], thick: float
) -> None:
    fine = len(mask)
    cv2.line(mask, _pixel(root, fine), _pixel(tip, fine), (255,), round(thick * fine))


def _pixel(point: tuple[float, float], fine: int) -> tuple[int, int]:
    return round(point[0] * fine), round(point[1] * fine)
