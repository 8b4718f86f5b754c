"""Decodes music files: with libsndfile, or else with the program ffmpeg where it is installed."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from device.errors import AudioDamaged, AudioError
from device.hardware.audio import kinds, mp3, ogg, tags

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MAX_SECONDS = 100_000.0
"""A file that says that it is longer does not know its length."""
SHORTEST_SHARE = 0.95
"""A file that ends before this share of its length was cut off."""
LONGEST_BY_GUESS = 24
"""The highest rate of an MP3 frame is 20 times the lowest."""
FFMPEG_RATE = 44_100
_FRAME_BYTES = 8
_TAIL = 128
_MAX_MESSAGES = 65_536
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d\.\d+)")
_TAG = re.compile(r"^\s*((?:replaygain|r128)_track_\w+)\s*: *(\S.*)$", re.IGNORECASE | re.MULTILINE)
_NATIVE = (b"OggS", b"fLaC", b"RIFF", b"FORM", b"caff")
"""How files begin that libsndfile knows: most that it refuses are damaged."""
_FOREIGN = (b"ftyp", b"\x8e\x66\xcf\x11")
"""What stands in bytes 4 to 8 of MPEG-4 and Windows Media files, whatever their names."""


class Decoder(ABC):
    """An open music file.

    `rate` is in frames per second, `gain` the factor that its tags ask for, `seconds` its length
    (0 if unknown). `starts_at_once` is whether its first block is read without waiting.
    """

    rate: int
    seconds: float
    gain: float = 1.0
    vorbis_order: bool = False
    starts_at_once: bool = True

    @abstractmethod
    def read(self, frames: int) -> NDArray[np.float32]:
        """Return the next samples (frames, channels); fewer than `frames` only at the end.

        Raises AudioDamaged, or AudioError when the file has been removed.
        """

    def skip_to(self, seconds: float) -> None:  # noqa: B027 (not every kind can)
        """Go on at a place, before the first `read`. What cannot seek begins at its start."""

    def measure(self) -> float:
        """Return the length in seconds, 0 if unknown. It may take a second."""
        return self.seconds

    @abstractmethod
    def close(self) -> None:
        """Close the file."""


def open_decoder(path: Path) -> Decoder:
    """Open a music file. Raises AudioError when it cannot be read or is of no known kind."""
    try:
        path.stat()
        return SndfileDecoder(path)
    except OSError as error:
        raise AudioError(f"{path}: {error.strerror}") from error
    except soundfile.LibsndfileError as error:
        reason = error.error_string.rstrip(".")
        head = _head(path)
        program = kinds.ffmpeg()
        if program and head:
            # What libsndfile should know is damaged, or of a rare kind: ask before it is played.
            return FfmpegDecoder(program, path, check=head.startswith(_NATIVE))
        if head[4:8] in _FOREIGN:
            words = f"{path}: of a kind that can be played only where ffmpeg is installed"
            raise AudioError(words) from error
        raise AudioDamaged(f"{path}: damaged: {reason}") from error


class _ForwardFile(soundfile.SoundFile):  # type: ignore[misc]  # it has no types
    """After each read of a seekable file, soundfile seeks: in an MP3 that clicks."""

    def seekable(self) -> bool:
        return False


class SndfileDecoder(Decoder):
    """Decodes OGG, Opus, MP3, FLAC, WAV, AIFF. Raises LibsndfileError for others, and OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _ForwardFile(path)
        self.rate = self._file.samplerate
        self.seconds = self._file.frames / self.rate
        self._has_length = 0.0 < self.seconds < MAX_SECONDS
        self._whole: WholeFile | None = None
        start = mp3.start_without_length(path) if self._file.format == "MP3" else None
        if start is not None:
            self._file.close()
            self._whole = WholeFile(path, start)
            self._file = _ForwardFile(self._whole)
            self._has_length = False
        if not self._has_length:
            self.seconds = 0.0
        self.gain = tags.replay_gain(path)
        self.vorbis_order = self._file.format == "OGG"
        self._streams: list[int] | None = None
        self._frames = 0

    def read(self, frames: int) -> NDArray[np.float32]:
        """Return the next samples; see `Decoder.read`."""
        try:
            samples: NDArray[np.float32] = self._file.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            reason = error.error_string.rstrip(".")
            raise AudioDamaged(f"{self._path}: damaged: {reason}") from error
        except OSError as error:
            raise AudioError(f"{self._path}: {error.strerror or error}") from error
        if self._whole and self._whole.fault:
            raise AudioError(f"{self._path}: {self._whole.fault}")
        self._frames += len(samples)
        if len(samples) < frames:
            if self._open_next_stream():
                return np.concatenate((samples, self.read(frames - len(samples))))
            self._check_length()
        return samples

    def skip_to(self, seconds: float) -> None:
        """Go on at a place of a file that knows its length; see `Decoder.skip_to`."""
        if self._has_length and seconds < self.seconds:
            with contextlib.suppress(soundfile.LibsndfileError):
                self._frames = self._file.seek(round(seconds * self.rate))

    def measure(self) -> float:
        """Return the length; that of an MP3 file that does not say it is counted."""
        try:
            if self._file.format == "MP3" and self._whole and not self.seconds:
                self.seconds = mp3.seconds_of(self._path)
            elif self.vorbis_order and self._find_streams():
                self.seconds = 0.0  # it is the first stream's
        except OSError as error:
            raise AudioError(f"{self._path}: {error.strerror}") from error
        return self.seconds

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        if self._whole:
            self._whole.close()

    def _find_streams(self) -> list[int]:
        """Return where the further streams of an Ogg file begin."""
        if self._streams is None:
            self._streams = list(ogg.streams(self._path))[1:]
            self._has_length = self._has_length and not self._streams
        return self._streams

    def _open_next_stream(self) -> bool:
        """Go on to the next stream of an Ogg file; return whether there is one like the first."""
        try:
            if not self.vorbis_order or not self._find_streams():
                return False
            whole = WholeFile(self._path, self._find_streams().pop(0), guess=1)
        except OSError as error:
            raise AudioError(f"{self._path}: {error.strerror}") from error
        self.seconds = 0.0  # it was the first stream's
        kind = self._file.samplerate, self._file.channels
        self.close()
        self._whole = whole
        try:
            self._file = _ForwardFile(whole)
        except soundfile.LibsndfileError as error:
            reason = error.error_string.rstrip(".")
            raise AudioDamaged(f"{self._path}: damaged: {reason}") from error
        return kind == (self._file.samplerate, self._file.channels)

    def _check_length(self) -> None:
        """Raise AudioDamaged at the end of a file that says it is much longer."""
        heard = self._frames / self.rate
        if self._has_length and heard < SHORTEST_SHARE * self.seconds - 1.0:
            raise AudioDamaged(
                f"{self._path}: damaged: it ends after {heard:.0f} of {self.seconds:.0f} seconds"
            )


