"""The colours of the lamp."""

from __future__ import annotations

import re
from typing import NamedTuple


class Colour(NamedTuple):
    """Red, green and blue in [0, 1], as on a screen (sRGB)."""

    red: float
    green: float
    blue: float


DARK = Colour(0.0, 0.0, 0.0)

COLOURS = {
    "warm": Colour(1.0, 0.62, 0.32),
    "gold": Colour(1.0, 0.78, 0.20),
    "blue": Colour(0.25, 0.50, 1.0),
    "white": Colour(1.0, 1.0, 1.0),
}
"""The lights that have a name."""


def colour(light: str) -> Colour:
    """Return the colour of a named light or of "#rrggbb". Raises ValueError for anything else."""
    if light in COLOURS:
        return COLOURS[light]
    if re.fullmatch(r"#[0-9a-fA-F]{6}", light):
        red, green, blue = bytes.fromhex(light[1:])
        return Colour(red / 255, green / 255, blue / 255)
    raise ValueError(f"{light!r} is no light; known: {', '.join(COLOURS)}, #rrggbb")


def blend(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour on the way from one (share 0) to the other (share 1)."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return Colour(red, green, blue)


def duty(shown: Colour) -> Colour:
    """Return the share of time that each LED has to be on.

    An LED's light grows with that share, a screen's with the value to the power of 2.2 (about
    sRGB's curve, IEC 61966-2-1); without it dim colours look bright and fading looks sudden.
    """
    red, green, blue = (min(max(part, 0.0), 1.0) ** 2.2 for part in shown)
    return Colour(red, green, blue)
