"""A sound device for tests and demos: an instrument that records and fails on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from device.audio.port import Audio
from device.errors import AudioError

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


@dataclass
class FakeAudio(Audio):
    """Keeps every call in `calls`; `clock` gives their times.

    Put a file's name into `broken` to make it unplayable, set `fault` to make the device fail, call
    `end` to let a piece end, and set `changed` to tell of another device at the next check.
    """

    clock: Callable[[], float] = _zero
    name: str = "fake sound"
    fault: str = ""
    broken: set[str] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    file: str = ""
    gain: float = 0.0
    changed: bool = False
    closed: bool = False

    def play(self, path: Path, gain: float) -> None:
        """Record, or raise AudioError as told."""
        self._refuse(path)
        self.file, self.gain = path.name, gain
        self._note("play")

    def set_gain(self, gain: float) -> None:
        """Record."""
        self.gain = gain
        self._note("gain")

    @property
    def playing(self) -> bool:
        """Whether a piece was started and not ended."""
        return bool(self.file)

    def stop(self) -> None:
        """Record."""
        self._note("stop")
        self.file = ""

    def play_sound(self, path: Path, gain: float) -> float:
        """Record a sound of `SOUND_SECONDS`, or raise AudioError as told."""
        self._refuse(path)
        self.calls.append(Call(self.clock(), "sound", path.name, gain))
        return SOUND_SECONDS

    def check(self, now: float) -> bool:  # noqa: ARG002
        """Tell, once, of a change that was asked for."""
        changed, self.changed = self.changed, False
        if changed:
            self.file = ""
        return changed

    def close(self) -> None:
        """Record."""
        self._note("close")
        self.file = ""
        self.closed = True

    def end(self) -> None:
        """Let the piece of music end by itself."""
        self.file = ""

    def _note(self, what: str) -> None:
        self.calls.append(Call(self.clock(), what, self.file, self.gain))

    def _refuse(self, path: Path) -> None:
        if not self.fault and path.name not in self.broken and path.exists():
            return
        self.calls.append(Call(self.clock(), "refused", path.name, 0.0))
        raise AudioError(self.fault or f"{path.name}: cannot be played")
