"""The question "May I keep this picture of your face?", with that very picture. No is the default.

An answer needs its own key or button, never a number or a place of the seven faces, and is ignored
for a moment: hurrying through the faces must not give consent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from device.stage.easing import clamp, smooth
from device.stage.overlays.pill import pill
from device.stage.paint import put, put_at, with_alpha
from device.stage.palette import WHITE
from device.stage.text import BOLD, MEDIUM, Style

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from device.config.strings import Strings
    from device.stage.layout import Layout
    from device.stage.text import Typesetter

TIMEOUT_SECONDS = 15.0
"""Seconds for which the question waits. No answer means no."""
MIN_ANSWER_SECONDS = 0.8
"""Seconds in which an answer is ignored as a slip."""
THANKS_SECONDS = 1.8
"""Seconds for which it says thank you."""
FADE = 0.25
BUTTON = (70, 78, 110)


class ConsentClock:
    """When the question is there, about which picture, and what was answered; in seconds."""

    def __init__(self) -> None:
        self._since: float | None = None
        self.picture: NDArray[np.uint8] | None = None
        """The crop that is asked about, uint8 (48, 48); none once it is answered."""

    def ask(self, picture: NDArray[np.uint8], now: float) -> None:
        """Ask the question."""
        self._since, self.picture = now, picture

    def answer(self, now: float) -> bool:
        """Accept an answer and show the thanks; return whether an answer was expected."""
        if not self.is_waiting(now) or self._age(now) < MIN_ANSWER_SECONDS:
            return False
        self._since, self.picture = now, None
        return True

    def is_waiting(self, now: float) -> bool:
        """Return whether the question is shown; drop the picture when it no longer is."""
        if self._age(now) >= TIMEOUT_SECONDS:
            self.picture = None
        return self.picture is not None

    def shown(self, now: float) -> float:
        """Return the opacity of the question or of the thanks, in [0, 1]."""
        age = self._age(now)
        if self.is_waiting(now):
            return min(smooth(age / FADE), smooth((TIMEOUT_SECONDS - age) / FADE))
        return smooth((THANKS_SECONDS - age) / FADE)

    def _age(self, now: float) -> float:
        return TIMEOUT_SECONDS if self._since is None or now < self._since else now - self._since


class ConsentOverlay:
    """Draws the question, and finds the answer at a position."""

    def __init__(self, strings: Strings, layout: Layout, typesetter: Typesetter) -> None:
        self._words, self._typesetter, self._layout = strings.consent, typesetter, layout
        panel = layout.panel
        across = panel.width if layout.tall else min(panel.width, 5 * panel.height)
        down = max(1, min(panel.height, round(0.6 * across)))
        self._box = pygame.Rect(0, 0, max(1, across), down)
        self._box.midbottom = (layout.size[0] // 2, panel.bottom)
        gap = max(1, down // 16)
        # Sizes are at least 1, also on a canvas that is too small.
        high = max(1, (down - 3 * gap) // 3, min(round(0.07 * layout.short), down // 2))
        top = self._box.bottom - gap - high
        # On a tall canvas the buttons are below the picture, else beside it.
        lowest = top - gap if layout.tall else self._box.bottom - gap
        side = max(1, round(min(lowest - self._box.top - gap, across * 0.3)))
        self._picture = pygame.Rect(self._box.left + gap, self._box.top + gap, side, side)
        beside = self._picture.right + gap
        left = self._picture.left if layout.tall else beside
        wide = max(1, (self._box.right - left - 2 * gap) // 2)
        self.yes = pygame.Rect(left, top, wide, high)
        self.no = pygame.Rect(left + wide + gap, top, wide, high)
        """Where the buttons are. Only the first allows anything; the second is the stronger."""
        room = (max(1, self._box.right - gap - beside), max(1, top - gap - self._picture.top))
        self._text = pygame.Rect((beside, self._picture.top), room)
        self._line = max(9, min(round(1.4 * layout.small), high))
        self._made: tuple[NDArray[np.uint8], pygame.Surface] | None = None

    def hit(self, x: float, y: float) -> bool:
        """Return the answer of a touch at a position in pixels."""
        return self.yes.collidepoint(x, y)

    def draw(self, canvas: pygame.Surface, clock: ConsentClock, now: float) -> None:
        """Draw the question or the thanks."""
        shown = clamp(clock.shown(now))
        if shown <= 0.0:
            self._made = None
            return
        if clock.picture is None:
            self._made = None
            row = self.yes.union(self.no)
            self._draw_plate(canvas, row, shown)
            self._draw_text(canvas, self._words.thanks, row, self._line, shown)
            return
        self._draw_plate(canvas, self._box, shown)
        put_at(canvas, self._enlarged(clock.picture), self._picture.topleft, shown)
        self._draw_text(canvas, self._words.text, self._text, self._line, shown, 4)
        for rect, words, strength in (
            (self.yes, self._words.yes, 0.5),
            (self.no, self._words.no, 1.0),
        ):
            plate = pygame.Surface(rect.size, pygame.SRCALPHA)
            pygame.draw.rect(plate, BUTTON, plate.get_rect(), border_radius=self._line // 2)
            put_at(canvas, plate, rect.topleft, strength * shown)
            self._draw_text(canvas, words, rect, self._layout.small, shown)

    def _draw_plate(self, canvas: pygame.Surface, rect: pygame.Rect, shown: float) -> None:
        put_at(
            canvas, pill(rect.size, self._layout.plate(0.88), self._line // 2), rect.topleft, shown
        )

    def _draw_text(
        self,
        canvas: pygame.Surface,
        words: str,
        rect: pygame.Rect,
        size: int,
        shown: float,
        lines: int = 1,
    ) -> None:
        style = Style(BOLD if lines == 1 else MEDIUM, size, WHITE, lines=lines)
        room = (rect.width - self._line // 2, rect.height)
        put(canvas, self._typesetter.set(words, room, style), rect.center, shown)

    def _enlarged(self, crop: NDArray[np.uint8]) -> pygame.Surface:
        """Return the enlarged crop, cached."""
        if self._made is None or self._made[0] is not crop:
            height, width = crop.shape
            grey = pygame.image.frombuffer(
                crop[..., None].repeat(3, 2).tobytes(), (width, height), "RGB"
            )
            large = pygame.transform.smoothscale(with_alpha(grey), self._picture.size)
            self._made = (crop, large)
        return self._made[1]
