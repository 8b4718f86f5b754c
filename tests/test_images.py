"""Pictures of every kind, whole and broken, given to `device.images.read`."""

from __future__ import annotations

import os
import struct
import zlib
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from device import images
from device.errors import PictureError
from tests.support.pictures import damaged, encode

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIZE = (48, 32)


def corners() -> NDArray[np.uint8]:
    """A picture (32, 48, 3), RGB, whose four quarters are red, green, blue and white."""
    image = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    image[:16, :24] = (220, 30, 30)
    image[:16, 24:] = (30, 200, 30)
    image[16:, :24] = (30, 30, 210)
    image[16:, 24:] = (250, 250, 250)
    return image


RGB = Image.fromarray(corners())
WHOLE = {
    "jpeg": encode(RGB, "JPEG", quality=95, subsampling=0),
    "progressive jpeg": encode(RGB, "JPEG", quality=95, subsampling=0, progressive=True),
    "png": encode(RGB, "PNG"),
    "palette png": encode(RGB.quantize(8), "PNG"),
    "webp": encode(RGB, "WEBP", lossless=True),
    "bmp": encode(RGB, "BMP"),
    "cmyk jpeg": encode(RGB.convert("CMYK"), "JPEG", quality=95, subsampling=0),
    "opaque rgba png": encode(RGB.convert("RGBA"), "PNG"),
    "jpeg with further pictures": encode(
        RGB, "MPO", save_all=True, append_images=[RGB.rotate(180)], quality=95, subsampling=0
    ),
}


def near(image: NDArray[np.uint8], rgb: NDArray[np.uint8], within: int = 12) -> bool:
    if image.shape != rgb.shape:
        return False
    inner = np.ones(image.shape[:2], bool)
    inner[14:18], inner[:, 22:26] = False, False  # JPEG rings at the edges between quarters
    return int(np.abs(image[..., ::-1].astype(int) - rgb)[inner].max()) <= within


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_pictures_come_out_as_upright_bgr(kind: str) -> None:
    image = images.read(WHOLE[kind], "face")
    assert image.dtype == np.uint8
    assert image.flags["C_CONTIGUOUS"]
    assert near(image, corners())


def test_a_file_is_read_like_bytes(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    path.write_bytes(WHOLE["png"])
    assert np.array_equal(images.read(path, "x"), images.read(WHOLE["png"], "x"))


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_modes(mode: str) -> None:
    ramp = np.repeat(np.array([[0, 255]], np.uint8), 16, axis=0).repeat(16, axis=1)
    image = images.read(encode(Image.fromarray(ramp).convert(mode), "PNG"), "grey")
    assert np.array_equal(image, cv2.cvtColor(ramp, cv2.COLOR_GRAY2BGR))


def test_16_bit_grey_is_scaled_and_not_cut_off() -> None:
    values = np.linspace(0, 65535, 32 * 16).astype(np.uint16).reshape(16, 32)
    image = images.read(cv2.imencode(".png", values)[1].tobytes(), "grey")
    assert image.shape == (16, 32, 3)
    assert np.array_equal(image[..., 1], np.rint(values / 257).astype(np.uint8))


def test_16_bit_colour_is_scaled() -> None:
    values = cv2.cvtColor(corners(), cv2.COLOR_RGB2BGR).astype(np.uint16) * 257
    assert near(images.read(cv2.imencode(".png", values)[1].tobytes(), "rgb"), corners(), 1)


def test_what_is_transparent_shows_middle_grey() -> None:
    layer = RGB.convert("RGBA")
    layer.putalpha(Image.fromarray(np.where(corners()[..., 0] > 240, 0, 255).astype(np.uint8)))
    for kind in ("PNG", "WEBP"):
        image = images.read(encode(layer, kind, lossless=True), "face")
        assert image[25, 40].tolist() == [128, 128, 128]
        assert image[4, 4].tolist() == [30, 30, 220]


def test_half_transparent_mixes() -> None:
    layer = Image.new("RGBA", (16, 16), (255, 255, 255, 128))
    assert abs(int(images.read(encode(layer, "PNG"), "x")[8, 8, 0]) - 192) <= 1


def test_a_transparent_palette_entry_shows_middle_grey() -> None:
    flat = Image.new("P", (16, 16), 1)
    flat.putpalette([255, 0, 0, 0, 255, 0])
    image = images.read(encode(flat, "PNG", transparency=1), "x")
    assert image[8, 8].tolist() == [128, 128, 128]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_gives_the_same_upright_picture(kind: str, orientation: int) -> None:
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = RGB if undo is None else RGB.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 95, "subsampling": 0},
        "WEBP": {"lossless": True},
        "PNG": {},
    }
    image = images.read(encode(stored, kind, exif=exif, **options[kind]), "turned")
    assert near(image, corners())


