"""Comfort for somebody sad: soft rain, an umbrella, the sun, and a rainbow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pygame

from device.stage.easing import mix, smooth, spring, wave
from device.stage.effects.base import Effect
from device.stage.effects.bokeh import Bokeh, Kind
from device.stage.effects.rain import Rain
from device.stage.effects.space import Space
from device.stage.effects.sparks import glow
from device.stage.paint import Colour, from_alpha, put, with_alpha

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

OPENS, GOES = 2.2, 8.5
"""Seconds until the umbrella opens, as the character takes a breath, and until it flies away."""
DAWN, RISING = 3.0, 3.5
"""Seconds until the sun begins to shine through, and those that it takes."""
RAINBOW = 9.0
SUN: Colour = (255, 204, 116)
PANELS: tuple[Colour, ...] = ((238, 86, 84), (255, 214, 130))
HANDLE: Colour = (104, 62, 48)
BANDS: tuple[Colour, ...] = (
    (255, 110, 110), (255, 176, 96), (255, 232, 130), (140, 222, 150), (122, 186, 255),
    (190, 150, 255),
)  # fmt: skip
STEPS = 3
"""Pictures of the umbrella as it opens."""
TILT = 25
"""Degrees that the umbrella leans: its handle is in the character's hand."""
HAND = (-1.17, 0.56)
"""Where that is, in head radii from the head's middle."""
WIDE = 3.1
"""The umbrella's picture over the head's radius."""
FOOT, RIM, TOP = 0.90, 0.36, 0.04
"""Where its handle, hem and top are, in shares of the picture."""
FINE = 2
MOTES = Kind(
    count=22,
    smallest=0.012,
    largest=0.042,
    colours=((255, 226, 160), (255, 198, 120), (255, 240, 210)),
    opacity=0.75,
    rise=0.05,
    drift=0.04,
)


