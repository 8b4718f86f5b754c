"""Reads pictures of unknown origin: checks the header first, then decodes to upright BGR pixels.

Supported: 1-, 8- and 16-bit grey, palettes, transparency (over middle grey), CMYK, and all EXIF
orientations. Colour profiles are ignored. The format is recognised by the content, never by the
name. Everything else is refused with a reason.
"""

from __future__ import annotations

import contextlib
import io
import struct
import threading
import warnings
import zlib
from typing import TYPE_CHECKING, BinaryIO

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from device.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

FORMATS = ("JPEG", "PNG", "WebP", "BMP")
"""The formats of a file."""
MAX_MEGAPIXELS = 50
MAX_MEGABYTES = 250
MAX_SCANS = 40
"""Most scans of a progressive JPEG: encoders write a dozen. A hostile file has thousands, and each
takes as long as a whole picture."""
MIN_SIDE = 16
"""Pixels. In a smaller picture no face can be detected."""
BACKDROP = (128, 128, 128)

_SCAN = b"\xff\xda"
"""Start of scan (ITU-T T.81, B.1.1.3); coded data never has these two bytes in a row."""
_ORIENTATION = 0x0112
_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The operation that makes a picture with this EXIF orientation upright (Exif 2.32, tag 274)."""

DAMAGE_ERRORS = (
    OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, AttributeError,
    OverflowError, NotImplementedError, struct.error, zlib.error,
)  # fmt: skip
"""The errors that Pillow raises for damaged files, depending on the damage."""

_decoding = threading.Lock()
"""One picture at a time: 50 megapixels take 300 MB, and `warnings.catch_warnings` is global."""


@contextlib.contextmanager
def decoding() -> Iterator[None]:
    """Decode inside the block: only one thread does at a time, and Pillow's warnings are off."""
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what is checked here
        yield


def read(source: bytes | Path, name: str, formats: Sequence[str] = FORMATS) -> NDArray[np.uint8]:
    """Return the picture in a file or in memory, upright, as uint8 BGR of shape (h, w, 3).

    `name` identifies the picture in messages. Raises PictureError ("NAME: reason").
    """
    with decoding():
        try:
            if isinstance(source, bytes):
                _check_bytes(len(source))
                return _decode(io.BytesIO(source), formats)
            _check_file(source)
            with source.open("rb") as file:
                return _decode(file, formats)
        except PictureError as error:
            raise PictureError(f"{name}: {error}") from error
        except OSError as error:
            raise PictureError(f"{name}: {(error.strerror or str(error)).lower()}") from error


def shrink(image: NDArray[np.uint8], longest: int) -> tuple[NDArray[np.uint8], float]:
    """Return a picture (h, w, 3) whose sides are at most `longest`, and its shrink factor."""
    factor = max(image.shape[:2]) / longest
    if factor <= 1.0:
        return image, 1.0
    height, width = image.shape[:2]
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), factor


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise PictureError("a folder, not a picture")
    status = path.stat()
    if not path.is_file():
        raise PictureError("not a regular file")
    _check_bytes(status.st_size)


def _check_bytes(size: int) -> None:
    if not size:
        raise PictureError("empty file")
    if size > MAX_MEGABYTES * 1_000_000:
        raise PictureError(f"{size / 1e6:.0f} MB: more than {MAX_MEGABYTES} MB")


def _decode(file: BinaryIO, formats: Sequence[str]) -> NDArray[np.uint8]:
    image = _open(file, formats)
    try:
        check_size(*image.size)
        # Phones keep depth or brightness maps as further pictures of a JPEG, which is MPO then.
        if image.format != "MPO":
            check_frames(getattr(image, "n_frames", 1))
        if image.format in ("JPEG", "MPO"):
            check_scans(_whole(file))
        image.load()
        return _to_bgr(upright(image, _orientation(image)))
    except PictureError:
        raise
    except DAMAGE_ERRORS as error:
        raise PictureError(f"truncated or damaged: {error}") from error


def _whole(file: BinaryIO) -> bytes:
    place = file.tell()
    file.seek(0)
    data = file.read()
    file.seek(place)
    return data


def _open(file: BinaryIO, formats: Sequence[str]) -> Image.Image:
    """Read the header; Pillow decodes no pixel here."""
    try:
        return Image.open(file, formats=[name.upper() for name in formats])
    except UnidentifiedImageError as error:
        known = f"{', '.join(formats[:-1])} or {formats[-1]}"
        raise PictureError(f"not a {known} picture") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"more than {MAX_MEGAPIXELS} megapixels") from error
    except DAMAGE_ERRORS as error:
        raise PictureError(f"truncated or damaged: {error}") from error


def check_size(width: int, height: int) -> None:
    """Raise PictureError for a picture of too many pixels, or too few."""
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        raise PictureError(f"{width} x {height} pixels: more than {MAX_MEGAPIXELS} megapixels")
    if min(width, height) < MIN_SIDE:
        raise PictureError(f"{width} x {height} pixels: too small to hold a face")


def check_frames(frames: int) -> None:
    """Raise PictureError for an animation."""
    if frames > 1:
        raise PictureError(f"animated with {frames} frames: give one picture, or a video file")


def check_scans(data: bytes) -> None:
    """Raise PictureError for a JPEG of too many scans."""
    scans = data.count(_SCAN)
    if scans > MAX_SCANS:
        raise PictureError(f"a JPEG of {scans} scans: more than {MAX_SCANS}")


def _orientation(image: Image.Image) -> object:
    try:
        return image.getexif().get(_ORIENTATION)
    except DAMAGE_ERRORS:
        return None  # damaged EXIF does not spoil the pixels


def upright(image: Image.Image, orientation: object) -> Image.Image:
    """Return a picture set upright by its EXIF orientation; others than 2 to 8 change nothing."""
    method = _TRANSPOSES.get(orientation) if isinstance(orientation, int) else None
    return image if method is None else image.transpose(method)


def is_on_its_side(orientation: int) -> bool:
    """Return whether an EXIF orientation swaps width and height."""
    return 5 <= orientation <= 8


def _to_bgr(image: Image.Image) -> NDArray[np.uint8]:
    """Return a picture of any Pillow mode as uint8 BGR (h, w, 3)."""
    pixels = np.array(to_rgb(image))
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR, dst=pixels), np.uint8)


def to_rgb(image: Image.Image) -> Image.Image:
    """Return a picture of any Pillow mode as RGB, over middle grey where it is transparent."""
    if image.mode.startswith("I"):
        return Image.fromarray(_scale_to_8_bits(np.asarray(image))).convert("RGB")
    if image.has_transparency_data:
        return _flatten(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _scale_to_8_bits(grey: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scale 16-bit grey from 65535 to 255 (Pillow's own conversion clips at 255)."""
    wide = np.clip(grey.astype(np.int64), 0, 65535)
    return np.asarray((wide * 255 + 32767) // 65535, np.uint8)


def _flatten(image: Image.Image) -> Image.Image:
    """Put a transparent picture on middle grey, which hides neither dark hair nor bright skin."""
    layer = image.convert("RGBA")
    flat = Image.new("RGB", image.size, BACKDROP)
    flat.paste(layer, mask=layer.getchannel("A"))
    return flat
