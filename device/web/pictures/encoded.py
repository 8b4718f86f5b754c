"""What is known about an uploaded picture before a pixel of it is decoded."""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAX_PARTS = 10_000
"""Most segments before a JPEG's pixels, or chunks of a PNG. Encoders write some hundreds; each
takes time to look at, and a hostile file has a million."""
MAX_ENTRIES = 1000
"""Entries of an EXIF directory that are looked at."""
UPRIGHT = 1
_ORIENTATION, _SHORT = 0x0112, 3


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture without all that its decoder does not need: metadata, thumbnails, profiles.

    `width` and `height` are those of the pixels as they are stored, `orientation` is EXIF's.
    `pixel_bytes` is what the decoder takes for one pixel of its result, `buffered` what it takes
    beside that until the last byte is read.
    """

    format: str
    data: bytes
    width: int
    height: int
    orientation: int
    pixel_bytes: int
    buffered: int = 0


def orientation_of(exif: bytes | memoryview) -> int:
    """Return the orientation (1 to 8) in an EXIF block, and 1 where it is missing or damaged.

    Only the entry itself is read: a block may refer to any part of itself thousands of times.
    """
    order = {b"II": "<", b"MM": ">"}.get(bytes(exif[:2]))
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for number in range(min(count, MAX_ENTRIES)):
            place = start + 2 + 12 * number
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, place)
            if (tag, kind) == (_ORIENTATION, _SHORT):
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT
