"""ReplayGain as each kind of file has it, and what it does to the loudness."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from device.hardware.audio.musicfile import RATE
from device.hardware.audio.tags import gain_of, replay_gain
from tests.hardware.audio.test_kinds import heard, rms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TAGS = {"REPLAYGAIN_TRACK_GAIN": "-6.02 dB", "REPLAYGAIN_TRACK_PEAK": "0.5", "TITLE": "Über"}


def comments(tags: dict[str, str]) -> bytes:
    lines = [f"{name}={value}".encode() for name, value in tags.items()]
    data = struct.pack("<I", 4) + b"test" + struct.pack("<I", len(lines))
    return data + b"".join(struct.pack("<I", len(line)) + line for line in lines)


def flac(path: Path, tags: dict[str, str]) -> Path:
    content = path.read_bytes()
    block = comments(tags)
    padding = b"\x01" + (70_000).to_bytes(3, "big") + bytes(70_000)
    last = b"\x84" + len(block).to_bytes(3, "big") + block
    place, audio = 42, content[42:]
    if not content[4] & 0x80:
        while True:
            size = int.from_bytes(content[place + 1 : place + 4], "big")
            is_last = content[place] & 0x80
            place += 4 + size
            if is_last:
                break
        audio = content[place:]
    head = b"fLaC" + bytes([content[4] & 0x7F]) + content[5:42]
    path.write_bytes(head + padding + last + audio)
    return path


def id3(path: Path, version: int, encoding: int) -> Path:
    frames = b""
    for name, value in TAGS.items():
        codec = ("latin-1", "utf-16", "utf-16-be", "utf-8")[encoding]
        end = b"\0" * (2 if encoding in (1, 2) else 1)
        text = bytes([encoding]) + name.lower().encode(codec) + end + value.encode(codec)
        width = 3 if version == 2 else 4
        size = len(text).to_bytes(width, "big")
        frames += (b"TXX" if version == 2 else b"TXXX") + size
        frames += (b"" if version == 2 else b"\0\0") + text
    frames += bytes(20)
    total = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3" + bytes([version, 0, 0]) + total + frames + path.read_bytes())
    return path


def ape(path: Path, behind: bytes = b"") -> Path:
    items = b"".join(
        struct.pack("<II", len(value.encode()), 0) + name.encode() + b"\0" + value.encode()
        for name, value in TAGS.items()
    )
    footer = b"APETAGEX" + struct.pack("<IIII", 2000, len(items) + 32, len(TAGS), 0) + bytes(8)
    path.write_bytes(path.read_bytes() + items + footer + behind)
    return path


def ogg(path: Path, kind: bytes, tags: dict[str, str]) -> Path:
    """The first pages of a stream, enough to read its tags; the comments span two pages."""
    packet = kind + comments(tags | {"COVER": "x" * 70_000})
    pieces = [packet[i : i + 255] for i in range(0, len(packet), 255)]
    pages = [[b"\x01vorbis" + bytes(23)], pieces[:255], pieces[255:]]
    content = b""
    for page in pages:
        sizes = bytes(map(len, page))
        content += b"OggS" + bytes(22) + bytes([len(page)]) + sizes + b"".join(page)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("a.flac", lambda path: flac(path, TAGS)),
        ("a.mp3", lambda path: id3(path, 2, 0)),
        ("a.mp3", lambda path: id3(path, 3, 1)),
        ("a.mp3", lambda path: id3(path, 4, 3)),
        ("a.mp3", ape),
        ("a.mp3", lambda path: ape(path, b"TAG" + b" " * 125)),
    ],
)
def test_a_piece_is_as_loud_as_its_tags_ask_for(
    tmp_path: Path, name: str, tag: Callable[[Path], Path]
) -> None:
    wave = 0.5 * np.sin(2 * np.pi * 441 * np.arange(3 * RATE) / RATE)
    path = tmp_path / name
    soundfile.write(path, np.repeat(wave[:, None], 2, axis=1), RATE)
    middle = slice(RATE, 2 * RATE)
    plain = rms(heard(path)[middle])
    assert plain == pytest.approx(0.354, abs=0.01)
    tag(path)
    assert rms(heard(path)[middle]) == pytest.approx(plain / 2, rel=0.02)


@pytest.mark.parametrize("kind", [b"\x03vorbis", b"OpusTags"])
def test_tags_of_ogg(tmp_path: Path, kind: bytes) -> None:
    assert replay_gain(ogg(tmp_path / "a.ogg", kind, TAGS)) == pytest.approx(0.5, abs=0.001)
    path = ogg(tmp_path / "b.opus", b"OpusTags", {"R128_TRACK_GAIN": str(-256 * 11)})
    assert replay_gain(path) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("gain", "peak", "factor"),
    [
        ("-6.02 dB", None, 0.5),
        ("+6.02 dB", None, 1.0),  # nobody knows whether it would clip
        ("+6.02 dB", "0.25", 2.0),
        ("+6.02 dB", "0.8", 1.25),  # as loud as it can be without clipping
        ("-1 dB", "1.25", 0.8),
        ("+99 dB", "0.0001", 4.0),
        ("-99 dB", None, 0.06),
        ("loud", "0.5", 1.0),
        ("1e999 dB", None, 1.0),
        ("", "", 1.0),
    ],
)
def test_gains_are_bounded_and_clip_nothing(gain: str, peak: str | None, factor: float) -> None:
    tags = {"replaygain_track_gain": gain} | (
        {} if peak is None else {"replaygain_track_peak": peak}
    )
    assert gain_of(tags) == pytest.approx(factor, abs=0.002)


@pytest.mark.parametrize("seed", range(40))
def test_tags_of_any_bytes_do_no_harm(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    path = tmp_path / "a.mp3"
    path.write_bytes(b"\xff\xfb\x90\x44" + bytes(2000))
    whole = [id3(path, 3, 1), ape(path), ogg(tmp_path / "a.ogg", b"OpusTags", TAGS)][seed % 3]
    data = bytearray(whole.read_bytes())
    for place in random.integers(0, len(data), 30):
        data[place] = random.integers(0, 256)
    whole.write_bytes(data[: random.integers(1, len(data) + 1)])
    assert 0.05 < replay_gain(whole) < 4.1
