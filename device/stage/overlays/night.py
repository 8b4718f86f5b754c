"""At night the invitation is dim until somebody comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from device.stage.easing import clamp, mix, smooth
from device.stage.scene import ATTRACT

if TYPE_CHECKING:
    from device.stage.scene import Scene

DIMMED = 0.22
"""The brightness of the dimmed picture, as a share."""
WORDS = 0.62
"""The opacity of words at night, which can still be read."""
FALL, RISE = 6.0, 0.8
"""Seconds in which it gets dark, and bright again when somebody comes."""


class Night:
    """Fades the dimming from frame to frame."""

    def __init__(self) -> None:
        self._dark = 0.0
        self._now: float | None = None

    def draw(self, canvas: pygame.Surface, scene: Scene, now: float) -> float:
        """Dim the canvas at night in an empty room; without a fade in the first frame.

        Returns how strong the words are to be that are drawn on it afterwards, in [0, 1].
        """
        night = scene.night and scene.act == ATTRACT
        if self._now is None:
            self._dark = float(night)
        else:
            gap = clamp(now - self._now)
            step = gap / FALL if night else -gap / RISE
            self._dark = clamp(self._dark + step)
        self._now = now
        dark = smooth(self._dark)
        if dark > 0.0:
            level = round(255 * mix(1.0, DIMMED, dark))
            canvas.fill((level, level, level), special_flags=pygame.BLEND_RGB_MULT)
        return mix(1.0, WORDS, dark)
