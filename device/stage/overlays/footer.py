"""The line at the bottom: faults, muted sound, and whether somebody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from device.messages import Health, Level
from device.stage.overlays.pill import pill
from device.stage.paint import Colour, put_at, transparent
from device.stage.palette import WHITE
from device.stage.text import MEDIUM, Style, Typesetter

if TYPE_CHECKING:
    from device.config.strings import Strings
    from device.stage.layout import Layout

WORST_FIRST = (Level.FAILED, Level.DEGRADED)
DOTS: dict[Level, Colour] = {Level.FAILED: (255, 150, 110), Level.DEGRADED: (255, 206, 110)}


def find_faults(health: tuple[Health, ...]) -> list[Health]:
    """Return the parts with faults, the worst first, then the oldest."""
    wrong = [part for part in health if part.level in WORST_FIRST]
    return sorted(wrong, key=lambda part: (WORST_FIRST.index(part.level), part.since))


class Footer:
    """Draws the line; nothing while all is well."""

    def __init__(self, strings: Strings, layout: Layout, typesetter: Typesetter) -> None:
        self._strings = strings
        self._layout = layout
        self._typesetter = typesetter
        self._dots = {level: self._dot(colour) for level, colour in DOTS.items()}

    def draw(
        self,
        canvas: pygame.Surface,
        health: tuple[Health, ...],
        muted: bool,
        watched: bool = False,
    ) -> None:
        """Draw the line in the layout's footer, on a tall canvas in two lines."""
        layout = self._layout
        box, height = layout.footer, self._height
        right, top = box.right, box.bottom - layout.row
        lines = ((watched, self._strings.watched), (muted, self._strings.muted))
        for line in (line for true, line in lines if true):
            text = self._set(line.text, (box.width - height) // 2)
            width = self._width(text, dotted=False)
            self._plate(canvas, text, (right - width, top), None)
            right -= width + height // 2
        wrong = find_faults(health)
        if wrong:
            if layout.tall:
                right, top = box.right, box.top
            text = self._set(self._line(wrong), right - box.left - height * 2)
            self._plate(canvas, text, (box.left, top), self._dots[wrong[0].level])

    @property
    def _height(self) -> int:
        return round(self._layout.row * 0.86)

    def _line(self, wrong: list[Health]) -> str:
        """Return the worst fault in words, and how many more there are."""
        first = f"{wrong[0].part}: {wrong[0].message}"
        if len(wrong) == 1:
            return first
        return f"{first}  {self._strings.health.more.replace('{count}', str(len(wrong) - 1))}"

    def _set(self, text: str, width: int) -> pygame.Surface:
        style = Style(MEDIUM, self._layout.small, WHITE, least=self._layout.least)
        return self._typesetter.set(text, (max(1, width - self._height), self._height), style)

    def _width(self, text: pygame.Surface, dotted: bool) -> int:
        """Return the width of a text's plate, which may have a dot."""
        return (
            text.get_width() + self._height // 2 + (self._height if dotted else self._height // 2)
        )

    def _plate(
        self,
        canvas: pygame.Surface,
        text: pygame.Surface,
        corner: tuple[int, int],
        dot: pygame.Surface | None,
    ) -> None:
        """Draw a text on its plate, of which the top left corner is given."""
        height, (left, top) = self._height, corner
        size = (self._width(text, dot is not None), height)
        canvas.blit(pill(size, self._layout.plate(0.62), height // 2), corner)
        if dot is not None:
            middle = (height - dot.get_height()) // 2
            put_at(canvas, dot, (left + middle, top + middle))
        lead = height // 2 if dot is None else height
        canvas.blit(text, (left + lead, top + (height - text.get_height()) // 2))

    def _dot(self, colour: Colour) -> pygame.Surface:
        side = max(4, round(self._height * 0.36))
        large = transparent((side * 4, side * 4))
        pygame.draw.circle(large, colour, (side * 2, side * 2), side * 2)
        return pygame.transform.smoothscale(large, (side, side))
