"""Decodes a music file block by block in the mixer's format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from device.hardware.audio.decoder import open_decoder
from device.hardware.audio.downmix import to_stereo

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE, CHANNELS = 44_100, 2
BUFFER = 1024
"""Frames that the mixer makes at a time: 23 ms, short enough for a smooth fade."""
MAX_SAMPLE = 32_767


class MusicFile:
    """A music file, as 16-bit stereo at 44.1 kHz whatever it holds, as loud as its tags ask for.

    It begins at `start` seconds. `seconds` is its length, 0 if unknown. Raises AudioError when it
    cannot be read.
    """

    def __init__(self, path: Path, start: float = 0.0) -> None:
        self._decoder = open_decoder(path)
        if start > 0.0:
            self._decoder.skip_to(start)
        self.seconds = self._decoder.seconds
        self.starts_at_once = self._decoder.starts_at_once
        rate = self._decoder.rate
        self._resampler = (
            None if rate == RATE else soxr.ResampleStream(rate, RATE, CHANNELS, dtype="float32")
        )
        self._remainder: NDArray[np.float32] = np.empty((0, CHANNELS), np.float32)
        self._ended = False

    def read(self, frames: int) -> bytes:
        """Return the next `frames` frames; fewer at the end, b"" after it.

        Raises AudioError when the file is damaged or has been removed.
        """
        parts = [self._remainder]
        while not self._ended and sum(map(len, parts)) < frames:
            parts.append(self._decode(frames))
        joined = np.concatenate(parts)
        self._remainder = joined[frames:]
        samples = np.rint(np.clip(joined[:frames], -1.0, 1.0) * MAX_SAMPLE)
        return bytes(samples.astype("<i2").tobytes())

    def measure(self) -> float:
        """Return the length in seconds, 0 if unknown. It may take a second. Raises AudioError."""
        self.seconds = self._decoder.measure()
        return self.seconds

    def close(self) -> None:
        """Close the file."""
        self._decoder.close()

    def _decode(self, frames: int) -> NDArray[np.float32]:
        read = self._decoder.read(frames)
        self._ended = len(read) < frames
        both = to_stereo(read, vorbis_order=self._decoder.vorbis_order)
        if self._decoder.gain != 1.0:
            both = both * np.float32(self._decoder.gain)
        if self._resampler is None:
            return both
        resampled: NDArray[np.float32] = self._resampler.resample_chunk(
            np.ascontiguousarray(both), last=self._ended
        )
        return resampled
