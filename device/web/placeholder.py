"""Draws a picture with a sentence, which replaces the camera's while there is none."""

from __future__ import annotations

import functools
import textwrap
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 480
BACKGROUND = (38, 42, 54)
FOREGROUND = (222, 226, 236)
_SIZE = 26
_COLUMNS = 44
_LINES = 8


@functools.lru_cache(maxsize=4)
def draw(text: str) -> NDArray[np.uint8]:
    """Return `text`, wrapped and centred on a dark picture: uint8 BGR of shape (480, 640, 3)."""
    lines = textwrap.wrap(text, _COLUMNS, max_lines=_LINES, placeholder=" ...")
    image = Image.new("RGB", (WIDTH, HEIGHT), BACKGROUND)
    ImageDraw.Draw(image).multiline_text(
        (WIDTH / 2, HEIGHT / 2),
        "\n".join(lines),
        FOREGROUND,
        ImageFont.load_default(_SIZE),
        anchor="mm",
        align="center",
        spacing=12,
    )
    return np.ascontiguousarray(np.asarray(image, np.uint8)[..., ::-1])
