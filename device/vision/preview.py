"""The newest frame in memory that the eye and the kiosk share, for the live picture.

The kiosk makes the memory, so that it outlives an eye that is killed. Two slots are written in turn
under a sequence number each (a seqlock): a reader copies a slot, and takes the copy only if the
number was even and stayed the same.
"""

from __future__ import annotations

import contextlib
import struct
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, cast

import numpy as np

from device.messages import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT = 960, 960
"""The largest preview; a larger frame is shrunk by whole steps."""
_HEAD = struct.Struct("<QqdIIII")  # sequence, number, time, width, height, shrink, unused
_SEQUENCE = struct.Struct("<Q")
_SLOT = _HEAD.size + WIDTH * HEIGHT * 3
_WANTED = 64
"""Byte offset of the first slot; the first byte of the memory says whether somebody watches."""


class Preview:
    """Shared memory for preview frames: `Preview()` makes it, `Preview(name)` joins it."""

    def __init__(self, name: str | None = None) -> None:
        size = _WANTED + 2 * _SLOT
        self._memory = SharedMemory(name=name, create=name is None, size=size)
        self._owner = name is None
        self._turn = 0
        self.name = self._memory.name
        self._bytes = cast("memoryview", self._memory.buf)

    @property
    def wanted(self) -> bool:
        """Whether anybody wants frames; the eye writes none otherwise."""
        return bool(self._bytes[0])

    @wanted.setter
    def wanted(self, value: bool) -> None:
        self._bytes[0] = value

    def write(self, frame: Frame) -> None:
        """Publish a frame (by the eye alone)."""
        height, width = frame.image.shape[:2]
        shrink = max(1, -(-width // WIDTH), -(-height // HEIGHT))
        image = frame.image[::shrink, ::shrink]
        offset = self._begin(image, frame.number, frame.captured_at, shrink)
        self._pixels(offset, *image.shape[:2])[:] = image
        (sequence,) = _SEQUENCE.unpack_from(self._bytes, offset)
        _SEQUENCE.pack_into(self._bytes, offset, sequence + 1)
        self._turn = 1 - self._turn

    def read(self, taken: float | None = None) -> tuple[Frame, int] | None:
        """Return a copy of the newest whole frame, if any, and by how much it was shrunk.

        Or of the frame that was taken at `taken`, which is there until the second one after it.
        """
        heads = [_HEAD.unpack_from(self._bytes, _WANTED + i * _SLOT) for i in range(2)]
        for slot in sorted(range(2), key=lambda i: heads[i][2], reverse=True):
            sequence, number, time, width, height, shrink, _ = heads[slot]
            if not sequence or sequence & 1 or taken not in (None, time):
                continue
            offset = _WANTED + slot * _SLOT
            image = self._pixels(offset, height, width).copy()
            if _HEAD.unpack_from(self._bytes, offset)[0] == sequence:
                return Frame(image, number, time), shrink
        return None

    def close(self) -> None:
        """Leave the memory; the one who made it removes it."""
        with contextlib.suppress(BufferError):
            self._bytes.release()
            self._memory.close()
        if self._owner:
            with contextlib.suppress(FileNotFoundError):
                self._memory.unlink()

    def _begin(self, image: NDArray[np.uint8], number: int, time: float, shrink: int) -> int:
        """Mark the older slot as being written; return where it begins."""
        offset = _WANTED + self._turn * _SLOT
        sequence = _SEQUENCE.unpack_from(self._bytes, offset)[0] | 1
        height, width = image.shape[:2]
        _HEAD.pack_into(self._bytes, offset, sequence, number, time, width, height, shrink, 0)
        return offset

    def _pixels(self, offset: int, height: int, width: int) -> NDArray[np.uint8]:
        return np.ndarray(
            (height, width, 3), np.uint8, buffer=self._bytes, offset=offset + _HEAD.size
        )
