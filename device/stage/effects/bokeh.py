"""Soft discs of light that drift, rise or float: far-off lamps, motes, bubbles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import smooth, wave
from device.stage.effects.space import Space
from device.stage.paint import Colour, disc, put

if TYPE_CHECKING:
    import random

    import pygame
    from numpy.typing import NDArray

    from device.stage.layout import Layout


@dataclass(frozen=True, slots=True)
class Kind:
    """What the discs of one group are like.

    `smallest` and `largest` are diameters over the short side, `rise` the share of the height
    that a disc climbs in a second, `drift` its sideways reach over the short side, `rim` how much
    brighter its edge is.
    """

    count: int
    smallest: float
    largest: float
    colours: tuple[Colour, ...]
    opacity: float
    rise: float
    drift: float
    rim: float = 0.0


@dataclass(frozen=True, slots=True)
class Disc:
    """One disc: where it starts in shares of the canvas, and how it moves."""

    sprite: pygame.Surface
    x: float
    y: float
    rise: float
    period: float
    phase: float


class Bokeh:
    """A group of discs. Where they are is a function of time alone.

    Without motion each stays in its place and slowly brightens and fades.
    """

    def __init__(
        self, kind: Kind, layout: Layout, rng: random.Random, off_words: bool = False
    ) -> None:
        """Make the discs; those `off_words` fade where the words are."""
        self._space = Space(layout) if off_words else None
        self._layout = layout
        self._drift = kind.drift * layout.short
        self._discs = [self._disc(kind, number, rng) for number in range(kind.count)]

    def _disc(self, kind: Kind, number: int, rng: random.Random) -> Disc:
        share = rng.random() ** 1.6
        side = (kind.smallest + (kind.largest - kind.smallest) * share) * self._layout.short
        colour = kind.colours[number % len(kind.colours)]
        opacity = kind.opacity * rng.uniform(0.55, 1.0)

        def profile(away: NDArray[np.float32]) -> NDArray[np.float32]:
            edge = np.clip((1.0 - away) / 0.14, 0.0, 1.0)
            body = (1.0 - kind.rim) + kind.rim * np.clip(away, 0.0, 1.0) ** 3
            return np.asarray(opacity * edge * edge * (3 - 2 * edge) * body, np.float32)

        return Disc(
            sprite=disc(max(4, round(side)), colour, profile),
            # Stratified, so that no corner of the sky stays empty.
            x=(number + rng.random()) / kind.count,
            y=rng.random(),
            rise=kind.rise * rng.uniform(0.6, 1.4),
            period=rng.uniform(9.0, 17.0),
            phase=rng.random(),
        )

    def draw(self, canvas: pygame.Surface, seconds: float, strength: float = 1.0) -> None:
        """Draw all discs, in [0, 1] of their full opacity."""
        if strength <= 0.0:
            return
        width, height = self._layout.size
        for one in self._layout.sample(self._discs):
            if self._layout.still:
                glow = strength * (0.7 + 0.3 * wave(seconds, one.period, one.phase))
                place = (one.x * width, one.y * height)
                put(canvas, one.sprite, place, glow * self._shown(place[1]))
                continue
            side = one.sprite.get_width()
            travel = height + side
            climbed = (one.y + one.rise * seconds) % 1.0
            y = height + side / 2 - climbed * travel
            x = one.x * width + self._drift * wave(seconds, one.period, one.phase)
            # Discs that do not climb swim; those that do fade in at the foot and out at the top.
            fade = smooth(4.0 * math.sin(math.pi * climbed)) if one.rise else 1.0
            put(canvas, one.sprite, (x, y), strength * fade * self._shown(y))

    def _shown(self, y: float) -> float:
        return self._space.shown(y) if self._space else 1.0
