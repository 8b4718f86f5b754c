"""What every effect is: light or things around the emoji, as a function of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pygame

    from device.stage.character.expression import Expression
    from device.stage.character.life import Gaze
    from device.stage.emoji import Emoji
    from device.stage.layout import Layout


class Effect:
    """Draws behind the emoji, before it, or both; prepared once for a layout.

    `age` is in seconds, `strength` in [0, 1] fades in and out.

    Nothing in an effect may flash: brightness changes take longer than a third of a second
    (WCAG 2.3.1).
    """

    celebrates = False
    """Whether the character plays along while somebody smiles."""

    def __init__(self, layout: Layout, emoji: Emoji) -> None:
        self.layout = layout
        self.emoji = emoji

    def act(self, expression: Expression, age: float) -> Expression:  # noqa: ARG002 (a default)
        """Return what the character makes of its expression while the effect is shown."""
        return expression

    def look(self, age: float) -> Gaze | None:  # noqa: ARG002 (a default)
        """Return where the character looks, if the effect calls for its eyes."""
        return None

    def behind(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw what is between the sky and the emoji."""

    def before(self, canvas: pygame.Surface, age: float, strength: float) -> None:
        """Draw what is between the emoji and the caption."""
