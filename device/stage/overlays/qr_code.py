"""The page's address as a QR code, in a corner while nobody is there."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import pygame
import segno

from device.stage.overlays.pill import pill
from device.stage.paint import put_at
from device.stage.palette import WHITE
from device.stage.text import MEDIUM, Style

if TYPE_CHECKING:
    from device.stage.layout import Layout
    from device.stage.text import Typesetter

SIDE = 0.2
"""The code's side over the canvas's shorter one."""
WIDEST = 2.0
"""The width of the address in words over the code's side, at most."""
QUIET_MODULES = 2
"""White modules around the code: on white, fewer than the standard's four are enough."""

CACHED_CODES = 4
"""Codes in the cache: the one on stage and those before it."""


class QrCode:
    """Draws the code of one address at a time."""

    def __init__(self, layout: Layout, typesetter: Typesetter) -> None:
        self._layout, self._typesetter = layout, typesetter

    def draw(self, canvas: pygame.Surface, address: str | None, strength: float) -> None:
        """Draw it, `strength` in [0, 1]; nothing for an address that only this machine can open."""
        if strength <= 0.0 or address is None or not is_reachable(address):
            return
        picture, text = self._made(address)
        size = self._layout.small
        plate = self._plate(picture, text)
        opacity = self._layout.plate(0.62)
        put_at(canvas, pill(plate.size, opacity, size), plate.topleft, strength)
        left = plate.left + (plate.width - picture.get_width()) // 2
        put_at(canvas, picture, (left, plate.top + size // 2), strength)
        left = plate.left + (plate.width - text.get_width()) // 2
        top = plate.top + size // 2 + picture.get_height() + size // 6
        put_at(canvas, text, (left, top), strength)

    def place(self, address: str) -> pygame.Rect:
        """Return where the code of an address is, with its plate."""
        return self._plate(*self._made(address))

    def _made(self, address: str) -> tuple[pygame.Surface, pygame.Surface]:
        """Return the code and the address in words."""
        layout = self._layout
        modules = matrix(address)
        picture = render(address, max(1, round(SIDE * layout.short / len(modules))))
        room = (round(picture.get_width() * WIDEST * layout.text), 3 * layout.small)
        style = Style(MEDIUM, layout.small, WHITE, lines=2, least=layout.least)
        return picture, self._typesetter.set(urlsplit(address).netloc, room, style)

    def _plate(self, picture: pygame.Surface, text: pygame.Surface) -> pygame.Rect:
        """Return the place of the plate: at the right, beside the hand, else above it."""
        layout, size = self._layout, self._layout.small
        width = max(picture.get_width(), text.get_width()) + size
        height = picture.get_height() + text.get_height() + size
        plate = pygame.Rect(0, 0, width, height)
        gap = max(2, size // 2)
        places = (
            {"bottomright": (layout.footer.right, layout.footer.top - gap)},
            {"bottomright": (layout.footer.right, layout.caption.top - gap)},
            {"topright": (layout.footer.right, layout.notice.top)},
        )
        taken = (layout.head, layout.caption, layout.hand)
        for place in places:
            for corner, value in place.items():
                setattr(plate, corner, value)
            if plate.collidelist(taken) < 0:
                break
        return plate


def is_reachable(address: str) -> bool:
    """Return whether a phone on the network can open an address."""
    host = urlsplit(address).hostname or ""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and host != "localhost"
    return not (number.is_loopback or number.is_unspecified)


@lru_cache(maxsize=CACHED_CODES)
def matrix(address: str) -> tuple[tuple[int, ...], ...]:
    """Return the modules of a code (ISO/IEC 18004), 1 for dark, with some white around."""
    code = segno.make_qr(address, error="m")
    return tuple(tuple(map(int, row)) for row in code.matrix_iter(border=QUIET_MODULES))


@lru_cache(maxsize=CACHED_CODES)
def render(address: str, scale: int) -> pygame.Surface:
    """Return the code with `scale` pixels for each module."""
    dark = np.array(matrix(address), bool).repeat(scale, 0).repeat(scale, 1)
    pixels = np.where(dark[..., None], np.uint8(16), np.uint8(255)).repeat(3, -1)
    side = len(dark)
    return pygame.image.frombuffer(np.ascontiguousarray(pixels).tobytes(), (side, side), "RGB")
