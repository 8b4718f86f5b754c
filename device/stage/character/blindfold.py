"""The cloth over the eyes of a character that cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.stage.character import shapes
from device.stage.easing import clamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.stage.character.pen import RGB
    from device.stage.character.shapes import Points

CLOTH: RGB = (104, 122, 214)
SHADE: RGB = (78, 92, 178)
TOP, BOTTOM = -0.40, 0.17
"""Its edges at full strength, in head radii."""
REACH = 0.95
"""How far it goes to either side."""


def draw(strength: float, fill: Callable[[Points, RGB], None]) -> None:
    """Draw it with `fill`, which fills an outline in head radii; `strength` opens it upwards."""
    shown = clamp(strength)
    if shown < 0.05:
        return
    middle = (TOP + BOTTOM) / 2
    top, bottom = middle + (TOP - middle) * shown, middle + (BOTTOM - middle) * shown
    upper = shapes.arc((-_half(top), top), (_half(top), top), -0.05)
    lower = shapes.arc((-_half(bottom), bottom), (_half(bottom), bottom), -0.09)
    fill(shapes.closed(upper, lower), CLOTH)
    for share, bend in ((0.30, -0.065), (0.66, -0.085)):
        y = top + share * (bottom - top)
        half = 0.92 * _half(y)
        fold = shapes.arc((-half, y), (half, y), bend)
        fill(shapes.stroke(fold, 0.018 * shown, 0.035 * shown), SHADE)
    fill(shapes.stroke(lower, 0.03 * shown, 0.03 * shown), SHADE)


def _half(y: float) -> float:
    """Return half the head's width at a height."""
    return float(REACH * (1.0 - np.abs(y * 1.03) ** 2.35) ** (1 / 2.35))
