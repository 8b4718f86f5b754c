"""The biggest celebration: golden rays unfold behind the head, petals fly out of them and fall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pygame

from device.messages import EMOTIONS
from device.stage.character import EXPRESSIONS
from device.stage.character.expression import changed
from device.stage.easing import smooth, spring, wave
from device.stage.effects.base import Effect
from device.stage.effects.outlines import filled, petal
from device.stage.effects.space import Space
from device.stage.effects.sparks import glow
from device.stage.paint import Colour, from_alpha, put

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from device.stage.character.expression import Expression
    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

RAYS = 18
RAY: Colour = (255, 250, 214)
LONG = 2.1
"""A ray's length in head radii."""
UNFOLDING = 0.45
"""Seconds from the first ray, which is at the foot, to the last one, at the top."""
PETALS = 96
COLOURS: tuple[Colour, ...] = (
    (255, 255, 255),
    (255, 92, 138),
    (255, 236, 120),
    (226, 40, 96),
    (255, 150, 176),
)
TURNS = 16
"""Pictures of a petal's turning."""
SPREAD_SECONDS = 0.5
RESTING = 1.3
FADES = 3.4
"""Seconds until it begins to fade by itself."""
BEAMING: Expression = changed(
    EXPRESSIONS[EMOTIONS.index("happy")],
    brow_raise=0.14, brow_bend=0.14, open=0.98, squint=0.5, part=0.40, width=0.47, blush=1.0,
    lift=0.11, pupil=1.22, hand=1.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Petal:
    """One petal: directions in radians, `reach` in short sides, times in seconds."""

    colour: int
    angle: float
    reach: float
    fall: float
    start: float
    turn: float
    phase: float


class Sunburst(Effect):
    """All of it is behind the head; it is over after five seconds, before another mood is shown."""

    celebrates = True

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        radius = self._space.radius
        sprite = from_alpha(ray(round(LONG * radius), round(0.45 * radius)), RAY)
        self._rays = [
            pygame.transform.rotozoom(sprite, 360 * number / RAYS, 1.0) for number in range(RAYS)
        ]
        self._halo = glow(round(3.8 * radius), (255, 246, 196), 0.9)
        side = max(6, round(layout.short * 0.058))
        self._petals = [self._petal(number, rng) for number in range(PETALS)]
        shape = filled(petal(), side)
        self._sprites = [turned(from_alpha(shape, colour)) for colour in COLOURS]

    def _petal(self, number: int, rng: random.Random) -> Petal:
        return Petal(
            colour=number % len(COLOURS),
            angle=math.tau * (number * 0.618034 % 1.0),
            reach=rng.uniform(0.32, 0.95),
            fall=rng.uniform(0.05, 0.12),
            start=rng.uniform(0.0, 0.3) if number % 4 else rng.uniform(0.9, 1.6),
            turn=rng.uniform(0.25, 0.7),
            phase=rng.random(),
        )

    def act(self, expression: Expression, age: float) -> Expression:
        """Beam, with an open hand that waves at first."""
        waves = 0.0 if self.layout.still else 1.0 - smooth((age - 2.2) / 0.6)
        beaming = changed(BEAMING, wave=waves)
        share = smooth(age / 0.3) * (1.0 - smooth((age - FADES) / 0.8))
        return np.asarray(expression + share * (beaming - expression), np.float64)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the halo, the rays, and the petals."""
        strength *= 1.0 - smooth((age - FADES) / 1.6)
        age = RESTING if self.layout.still else age
        put(canvas, self._halo, self._space.head, strength * smooth(age / 0.4))
        for number in range(RAYS):
            self._ray(canvas, number, age, strength)
        for one in self.layout.sample(self._petals):
            seconds = age - one.start
            if seconds > 0.0:
                self._fly(canvas, one, seconds, strength)

    def _ray(self, canvas: pygame.Surface, number: int, age: float, strength: float) -> None:
        """Draw a ray: it shoots out, then breathes in turns with its neighbours."""
        angle = math.tau * number / RAYS
        high = 0.5 + 0.5 * math.sin(angle)
        seconds = age - UNFOLDING * high
        if seconds <= 0.0:
            return
        radius, (x, y) = self._space.radius, self._space.head
        out = 0.62 + 0.38 * spring(seconds) + 0.05 * wave(seconds, 1.6, number / 2)
        away = radius * (0.55 + LONG / 2) * out
        place = (x + away * math.cos(angle), y - away * math.sin(angle))
        put(canvas, self._rays[number], place, strength * smooth(seconds / 0.4))

    def _fly(self, canvas: pygame.Surface, one: Petal, seconds: float, strength: float) -> None:
        out = 1.0 - math.exp(-seconds / SPREAD_SECONDS)
        short, (width, height) = self.layout.short, self.layout.size
        wide, high = max(1.0, 0.8 * width / short), max(1.0, 0.6 * height / short)
        x, y = self._space.head
        sway = 0.02 * wave(seconds, 2.2, one.phase)
        x += short * (wide * one.reach * out * math.cos(one.angle) + sway)
        y += short * (high * one.reach * out * math.sin(one.angle) + one.fall * seconds**1.3)
        phase = int((seconds * one.turn + one.phase) * TURNS) % TURNS
        shown = strength * smooth(seconds / 0.15) * self._space.shown(y)
        put(canvas, self._sprites[one.colour][phase], (x, y), shown)


def ray(length: int, width: int) -> NDArray[np.float32]:
    """Return the opacity of a ray that points to the right, wider and fainter toward its end."""
    along = ((np.arange(max(4, length), dtype=np.float32) + 0.5) / max(4, length))[None, :]
    aside = np.abs((np.arange(max(4, width), dtype=np.float32) + 0.5) / max(4, width) * 2 - 1)
    body = np.clip((0.25 + 0.75 * along - aside[:, None]) * 5.0, 0.0, 1.0)
    fade = np.clip(along / 0.12, 0, 1) * (1.0 - along) ** 0.8
    return np.asarray(0.85 * body * fade, np.float32)


def turned(sprite: pygame.Surface) -> list[pygame.Surface]:
    """Return a petal as it turns and tumbles."""
    pictures = []
    for step in range(TURNS):
        facing = 0.45 + 0.55 * abs(math.cos(math.tau * step / TURNS))
        size = (max(2, round(sprite.get_width() * facing)), sprite.get_height())
        narrow = pygame.transform.smoothscale(sprite, size)
        pictures.append(pygame.transform.rotozoom(narrow, 360 * step / TURNS, 1.0))
    return pictures
