"""The sky behind everything: one painting per palette, cross-faded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pygame

from device.stage.palette import PALETTES, Palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from device.stage.layout import Layout

BUDGET = 20 * 2**20
"""Bytes of finished paintings to keep; never fewer than the two of a cross-fade, and one."""
COARSE = 8
"""Paintings are smooth: they are computed for every eighth pixel and interpolated."""


class Backdrop:
    """Paints skies of one size, on demand or in advance within the budget."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        width, height = layout.size
        self._room = max(3, BUDGET // (width * height * 4))
        self._paintings: OrderedDict[Palette, pygame.Surface] = OrderedDict()
        self._ahead = list(dict.fromkeys(PALETTES.values()))[: self._room]

    def make_next(self) -> bool:
        """Paint one more sky; return False when the budget is used up."""
        while self._ahead and len(self._paintings) < self._room:
            palette = self._ahead.pop(0)
            if palette not in self._paintings:
                self._painting(palette)
                return True
        return False

    def draw(self, canvas: pygame.Surface, layers: Sequence[tuple[Palette, float]]) -> None:
        """Fill the canvas with skies over each other: the opacity of each, 1 for the lowest."""
        shown: Palette | None = None
        for palette, opacity in layers:
            alpha = round(255 * opacity)
            if palette == shown or alpha <= 0:
                continue
            painting = self._painting(palette)
            painting.set_alpha(alpha if alpha < 255 else None)
            canvas.blit(painting, (0, 0))
            painting.set_alpha(None)
            shown = palette if alpha >= 255 else None

    def _painting(self, palette: Palette) -> pygame.Surface:
        painting = self._paintings.get(palette)
        if painting is None:
            painting = paint_sky(palette, self._layout)
            self._paintings[palette] = painting
            while len(self._paintings) > self._room:
                self._paintings.popitem(last=False)
        self._paintings.move_to_end(palette)
        return painting


def paint_sky(palette: Palette, layout: Layout) -> pygame.Surface:
    """Return an opaque painting of the layout's size, dithered so that no bands show."""
    width, height = layout.size
    coarse = coarse_sky(palette, layout)
    fine = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    noisy = np.add(fine, dither(width, height), dtype=np.float32)
    pixels = np.clip(noisy, 0, 255, out=noisy).astype(np.uint8)
    picture = pygame.image.frombuffer(pixels.tobytes(), (width, height), "RGB")
    return picture.convert(pygame.Surface((1, 1), 0, 32))


def coarse_sky(palette: Palette, layout: Layout) -> NDArray[np.float32]:
    """Return colours in [0, 255], shape (about height / 8, width / 8, 3)."""
    width, height = layout.size
    rows, columns = max(2, height // COARSE), max(2, width // COARSE)
    y = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, columns, dtype=np.float32)[None, :]
    stops = np.array([palette.top, palette.middle, palette.bottom], np.float32)
    column = np.stack([np.interp(y[:, 0], (0, 0.55, 1), stops[:, c]) for c in range(3)], axis=-1)
    sky = np.broadcast_to(column[:, None, :], (rows, columns, 3)).astype(np.float32)
    dx = (x * width - layout.centre[0]) / layout.diameter
    dy = (y * height - layout.centre[1]) / layout.diameter
    light = 0.85 * np.exp(-2.2 * (dx * dx + dy * dy))[..., None]
    sky = sky * (1 - light) + np.array(palette.light, np.float32) * light
    vignette = 1 - 0.22 * np.clip((2 * x - 1) ** 2 + (2 * y - 1) ** 2 - 0.5, 0, 1.5)[..., None]
    return np.asarray(sky * vignette, np.float32)


def dither(width: int, height: int) -> NDArray[np.float32]:
    """Return noise in [0, 1) of shape (height, width, 1); the same one every time."""
    tile = np.random.default_rng(7).random((128, 128), np.float32)
    across, down = -(-width // 128), -(-height // 128)
    return np.tile(tile, (down, across))[:height, :width, None]
