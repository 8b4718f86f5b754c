"""Videos with any times, shapes and kinds: Matroska files of JPEG frames."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


def matroska(
    path: Path,
    times: Sequence[float],
    *,
    display: tuple[int, int] = (64, 48),
    codec: str = "V_MJPEG",
) -> Path:
    """Write a video of 64 x 48 pixels to be shown at `display`'s shape.

    Frame n is grey 20 * n, and is shown at `times[n]` seconds. Frames of another codec than
    V_MJPEG are rubbish.
    """
    video = _number(0xB0, 64) + _number(0xBA, 48)
    video += _number(0x54B0, display[0]) + _number(0x54BA, display[1]) + _number(0x54B2, 0)
    track = _number(0xD7, 1) + _number(0x73C5, 1) + _number(0x83, 1)
    track += _element(0x86, codec.encode()) + _element(0xE0, video)
    cluster = _number(0xE7, 0)
    for index, at in enumerate(times):
        frame = jpeg(20 * index) if codec == "V_MJPEG" else b"rubbish " * 50
        block = b"\x81" + struct.pack(">h", round(at * 1000)) + b"\x80" + frame
        cluster += _element(0xA3, block)
    info = _number(0x2AD7B1, 1_000_000) + _element(0x4D80, b"test") + _element(0x5741, b"test")
    segment = _element(0x1549A966, info) + _element(0x1654AE6B, _element(0xAE, track))
    head = _element(0x4282, b"matroska") + _number(0x4287, 4) + _number(0x4285, 2)
    segment += _element(0x1F43B675, cluster)
    content = _element(0x1A45DFA3, head) + _element(0x18538067, segment)
    path.write_bytes(content)
    return path


def jpeg(grey: int, width: int = 64, height: int = 48) -> bytes:
    """Return a picture of one grey."""
    image: NDArray[np.uint8] = np.full((height, width, 3), grey, np.uint8)
    return cv2.imencode(".jpg", image)[1].tobytes()


def _element(name: int, content: bytes) -> bytes:
    size = (len(content) | 1 << 56).to_bytes(8, "big")
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + size + content


def _number(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(8, "big"))