class Tender(Effect):
    """All of it is behind the head. Without motion the umbrella is just there."""

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        radius = self._space.radius
        self._sun = glow(round(4.9 * radius), SUN, 1.0, self._space.shown_rows)
        canopy = umbrella(round(WIDE * radius))
        self._canopies = [opened(canopy, (step + 1) / STEPS) for step in range(STEPS)]
        self._rainbow = rainbow(round(2.15 * radius))
        self._rain = Rain(layout, rng)
        self._motes = Bokeh(MOTES, layout, rng, off_words=True)

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the sun, the rainbow, the rain, and the umbrella."""
        radius, (x, y) = self._space.radius, self._space.head
        up = smooth((age - DAWN) / RISING)
        put(canvas, self._sun, (x, y), strength * up)
        arch = (x, y - self._rainbow.get_height() / 2)
        put(canvas, self._rainbow, arch, strength * smooth((age - RAINBOW) / 3.0))
        self._motes.draw(canvas, age, strength * smooth((age - RAINBOW) / 3.0))
        out = smooth((age - OPENS) / 1.0) if self.layout.still else spring(age - OPENS)
        shelter = None
        if out > 0.5 and age < GOES:
            shelter = pygame.Rect(0, 0, round(2.3 * radius), self.layout.size[1])
            shelter.midtop = (round(x - 0.3 * radius), round(y - 1.4 * radius))
        self._rain.draw(canvas, age, strength, shelter)
        self._umbrella(canvas, age, out, strength)

    def _umbrella(self, canvas: pygame.Surface, age: float, out: float, strength: float) -> None:
        gone = smooth((age - GOES) / 1.6)
        if out <= 0.0 or gone >= 1.0:
            return
        radius, (x, y) = self._space.radius, self._space.head
        sway = 0.0 if self.layout.still else 0.015 * wave(age, 3.4)
        lifted = 0.0 if self.layout.still else 1.6 * gone**1.5 + sway
        step = STEPS if self.layout.still else min(STEPS, max(1, round(out * STEPS)))
        shown = strength * smooth((age - OPENS) / 0.25) * (1.0 - gone)
        lean, below = math.radians(TILT), (FOOT - 0.5) * WIDE
        middle = (
            x + radius * (HAND[0] + below * math.sin(lean)),
            y + radius * (HAND[1] - below * math.cos(lean) - lifted),
        )
        put(canvas, self._canopies[step - 1], middle, shown)


def umbrella(side: int) -> NDArray[np.uint8]:
    """Return an open umbrella, upright, its handle's middle in the middle: uint8 RGBA."""
    fine = side * FINE
    picture = np.zeros((fine, fine, 4), np.uint8)
    half = 0.44
    cv2.line(
        picture, _pixel((0.5, TOP), fine), _pixel((0.5, FOOT), fine), (*HANDLE, 255),
        max(2, round(0.016 * fine)),
    )  # fmt: skip
    for panel in range(6):
        left, right = (half * -math.cos(math.pi * (panel + k) / 6) for k in (0, 1))
        points = _panel(left, right, half)
        shade = 1.0 - 0.10 * abs(panel - 2.2)
        colour = [round(value * shade) for value in PANELS[panel % 2]]
        cv2.fillPoly(picture, [np.rint(points * fine).astype(np.int32)], (*colour, 255))
    cv2.circle(picture, _pixel((0.5, TOP - 0.008), fine), round(0.014 * fine), (*HANDLE, 255), -1)
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _panel(left: float, right: float, half: float) -> NDArray[np.float64]:
    """Return one panel: two ribs that meet at the top, and a scalloped hem, (n, 2) in [0, 1]."""
    share = np.linspace(0.0, 1.0, 20)
    dome = np.sqrt(1.0 - (1.0 - share) ** 2)
    one = np.stack([0.5 + left * dome, TOP + (RIM - TOP) * share], axis=-1)
    other = np.stack([0.5 + right * dome, TOP + (RIM - TOP) * share], axis=-1)
    x = left + (right - left) * share
    hem = RIM - 0.05 * np.sin(math.pi * share) * min(1.0, abs(right - left) / half * 2.2)
    scallop = np.stack([0.5 + x, hem], axis=-1)
    return np.concatenate([one, scallop, other[::-1]])


def opened(picture: NDArray[np.uint8], share: float) -> pygame.Surface:
    """Return an umbrella that is open to a share, and leans."""
    side = picture.shape[0]
    surface = with_alpha(pygame.image.frombuffer(picture.tobytes(), (side, side), "RGBA"))
    wide = max(4, round(side * mix(0.12, 1.0, share)))
    narrow = pygame.transform.smoothscale(surface, (wide, side))
    return pygame.transform.rotozoom(narrow, -TILT, 1.0)


def _pixel(point: tuple[float, float], fine: int) -> tuple[int, int]:
    return round(point[0] * fine), round(point[1] * fine)


def rainbow(radius: int) -> pygame.Surface:
    """Return half a rainbow, which fades at its feet."""
    x = np.abs(np.arange(2 * radius, dtype=np.float32) + 0.5 - radius)[None, :] / radius
    y = (radius - np.arange(radius, dtype=np.float32) - 0.5)[:, None] / radius
    away = np.hypot(x, y)
    inner, outer = 0.70, 0.97
    place = (outer - away) / (outer - inner) * len(BANDS)
    soft = np.clip(place * 2.0, 0, 1) * np.clip((len(BANDS) - place) * 1.2, 0, 1)
    alpha = 0.62 * soft * np.clip(y * 2.2 - 0.05, 0.0, 1.0)
    sprite = from_alpha(np.asarray(alpha, np.float32), (255, 255, 255))
    steps = np.arange(len(BANDS)) + 0.5
    bands = np.array(BANDS, float)
    pixels = pygame.surfarray.pixels3d(sprite)
    for channel in range(3):
        pixels[..., channel] = np.interp(place, steps, bands[:, channel]).T.astype(np.uint8)
    del pixels
    return sprite
