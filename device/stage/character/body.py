"""The parts of a face that are painted once: the round head, washes of colour, its shadow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.stage.paint import from_alpha

if TYPE_CHECKING:
    import pygame
    from numpy.typing import NDArray

    from device.stage.character.pen import RGB
    from device.stage.character.shapes import Points

LIGHT: RGB = (255, 222, 158)
BODY: RGB = (255, 190, 106)
SHADE: RGB = (232, 138, 70)
DARK: RGB = (70, 34, 20)


def _away(side: int, middle: NDArray[np.float64], radius: float) -> tuple[Points, Points]:
    y, x = np.mgrid[:side, :side].astype(np.float64) + 0.5
    return (x - middle[0]) / radius, (y - middle[1]) / radius


def _alpha(x: Points, y: Points, radius: float) -> NDArray[np.float64]:
    """Return the head's coverage: a circle, a little squarer."""
    reach = (np.abs(x) ** 2.35 + np.abs(y * 1.03) ** 2.35) ** (1 / 2.35)
    return np.asarray(np.clip((0.985 - reach) * radius + 0.5, 0.0, 1.0), np.float64)


def head(side: int, middle: NDArray[np.float64], radius: float, beyond: RGB) -> NDArray[np.uint8]:
    """Paint the head, lit from above, uint8 BGRA (side, side, 4).

    What is drawn over nothing is smoothed with what lies there: so that is a colour, `beyond`.
    """
    x, y = _away(side, middle, radius)
    glow = np.exp(-1.6 * ((x + 0.28) ** 2 + (y + 0.42) ** 2))[..., None]
    edge = np.clip((np.hypot(x, y + 0.16) - 0.62) / 0.55, 0, 1)[..., None] ** 1.7
    colour = np.array(BODY) + (np.array(LIGHT) - BODY) * glow
    colour = colour + (np.array(SHADE) - colour) * edge * 0.9
    alpha = _alpha(x, y, radius)
    outside = np.broadcast_to(np.array(beyond, np.float64), colour.shape)
    colour = np.where(alpha[..., None] > 0, colour, outside)
    out = np.concatenate([colour[..., ::-1], 255 * alpha[..., None]], axis=-1)
    return np.ascontiguousarray(np.clip(np.rint(out), 0, 255).astype(np.uint8))


def wash(
    side: int, middle: NDArray[np.float64], radius: float, colour: RGB, most: float, top: bool
) -> pygame.Surface:
    """Return a wash of colour over the head, from above or from below."""
    x, y = _away(side, middle, radius)
    down = -y if top else y
    share = np.clip((down + 0.55) / 1.35, 0, 1) ** 1.25
    alpha = most * share * _alpha(x, y, radius) ** 2
    return from_alpha(alpha.astype(np.float32), colour)


def shadow(size: int, radius: float) -> pygame.Surface:
    """Return the shadow that sets the head off from whatever is behind it."""
    away = (np.mgrid[:size, :size] + 0.5 - size / 2) / radius
    alpha = 0.42 * np.clip((1.32 - np.hypot(*away)) / 0.42, 0, 1) ** 1.8
    return from_alpha(alpha.astype(np.float32), DARK)


def spot(size: int, colour: RGB) -> pygame.Surface:
    """Return a soft spot."""
    away = (np.mgrid[:size, :size] + 0.5) / size * 2 - 1
    alpha = 0.69 * np.clip(1.0 - np.hypot(away[0] * 1.25, away[1]), 0, 1) ** 0.8
    return from_alpha(alpha.astype(np.float32), colour)
