"""One face crop that is kept with consent, as a PNG, and what is known about it."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from device.errors import PictureError
from device.vision.alignment import SIZE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.messages import Probabilities

HOUR = 3600
MAX_PNG_BYTES = 4096
"""The largest PNG of a crop, in bytes: even noise takes fewer than 2,500."""
MAX_MODEL_LENGTH = 64
"""The characters of a model's version that are stored."""
_HEAD = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", SIZE, SIZE, 8, 0, 0, 0, 0)
"""How a PNG of 48 x 48 pixels in 8 bits of grey begins (W3C PNG, 5.2 and 11.2.1)."""
_DAMAGE = (OSError, SyntaxError, ValueError, struct.error, zlib.error)
"""What Pillow raises while it reads a damaged PNG."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop that may be kept.

    `label` is the emotion that the person named, `probabilities` those that `model` gave
    for this crop, `hour` the hour since 1970 (UTC), `png` the crop of `vision.alignment.align`.
    """

    label: str
    probabilities: Probabilities
    model: str
    hour: int
    png: bytes

    @property
    def when(self) -> str:
        """The hour in RFC 3339."""
        return datetime.fromtimestamp(self.hour * HOUR, UTC).isoformat().replace("+00:00", "Z")

    @property
    def image(self) -> NDArray[np.uint8]:
        """The crop, uint8 (48, 48). Raises PictureError."""
        return decode(self.png)


@dataclass(frozen=True, slots=True)
class StoredCrop(Crop):
    """A stored crop, under a number that no other crop ever gets."""

    number: int


def encode(crop: NDArray[np.uint8]) -> bytes:
    """Return a crop, uint8 (48, 48), as a PNG of grey, without loss."""
    out = io.BytesIO()
    Image.fromarray(crop).save(out, "PNG")
    return out.getvalue()


def decode(png: bytes) -> NDArray[np.uint8]:
    """Return the crop in a PNG, uint8 (48, 48).

    Raises PictureError for anything else. The header is checked before the rest is decoded.
    """
    if len(png) > MAX_PNG_BYTES:
        raise PictureError(f"{len(png)} bytes, more than {MAX_PNG_BYTES}")
    if not png.startswith(_HEAD):
        raise PictureError(f"not a PNG of {SIZE} x {SIZE} pixels in 8 bits of grey")
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            return np.array(image, np.uint8)
    except _DAMAGE as error:
        raise PictureError(f"damaged: {error}") from error
