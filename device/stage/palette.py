"""The colours of each act. Where moods share a reaction they share its sky."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.stage.paint import Colour

WHITE: Colour = (255, 255, 255)
BROWN: Colour = (70, 28, 6)


@dataclass(frozen=True, slots=True)
class Palette:
    """A sky of three colours from top to bottom, a light behind the emoji, and the text's ink."""

    top: Colour
    middle: Colour
    bottom: Colour
    light: Colour
    ink: Colour = WHITE

    @property
    def plate(self) -> Colour:
        """What the ink stands on: the sky's own colour, much darker, or a light one."""
        if self.ink != WHITE:
            return (255, 236, 190)
        red, green, blue = self.top
        return (red * 2 // 5, green * 2 // 5, blue * 2 // 5)


GOLD = Palette((255, 160, 52), (255, 180, 76), (255, 132, 92), (255, 244, 200), BROWN)
DAWN = Palette((24, 34, 88), (58, 66, 140), (176, 92, 122), (124, 128, 206))
NIGHTFALL = Palette((10, 14, 44), (26, 30, 80), (62, 46, 98), (66, 74, 142))
EMBER = Palette((66, 26, 52), (122, 42, 52), (178, 78, 54), (236, 136, 92))
MINT = Palette((16, 92, 92), (32, 132, 116), (96, 176, 128), (170, 232, 196))
VIOLET = Palette((52, 24, 112), (98, 48, 158), (158, 68, 160), (188, 130, 236))
MEADOW = Palette((30, 74, 104), (44, 106, 122), (64, 128, 116), (132, 196, 190))
NIGHT = Palette((18, 20, 58), (44, 40, 104), (88, 58, 128), (120, 106, 196))
DUSK = Palette((30, 26, 56), (58, 48, 84), (104, 74, 98), (150, 122, 168))
SLATE = Palette((34, 40, 52), (52, 60, 74), (66, 76, 92), (112, 124, 142))
PARTY = Palette((38, 24, 92), (96, 42, 132), (172, 62, 112), (226, 140, 196))

PALETTES = {
    "happy": GOLD,
    "sad": DAWN,
    "fear": NIGHTFALL,
    "angry": EMBER,
    "disgust": MINT,
    "surprise": VIOLET,
    "neutral": MEADOW,
    "attract": NIGHT,
    "paused": SLATE,
    "blind": DUSK,
    "waking": NIGHT,
    "everybody": PARTY,
}
