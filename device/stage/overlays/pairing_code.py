"""A QR code in the middle of the stage that pairs the owner's phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage.overlays.pill import pill
from device.stage.overlays.qr_code import matrix, render
from device.stage.paint import put, put_at
from device.stage.palette import WHITE
from device.stage.text import BOLD, Style

if TYPE_CHECKING:
    import pygame

    from device.config.strings import Strings
    from device.stage.layout import Layout
    from device.stage.text import Typesetter

SIDE = 0.5
"""The code's side over the canvas's shorter one."""


class PairingCode:
    """Draws the code over everything else, for the person who requested it."""

    def __init__(self, strings: Strings, layout: Layout, typesetter: Typesetter) -> None:
        self._strings, self._layout, self._typesetter = strings, layout, typesetter

    def draw(self, canvas: pygame.Surface, address: str | None) -> None:
        """Draw the code of an address; nothing without one."""
        if address is None:
            return
        short, (width, height) = self._layout.short, self._layout.size
        scale = max(1, round(SIDE * short / len(matrix(address))))
        picture = render(address, scale)
        side = picture.get_width()
        size = max(10, round(short * 0.045))
        style = Style(BOLD, size, WHITE, lines=2)
        text = self._typesetter.set(self._strings.pairing.text, (side, 3 * size), style)
        plate = (side + 2 * size, side + 3 * size + text.get_height())
        left, top = (width - plate[0]) // 2, (height - plate[1]) // 2
        put_at(canvas, pill(plate, 0.85, size), (left, top))
        put_at(canvas, picture, (left + size, top + size))
        put(canvas, text, (width / 2, top + 2 * size + side + text.get_height() / 2))
