"""The newest camera frames in memory that the kiosk shares with the vision worker.

The kiosk makes the memory and the lock. A worker that is killed while it holds the lock never
releases it, so each worker gets a lock of its own. Two slots are written in turn: the frame before
the newest stays, and a frame that a killed worker did not finish is never read.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import struct
import threading
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from device.messages import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Lock

    from numpy.typing import NDArray

WIDTH, HEIGHT = 960, 960
"""The largest preview; a larger frame is shrunk by whole steps."""
WRITE_SECONDS, READ_SECONDS = 0.005, 0.05
"""How long to wait for the lock. Copying a frame takes 1 ms on a Raspberry Pi, so the worker
drops a frame for the live view rather than wait for a reader that is slower."""
_HEAD = struct.Struct("<?7xdQIIQ")  # whole, captured_at, number, width, height, shrink
_SLOT = _HEAD.size + WIDTH * HEIGHT * 3
_OFFSETS = (64, 64 + _SLOT)
"""Where the slots begin. The first byte of the memory says whether anybody watches."""
_SPAWN = multiprocessing.get_context("spawn")


class PreviewHandle(NamedTuple):
    """The name of the memory and the lock: what a worker needs to join."""

    name: str
    lock: Lock


class Preview:
    """Shared memory for preview frames: `Preview()` makes it, `Preview(handle)` joins it."""

    def __init__(self, handle: PreviewHandle | None = None) -> None:
        size = _OFFSETS[-1] + _SLOT
        name = handle.name if handle else None
        self._memory = SharedMemory(name=name, create=handle is None, size=size)
        self._owner = handle is None
        self._lock = handle.lock if handle else _SPAWN.Lock()
        self._reading = threading.Lock()
        self._next_slot = 0
        self._bytes = cast("memoryview", self._memory.buf)

    def share(self) -> PreviewHandle:
        """Return what a new worker needs, with a new lock. The worker before it must have ended."""
        with self._reading:
            self._lock = _SPAWN.Lock()
        return PreviewHandle(self._memory.name, self._lock)

    @property
    def wanted(self) -> bool:
        """Whether anybody watches; the worker writes no frames otherwise."""
        return bool(self._bytes[0])

    @wanted.setter
    def wanted(self, value: bool) -> None:
        self._bytes[0] = value

    def write(self, frame: Frame) -> bool:
        """Publish a frame; for the worker alone, from one thread.

        Returns False when the frame is dropped because a reader holds the lock for longer than
        `WRITE_SECONDS`.
        """
        height, width = frame.image.shape[:2]
        shrink = max(1, -(-width // WIDTH), -(-height // HEIGHT))
        image = frame.image[::shrink, ::shrink]
        height, width = image.shape[:2]
        offset = _OFFSETS[self._next_slot]
        with self._locked(WRITE_SECONDS) as locked:
            if not locked:
                return False
            self._bytes[offset] = False
            pixels = self._pixels(offset, width, height)
            np.frombuffer(pixels, np.uint8).reshape(image.shape)[:] = image
            head = (True, frame.captured_at, frame.number, width, height, shrink)
            _HEAD.pack_into(self._bytes, offset, *head)
        self._next_slot = 1 - self._next_slot
        return True

    def read(self, captured_at: float | None = None) -> tuple[Frame, int] | None:
        """Return a copy of the newest frame and the factor by which it was shrunk.

        With `captured_at`, return the frame of exactly that time; it is there until the second
        frame after it. None where there is no such frame, or when the lock cannot be had within
        `READ_SECONDS`, as after a worker was killed while it wrote.
        """
        with self._reading, self._locked(READ_SECONDS) as locked:
            return self._copy(captured_at) if locked else None

    def close(self) -> None:
        """Leave the memory; its owner also removes it."""
        with self._reading, contextlib.suppress(BufferError):
            self._bytes.release()
            self._memory.close()
        if self._owner:
            with contextlib.suppress(FileNotFoundError):
                self._memory.unlink()

    @contextlib.contextmanager
    def _locked(self, seconds: float) -> Iterator[bool]:
        """Hold the lock inside the block; yield False when it cannot be had in time."""
        lock = self._lock
        locked = lock.acquire(timeout=seconds)
        try:
            yield locked
        finally:
            if locked:
                lock.release()

    def _copy(self, captured_at: float | None) -> tuple[Frame, int] | None:
        slots = [(_HEAD.unpack_from(self._bytes, offset), offset) for offset in _OFFSETS]
        fitting = [
            (captured, offset, rest)
            for (whole, captured, *rest), offset in slots
            if whole and captured_at in (None, captured)
        ]
        if not fitting:
            return None
        captured, offset, (number, width, height, shrink) = max(fitting)
        # Copied under the GIL, so that no other thread of the kiosk prolongs the hold.
        pixels = bytearray(self._pixels(offset, width, height))
        image: NDArray[np.uint8] = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
        return Frame(image, number, captured), shrink

    def _pixels(self, offset: int, width: int, height: int) -> memoryview:
        begin = offset + _HEAD.size
        return self._bytes[begin : begin + width * height * 3]