@pytest.mark.parametrize("exif", [b"Exif\0\0junk", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM"])
def test_damaged_exif_does_not_spoil_the_picture(exif: bytes) -> None:
    assert near(
        images.read(encode(RGB, "JPEG", quality=95, subsampling=0, exif=exif), "x"), corners()
    )


def header_only_png(width: int, height: int) -> bytes:
    """A PNG that claims a size and has hardly any pixels behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    parts = [(b"IHDR", head), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def animation(kind: str, frames: int) -> bytes:
    pictures = [Image.new("RGB", SIZE, (i * 20, 0, 0)) for i in range(frames)]
    return encode(pictures[0], kind, save_all=True, append_images=pictures[1:])


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty file"),
    "text": (b"hello, I am not a picture\n" * 20, "not a JPEG, PNG, WebP or BMP picture"),
    "pdf": (b"%PDF-1.7\n" + bytes(500), "not a JPEG, PNG, WebP or BMP picture"),
    "gif": (animation("GIF", 3), "not a JPEG, PNG, WebP or BMP picture"),
    "tiff": (encode(RGB, "TIFF"), "not a JPEG, PNG, WebP or BMP picture"),
    "1x1": (encode(RGB.resize((1, 1)), "PNG"), "1 x 1 pixels: too small to hold a face"),
    "15 high": (encode(RGB.resize((200, 15)), "JPEG"), "200 x 15 pixels: too small"),
    "12000x12000": (header_only_png(12000, 12000), "12000 x 12000 pixels: more than 50 megapixels"),
    "8000x6251": (header_only_png(8000, 6251), "8000 x 6251 pixels: more than 50 megapixels"),
    "65000x65000": (header_only_png(65000, 65000), "more than 50 megapixels"),
    "animated png": (animation("PNG", 12), "animated with 12 frames: give one picture, or a video"),
    "animated webp": (animation("WEBP", 4), "animated with 4 frames: give one picture, or a video"),
    "half a jpeg": (WHOLE["jpeg"][: len(WHOLE["jpeg"]) * 2 // 3], "truncated or damaged: "),
    "half a progressive": (WHOLE["progressive jpeg"][:-200], "truncated or damaged: "),
    "half a png": (WHOLE["png"][:60], "truncated or damaged: "),
    "half a bmp": (WHOLE["bmp"][:2000], "truncated or damaged: "),
    "png without pixels": (header_only_png(64, 64), "truncated or damaged: "),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_picture_is_refused_by_name_and_reason(kind: str, tmp_path: Path) -> None:
    data, reason = BAD[kind]
    path = tmp_path / "guest.jpg"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(PictureError) as caught:
            images.read(source, "guest.jpg")
        assert str(caught.value).startswith(f"guest.jpg: {reason}")
        assert "\n" not in str(caught.value)


def test_truncated_webp_is_refused() -> None:
    with pytest.raises(PictureError, match=r"^x: "):
        images.read(WHOLE["webp"][:-40], "x")


def test_formats_can_be_restricted() -> None:
    for kind in ("webp", "bmp"):
        with pytest.raises(PictureError, match=r"^x: not a JPEG or PNG picture$"):
            images.read(WHOLE[kind], "x", ("JPEG", "PNG"))
    for kind in ("jpeg", "png", "jpeg with further pictures"):
        images.read(WHOLE[kind], "x", ("JPEG", "PNG"))


def test_a_huge_picture_is_refused_before_its_pixels_are_decoded() -> None:
    """The claimed 430 MB would take seconds; the refusal takes milliseconds."""
    import tracemalloc

    data = encode(Image.new("1", (12000, 12000)), "PNG")
    tracemalloc.start()
    with pytest.raises(PictureError, match="12000 x 12000 pixels: more than 50 megapixels"):
        images.read(data, "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"^here: a folder, not a picture$"):
        images.read(tmp_path, "here")
    with pytest.raises(PictureError, match=r"^gone.jpg: no such file or directory$"):
        images.read(tmp_path / "gone.jpg", "gone.jpg")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PictureError, match=r"^pipe: not a regular file$"):
        images.read(tmp_path / "pipe", "pipe")
    with pytest.raises(PictureError, match=r"^x: file name too long$"):
        images.read(tmp_path / ("x" * 300), "x")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    path.write_bytes(WHOLE["png"])
    path.chmod(0)
    with pytest.raises(PictureError, match=r"^face: permission denied$"):
        images.read(path, "face")


def test_a_file_of_too_many_bytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.bmp"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(PictureError, match=r"^big: 300 MB: more than 250 MB$"):
        images.read(path, "big")


def attempt(data: bytes) -> None:
    try:
        image = images.read(data, "x")
    except PictureError as error:
        assert str(error).startswith("x: ")
    else:
        assert image.dtype == np.uint8
        assert image.ndim == 3


@given(st.binary(max_size=300), st.sampled_from(["", "jpeg", "png", "webp", "bmp"]))
def test_random_bytes_never_raise_anything_else(data: bytes, kind: str) -> None:
    attempt(WHOLE[kind][:40] + data if kind else data)


@given(st.data(), st.sampled_from(sorted(WHOLE)))
def test_damaged_pictures_never_raise_anything_else(data: st.DataObject, kind: str) -> None:
    attempt(data.draw(damaged(WHOLE[kind])))


def progressive(side: int, scans: int) -> bytes:
    """A grey JPEG that repeats its last scan."""
    data = encode(Image.new("L", (side, side), 128), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:start] + data[start:-2] * scans + data[-2:]


def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert images.read(progressive(100, 2), "few").shape == (100, 100, 3)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it is decoded"))
    with pytest.raises(PictureError, match=r"^many: a JPEG of \d+ scans: more than 40$"):
        images.read(progressive(6000, 5000), "many")