class WholeFile:
    """A file from `start` on, which claims to be longer than it is, `guess` times.

    So libsndfile, which ends an MP3 file where it guesses the end, reads all of it. The true end
    ends it. `fault` is why it cannot be read any more.
    """

    def __init__(self, path: Path, start: int, guess: int = LONGEST_BY_GUESS) -> None:
        self._file = path.open("rb")
        self._start = start
        self._size = self._file.seek(0, os.SEEK_END) - start
        self._claimed = guess * self._size
        self._place = 0
        self.fault = ""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place, as of a file."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._claimed}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        """Return the present place."""
        return self._place

    def read(self, size: int) -> bytes:
        """Return bytes; b"" at the end. The claimed end has the bytes of the true one (ID3v1)."""
        behind = self._claimed - self._place
        place = self._size - behind if behind <= _TAIL else self._place
        try:
            self._file.seek(self._start + max(0, place))
            data = self._file.read(size)
        except OSError as error:
            self.fault = error.strerror or str(error)
            return b""
        self._place += len(data)
        return data

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class FfmpegDecoder(Decoder):
    """Whatever the program ffmpeg can decode, as stereo."""

    rate = FFMPEG_RATE
    seconds = 0.0
    starts_at_once = False

    def __init__(self, program: str, path: Path, *, check: bool = False) -> None:
        self._path = path
        self._began = False
        self._first = b""
        # In memory: the disk may be full or read-only.
        self._messages = os.fdopen(os.memfd_create("ffmpeg"), "w+b")
        command = [program, "-hide_banner", "-nostdin", "-nostats", "-i", f"file:{path}"]
        command += ["-map", "0:a:0", "-f", "f32le", "-ac", "2", "-ar", str(self.rate), "pipe:1"]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._messages
            )
        except OSError as error:
            self._messages.close()
            raise AudioError(f"{path}: ffmpeg cannot be started: {error.strerror}") from error
        if check:
            try:
                self._first = self._take(_FRAME_BYTES)
            except AudioError:
                self.close()
                raise

    def read(self, frames: int) -> NDArray[np.float32]:
        """Return the next samples; see `Decoder.read`."""
        data = self._first + self._take(frames * _FRAME_BYTES - len(self._first))
        self._first = b""
        whole = len(data) // _FRAME_BYTES * _FRAME_BYTES
        return np.frombuffer(data[:whole], "<f4").reshape(-1, 2)

    def _take(self, size: int) -> bytes:
        """Return the next bytes that ffmpeg writes; fewer than `size` only at the end."""
        assert self._process.stdout
        data = self._process.stdout.read(size)
        if not self._began:
            self._began = True
            self._read_messages()
        if len(data) < size and self._process.wait():
            lines = self._text().strip().splitlines() or ["no reason given"]
            raise AudioDamaged(
                f"{self._path}: damaged, or of no kind that can be played: {lines[-1]}"
            )
        return data

    def _read_messages(self) -> None:
        """Find length and gain in the messages that ffmpeg prints before its first samples."""
        text = self._text()
        if match := _DURATION.search(text):
            hours, minutes, seconds = match.groups()
            self.seconds = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        self.gain = tags.gain_of({name.lower(): value for name, value in _TAG.findall(text)})

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()
        self._messages.close()

    def _text(self) -> str:
        return os.pread(self._messages.fileno(), _MAX_MESSAGES, 0).decode("utf-8", "replace")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError:
        return b""
