"""Celebration: a bunch of balloons is let go behind the head, and floats away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pygame

from device.stage.easing import wave
from device.stage.effects.base import Effect
from device.stage.effects.space import Space
from device.stage.paint import Colour, put, with_alpha

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

COLOURS: tuple[Colour, ...] = (
    (226, 34, 76),
    (38, 96, 224),
    (126, 58, 208),
    (0, 152, 144),
    (240, 84, 150),
)
COUNT = 18
TILTS, TILT = 7, 13
"""Pictures of a balloon's rocking, and the degrees of it to either side."""
SPREAD_SECONDS = 0.3
"""Time constant of the burst out from behind the head."""
RESTING = 0.9
"""The age in seconds that is shown where motion is unwelcome."""


@dataclass(frozen=True, slots=True)
class Balloon:
    """One balloon: `right` over half the width, `down` and `rise` over the height, in seconds."""

    colour: int
    right: float
    down: float
    rise: float
    start: float
    period: float
    phase: float


class Balloons(Effect):
    """All are behind the head."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        self._side = max(8, round(layout.short * 0.19))
        self._sprites = [tilted(balloon(self._side, colour)) for colour in COLOURS]
        self._balloons = [self._balloon(number, rng) for number in range(COUNT)]

    def _balloon(self, number: int, rng: random.Random) -> Balloon:
        side = -1 if number % 2 == 0 else 1
        rank = number // 2 / (COUNT // 2 - 1)
        least = min(0.6, 1.25 * self._space.radius / (self.layout.size[0] / 2))
        return Balloon(
            colour=number % len(COLOURS),
            right=side * (least + (0.86 - least) * (rank * 0.618 * 8 % 1.0)),
            down=rng.uniform(-0.2, 0.16),
            rise=rng.uniform(0.1, 0.14),
            start=0.35 * rank if number % 6 < 4 else 0.9 + 0.4 * rank,
            period=rng.uniform(1.8, 2.8),
            phase=rng.random(),
        )

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw all of them with their strings."""
        shown = RESTING if self.layout.still else age
        for one in self.layout.sample(self._balloons):
            seconds = shown - one.start
            if seconds > 0.0:
                self._draw(canvas, one, seconds, strength)

    def _draw(self, canvas: pygame.Surface, one: Balloon, seconds: float, strength: float) -> None:
        x, y = self._place(one, seconds)
        if y < -2.0 * self._side:
            return
        sway = wave(seconds, one.period, one.phase)
        sprites = self._sprites[one.colour]
        shown = strength * self._space.shown(y + 0.5 * self._side)
        tip = (x + 0.1 * self._side * sway, y + 0.52 * self._side)
        self._string(canvas, one, tip, seconds, shown)
        put(canvas, sprites[round((sway + 1) / 2 * (TILTS - 1))], (x, y), shown)

    def _place(self, one: Balloon, seconds: float) -> tuple[float, float]:
        width, height = self.layout.size
        out = 1.0 - math.exp(-seconds / SPREAD_SECONDS)
        x, y = self._space.head
        climbed = one.rise * (seconds + 0.1 * seconds**2.4)
        sway = 0.025 * self.layout.short * wave(seconds, one.period, one.phase + 0.25)
        return x + out * one.right * width / 2 + sway, y + (out * one.down - climbed) * height

    def _string(
        self,
        canvas: pygame.Surface,
        one: Balloon,
        tip: tuple[float, float],
        seconds: float,
        shown: float,
    ) -> None:
        """Draw the string, which swings after the balloon."""
        if shown < 0.5:
            return
        points = []
        for step in range(7):
            lag = wave(seconds - 0.09 * step, one.period, one.phase)
            points.append(
                (tip[0] + 0.028 * step * self._side * lag, tip[1] + 0.11 * step * self._side)
            )
        pygame.draw.aalines(canvas, (120, 62, 40), False, points)


def balloon(side: int, colour: Colour) -> pygame.Surface:
    """Return a glossy balloon in a square of 1.15 `side`, lit from the upper left."""
    room = round(side * 1.15)
    axis = (np.arange(room, dtype=np.float32) + 0.5) / side * 2 - 1.15
    x, y = axis[None, :], axis[:, None]
    taper = 1.0 - 0.16 * np.clip(y + 0.1, 0, None)
    away = np.hypot(x / (0.8 * taper), y + 0.02)
    knot = (np.abs(x) < 0.11 * (y - 0.9) / 0.12 + 0.03) & (y > 0.9) & (y < 1.03)
    alpha = np.maximum(np.clip((1.0 - away) * side / 2.4, 0, 1), knot.astype(np.float32)) * 0.96
    light = np.exp(-3.0 * ((x + 0.3) ** 2 + (y + 0.4) ** 2))
    gloss = 0.85 * np.exp(-26.0 * ((x + 0.32) ** 2 * 1.6 + (y + 0.46) ** 2))
    edge = np.asarray(np.clip(away, 0, 1) ** 3, np.float32)
    return shaded(np.array(colour, np.float32), alpha, light, gloss, edge)


def shaded(
    colour: NDArray[np.float32],
    alpha: NDArray[np.float32],
    light: NDArray[np.float32],
    gloss: NDArray[np.float32],
    edge: NDArray[np.float32],
) -> pygame.Surface:
    """Return a coloured body with light, gloss and a darker edge, each (height, width)."""
    body = colour * (1.0 - 0.3 * edge[..., None])
    body = body + (255 - body) * np.clip(0.35 * light + gloss, 0, 1)[..., None]
    rgba = np.concatenate([body, 255 * alpha[..., None]], axis=-1)
    pixels = np.clip(rgba + 0.5, 0, 255).astype(np.uint8)
    return with_alpha(pygame.image.frombuffer(pixels.tobytes(), alpha.shape[::-1], "RGBA"))


def tilted(sprite: pygame.Surface) -> list[pygame.Surface]:
    """Return a sprite at all angles of its rocking."""
    angles = (TILT * (2 * step / (TILTS - 1) - 1) for step in range(TILTS))
    return [pygame.transform.rotozoom(sprite, -angle, 1.0) for angle in angles]
