"""The newest camera frames in memory that the kiosk shares with the vision worker.

The memory is an anonymous file, and so is its lock (flock(2)), which the kernel releases when a
worker is killed. Neither needs /dev/shm, which containers make small or read-only. Two slots are
written in turn: the frame before the newest stays, and a frame that a killed worker did not finish
is never read.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import struct
import threading
import time
from multiprocessing import reduction
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WIDTH, HEIGHT = 960, 960
"""The largest preview; a larger frame is shrunk by whole steps."""
WRITE_SECONDS, READ_SECONDS = 0.005, 0.05
"""How long to wait for the lock. Copying a frame takes 1 ms on a Raspberry Pi, so the worker
drops a frame for the live view rather than wait for a reader that is slower."""
PAUSE_SECONDS = 0.0005
"""Between two attempts to lock."""
_HEAD = struct.Struct("<?7xdQIIQ")  # whole, captured_at, number, width, height, shrink
_SLOT = _HEAD.size + WIDTH * HEIGHT * 3
_OFFSETS = (64, 64 + _SLOT)
"""Where the slots begin. The first byte of the memory says whether anybody watches."""
_SIZE = _OFFSETS[-1] + _SLOT


class PreviewHandle:
    """The memory's file: what a worker needs to join. It can be sent to a process being started."""

    def __init__(self, file: int) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return _receive, (reduction.DupFd(self.file),)


def _receive(sent: Any) -> PreviewHandle:
    return PreviewHandle(sent.detach())


class Preview:
    """Shared memory for preview frames: `Preview()` makes it, `Preview(handle)` joins it."""

    def __init__(self, handle: PreviewHandle | None = None) -> None:
        if handle is None:
            self._file = os.memfd_create("preview")
            os.truncate(self._file, _SIZE)
        else:
            # Opened once more: one that is only inherited would have the kiosk's lock.
            self._file = os.open(f"/proc/self/fd/{handle.file}", os.O_RDWR)
        self._threads = threading.Lock()
        self._next_slot = 0
        self._memory = mmap.mmap(self._file, _SIZE)
        self._bytes = memoryview(self._memory)

    def share(self) -> PreviewHandle:
        """Return what a new worker needs. The worker before it must have ended."""
        return PreviewHandle(self._file)

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
        with self._threads, self._locked(WRITE_SECONDS) as locked:
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
        `READ_SECONDS`.
        """
        with self._threads, self._locked(READ_SECONDS) as locked:
            return self._copy(captured_at) if locked else None

    def close(self) -> None:
        """Leave the memory, which is gone with the last who has it."""
        with self._threads:
            with contextlib.suppress(BufferError):
                self._bytes.release()
                self._memory.close()
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    @contextlib.contextmanager
    def _locked(self, seconds: float) -> Iterator[bool]:
        """Hold the lock inside the block; yield False when it cannot be had in time."""
        end = time.monotonic() + seconds
        while not (locked := self._lock()) and time.monotonic() < end:
            time.sleep(PAUSE_SECONDS)
        try:
            yield locked
        finally:
            if locked:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _lock(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

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
