"""Bursts of a firework: sparks that fly apart with tails, slow down, sink and go out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.easing import smooth
from device.stage.paint import Colour, disc

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    import pygame
    from numpy.typing import NDArray

    from device.stage.layout import Layout

TAIL = (1.0, 0.72, 0.52, 0.36)
"""Sizes of a spark and of what it leaves behind."""
FADING = (1.0, 0.72, 0.5, 0.3)
"""The opacities of the same."""
LAG = 0.055
"""Seconds between them."""
CORE: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst: its middle and reach in pixels, its directions (n, 2) of lengths up to 1.

    It begins at `start`, and its sparks live for `life` seconds. They sink by `weight` reaches in
    a second squared.
    """

    x: float
    y: float
    reach: float
    directions: NDArray[np.float64]
    colour: int
    start: float
    life: float = 1.7
    weight: float = 0.1
    haste: float = 3.4


class Sparks:
    """Draws bursts in some colours."""

    def __init__(self, layout: Layout, colours: tuple[Colour, ...], size: float = 0.034) -> None:
        """Make sparks whose glow is `size` short sides wide."""
        sides = [max(3, round(share * size * layout.short)) for share in TAIL]
        self._sprites = [[spark(side, colour) for side in sides] for colour in colours]
        self._layout = layout

    def draw(self, canvas: pygame.Surface, burst: Burst, age: float, strength: float) -> None:
        """Draw a burst `age` seconds after the effect's start."""
        seconds = age - burst.start
        if not 0.0 < seconds < burst.life:
            return
        shown = strength * smooth((burst.life - seconds) / (0.6 * burst.life))
        for number in reversed(range(len(TAIL))):
            then = seconds - number * LAG
            alpha = round(255 * shown * FADING[number])
            if then <= 0.0 or alpha <= 0:
                continue
            sprite = self._sprites[burst.colour][number]
            sprite.set_alpha(alpha)
            places = self._places(burst, then) - sprite.get_width() / 2
            canvas.blits([(sprite, place) for place in places.tolist()], doreturn=False)

    def _places(self, burst: Burst, seconds: float) -> NDArray[np.float64]:
        out = 1.0 - math.exp(-burst.haste * seconds)
        places = burst.directions * (burst.reach * out)
        places[:, 0] += burst.x
        places[:, 1] += burst.y + burst.weight * burst.reach * seconds**2
        box = self._layout.caption
        clear = (places[:, 1] < box.top) | (places[:, 1] > box.bottom)
        return places[clear][:: 2 if self._layout.quality.detail < 1.0 else 1]


def directions(rng: random.Random, counts: tuple[int, ...]) -> NDArray[np.float64]:
    """Return directions as of a chrysanthemum: rings of sparks, one within the other, (n, 2)."""
    rings = []
    for number, count in enumerate(counts):
        length = 1.0 - number / len(counts)
        turn = math.tau * (np.arange(count) + rng.random()) / count
        reach = length * np.array([rng.uniform(0.9, 1.0) for _ in range(count)])
        rings.append(np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=-1))
    return np.concatenate(rings)


def spark(side: int, colour: Colour) -> pygame.Surface:
    """Return a dot with a bright middle and a soft glow."""
    sprite = disc(side, colour, lambda far: np.clip(1.35 * (1.0 - far), 0.0, 1.0) ** 1.3)
    core = disc(max(2, round(side * 0.42)), CORE, lambda far: np.clip(1.6 * (1.0 - far), 0.0, 1.0))
    corner = (side - core.get_width()) // 2
    sprite.blit(core, (corner, corner))
    return sprite


def glow(
    side: int,
    colour: Colour,
    most: float,
    rows: Callable[[int], NDArray[np.float32]] | None = None,
) -> pygame.Surface:
    """Return a soft disc, as opaque as `most` in its middle; `rows` says how much of each is."""
    part = rows(side) if rows else 1.0
    return disc(side, colour, lambda far: most * np.clip(1.0 - far, 0.0, 1.0) ** 1.4 * part)
