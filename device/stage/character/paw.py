"""The character's paw: a small round hand of the body's colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pygame

from device.stage.character import body, pen, shapes
from device.stage.paint import with_alpha

if TYPE_CHECKING:
    from device.stage.character.pen import RGB

FOLD: RGB = (206, 112, 56)


def draw_paw(diameter: int) -> pygame.Surface:
    """Return the paw, `diameter` pixels wide."""
    side = max(8, diameter)
    middle, radius = np.array([side / 2, side / 2]), 0.48 * side
    pixels = body.head(side, middle, radius, body.SHADE)
    for x in (-0.32, 0.0, 0.32):
        fold = shapes.arc((x, -0.78 + 0.5 * x * x), (x * 0.9, -0.34 + 0.3 * x * x), 0.0)
        outline = middle + radius * shapes.stroke(fold, 0.10, 0.07)
        pen.paint(pixels, outline, FOLD)
    return with_alpha(pygame.image.frombuffer(pixels.tobytes(), (side, side), "BGRA"))
