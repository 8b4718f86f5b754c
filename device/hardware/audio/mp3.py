"""The frames of MP3 files (ISO/IEC 11172-3 and 13818-3, layer III), to know how long they are.

Without a Xing header, decoders guess the length from the first frame; with a variable rate, or
after files were joined, they then stop long before the end.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_RATES = (44_100, 48_000, 32_000)
_KBPS_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_BLOCK = 4096
_SLACK = 65_536
"""Bytes that a file may have beyond what its header says: tags behind the music."""


class Frame(NamedTuple):
    """Its length in bytes and seconds, and where a Xing header would begin in it."""

    size: int
    seconds: float
    xing_at: int


def start_without_length(path: Path) -> int | None:
    """Return where the music begins in an MP3 file that does not say its true length.

    None: it says its length, or is no MP3. Raises OSError.
    """
    with path.open("rb") as file:
        place = _find_frame(file, _after_id3(file))
        if place is None:
            return None
        file.seek(place)
        frame = _frame(file.read(4))
        if frame is None:
            return None
        file.seek(place + frame.xing_at)
        head = file.read(16)
        if head[:4] not in (b"Xing", b"Info"):
            return place
        has_frames, has_bytes = head[7] & 1, head[7] & 2
        if not has_frames:
            return place + frame.size
        says = int.from_bytes(head[12:16], "big") if has_bytes else 0
        behind = file.seek(0, os.SEEK_END) - place - says
        return place + frame.size if has_bytes and behind > _SLACK + says // 10 else None


def seconds_of(path: Path) -> float:
    """Return how long the frames of an MP3 file last in all. Raises OSError."""
    total = 0.0
    with path.open("rb", buffering=16 * _BLOCK) as file:
        place: int | None = _after_id3(file)
        while place is not None:
            file.seek(place)
            frame = _frame(file.read(4))
            if frame is None:
                place = _find_frame(file, place + 1)
                continue
            total += frame.seconds
            place += frame.size
    return total


def _after_id3(file: BinaryIO) -> int:
    """Return the place behind the tags (ID3v2) at the start of a file."""
    place = 0
    while True:
        file.seek(place)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3":
            return place
        size = 0
        for byte in head[6:]:
            size = size << 7 | byte & 0x7F
        place += 10 + size


def _find_frame(file: BinaryIO, place: int) -> int | None:
    """Return the place of the first frame from `place` on, or None before the end of the file."""
    while True:
        file.seek(place)
        block = file.read(_BLOCK + 3)
        at = block.find(b"\xff")
        while 0 <= at <= len(block) - 4:
            if _frame(block[at : at + 4]):
                return place + at
            at = block.find(b"\xff", at + 1)
        if len(block) < _BLOCK + 3:
            return None
        place += _BLOCK


@lru_cache(maxsize=1024)
def _frame(header: bytes) -> Frame | None:
    """Return what the four bytes of a header say; None when they are none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, rate_at, kbps_at = header[1] >> 3 & 3, header[2] >> 2 & 3, header[2] >> 4
    if version == 1 or rate_at == 3 or kbps_at in (0, 15):
        return None
    is_1, is_mono = version == 3, header[3] >> 6 == 3
    rate = _RATES[rate_at] // (1 if is_1 else 2 if version == 2 else 4)
    samples, kbps = (1152, _KBPS_1) if is_1 else (576, _KBPS_2)
    side = (17 if is_mono else 32) if is_1 else (9 if is_mono else 17)
    size = samples // 8 * kbps[kbps_at - 1] * 1000 // rate + (header[2] >> 1 & 1)
    return Frame(size, samples / rate, 4 + side)
