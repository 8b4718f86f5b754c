"""Finds out what a PNG would cost to decode, and leaves out what decoding does not need."""

from __future__ import annotations

import struct
import zlib

from device import images
from device.errors import PictureError
from device.web.pictures.encoded import MAX_PARTS, UPRIGHT, Encoded, orientation_of

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_GREY, _PALETTE = 0, 3
"""Kinds of colour (W3C PNG, 11.2.1)."""


def read_header(data: bytes) -> Encoded:
    """Return what a PNG holds. Raises PictureError."""
    view, place = memoryview(data), len(SIGNATURE)
    chunks: dict[bytes, list[memoryview]] = {name: [] for name in _KEPT}
    orientation = UPRIGHT
    for _ in range(MAX_PARTS):
        name, body, place = _chunk(view, place)
        if name in chunks:
            chunks[name].append(body)
        elif name == b"eXIf":
            orientation = orientation_of(body)
        elif name == b"acTL":
            images.check_frames(int.from_bytes(body[:4], "big"))
        if name == b"IEND":
            return _encoded(chunks, orientation)
    raise PictureError(f"more than {MAX_PARTS} chunks")


def _chunk(view: memoryview, place: int) -> tuple[bytes, memoryview, int]:
    """Return the name and data of the chunk at `place`, and where the next one begins."""
    try:
        length, name = struct.unpack_from(">I4s", view, place)
        end = place + 8 + length
        (checksum,) = struct.unpack_from(">I", view, end)
    except struct.error as error:
        raise PictureError("truncated or damaged: a chunk is cut off") from error
    if name in _KEPT and zlib.crc32(view[place + 4 : end]) != checksum:
        raise PictureError(f"truncated or damaged: wrong checksum of {name.decode()}")
    return name, view[place + 8 : end], end + 4


def _encoded(chunks: dict[bytes, list[memoryview]], orientation: int) -> Encoded:
    try:
        width, height, bits, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"][0])
    except (IndexError, struct.error) as error:
        raise PictureError("truncated or damaged: no size") from error
    data = SIGNATURE + b"".join(
        _pack(name, bodies) for name, bodies in chunks.items() if bodies or name == b"IEND"
    )
    narrow = colour in (_GREY, _PALETTE)
    return Encoded("PNG", data, width, height, orientation, max(1, bits // 8) if narrow else 4)


def _pack(name: bytes, bodies: list[memoryview]) -> bytes:
    """Return one chunk: several of IDAT are one stream; of the others, the first counts."""
    body = b"".join(bodies if name == b"IDAT" else bodies[:1])
    return b"".join(
        (
            struct.pack(">I", len(body)),
            name,
            body,
            struct.pack(">I", zlib.crc32(body, zlib.crc32(name))),
        )
    )
