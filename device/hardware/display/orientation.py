"""How the picture lies on the panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pygame

if TYPE_CHECKING:
    from device.config.schema import StageConfig

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Orientation:
    """The picture is mirrored left to right first, then turned clockwise by `rotate` degrees."""

    rotate: int = 0
    mirror: bool = False

    @classmethod
    def of(cls, config: StageConfig) -> Orientation:
        """Return what the configuration asks for."""
        return cls(config.rotate, config.mirror)

    @property
    def upright(self) -> bool:
        """Whether the picture goes to the panel as it is drawn."""
        return self.rotate == 0 and not self.mirror

    def canvas_size(self, screen: Size) -> Size:
        """Return the size to draw at, in pixels, for a panel of some width and height."""
        return (screen[1], screen[0]) if self.rotate in (90, 270) else screen

    def on_canvas(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place of the panel is on the canvas; both in shares of their sizes."""
        x, y = {0: (x, y), 90: (y, 1 - x), 180: (1 - x, 1 - y), 270: (1 - y, x)}[self.rotate]
        return (1 - x if self.mirror else x), y

    def apply(self, canvas: pygame.Surface) -> pygame.Surface:
        """Return the picture as the panel needs it."""
        if self.mirror and self.rotate == 180:
            return pygame.transform.flip(canvas, False, True)
        if self.rotate == 180:
            return pygame.transform.flip(canvas, True, True)
        if self.mirror:
            canvas = pygame.transform.flip(canvas, True, False)
        return pygame.transform.rotate(canvas, -self.rotate) if self.rotate else canvas
