"""A clean-up for fun: muck hits the glass, a wiper squeaks it off, and once more; all is clean.

The character follows the wiper with its eyes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pygame

from device.stage.character import NEUTRAL, Gaze
from device.stage.character.expression import changed
from device.stage.character.shapes import stroke
from device.stage.easing import clamp, mix, smooth, spring
from device.stage.effects.base import Effect
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.effects.outlines import splat
from device.stage.effects.space import Space
from device.stage.effects.stars import sparkle
from device.stage.paint import Colour, from_alpha, put

if TYPE_CHECKING:
    import random

    from device.stage.character.expression import Expression
    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

MUCK: tuple[Colour, ...] = ((150, 170, 36), (126, 132, 44), (172, 158, 52))
OUT, IN = (0.2, 0.42), (2.25, 2.5)
"""When the wiper comes out from behind the head, and goes in again."""
SWEEPS = ((0.42, 1.22), (1.5, 2.2))
"""From when to when it sweeps to the right, and back."""
LEFT, RIGHT = math.radians(186), math.radians(-6)
"""The ends of its way, counter-clockwise from the right."""
SQUEAKS = 8
"""How often it sticks and slips in a sweep."""
SECOND = 1.3
"""When one more lands, just where it is clean."""
SHINE = 0.9
"""Seconds for which a sparkle shows where a splat was."""
CLEAN = 2.3
RUBBER: Colour = (34, 44, 58)
METAL: Colour = (222, 232, 238)
RELIEVED: Expression = changed(
    NEUTRAL, brow_raise=0.08, brow_bend=0.09, squint=0.35, width=0.34, smile=0.13, blush=0.55
)
BUBBLES = Kind(
    count=18,
    smallest=0.02,
    largest=0.085,
    colours=((220, 255, 240), (200, 240, 255), (255, 230, 250)),
    opacity=0.6,
    rise=0.06,
    drift=0.04,
    rim=0.8,
)
PLACES = ((1, 0.5, 0.42, 1.0, 0.0), (1, 0.72, 0.78, 0.6, 0.08), (0, 0.3, 0.7, 0.55, 0.04),
          (0, 0.5, 0.38, 0.85, SECOND))  # fmt: skip
"""Of each splat: the area, shares of its width and height, its size, and when it lands."""


@dataclass(frozen=True, slots=True)
class Splat:
    """One splat: its picture, and where it hits the glass, around the head."""

    sprite: pygame.Surface
    angle: float
    away: float
    lands: float
    wiped: float


class Freshen(Effect):
    """All of it is behind the head. Without motion nothing is wiped: the muck fades by itself."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        self._splats = [self._splat(number, rng) for number in range(len(PLACES))]
        self._reach = max(one.away for one in self._splats) + 0.14 * layout.short
        self._shine = from_alpha(sparkle(max(8, round(layout.short * 0.14))), (255, 255, 255))
        self._bubbles = Bokeh(BUBBLES, layout, rng, off_words=True)

    def _splat(self, number: int, rng: random.Random) -> Splat:
        area, right, down, size, lands = PLACES[number]
        side = max(10, round(self.layout.short * 0.3 * size))
        x, y = self._space.spot(area, right, down)
        if self.layout.tall and area == 0:
            x = self.layout.size[0] * 0.5 * right
        if self.layout.tall and area == 1:
            x = self.layout.size[0] * (1.0 - 0.4 * right)
        dx, dy = x - self._space.head[0], self._space.head[1] - y
        angle = math.atan2(dy, dx)
        return Splat(
            sprite=splat(side, MUCK[number % len(MUCK)], rng),
            angle=angle,
            away=math.hypot(dx, dy),
            lands=lands,
            wiped=_reached(angle, SWEEPS[1] if lands >= SECOND else SWEEPS[0]),
        )

    def act(self, expression: Expression, age: float) -> Expression:
        """Flinch, look on, pull a long face at the second one, and be relieved."""
        relief = smooth((age - CLEAN) / 0.5)
        if not self.layout.still:
            flinch = smooth(age / 0.08) * (1.0 - smooth((age - 0.12) / 0.25))
            shut = changed(expression, open=0.05, squint=0.75)
            long = changed(expression, open=0.5, squint=0.2, tongue=0.0, part=0.0, smile=-0.06)
            face = long if age >= SECOND else shut
            share = smooth((age - SECOND) / 0.1) if age >= SECOND else flinch
            expression = _between(expression, face, share)
        return _between(expression, RELIEVED, relief)

    def look(self, age: float) -> Gaze | None:
        """Look at what lands, then along the wiper."""
        if self.layout.still or not 0.0 < age <= IN[1]:
            return None
        angle = self._splats[0].angle if age < OUT[1] else wiper_angle(age)
        if SECOND <= age < SWEEPS[1][0]:
            angle = self._splats[-1].angle
        return Gaze(0.95 * math.cos(angle), -0.8 * math.sin(angle))

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the muck, the wiper, the sparkles that it leaves, and bubbles."""
        self._bubbles.draw(canvas, age + 30.0, strength * smooth((age - CLEAN) / 1.2))
        if self.layout.still:
            gone = smooth(age / 0.6) * (1.0 - smooth((age - 1.0) / 1.2))
            for one in self._splats:
                put(canvas, one.sprite, self._place(one.angle, one.away), strength * gone)
            return
        for one in self._splats:
            self._muck(canvas, one, age, strength)
        self._wipe(canvas, age)

    def _muck(self, canvas: pygame.Surface, one: Splat, age: float, strength: float) -> None:
        if age < one.wiped:
            landed = clamp(spring((age - one.lands) * 2.4))
            sag = 0.02 * self.layout.short * smooth((age - one.lands) / 1.2)
            x, y = self._place(one.angle, one.away)
            put(canvas, one.sprite, (x, y + sag), strength * landed)
            return
        gone = (age - one.wiped) / 0.4
        if gone < 1.0:
            # The wiper takes it along while it gets less.
            place = self._place(wiper_angle(age), one.away)
            put(canvas, one.sprite, place, strength * (1.0 - smooth(gone)) * 0.9)
        shown = math.sin(math.pi * clamp((age - one.wiped - 0.1) / SHINE))
        put(canvas, self._shine, self._place(one.angle, one.away), strength * shown)

    def _wipe(self, canvas: pygame.Surface, age: float) -> None:
        """Draw the wiper: an arm, and a blade that lags behind it."""
        out = smooth((age - OUT[0]) / (OUT[1] - OUT[0]))
        out *= 1.0 - smooth((age - IN[0]) / (IN[1] - IN[0]))
        reach = out * self._reach
        if reach <= self._space.radius * 0.5:
            return
        speed = wiper_angle(age) - wiper_angle(age - 1 / 30)
        thick = max(2.0, 0.024 * self.layout.short)
        self._bar(canvas, reach, age, 0.0, thick, METAL)
        self._bar(canvas, reach, age, -0.5 * speed, 0.7 * thick, RUBBER, least=0.45, shift=thick)

    def _bar(
        self,
        canvas: pygame.Surface,
        reach: float,
        age: float,
        lag: float,
        thick: float,
        colour: Colour,
        least: float = 0.0,
        shift: float = 0.0,
    ) -> None:
        share = np.linspace(least, 1.0, 25)
        angle = wiper_angle(age) + lag * share**2
        x, y = self._space.head
        aside = shift if wiper_angle(age) > wiper_angle(age + 1 / 30) else -shift
        path = np.stack(
            [
                x + reach * share * np.cos(angle) + aside * np.sin(angle),
                y - reach * share * np.sin(angle) + aside * np.cos(angle),
            ],
            axis=-1,
        )
        outline = stroke(path, thick, 0.7 * thick).tolist()
        pygame.draw.polygon(canvas, colour, outline)
        pygame.draw.aalines(canvas, colour, True, outline)

    def _place(self, angle: float, away: float) -> tuple[float, float]:
        x, y = self._space.head
        return x + away * math.cos(angle), y - away * math.sin(angle)


def _between(one: Expression, other: Expression, share: float) -> Expression:
    return np.asarray(one + share * (other - one), np.float64)


def wiper_angle(age: float) -> float:
    """Return the wiper's angle in radians, counter-clockwise from the right."""
    there, back = (_swept(age, *sweep) for sweep in SWEEPS)
    return mix(LEFT, RIGHT, there - back)


def _swept(age: float, start: float, end: float) -> float:
    """Return how far a sweep has got, from 0 to 1: it sticks and slips."""
    along = clamp((age - start) / (end - start))
    stuck = 0.036 * math.sin(math.tau * SQUEAKS * along) * math.sin(math.pi * along)
    return smooth(along) + stuck


def _reached(angle: float, sweep: tuple[float, float]) -> float:
    """Return when a sweep first reaches an angle."""
    ages = np.linspace(*sweep, 200)
    angles = np.array([wiper_angle(age) for age in ages])
    passed = (angles <= angle) if sweep == SWEEPS[0] else (angles >= angle)
    return float(ages[int(np.argmax(passed))]) if passed.any() else sweep[1]
