"""ReplayGain: how much louder or quieter a piece should be played, by its file's tags.

Read are Vorbis comments (Ogg, Opus, FLAC), ID3v2 and APEv2 (MP3).
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_GAIN, MIN_GAIN = 4.0, 0.06
"""Amplitudes: 12 dB up, 24 dB down."""
R128_OFFSET_DB = 5.0
"""R128 gains aim at -23 LUFS, ReplayGain at -18 LUFS."""
_MAX_COMMENTS = 8_000_000
"""Bytes of comments that are read, with a cover among them."""
_MAX_TEXT = 4096
_KINDS = (b"\x03vorbis", b"OpusTags")
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_NUMBER = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)")


def replay_gain(path: Path) -> float:
    """Return the factor for a file's amplitude, 1 without tags that can be read.

    It never makes the peak that the tags name clip; where they name none, nothing gets louder.
    """
    with contextlib.suppress(OSError, ValueError, struct.error, IndexError):
        return gain_of(_read(path))
    return 1.0


def gain_of(tags: Mapping[str, str]) -> float:
    """Return the factor that tags (their names in lower case) ask for."""
    gain, peak = _number(tags, "replaygain_track_gain"), _number(tags, "replaygain_track_peak")
    if gain is None and (r128 := _number(tags, "r128_track_gain")) is not None:
        gain = r128 / 256.0 + R128_OFFSET_DB
    if gain is None:
        return 1.0
    factor = math.pow(10.0, min(max(gain, -100.0), 100.0) / 20.0)
    most = 1.0 / peak if peak else 1.0
    return min(max(factor, MIN_GAIN), MAX_GAIN, max(most, MIN_GAIN))


def _number(tags: Mapping[str, str], name: str) -> float | None:
    match = _NUMBER.match(tags.get(name, ""))
    return float(match[1]) if match else None


def _read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head == b"OggS":
            return _comments(_ogg(file))
        if head == b"fLaC":
            return _flac(file)
        tags = dict(_ape(file))
        file.seek(0)
        return tags | dict(_id3(file))


def _comments(data: bytes) -> dict[str, str]:
    """Return Vorbis comments (Vorbis I, section 5)."""
    tags: dict[str, str] = {}
    (vendor,) = struct.unpack_from("<I", data)
    (count,) = struct.unpack_from("<I", data, 4 + vendor)
    place = 8 + vendor
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, place)
        if size <= _MAX_TEXT:
            text = data[place + 4 : place + 4 + size].decode("utf-8", "replace")
            name, _, value = text.partition("=")
            tags[name.lower()] = value
        place += 4 + size
    return tags


def _ogg(file: BinaryIO) -> bytes:
    """Return the comments of an Ogg stream: its second packet (RFC 3533), without its kind."""
    packet, packets = bytearray(), 0
    while len(packet) < _MAX_COMMENTS:
        header = file.read(27)
        if len(header) < 27 or header[:4] != b"OggS":
            break
        for size in file.read(header[26]):
            packet += file.read(size)
            if size < 255:  # the packet's last piece
                packets += 1
                if packets == 2:
                    kind = next((one for one in _KINDS if packet.startswith(one)), b"FLAC")
                    return bytes(packet[len(kind) :])
                packet.clear()
    raise ValueError("no comments")


def _flac(file: BinaryIO) -> dict[str, str]:
    file.seek(4)
    while len(head := file.read(4)) == 4:
        size = int.from_bytes(head[1:], "big")
        if head[0] & 0x7F == 4:  # VORBIS_COMMENT (RFC 9639)
            return _comments(file.read(size))
        if head[0] & 0x80:
            break
        file.seek(size, os.SEEK_CUR)
    return {}


def _id3(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield the texts of the owner's own frames (TXXX) of ID3v2.2 to 2.4."""
    head = file.read(10)
    if head[:3] != b"ID3":
        return
    version, end = head[3], 10 + _syncsafe(head[6:])
    if head[5] & 0x40:  # an extended header
        size = file.read(4)
        skip = _syncsafe(size) - 4 if version >= 4 else int.from_bytes(size, "big")
        file.seek(max(0, skip), os.SEEK_CUR)
    width = 3 if version == 2 else 4
    while file.tell() < end:
        name, size = file.read(width), file.read(width)
        if not name.strip(b"\0"):
            return
        file.seek(0 if version == 2 else 2, os.SEEK_CUR)
        length = _syncsafe(size) if version >= 4 else int.from_bytes(size, "big")
        if name in (b"TXX", b"TXXX") and length <= _MAX_TEXT:
            data = file.read(length)
            text = data[1:].decode(_ENCODINGS.get(data[0], "latin-1"), "replace")
            key, _, value = text.partition("\0")
            yield key.lower(), value.strip("\0\ufeff")
        else:
            file.seek(length, os.SEEK_CUR)


def _ape(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield the texts of an APEv2 tag at the end of a file, where mp3gain writes it."""
    end = file.seek(0, os.SEEK_END)
    for behind in (32, 32 + 128):  # ID3v1 may follow
        if end < behind:
            return
        file.seek(end - behind)
        magic, _, size, count = struct.unpack("<8sIII", file.read(20))
        if magic == b"APETAGEX" and size <= min(_MAX_COMMENTS, end):
            break
    else:
        return
    file.seek(end - behind + 32 - size)
    data, place = file.read(size - 32), 0
    for _ in range(count):
        length, _ = struct.unpack_from("<II", data, place)
        stop = data.index(b"\0", place + 8)
        key = data[place + 8 : stop].decode("ascii", "replace").lower()
        if length <= _MAX_TEXT:
            yield key, data[stop + 1 : stop + 1 + length].decode("utf-8", "replace")
        place = stop + 1 + length


def _syncsafe(data: bytes) -> int:
    size = 0
    for byte in data:
        size = size << 7 | byte & 0x7F
    return size
