"""The emoji on stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage.motion import LEAVE_TIME, Pose, entering, leaving
from device.stage.paint import put

if TYPE_CHECKING:
    import pygame

    from device.stage.emoji import Emoji
    from device.stage.layout import Layout
    from device.stage.playbill import Playbill


class Actor:
    """Draws the emoji of the present act, and the last one on its way out."""

    def __init__(self, emoji: Emoji, layout: Layout) -> None:
        self._emoji = emoji
        self._layout = layout

    def draw(self, canvas: pygame.Surface, bill: Playbill) -> None:
        """Draw both."""
        if bill.last and bill.age < LEAVE_TIME:
            self._pose(canvas, bill.last, leaving(bill.last, bill.last_age, bill.age))
        self._pose(canvas, bill.act, entering(bill.act, bill.age))

    def _pose(self, canvas: pygame.Surface, act: str, pose: Pose) -> None:
        if pose.opacity <= 0.0:
            return
        diameter, (x, y) = self._layout.diameter, self._layout.centre
        sprite = self._emoji.sprite(act, diameter * pose.scale)
        centre = (x + diameter * pose.right, y + diameter * pose.down)
        put(canvas, sprite, centre, pose.opacity)
