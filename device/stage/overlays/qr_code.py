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
        short, footer = self._layout.short, self._layout.footer
        modules = matrix(address)
        scale = max(1, round(SIDE * short / len(modules)))
        picture = render(address, scale)
        side = picture.get_width()
        size = max(9, round(side * 0.1))
        style = Style(MEDIUM, size, WHITE)
        text = self._typesetter.set(urlsplit(address).netloc, (side, round(size * 1.5)), style)
        plate = (side + size, side + size + text.get_height())
        left, top = footer.right - plate[0], footer.top - plate[1] - size
        put_at(canvas, pill(plate, 0.55, size), (left, top), strength)
        put_at(canvas, picture, (left + size // 2, top + size // 2), strength)
        middle = left + (plate[0] - text.get_width()) // 2
        put_at(canvas, text, (middle, top + size // 2 + side + size // 6), strength)


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
