"""Decodes uploaded pictures, one at a time, within limits of memory and time.

A JPEG is shrunk while it is decoded. Everything else is done in strips on the way to the size that
vision works on, so that no second copy of a large picture is ever made.
"""

from __future__ import annotations

import io
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFile

from device import images
from device.errors import PictureError, VisionBusy
from device.vision import pipeline
from device.vision.supervisor import MAX_SIDE
from device.web.pictures import jpeg, png

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.messages import FrameResult
    from device.web.pictures.encoded import Encoded

ANSWER_SECONDS = 2.0
"""Longest time from the upload to its pixels, which other uploads and a busy machine prolong."""
PROCESSOR_SECONDS = 2.0
"""A Raspberry Pi takes 1 s for a phone's picture of 12 megapixels."""
MAX_BYTES = 44_000_000
"""Memory for one picture, with its file twice, and without its result and a strip."""
BLOCK = 4096
"""Bytes that are decoded between two checks of the time."""
ROWS = 32
"""Rows of a strip, which are converted and shrunk between two checks."""
MAX_DECODED_SIDE = 16_384
"""Pixels. A strip has at least one row of the result, which is many rows of a wider picture."""
MAX_SCALE = 8
"""JPEGs can be decoded at 1/2, 1/4 and 1/8 of their size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An uploaded picture: upright pixels, uint8 BGR (h, w, 3), and the size that it was sent in.

    The longer side of `image` has at most `MAX_SIDE` pixels.
    """

    image: NDArray[np.uint8]
    width: int
    height: int

    def scale(self, frame_result: FrameResult) -> FrameResult:
        """Return a result for `image` in pixels of the picture as it was sent."""
        factor = max(self.width, self.height) / max(self.image.shape[:2])
        return pipeline.scale_result(frame_result, factor, self.width, self.height)


class Decoder:
    """Decodes in one thread. A request that waits too long is answered without the picture."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "picture-decoder")

    def read(self, data: bytes, name: str) -> Picture:
        """Return the JPEG or PNG in memory; `name` identifies it in messages.

        Raises PictureError ("NAME: reason"), and VisionBusy after `ANSWER_SECONDS`.
        """
        gave_up = threading.Event()
        decoded = self._thread.submit(_read, data, gave_up)
        try:
            return decoded.result(ANSWER_SECONDS)
        except PictureError as error:
            raise PictureError(f"{name}: {error}") from error
        except TimeoutError as error:
            gave_up.set()
            decoded.cancel()
            raise VisionBusy("too busy for another picture; try again in a few seconds") from error


class _Watched(io.BytesIO):
    """A picture in memory whose `read` ends decoding when it has taken too long."""

    def __init__(self, data: bytes, gave_up: threading.Event) -> None:
        super().__init__(data)
        self._gave_up = gave_up
        self._end = time.thread_time() + PROCESSOR_SECONDS

    def read(self, size: int | None = -1) -> bytes:
        self.check()
        return super().read(size)

    def check(self) -> None:
        """Raise PictureError when nobody waits any more, or too much work has been done."""
        if self._gave_up.is_set() or time.thread_time() > self._end:
            raise PictureError(f"takes more than {PROCESSOR_SECONDS:g} s to decode")


def _read(data: bytes, gave_up: threading.Event) -> Picture:
    encoded = _read_header(data)
    scale = _scale(encoded)
    with images.decoding(), _Watched(encoded.data, gave_up) as file:
        stored = _decode(file, encoded, scale)
    width, height = encoded.width, encoded.height
    if images.is_on_its_side(encoded.orientation):
        width, height = height, width
    upright = images.upright(Image.fromarray(stored), encoded.orientation)
    return Picture(np.array(upright), width, height)


def _read_header(data: bytes) -> Encoded:
    if not data:
        raise PictureError("empty file")
    if data.startswith(jpeg.SIGNATURE):
        encoded = jpeg.read_header(data)
    elif data.startswith(png.SIGNATURE):
        encoded = png.read_header(data)
    else:
        raise PictureError("not a JPEG or PNG picture")
    images.check_size(encoded.width, encoded.height)
    return encoded


def _scale(encoded: Encoded) -> int:
    """Return by what a picture is shrunk while it is decoded. Raises PictureError if too large."""
    longest = max(encoded.width, encoded.height)
    scale = 1
    if encoded.format == "JPEG":
        while scale < MAX_SCALE and (
            longest >= 2 * scale * MAX_SIDE
            or (_bytes(encoded, scale) > MAX_BYTES and longest >= scale * MAX_SIDE)
        ):
            scale *= 2
    if _bytes(encoded, scale) > MAX_BYTES or longest > scale * MAX_DECODED_SIDE:
        raise PictureError(
            f"{encoded.width} x {encoded.height} pixels: too large to decode within "
            f"{MAX_BYTES // 1_000_000} MB: send a smaller one, or a JPEG that is not progressive"
        )
    return scale


def _bytes(encoded: Encoded, scale: int) -> int:
    pixels = math.ceil(encoded.width / scale) * math.ceil(encoded.height / scale)
    return pixels * encoded.pixel_bytes + encoded.buffered + 2 * len(encoded.data)


def _decode(file: _Watched, encoded: Encoded, scale: int) -> NDArray[np.uint8]:
    """Return the picture as it is stored, BGR, with at most `MAX_SIDE` pixels on a side."""
    try:
        with Image.open(file, formats=[encoded.format]) as image:
            image.draft(None, (encoded.width // scale, encoded.height // scale))
            if isinstance(image, ImageFile.ImageFile):
                image.decodermaxblock = BLOCK
            image.load()
            return _shrink(image, file)
    except images.DAMAGE_ERRORS as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"truncated or damaged: {error}") from error


def _shrink(image: Image.Image, file: _Watched) -> NDArray[np.uint8]:
    """Convert to BGR and shrink, strip by strip, as if it were done at once."""
    factor = max(1.0, max(image.size) / MAX_SIDE)
    width, height = (max(1, round(side / factor)) for side in image.size)
    small = np.empty((height, width, 3), np.uint8)
    step = image.height / height
    count = max(1, int(ROWS / step))
    for row in range(0, height, count):
        file.check()
        end = min(row + count, height)
        # The filter reaches for one row more on each side.
        above, below = max(0, row - 1), min(end + 1, height)
        first, last = above * step, min(below * step, image.height)
        top, bottom = math.floor(first), min(math.ceil(last), image.height)
        strip = images.to_rgb(image.crop((0, top, image.width, bottom)))
        box = (0, first - top, image.width, last - top)
        shrunk = strip.resize((width, below - above), Image.Resampling.BILINEAR, box)
        small[row:end] = np.asarray(shrunk)[row - above : end - above, :, ::-1]
    return small
