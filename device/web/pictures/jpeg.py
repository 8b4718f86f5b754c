"""Finds out what a JPEG would cost to decode, and leaves out what decoding does not need."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass

from device import images
from device.errors import PictureError
from device.web.pictures.encoded import MAX_PARTS, UPRIGHT, Encoded, orientation_of

SIGNATURE = b"\xff\xd8\xff"
PIXEL_BYTES = 4
"""Pillow keeps red, green and blue in four bytes."""
COEFFICIENT_BYTES = 2
_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_SOS, _APP1 = 0xDA, 0xE1
_SOF = {0xC0: False, 0xC1: False, 0xC2: True}
"""Baseline, extended sequential, progressive: whether it is progressive."""
_OTHER_SOF = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_TABLES = {0xC4, 0xDB, 0xDD, 0xE0, 0xEE}
"""Huffman and quantisation tables, the restart interval, and the two segments about colours."""
_EXIF = b"Exif\0\0"


@dataclass(frozen=True, slots=True)
class _Frame:
    """A start-of-frame segment: the size, and how often each component is sampled."""

    width: int
    height: int
    progressive: bool
    sampling: tuple[tuple[int, int], ...]

    @property
    def coefficients(self) -> int:
        """All coefficients: 64 for each block of each component (ITU-T T.81, A.1.1)."""
        across, down = max(h for h, _ in self.sampling), max(v for _, v in self.sampling)
        units = math.ceil(self.width / (8 * across)) * math.ceil(self.height / (8 * down))
        return 64 * units * sum(h * v for h, v in self.sampling)


def read_header(data: bytes) -> Encoded:
    """Return what a JPEG holds. Raises PictureError."""
    view, place = memoryview(data), 2
    kept: list[bytes | memoryview] = [view[:2]]
    frame, orientation = None, UPRIGHT
    for _ in range(MAX_PARTS):
        found = _MARKER.match(data, place)
        body = _body(view, found.end()) if found else None
        if found is None or body is None:
            raise PictureError("truncated or damaged: a segment is cut off")
        marker, place = found[1][0], found.end() + 2 + len(body)
        if marker == _SOS:
            if frame is None:
                raise PictureError("truncated or damaged: no size")
            kept.append(view[found.start() :])
            return _encoded(frame, b"".join(kept), orientation, body)
        if marker in _SOF:
            if frame is not None:
                raise PictureError("truncated or damaged: impossible size")
            frame = _frame(body, progressive=_SOF[marker])
        elif marker in _OTHER_SOF:
            raise PictureError("a JPEG that is neither baseline nor progressive")
        elif marker == _APP1 and body[:6] == _EXIF and orientation == UPRIGHT:
            orientation = orientation_of(body[6:])
        if marker in _SOF or marker in _TABLES:
            kept.append(view[found.start() : place])
    raise PictureError(f"more than {MAX_PARTS} segments")


def _body(view: memoryview, place: int) -> memoryview | None:
    """Return the segment whose length stands at `place`, None where it is cut off."""
    length = int.from_bytes(view[place : place + 2], "big")
    body = view[place + 2 : place + length]
    return body if length >= 2 and len(body) == length - 2 else None


def _frame(body: memoryview, *, progressive: bool) -> _Frame:
    try:
        _, height, width, count = struct.unpack_from(">BHHB", body)
        sampling = tuple((body[7 + 3 * i] >> 4, body[7 + 3 * i] & 15) for i in range(count))
    except (struct.error, IndexError) as error:
        raise PictureError("truncated or damaged: impossible size") from error
    if not sampling or not all(1 <= factor <= 4 for pair in sampling for factor in pair):
        raise PictureError("truncated or damaged: impossible size")
    return _Frame(width, height, progressive, sampling)


def _encoded(frame: _Frame, data: bytes, orientation: int, scan: memoryview) -> Encoded:
    buffered = 0
    if frame.progressive or scan[:1] != bytes([len(frame.sampling)]):
        # The decoder keeps all coefficients until the last scan is there.
        buffered = frame.coefficients * COEFFICIENT_BYTES
        images.check_scans(data)
    return Encoded("JPEG", data, frame.width, frame.height, orientation, PIXEL_BYTES, buffered)
