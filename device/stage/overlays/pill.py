"""A dark, rounded plate under small text: readable on any sky."""

from __future__ import annotations

from functools import lru_cache

import pygame

from device.stage.paint import transparent

PLATE = (12, 14, 30)


@lru_cache(maxsize=16)
def pill(size: tuple[int, int], opacity: float, radius: int) -> pygame.Surface:
    """Return a plate of a size in pixels with round corners."""
    # Drawn four times as large and scaled down, because pygame draws hard edges.
    width, height = max(1, size[0]), max(1, size[1])
    large = transparent((width * 4, height * 4))
    colour = (*PLATE, round(255 * opacity))
    pygame.draw.rect(large, colour, large.get_rect(), border_radius=radius * 4)
    return pygame.transform.smoothscale(large, (width, height))
