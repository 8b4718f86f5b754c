"""The words under the emoji: a label that mirrors, and a moment later a kind response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage.easing import smooth
from device.stage.paint import put_at
from device.stage.palette import PALETTES
from device.stage.text import BOLD, MEDIUM, Style, Typesetter

if TYPE_CHECKING:
    from pathlib import Path

    import pygame

    from device.stage.layout import Layout
    from device.stage.wording import Wording, Words

LABEL_DELAY = 0.35
"""Seconds after the emoji was called."""
RESPONSE_DELAY = 1.0
"""Seconds after the emoji was called: first the mirror, then the answer."""
FADE = 0.3


class Caption:
    """Draws the two present lines, and lets the last ones go."""

    def __init__(self, layout: Layout, typesetter: Typesetter) -> None:
        self._layout = layout
        self._typesetter = typesetter

    def draw(
        self, canvas: pygame.Surface, wording: Wording, now: float, strength: float = 1.0
    ) -> None:
        """Draw both, in [0, 1] of their full opacity."""
        age = now - wording.current.since
        if wording.last and age < FADE:
            going = 1.0 - smooth(age / FADE)
            self._draw(canvas, wording.last, now, strength * going)
        self._draw(canvas, wording.current, now, strength)

    def _draw(self, canvas: pygame.Surface, words: Words, now: float, opacity: float) -> None:
        layout, age = self._layout, now - words.since
        box, short = layout.caption, layout.short * layout.text
        act, sign = words.act, words.sign
        large = self._style(act, BOLD, round(short * 0.105))
        label = self._typesetter.set(sign.label, (box.width, round(box.height * 0.64)), large)
        high = label.get_height() - 2 * large.pad
        small = self._style(act, MEDIUM, max(layout.small, round(short * 0.052)))
        response = self._typesetter.set(sign.response, (box.width, box.height - high), small)
        shown = smooth((age - LABEL_DELAY) / FADE)
        answered = smooth((age - RESPONSE_DELAY) / 0.6)
        top = box.top - large.pad + self._rise(shown)
        self._line(canvas, label, top, opacity * shown)
        top = box.top + high - small.pad + self._rise(answered)
        self._line(canvas, response, top, opacity * answered)

    def _style(self, act: str, font: Path, size: int) -> Style:
        palette = PALETTES[act]
        lines = 2 if self._layout.tall else 1
        return Style(font, size, palette.ink, palette.plate, lines, self._layout.contrast)

    def _line(self, canvas: pygame.Surface, text: pygame.Surface, top: int, shown: float) -> None:
        left = (self._layout.size[0] - text.get_width()) // 2
        put_at(canvas, text, (left, top), shown)

    def _rise(self, shown: float) -> int:
        """Return how far below its place a line still is while it appears."""
        return 0 if self._layout.still else round((1.0 - shown) * self._layout.short * 0.02)
