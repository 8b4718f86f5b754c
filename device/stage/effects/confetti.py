"""Celebration: poppers shoot paper, which snows on for a while."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pygame

from device.stage.easing import smooth, spring, wave
from device.stage.effects.base import Effect
from device.stage.effects.space import Space
from device.stage.paint import Colour, put, transparent

if TYPE_CHECKING:
    import random

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout

COLOURS: tuple[Colour, ...] = (
    (236, 36, 92),
    (255, 255, 255),
    (0, 162, 138),
    (34, 108, 240),
    (140, 62, 220),
    (255, 240, 120),
)
PHASES = 20
"""Pictures of one turn of a piece of paper."""
SHOT = 88
SNOW = 84
APPEARANCE = 2.0
"""Seconds in which paper appears that does not fall."""
DRAG = 0.85
"""Seconds in which the air takes most of a shot's speed."""


@dataclass(frozen=True, slots=True)
class PaperPiece:
    """A piece of paper: lengths in short sides, times in seconds, `side` is -1 left or 1 right."""

    colour: int
    start: float
    side: int
    speed: float
    angle: float
    fall: float
    sway: float
    turn: float
    phase: float
    x: float = 0.0


class Confetti(Effect):
    """All of it is behind the head; the poppers stand beside it.

    Without motion nothing is shot, bounces, turns or falls: the paper appears, and is there.
    """

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        super().__init__(layout, emoji)
        self._space = Space(layout)
        self._sprites = [tumble(colour, layout.short) for colour in COLOURS]
        shot = 0 if layout.still else SHOT
        self._shot = [self._piece(rng, number) for number in range(shot)]
        self._snow = [*enumerate(self._piece(rng, number) for number in range(SNOW))]
        right = emoji.sprite("party-popper", layout.short * 0.22)
        self._inset = layout.short * 0.11
        # Beside the words they would hide them, where those are wide.
        floor = layout.size[1] if layout.tall else layout.caption.top
        self._foot = floor - self._inset
        self._popper = (right, pygame.transform.flip(right, True, False))

    def _piece(self, rng: random.Random, number: int) -> PaperPiece:
        return PaperPiece(
            colour=number % len(COLOURS),
            start=rng.uniform(0.0, 0.3),
            side=-1 if number % 4 < 2 else 1,
            speed=rng.uniform(0.6, 1.85),
            angle=math.radians(rng.uniform(48, 84)),
            fall=rng.uniform(0.10, 0.19),
            sway=rng.uniform(0.01, 0.035),
            turn=rng.uniform(0.9, 1.9),
            phase=rng.random(),
            x=rng.random(),
        )

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw the paper, and the poppers for as long as they are needed."""
        for piece in self.layout.sample(self._shot):
            seconds = age - piece.start
            if seconds > 0.0:
                self._paper(canvas, piece, seconds, self._flight(piece, seconds), strength)
        thick = smooth(age / APPEARANCE) if self.layout.still else smooth((age - 1.0) / 2.0)
        for number, piece in self.layout.sample(self._snow):
            # After the first fall, only every third piece goes on: merry, but not a nuisance.
            lasting = 1.0 if number % 3 == 0 else smooth((14.0 - age) / 4.0)
            falling = 0.0 if self.layout.still else age
            place = self._descent(piece, falling)
            self._paper(canvas, piece, falling, place, strength * thick * lasting)
        self._poppers(canvas, age, strength)

    def _poppers(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        shown = smooth(spring(age)) * smooth((4.0 - age) / 0.8) * strength
        if self.layout.still:
            shown = min(shown, smooth(age / APPEARANCE))
        inset = self._inset
        for sprite, x in zip(self._popper, (inset, self.layout.size[0] - inset), strict=True):
            low = 0.0 if self.layout.still else (1 - shown) * inset
            put(canvas, sprite, (x, self._foot + low), shown)

    def _flight(self, piece: PaperPiece, seconds: float) -> tuple[float, float]:
        """Return where a shot is: thrown, slowed by the air, then falling at a steady rate."""
        short, (width, height) = self.layout.short, self.layout.size
        reach = piece.speed * DRAG * (1.0 - math.exp(-seconds / DRAG))
        sink = piece.fall * 1.5 * (seconds - DRAG * (1.0 - math.exp(-seconds / DRAG)))
        base = width if piece.side > 0 else 0
        stretch = max(1.0, width / short * 0.62)
        x = base - piece.side * (0.1 + math.cos(piece.angle) * reach * stretch) * short
        tallness = max(1.0, height / short * 0.8) * self._foot / height
        y = self._foot - (0.05 + (math.sin(piece.angle) * reach * tallness - sink)) * short
        return x, y

    def _descent(self, piece: PaperPiece, seconds: float) -> tuple[float, float]:
        """Return where a snowing piece is; it starts again at the top."""
        width, height = self.layout.size
        margin = self.layout.short * 0.05
        fallen = piece.fall * self.layout.short * seconds + piece.phase * (height + 2 * margin)
        return piece.x * width, fallen % (height + 2 * margin) - margin

    def _paper(
        self,
        canvas: pygame.Surface,
        piece: PaperPiece,
        seconds: float,
        place: tuple[float, float],
        strength: float,
    ) -> None:
        x = place[0] + piece.sway * self.layout.short * wave(seconds, 2.2, piece.phase)
        turned = seconds * piece.turn + piece.phase
        put(
            canvas,
            self._sprites[piece.colour][int(turned * PHASES) % PHASES],
            (x, place[1]),
            strength * self._space.shown(place[1]),
        )


def tumble(colour: Colour, short: int) -> list[pygame.Surface]:
    """Return a piece of paper at all phases of a turn; it is a little darker edge-on."""
    length, width = max(5.0, short * 0.036), max(3.0, short * 0.022)
    large = transparent((round(length * 4), round(width * 4)))
    sprites = []
    for phase in range(PHASES):
        angle = math.tau * phase / PHASES
        facing = abs(math.cos(angle))
        shade = 0.72 + 0.28 * facing
        dimmed = tuple(round(value * shade) for value in colour)
        pygame.draw.rect(large, dimmed, large.get_rect(), border_radius=round(width))
        seen = (large.get_width(), max(4, round(large.get_height() * (0.2 + 0.8 * facing))))
        face = pygame.transform.smoothscale(large, seen)
        sprites.append(pygame.transform.rotozoom(face, 360 * phase / PHASES, 0.25))
    return sprites
