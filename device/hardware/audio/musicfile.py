"""Decodes a music file block by block in the mixer's format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soundfile
import soxr

from device.errors import AudioError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE, CHANNELS = 44_100, 2
BUFFER = 1024
"""Frames that the mixer makes at a time: 23 ms, short enough for a smooth fade."""
MAX_SAMPLE = 32_767


class _ForwardFile(soundfile.SoundFile):  # type: ignore[misc]  # it has no types
    """After each read of a seekable file, soundfile seeks: in an MP3 that clicks."""

    def seekable(self) -> bool:
        return False


class MusicFile:
    """An OGG, MP3, FLAC or WAV file, as 16-bit stereo at 44.1 kHz whatever it holds.

    `seconds` is its length. Raises AudioError when it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.stat()
            self._file = _ForwardFile(path)
        except (soundfile.LibsndfileError, OSError) as error:
            raise AudioError(f"{path}: {_reason(error)}") from error
        rate = self._file.samplerate
        self.seconds = self._file.frames / rate
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

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _decode(self, frames: int) -> NDArray[np.float32]:
        try:
            read = self._file.read(frames, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, OSError) as error:
            raise AudioError(f"{self._path}: {_reason(error)}") from error
        self._ended = len(read) < frames
        # Mono is played on both sides; of more than two channels, the first two.
        both = np.repeat(read, CHANNELS, axis=1) if read.shape[1] == 1 else read[:, :CHANNELS]
        if self._resampler is None:
            return both
        resampled: NDArray[np.float32] = self._resampler.resample_chunk(
            np.ascontiguousarray(both), last=self._ended
        )
        return resampled


def _reason(error: Exception) -> str:
    """Return an error's message without the path, which the caller adds."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(getattr(error, "error_string", error)).rstrip(".")
