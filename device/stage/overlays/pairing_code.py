"""A QR code in the middle of the stage that pairs the owner's phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from device.stage.overlays.pill import pill
from device.stage.overlays.qr_code import matrix, render
from device.stage.paint import put, put_at
from device.stage.palette import WHITE
from device.stage.text import BOLD, Style

if TYPE_CHECKING:
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
        layout = self._layout
        size, modules = round(1.2 * layout.small), len(matrix(address))
        room = layout.footer.top - layout.notice.bottom - 4 * size  # half of it for the text
        scale = max(1, min(round(SIDE * layout.short / modules), room // modules))
        picture = render(address, scale)
        side = picture.get_width()
        style = Style(BOLD, size, WHITE, lines=2)
        text = self._typesetter.set(self._strings.pairing.text, (side + size, 3 * size), style)
        plate = self._place(side, text.get_height(), size)
        put_at(canvas, pill(plate.size, layout.plate(0.96), size), plate.topleft)
        put_at(canvas, picture, (plate.left + size, plate.top + size))
        below = plate.bottom - (plate.height - size - side) / 2
        put(canvas, text, (plate.centerx, below))

    def _place(self, side: int, text: int, size: int) -> pygame.Rect:
        """Return where the plate is, between the notice and the footer."""
        top, bottom = self._layout.notice.bottom, self._layout.footer.top
        plate = pygame.Rect(0, 0, side + 2 * size, side + 2 * size + text)
        plate.center = (self._layout.size[0] // 2, (top + bottom) // 2)
        return plate
