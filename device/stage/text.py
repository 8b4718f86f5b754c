"""Setting text so that it fits."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pygame

from device.stage.paint import Colour, from_alpha, transparent
from device.system.paths import ASSETS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BOLD = ASSETS / "fonts" / "Quicksand-Bold.ttf"
MEDIUM = ASSETS / "fonts" / "Quicksand-Medium.ttf"
MIN_SIZE = 8
"""The smallest font size in pixels."""
PLATE_REACH, PLATE_BLUR, PLATE_OPACITY = 0.22, 0.26, 0.6
"""How far a soft plate reaches beyond the letters, and its blur, in line heights; its opacity."""
CACHED_TEXTS = 48
"""Texts in the cache."""


@dataclass(frozen=True, slots=True)
class Style:
    """A face, its ink, and the largest and the `least` size in pixels.

    `plate` is the colour of what the text stands on, None for nothing: a soft one that follows the
    letters, or an opaque one. Either has the ink readable on any picture.
    """

    font: Path
    size: int
    ink: Colour
    plate: Colour | None = None
    lines: int = 1
    opaque: bool = False
    least: int = MIN_SIZE

    @property
    def pad(self) -> int:
        """How many pixels a surface reaches over its text on each side: room for the plate."""
        return round(self.size * (0.3 if self.opaque else 0.9)) if self.plate else 0


class Typesetter:
    """Turns texts into surfaces, and caches the newest."""

    def __init__(self) -> None:
        self._cache: OrderedDict[tuple[str, tuple[int, int], Style], pygame.Surface] = OrderedDict()

    def set(self, text: str, box: tuple[int, int], style: Style) -> pygame.Surface:
        """Return the text, centred, no larger than a box of pixels; the style's pad comes on top.

        It is set in one line where that needs no type below 3/4 of the style's size, else in as
        many lines as the style allows, else smaller, and in the end shortened with an ellipsis.
        """
        key = (text, box, style)
        surface = self._cache.get(key)
        if surface is None:
            font, lines = fit(printable(text), box, style)
            surface = paint_lines(font, lines, style)
            self._cache[key] = surface
            if len(self._cache) > CACHED_TEXTS:
                self._cache.popitem(last=False)
        self._cache.move_to_end(key)
        return surface


@lru_cache(maxsize=64)
def load_font(path: Path, size: int) -> pygame.font.Font:
    """Return a font at a size in pixels."""
    if not pygame.font.get_init():
        pygame.font.init()
    return pygame.font.Font(str(path), size)


def printable(text: str) -> str:
    """Return one line of what a font can draw: no control signs, only the basic plane."""
    words = " ".join(text.split())
    return "".join(sign for sign in words if sign.isprintable() and ord(sign) < 0x10000)


def fit(text: str, box: tuple[int, int], style: Style) -> tuple[pygame.font.Font, list[str]]:
    """Return the largest font and the lines with which a text fits a box."""
    for count in range(1, style.lines + 1):
        floor = round(style.size * 0.75) if count < style.lines else style.least
        size = style.size
        while size >= floor:
            font = load_font(style.font, size)
            lines = wrap(text, font, box[0])
            if len(lines) <= count and fits(lines, font, box):
                return font, lines
            size = min(size - 1, round(size * 0.94))
    font = load_font(style.font, min(style.least, style.size))
    return font, [shorten(text, font, box[0])]


def fits(lines: list[str], font: pygame.font.Font, box: tuple[int, int]) -> bool:
    """Return whether lines fit into a box of pixels."""
    height = len(lines) * font.get_linesize()
    return height <= box[1] and all(font.size(line)[0] <= box[0] for line in lines)


def wrap(text: str, font: pygame.font.Font, width: int) -> list[str]:
    """Break a text between words into lines of about equal length, each within a width."""
    lines = break_lines(text, font, width)
    narrow = width
    while len(lines) > 1 and narrow > width // 2:
        narrow -= max(1, width // 24)
        tighter = break_lines(text, font, narrow)
        if len(tighter) > len(lines):
            break
        lines = tighter
    return lines


def break_lines(text: str, font: pygame.font.Font, width: int) -> list[str]:
    """Break a text greedily; a word that is wider than the width stays whole."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.size(longer)[0] <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shorten(text: str, font: pygame.font.Font, width: int) -> str:
    """Cut a text so that it fits a width with an ellipsis."""
    while text and font.size(text + "…")[0] > width:
        text = text[:-1]
    return text.rstrip() + "…"


def paint_lines(font: pygame.font.Font, lines: list[str], style: Style) -> pygame.Surface:
    """Return lines of text, centred, on a transparent ground."""
    height = font.get_linesize()
    surface = transparent((max(font.size(line)[0] for line in lines), height * len(lines)))
    for number, line in enumerate(lines):
        if line:
            image = font.render(line, True, style.ink)
            left = (surface.get_width() - image.get_width()) // 2
            surface.blit(image, (left, number * height))
    if style.plate is None:
        return surface
    return plated(surface, style, height)


def plated(text: pygame.Surface, style: Style, height: int) -> pygame.Surface:
    """Return a text of a line height in pixels on its plate, `style.pad` larger all round."""
    pad = style.pad
    alpha = np.pad(pygame.surfarray.array_alpha(text).T.astype(np.float32) / 255, pad)
    shade = round_plate(alpha.shape, pad) if style.opaque else soft_plate(alpha, height)
    surface = from_alpha(shade, style.plate or style.ink)
    surface.blit(text, (pad, pad))
    return surface


def round_plate(shape: tuple[int, ...], radius: int) -> NDArray[np.float32]:
    """Return the opacity of a plate of some rows and columns with round corners."""
    rows, columns = (np.abs(np.arange(side) - (side - 1) / 2) for side in shape)
    half = [(side - 1) / 2 - radius for side in shape]
    away = np.hypot(
        np.maximum(rows - half[0], 0.0)[:, None], np.maximum(columns - half[1], 0.0)[None, :]
    )
    return np.asarray(np.clip(radius - away + 0.5, 0.0, 1.0), np.float32)


def soft_plate(alpha: NDArray[np.float32], height: int) -> NDArray[np.float32]:
    """Return the opacity of a cloud around letters of some opacity and line height in pixels."""
    reach = max(1, round(height * PLATE_REACH))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    wide = cv2.GaussianBlur(cv2.dilate(alpha, kernel), (0, 0), max(1.0, height * PLATE_BLUR))
    thin = np.clip(1.0 - 1.2 * wide, 0.0, 1.0)
    return np.asarray(PLATE_OPACITY * (1.0 - thin * thin), np.float32)
