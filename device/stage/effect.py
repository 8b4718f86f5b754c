"""What every effect is: light or things around the emoji, as a function of time."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    import pygame

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout


class Effect(ABC):  # noqa: B024 - an effect may draw behind the emoji, before it, or both
    """Prepared once for a layout; `age` is in seconds, `strength` in [0, 1] fades in and out.

    Nothing in an effect may flash: brightness changes take longer than a third of a second
    (WCAG 2.3.1).
    """

    def __init__(self, layout: Layout, emoji: Emoji, rng: random.Random) -> None:
        self.layout = layout
        self.emoji = emoji
        self.rng = rng

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:  # noqa: B027
        """Draw what is between the sky and the emoji."""

    def before(self, canvas: pygame.Surface, age: float, strength: float) -> None:  # noqa: B027
        """Draw what is between the emoji and the caption."""
