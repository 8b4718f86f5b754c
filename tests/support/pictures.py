"""Pictures as files of any kind that Pillow writes."""

import io
import struct
import zlib
from typing import Any

from hypothesis import strategies as st
from PIL import Image


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, bits: int, colour: int, extra: bytes = b"", height: int | None = None) -> bytes:
    """Return a PNG, square by default, that is black: small to send, however large it is."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    line = bytes(1 + (width * bits * channels + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(line) for _ in range(height or width)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height or width, bits, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", head), extra, chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@st.composite
def damaged(draw: st.DrawFn, file: bytes) -> bytes:
    """Return a file with bytes changed, most of them near its beginning, and perhaps cut off."""
    whole = bytearray(file)
    places = st.one_of(st.integers(0, 120), st.integers(0, len(whole) - 1))
    changes = st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)
    for place, value in draw(changes):
        whole[min(place, len(whole) - 1)] = value
    return bytes(whole[: draw(st.one_of(st.just(len(whole)), st.integers(1, len(whole))))])
