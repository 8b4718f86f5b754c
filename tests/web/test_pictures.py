"""Uploaded pictures of every kind: what comes out, and that no file costs much memory or time."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from device import images
from device.errors import PictureError, VisionBusy
from device.vision.supervisor import MAX_SIDE
from device.web.pictures import decoder as module
from device.web.pictures.decoder import Decoder
from tests.support.pictures import chunk, damaged, encode, png
from tests.test_images import RGB, WHOLE, near

if TYPE_CHECKING:
    from pathlib import Path

MAX_GROWTH = 60_000_000
MAX_SECONDS = 2.0
UPLOADS = [kind for kind in WHOLE if kind not in ("webp", "bmp")]
DECODE = """
import sys, time
from pathlib import Path
from device.system import malloc
from device.errors import PictureError
from device.web.pictures.decoder import Decoder

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))

malloc.return_large()  # as the kiosk does
small, *files = map(Path, sys.argv[1:])
decoder = Decoder()
decoder.read(small.read_bytes(), "small")
for file in files:
    data, before, begun = file.read_bytes(), peak(), time.process_time()
    try:
        result = "%d x %d" % (lambda one: (one.width, one.height))(decoder.read(data, file.name))
    except PictureError as error:
        result = str(error)
    print(file.name, peak() - before, time.process_time() - begun, result, sep="|")
