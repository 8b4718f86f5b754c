"""Comfort for somebody afraid: lanterns light up in the night, and fireflies gather."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pygame

from device.stage.easing import mix, smooth, wave
from device.stage.effects.base import Effect
from device.stage.effects.space import Space
from device.stage.effects.sparks import glow, spark
from device.stage.paint import Colour, put, with_alpha

if TYPE_CHECKING:
    import random

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

LIGHT: Colour = (255, 178, 84)
FIREFLY: Colour = (226, 255, 120)
STRING: Colour = (26, 22, 44)
LANTERNS = ((1.62, 0.10, 0.5, 0.25), (-1.72, -0.22, 0.42, 0.9), (2.6, -0.45, 0.36, 1.5),
            (-2.75, 0.12, 0.34, 2.0))  # fmt: skip
"""Of each: where it hangs, in head radii right and down of the head's middle, its radius, and
when it lights up."""
LIGHTING = 0.9
"""Seconds that it takes to light up."""
FIREFLIES = 26
COMING = 3.0
"""Seconds in which they come from the edges."""
STARS = 34


@dataclass(frozen=True, slots=True)
class Hanging:
    """One lantern: where it hangs in pixels, and its pictures, dark and lit."""

    x: float
    y: float
    high: float
    dark: pygame.Surface
    lit: pygame.Surface
    halo: pygame.Surface
    lights: float
    period: float


@dataclass(frozen=True, slots=True)
class Firefly:
    """One firefly: it comes from an angle, and stays at a distance in head radii."""

    angle: float
    away: float
    start: float
    period: float
    phase: float
    size: int


class Lantern(Effect):
    """All of it is behind the head. Without motion nothing swings or flies."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        radius = self._space.radius
        self._warmth = glow(round(5.0 * radius), LIGHT, 0.75, self._space.shown_rows)
        self._lanterns = [self._hang(*one, rng) for one in LANTERNS]
        sides = [max(4, round(layout.short * size)) for size in (0.022, 0.03, 0.042)]
        self._sprites = [spark(side, FIREFLY) for side in sides]
        self._fireflies = [self._firefly(number, rng) for number in range(FIREFLIES)]
        self._star = glow(max(3, round(layout.short * 0.009)), (236, 238, 255), 1.0)
        self._stars = [self._place_star(rng) for _ in range(STARS)]

    def _hang(
        self, right: float, down: float, size: float, lights: float, rng: random.Random
    ) -> Hanging:
        width, radius = self.layout.size[0], self._space.radius
        x, y = self._space.head
        high = size * radius
        if self.layout.tall:
            # There is room above the head, but hardly beside it.
            right, down = 0.55 * right, down - 2.0
        x = min(max(x + right * radius, 0.9 * high), width - 0.9 * high)
        return Hanging(
            x=x,
            y=max(1.6 * high, y + down * radius),
            high=high,
            dark=lantern(round(2 * high), 0.0),
            lit=lantern(round(2 * high), 1.0),
            halo=glow(round(6.0 * high), LIGHT, 0.62),
            lights=lights,
            period=rng.uniform(3.2, 4.4),
        )

    def _firefly(self, number: int, rng: random.Random) -> Firefly:
        return Firefly(
            angle=math.tau * (number * 0.618034 % 1.0),
            away=rng.uniform(1.25, 3.2),
            start=rng.uniform(0.0, 1.2),
            period=rng.uniform(2.4, 4.2),
            phase=rng.random(),
            size=number % 3,
        )

    def _place_star(self, rng: random.Random) -> tuple[float, float, float]:
        width, height = self.layout.size
        return rng.random() * width, rng.random() ** 1.5 * 0.6 * height, rng.random()

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the stars, the light around the head, the lanterns, and the fireflies."""
        for x, y, phase in self.layout.sample(self._stars):
            twinkle = 0.6 + 0.3 * wave(age, 3.6, phase)
            put(canvas, self._star, (x, y), strength * twinkle * self._space.shown(y))
        put(canvas, self._warmth, self._space.head, strength * smooth((age - 0.6) / 3.0))
        for one in self._lanterns:
            self._lantern(canvas, one, age, strength)
        for fly in self.layout.sample(self._fireflies):
            self._fly(canvas, fly, age, strength)

    def _lantern(self, canvas: pygame.Surface, one: Hanging, age: float, strength: float) -> None:
        swing = 0.0 if self.layout.still else wave(age, one.period)
        lowered = 1.0 if self.layout.still else smooth((age + 0.25 - 0.3 * one.lights) / 0.9)
        x, y = one.x + 0.10 * one.high * swing, mix(-1.2 * one.high, one.y, lowered)
        lit = smooth((age - one.lights) / LIGHTING) * (0.94 + 0.06 * wave(age, 2.7, one.period))
        if strength > 0.8:
            top = (round(one.x), 0)
            pygame.draw.aaline(canvas, STRING, top, (round(x), round(y - 0.9 * one.high)))
        put(canvas, one.halo, (x, y), strength * lit)
        put(canvas, one.dark, (x, y), strength)
        put(canvas, one.lit, (x, y), strength * lit)

    def _fly(self, canvas: pygame.Surface, fly: Firefly, age: float, strength: float) -> None:
        seconds = 60.0 if self.layout.still else age - fly.start
        come = smooth(seconds / COMING)
        radius, (x, y) = self._space.radius, self._space.head
        wide = max(1.0, 0.62 * self.layout.size[0] / self.layout.short)
        angle = fly.angle + (0.0 if self.layout.still else 0.06 * seconds)
        away = radius * mix(4.6, fly.away, come)
        waver = 0.0 if self.layout.still else 0.14 * radius
        x += wide * away * math.cos(angle) + waver * wave(age, fly.period, fly.phase)
        y += 0.72 * away * math.sin(angle) + waver * wave(age, 0.7 * fly.period, fly.phase)
        shine = 0.62 + 0.38 * wave(age, fly.period, 2 * fly.phase)
        shown = strength * smooth(age / 0.5) * shine * self._space.shown(y)
        put(canvas, self._sprites[fly.size], (x, y), shown)


def lantern(side: int, lit: float) -> pygame.Surface:
    """Return a round paper lantern of `side` pixels, dark or lit."""
    axis = (np.arange(max(6, side), dtype=np.float32) + 0.5) / max(6, side) * 2 - 1
    x, y = axis[None, :], axis[:, None]
    away = np.hypot(x / 0.86, y / 0.74)
    alpha = np.clip((1.0 - away) * side / 4, 0.0, 1.0)
    caps = (np.abs(x) < 0.30) & (np.abs(y) > 0.66) & (np.abs(y) < 0.84)
    ribs = 0.5 + 0.5 * np.cos(y * math.tau * 3.4 / np.sqrt(np.clip(1.02 - x * x, 0.05, 1)))
    glowing = np.exp(-2.2 * (x * x + 1.4 * (y - 0.1) ** 2))
    dim = np.array((112, 52, 62), np.float32) * (0.8 + 0.2 * ribs)[..., None]
    hot = np.array((255, 120, 62), np.float32)
    bright = hot + (np.array((255, 240, 176), np.float32) - hot) * glowing[..., None]
    bright = bright * (0.9 + 0.1 * ribs)[..., None]
    body = dim + lit * (bright - dim)
    body = np.where(caps[..., None], np.array((70, 36, 44), np.float32), body)
    alpha = np.maximum(alpha, caps)
    rgba = np.concatenate([body, 255 * alpha[..., None]], axis=-1)
    pixels = np.clip(rgba + 0.5, 0, 255).astype(np.uint8)
    size = (len(axis), len(axis))
    return with_alpha(pygame.image.frombuffer(pixels.tobytes(), size, "RGBA"))
