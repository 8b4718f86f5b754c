"""One face crop that somebody let the kiosk keep, as a PNG, and all that is known of it."""

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
LARGEST = 4096
"""Bytes of a crop's PNG at most: even noise takes fewer than 2,500."""
LONGEST_MODEL = 64
"""Characters of a model's version that are kept."""
_HEAD = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", SIZE, SIZE, 8, 0, 0, 0, 0)
"""How a PNG of 48 x 48 pixels in 8 bits of grey begins (W3C PNG, 5.2 and 11.2.1)."""
_DAMAGE = (OSError, SyntaxError, ValueError, struct.error, zlib.error)
"""What Pillow raises while it reads a damaged PNG."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop that may be kept.

    `label` is the emotion that the person named, `probabilities` and `model` what this model told
    of this very crop, `hour` the hour since 1970 (UTC), `png` the crop as `eye.crop.align` made it.
    """

    label: str
    probabilities: Probabilities
    model: str
    hour: int
    png: bytes

    @property
    def when(self) -> str:
        """The hour as RFC 3339 has it."""
        return datetime.fromtimestamp(self.hour * HOUR, UTC).isoformat().replace("+00:00", "Z")

    @property
    def image(self) -> NDArray[np.uint8]:
        """The crop, uint8 (48, 48). Raises PictureError."""
        return decode(self.png)


@dataclass(frozen=True, slots=True)
class StoredCrop(Crop):
    """A crop that is kept, under a number that no other crop ever gets."""

    number: int


def encode(crop: NDArray[np.uint8]) -> bytes:
    """Return a crop, uint8 (48, 48), as a PNG of grey, without loss."""
    out = io.BytesIO()
    Image.fromarray(crop).save(out, "PNG")
    return out.getvalue()


def decode(png: bytes) -> NDArray[np.uint8]:
    """Return the crop in a PNG, uint8 (48, 48).

    Raises PictureError for whatever is not such a PNG; its header is looked at before the rest.
    """
    if len(png) > LARGEST:
        raise PictureError(f"{len(png)} bytes, more than {LARGEST}")
    if not png.startswith(_HEAD):
        raise PictureError(f"not a PNG of {SIZE} x {SIZE} pixels in 8 bits of grey")
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            return np.array(image, np.uint8)
    except _DAMAGE as error:
        raise PictureError(f"damaged: {error}") from error