"""


@pytest.fixture
def decoder() -> Decoder:
    return Decoder()


def noise(width: int, height: int) -> Image.Image:
    """A smooth random picture, RGB."""
    small = np.random.default_rng(1).integers(0, 256, (height // 50, width // 50, 3), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("kind", UPLOADS)
def test_small_pictures_come_out_as_any_other(decoder: Decoder, kind: str) -> None:
    picture = decoder.read(WHOLE[kind], "face")
    assert np.array_equal(picture.image, images.read(WHOLE[kind], "face"))
    assert (picture.width, picture.height) == RGB.size


@pytest.mark.parametrize(
    ("mode", "kind"), [("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("I;16", "PNG"),
                       ("RGBA", "PNG"), ("L", "JPEG"), ("CMYK", "JPEG")]
)  # fmt: skip
def test_large_pictures_are_shrunk_to_what_vision_works_on(
    decoder: Decoder, mode: str, kind: str
) -> None:
    image = noise(2500, 1500)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode == "RGBA":
        image.putalpha(noise(2500, 1500).convert("L"))
    else:
        image = image.convert(mode)
    data = encode(image, kind)
    picture = decoder.read(data, "large")
    assert (picture.width, picture.height) == (2500, 1500)
    assert picture.image.shape == (960, MAX_SIDE, 3)
    whole = Image.fromarray(images.read(data, "large"))
    expected = np.asarray(whole.resize((MAX_SIDE, 960), Image.Resampling.BILINEAR), int)
    assert np.abs(picture.image - expected).max() <= 1, "the strips leave no trace"


def test_a_jpeg_is_shrunk_while_it_is_decoded(decoder: Decoder) -> None:
    data = encode(noise(4000, 3000), "JPEG", quality=90)
    picture = decoder.read(data, "photo")
    assert picture.image.shape == (1200, 1600, 3)
    expected, _ = images.shrink(images.read(data, "photo"), MAX_SIDE)
    assert np.abs(picture.image.astype(int) - expected).mean() < 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_set_upright(decoder: Decoder, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "A camera", orientation
    options: dict[str, Any] = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    data = encode(RGB.resize((96, 64)), kind, exif=exif, **options)
    picture = decoder.read(data, "turned")
    assert np.array_equal(picture.image, images.read(data, "turned"))
    assert (picture.height, picture.width) == picture.image.shape[:2]


@pytest.mark.parametrize(
    "exif", [b"junk", b"II*\0\xff\xff\xff\xff", b"MM", b"II*\0\x08\0\0\0\xff\xff"]
)
def test_damaged_exif_does_not_spoil_the_picture(decoder: Decoder, exif: bytes) -> None:
    data = encode(RGB, "JPEG", quality=95, subsampling=0, exif=b"Exif\0\0" + exif)
    picture = decoder.read(data, "x")
    expected = np.asarray(RGB)
    assert near(picture.image, expected)


def test_what_follows_a_photo_is_no_part_of_it(decoder: Decoder) -> None:
    """Phones append a short video to a photo."""
    video = np.random.default_rng(1).integers(0, 256, 6_000_000, np.uint8).tobytes()
    picture = decoder.read(WHOLE["jpeg"] + video, "moving")
    assert near(picture.image, np.asarray(RGB))


def progressive(side: int, scans: int) -> bytes:
    """A grey JPEG that repeats its last scan."""
    data = encode(Image.new("L", (side, side), 128), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:start] + data[start:-2] * scans + data[-2:]


def segments(*bodies: bytes, marker: int = 0xE1) -> bytes:
    """A JPEG with segments behind its first bytes."""
    made = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body for body in bodies
    )
    return WHOLE["jpeg"][:2] + made + WHOLE["jpeg"][2:]


def chunks(*made: bytes) -> bytes:
    """A PNG with chunks before its pixels."""
    place = WHOLE["png"].index(b"IDAT") - 4
    return WHOLE["png"][:place] + b"".join(made) + WHOLE["png"][place:]


def referring(size: int) -> bytes:
    """An EXIF block whose entries each refer to nearly the whole block."""
    count = min((size - 14) // 12, 64_000)
    entries = (struct.pack("<HHII", 1000 + n, 7, size - 8, 0) for n in range(count))
    return (b"II*\0\x08\0\0\0" + struct.pack("<H", count) + b"".join(entries)).ljust(size, b"\0")


BAD: dict[str, tuple[bytes, str]] = {
    "lossless": (
        WHOLE["jpeg"].replace(b"\xff\xc0", b"\xff\xc3", 1), "a JPEG that is neither baseline nor pr"
    ),
    "two sizes": (segments(WHOLE["jpeg"][163:178], marker=0xC0), "truncated or damaged: "),
    "sampling": (segments(b"\x08\0 \0000\1\1P\0", marker=0xC0), "truncated or damaged: "),
    "no length": (WHOLE["jpeg"][:2] + b"\xff\xe1", "truncated or damaged: a segment is cut off"),
    "pixels first": (WHOLE["jpeg"][:2] + b"\xff\xda\0\x02" * 9, "truncated or damaged: no size"),
    "fill bytes": (WHOLE["jpeg"][:2] + b"\xff" * 8_000_000, "truncated or damaged: a segment is"),
    "many segments": (segments(*[b""] * 1_000_000), "more than 10000 segments"),
    "many scans": (progressive(200, 5000), "a JPEG of 500"),
    "many chunks": (chunks(*[chunk(b"tEXt", b"")] * 500_000), "more than 10000 chunks"),
    "no chunk": (WHOLE["png"][:8], "truncated or damaged: a chunk is cut off"),
    "checksum": (WHOLE["png"].replace(b"IDAT", b"IDAT\1", 1), "truncated or damaged: "),
    "first is no size": (WHOLE["png"][:8] + chunk(b"IEND", b""), "truncated or damaged: no size"),
    "animated": (chunks(chunk(b"acTL", struct.pack(">II", 9, 0))), "animated with 9 frames: give"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_picture_is_refused_by_name_and_reason(decoder: Decoder, kind: str) -> None:
    data, reason = BAD[kind]
    with pytest.raises(PictureError) as caught:
        decoder.read(data, "guest.jpg")
    assert str(caught.value).startswith(f"guest.jpg: {reason}")


def large_files() -> dict[str, tuple[bytes, str]]:
    """What is small to send and large to decode, and what comes out: a size, or the reason."""
    palette = chunk(b"PLTE", b"\1\2\3" * 256) + chunk(b"tRNS", b"\x80" * 256)
    turned = Image.Exif()
    turned[0x0112] = 6
    large = "too large to decode within 44 MB"
    text = zlib.compress(b"a" * 1_000_000 + "\N{GRINNING FACE}".encode())
    itxt = chunk(b"iTXt", b"a\0\1\0\0\0" + text)
    wide = Image.new("RGB", (8160, 6120))
    phone = Image.new("RGB", (4096, 3072))
    return {
        "one-bit.png": (png(7071, 1, 0), large),
        "one-bit-fits.png": (png(6600, 1, 0), "6600 x 6600"),
        "palette.png": (png(7071, 8, 3, palette), large),
        "palette-fits.png": (png(6600, 8, 3, palette), "6600 x 6600"),
        "grey16.png": (png(4600, 16, 0), "4600 x 4600"),
        "rgba16.png": (png(5000, 16, 6), large),
        "rgba16-fits.png": (png(3300, 16, 6), "3300 x 3300"),
        "line.png": (png(2_000_000, 1, 0, height=20), large),
        "rgb-fits.png": (png(3300, 8, 2), "3300 x 3300"),
        "cmyk.jpg": (encode(Image.new("CMYK", (7071, 7071)), "JPEG"), "7071 x 7071"),
        "turned.jpg": (encode(wide, "JPEG", exif=turned), "6120 x 8160"),
        "progressive.jpg": (encode(wide, "JPEG", progressive=True), large),
        "messenger.jpg": (encode(phone, "JPEG", progressive=True), "4096 x 3072"),
        "scans.jpg": (progressive(4096, 30), "4096 x 4096"),
        "exif.jpg": (segments(b"Exif\0\0" + referring(65_000)), "48 x 32"),
        "more-exif.jpg": (segments(*[b"Exif\0\0" + referring(65_000)] * 100), "48 x 32"),
        "pictures.jpg": (segments(b"MPF\0" + referring(65_000), marker=0xE2), "48 x 32"),
        "exif.png": (chunks(chunk(b"eXIf", referring(7_000_000))), "48 x 32"),
        "text.png": (chunks(*[itxt] * 60), "48 x 32"),
    }


@pytest.mark.slow
def test_no_file_costs_much_memory_or_time(tmp_path: Path) -> None:
    files = large_files()
    (tmp_path / "small.png").write_bytes(WHOLE["png"])
    for name, (data, _) in files.items():
        (tmp_path / name).write_bytes(data)
    given = [str(tmp_path / name) for name in ("small.png", *files)]
    code = f"from device.web.pictures import decoder; decoder.ANSWER_SECONDS = 120\n{DECODE}"
    done = subprocess.run([sys.executable, "-c", code, *given], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    growth = 0
    for line in done.stdout.splitlines():
        name, grown, seconds, result = line.split("|")
        assert files[name][1] in result, line
        assert float(seconds) < MAX_SECONDS, line
        growth += int(grown)
    assert len(done.stdout.splitlines()) == len(files)
    assert growth < MAX_GROWTH, done.stdout


def test_decoding_ends_when_it_takes_too_long(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROCESSOR_SECONDS", -1.0)
    with pytest.raises(PictureError, match="^slow: takes more than -1 s to decode$"):
        decoder.read(WHOLE["png"], "slow")


def test_nobody_waits_longer_than_two_seconds_for_other_pictures(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.ANSWER_SECONDS == MAX_SECONDS
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    with images.decoding():  # somebody else's picture
        for _ in range(3):
            with pytest.raises(VisionBusy, match="too busy for another picture; try again in"):
                decoder.read(WHOLE["png"], "late")
    monkeypatch.setattr(module, "ANSWER_SECONDS", 60.0)
    assert decoder.read(WHOLE["png"], "next").width == 48
    assert sum(one.name.startswith("picture-decoder") for one in threading.enumerate()) >= 1


def attempt(decoder: Decoder, data: bytes) -> None:
    try:
        picture = decoder.read(data, "x")
    except PictureError as error:
        assert str(error).startswith("x: ")
        assert "\n" not in str(error)
    else:
        assert picture.image.dtype == np.uint8
        assert picture.image.ndim == 3


SHARED = Decoder()


@given(st.binary(max_size=300), st.sampled_from(["", "jpeg", "png"]))
def test_random_bytes_never_raise_anything_else(data: bytes, kind: str) -> None:
    attempt(SHARED, WHOLE[kind][:40] + data if kind else data)


@given(st.data(), st.sampled_from(UPLOADS))
def test_damaged_pictures_never_raise_anything_else(data: st.DataObject, kind: str) -> None:
    attempt(SHARED, data.draw(damaged(WHOLE[kind])))
