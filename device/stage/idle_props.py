"""What the character needs for its idle acts: a hand, paws, notes, a firefly, the letters of sleep.

Each thing's place is a function of the act's age alone, in emoji diameters right and down of the
emoji's middle.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pygame

from device.stage.character.idling import TAPS, firefly
from device.stage.character.paw import draw_paw
from device.stage.easing import mix, smooth, wave
from device.stage.paint import Colour, disc, put, transparent
from device.stage.palette import WHITE
from device.stage.text import BOLD, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from device.stage.layout import Layout
    from device.stage.text import Typesetter

HAND, PAW, FIST = 0.58, 0.22, 0.30
"""Sides over the emoji's diameter."""
TILT, STEPS = 17, 17
"""A wave goes so many degrees to either side, in so many pictures."""
RINGS, RING_SECONDS = 9, 0.8
GLASS = (0.47, 0.03)
"""Where it knocks on the glass."""
NOTE_SECONDS, NOTE_EVERY = 2.6, 1.1
LETTERS, LETTER_SECONDS = 3, 5.4
LIGHT: Colour = (255, 232, 150)
NOTE_COLOURS: tuple[Colour, ...] = ((255, 226, 170), (170, 214, 255), (240, 178, 224))


class IdleProps:
    """Draws what belongs to an act; nothing for most."""

    def __init__(self, hand: pygame.Surface | None, layout: Layout, typesetter: Typesetter) -> None:
        """`hand` is what waves beside an emoji; the character has one of its own."""
        self._layout = layout
        diameter = layout.diameter
        tilts = [TILT * (2 * step / (STEPS - 1) - 1) for step in range(STEPS)]
        self._hands = [pygame.transform.rotozoom(hand, tilt, 1.0) for tilt in tilts if hand]
        self._paw, self._fist = (draw_paw(round(side * diameter)) for side in (PAW, FIST))
        sizes = (round(diameter * mix(0.16, 0.64, step / (RINGS - 1))) for step in range(RINGS))
        self._rings = [disc(size, WHITE, _ring) for size in sizes]
        self._notes = [_note(round(0.18 * diameter), colour) for colour in NOTE_COLOURS]
        self._firefly = disc(round(0.26 * diameter), LIGHT, _glow)
        side = round(0.2 * diameter)
        self._letters = [
            typesetter.set("z", (side, side), Style(BOLD, round(diameter * size), WHITE))
            for size in (0.09, 0.12, 0.15)
        ]
        self._drawers: dict[str, Callable[[pygame.Surface, float, float], None]] = {
            "knock": self._draw_knock,
            "peek": self._draw_grip,
            "hum": self._draw_notes,
            "firefly": self._draw_firefly,
            "sleep": self._draw_letters,
        }
        if self._hands:
            self._drawers |= {
                "wave": self._draw_wave,
                "beckon": self._draw_beckon,
                "greet": self._draw_greeting,
            }
        else:
            self._drawers["blind"] = self._draw_groping

    def draw(self, canvas: pygame.Surface, name: str, age: float, strength: float) -> None:
        """Draw the things of an act of some age, `strength` in [0, 1] of their full opacity."""
        drawer = self._drawers.get(name)
        if drawer is not None and strength > 0.0:
            drawer(canvas, age, strength)

    def _draw_wave(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        self._hand(canvas, age - 0.4, strength * smooth(age / 0.4) * smooth((5.0 - age) / 0.5))

    def _draw_beckon(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        shown = smooth((age - 0.25) / 0.3) * smooth((5.0 - age) / 0.5)
        self._hand(canvas, age - 0.45, strength * shown)

    def _draw_greeting(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        self._hand(canvas, age - 0.15, strength * smooth(age / 0.2) * smooth((3.0 - age) / 0.5))

    def _hand(self, canvas: pygame.Surface, into: float, strength: float) -> None:
        swing = smooth(into / 0.3) * smooth((3.2 - into) / 0.6) * wave(max(0.0, into), 0.6)
        if self._layout.still:
            swing = 0.0
        hand = self._hands[round((swing + 1) / 2 * (STEPS - 1))]
        up = 0.0 if self._layout.still else 0.12 * (1.0 - strength)
        room = self._layout.size[0] - 0.55 * HAND * self._layout.diameter
        x, y = self._place(0.56, 0.16 + up)
        put(canvas, hand, (min(x, room), y), strength)

    def _draw_knock(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        for tap in TAPS:
            gone = (age - tap) / RING_SECONDS
            if 0.0 <= gone < 1.0:
                ring = self._rings[min(RINGS - 1, int(gone * RINGS))]
                put(canvas, ring, self._place(*GLASS), strength * (1.0 - gone) ** 1.5)
        near = max(smooth(1.0 - abs(age - tap) / 0.17) for tap in TAPS)
        shown = smooth(age / 0.4) * smooth((4.6 - age) / 0.5)
        away = 0.10 * (1.0 - near)
        x, y = self._place(GLASS[0] + away, GLASS[1] + 0.7 * away)
        put(canvas, self._fist, (self._within(x, FIST), y), strength * shown)

    def _draw_grip(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw two paws on the canvas's lower edge, while it peeks over it."""
        up = smooth((age - 1.4) / 0.4) - smooth((age - 3.5) / 0.3) + smooth((age - 4.2) / 0.4)
        edge = self._layout.size[1] + (0.5 - 0.85 * up) * PAW * self._layout.diameter
        for side in (-1, 1):
            x, _ = self._place(side * 0.52, 0.0)
            put(canvas, self._paw, (self._within(x, PAW), edge), strength)

    def _draw_notes(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        for number in range(int(age / NOTE_EVERY) + 1):
            life = (age - 0.5 - number * NOTE_EVERY) / NOTE_SECONDS
            if not 0.0 < life < 1.0:
                continue
            side = 1 if number % 2 else -1
            x = side * (0.34 + 0.22 * life + 0.03 * wave(age, 1.7, 0.3 * number))
            y = 0.02 - 0.5 * life
            shown = smooth(life / 0.25) * smooth((1.0 - life) / 0.35)
            note = self._notes[number % len(self._notes)]
            x, y = self._place(x, y)
            put(canvas, note, (self._within(x, 0.18), y), strength * shown)

    def _draw_firefly(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        shown = smooth(age / 0.8) * smooth((9.0 - age) / 0.8) * (0.85 + 0.15 * wave(age, 1.9))
        put(canvas, self._firefly, self._place(*firefly(age)), strength * shown)

    def _draw_letters(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        for number, letter in enumerate(self._letters):
            life = ((age - 0.8) / LETTER_SECONDS - number / LETTERS) % 1.0
            if age - 0.8 < number / LETTERS * LETTER_SECONDS:
                continue
            along = (number + 0.5) / LETTERS if self._layout.still else life
            x = 0.30 + 0.26 * along + (0.0 if self._layout.still else 0.02 * wave(age, 2.3))
            shown = smooth(life / 0.2) * smooth((1.0 - life) / 0.4)
            put(canvas, letter, self._place(x, -0.22 - 0.36 * along), strength * shown)

    def _draw_groping(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the paws with which somebody blindfolded feels about."""
        still = self._layout.still
        sway = 0.0 if still else 0.09 * wave(age, 5.2)
        for side in (-1, 1):
            reach = 0.0 if still else wave(age, 2.6, 0.25 * side)
            x = side * (0.47 + 0.07 * reach) + sway
            y = 0.26 - 0.07 * (reach if side > 0 else -reach)
            x, y = self._place(x, y)
            put(canvas, self._paw, (self._within(x, PAW), y), strength * smooth((age - 0.3) / 0.5))

    def _place(self, right: float, down: float) -> tuple[float, float]:
        (x, y), diameter = self._layout.centre, self._layout.diameter
        return x + right * diameter, y + down * diameter

    def _within(self, x: float, side: float) -> float:
        """Return the nearest x at which something of a side in diameters is on the canvas."""
        half = 0.5 * side * self._layout.diameter
        return min(max(x, half), self._layout.size[0] - half)


def _ring(far: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(0.9 * np.exp(-(((far - 0.84) / 0.09) ** 2)), np.float32)


def _glow(far: NDArray[np.float32]) -> NDArray[np.float32]:
    halo = 0.55 * np.clip(1.0 - far, 0.0, 1.0) ** 2
    return np.asarray(np.clip(halo + np.clip(4.0 * (0.3 - far), 0.0, 1.0), 0.0, 1.0), np.float32)


def _note(height: int, colour: Colour) -> pygame.Surface:
    """Return an eighth note of a height in pixels."""
    side = 4 * max(8, height)
    large = transparent((side, side))
    head = transparent((side, side))
    pygame.draw.ellipse(head, colour, (0.12 * side, 0.66 * side, 0.40 * side, 0.28 * side))
    large.blit(head, (0, 0))
    pygame.draw.rect(large, colour, (0.44 * side, 0.06 * side, 0.08 * side, 0.76 * side))
    flag = [(0.46, 0.06), (0.60, 0.20), (0.82, 0.34), (0.80, 0.58), (0.70, 0.42), (0.46, 0.30)]
    pygame.draw.polygon(large, colour, [(x * side, y * side) for x, y in flag])
    small = pygame.transform.smoothscale(large, (side // 4, side // 4))
    return pygame.transform.rotozoom(small, math.degrees(0.12), 1.0)
