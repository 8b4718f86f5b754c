"""A sound device for tests and demos, which records calls and fails on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from device.errors import AudioError
from device.hardware.audio.base import Audio, Playback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Call(NamedTuple):
    """One call: when, what (or "refused"), the file's name (or ""), the gain after it."""

    time: float
    what: str
    file: str
    gain: float


SOUND_SECONDS = 2.0


def _zero() -> float:
    return 0.0


@dataclass(eq=False)
class FakePlayback(Playback):
    """A playback that goes on until it is ended or stopped."""

    audio: FakeAudio
    file: str
    gain: float
    seconds: float
    playing: bool = True

    def set_gain(self, gain: float) -> None:
        """Record."""
        self.gain = gain
        self.audio.record("gain", self)

    def stop(self) -> None:
        """Record."""
        self.audio.record("stop", self)
        self.playing = False


@dataclass
class FakeAudio(Audio):
    """Records every call in `calls`; `clock` gives the times, `seconds` the length of each file.

    Put a file's name into `broken` to make it unplayable, set `fault` to make the device fail, call
    `end` to end the newest playback, and set `changed` to report another device at the next check.
    `starts` are the seconds into each file that was played, from which on it was.
    `playbacks` are those that play, the newest last; `file` and `gain` are the newest one's.
    """

    clock: Callable[[], float] = _zero
    name: str = "fake sound"
    fault: str = ""
    seconds: float = 0.0
    broken: set[str] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    changed: bool = False
    closed: bool = False
    _all: list[FakePlayback] = field(default_factory=list)

    @property
    def playbacks(self) -> list[FakePlayback]:
        """The playbacks that have not ended."""
        return [playback for playback in self._all if playback.playing]

    @property
    def file(self) -> str:
        """The name of the newest playback's file, or ""."""
        return self.playbacks[-1].file if self.playbacks else ""

    @property
    def gain(self) -> float:
        """The newest playback's gain, 0 without one."""
        return self.playbacks[-1].gain if self.playbacks else 0.0

    def play(self, path: Path, gain: float, start: float = 0.0) -> Playback:
        """Record, or raise AudioError if set to fail."""
        self._check_playable(path)
        playback = FakePlayback(self, path.name, gain, self.seconds)
        self.starts.append(start)
        self._all.append(playback)
        self.record("play", playback)
        return playback

    def play_sound(self, path: Path, gain: float) -> float:
        """Record a sound of `SOUND_SECONDS`, or raise AudioError if set to fail."""
        self._check_playable(path)
        self.calls.append(Call(self.clock(), "sound", path.name, gain))
        return SOUND_SECONDS

    def check(self, now: float) -> bool:  # noqa: ARG002 (the port asks)
        """Return True once after `changed` was set."""
        changed, self.changed = self.changed, False
        if changed:
            self._stop_all()
        return changed

    def close(self) -> None:
        """Record."""
        self.calls.append(Call(self.clock(), "close", "", 0.0))
        self._stop_all()
        self.closed = True

    def end(self) -> None:
        """End the newest playback, as at the end of its file."""
        for playback in self.playbacks[-1:]:
            playback.playing = False

    def record(self, what: str, playback: FakePlayback) -> None:
        """Record a call of a playback."""
        self.calls.append(Call(self.clock(), what, playback.file, playback.gain))

    def _stop_all(self) -> None:
        for playback in self.playbacks:
            playback.playing = False

    def _check_playable(self, path: Path) -> None:
        if not self.fault and path.name not in self.broken and path.exists():
            return
        self.calls.append(Call(self.clock(), "refused", path.name, 0.0))
        raise AudioError(self.fault or f"{path.name}: cannot be played")
