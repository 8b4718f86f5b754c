"""What a sound device is to the kiosk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Playback(ABC):
    """A music file that is playing. Gains are linear amplitudes in [0, 1].

    `seconds` is the file's length, wherever it began, and 0 while it is unknown. A `damaged` file
    ends early.
    """

    seconds: float = 0.0
    damaged: bool = False

    @abstractmethod
    def set_gain(self, gain: float) -> None:
        """Set the gain."""

    @property
    @abstractmethod
    def playing(self) -> bool:
        """Whether it has neither ended nor been stopped."""

    @abstractmethod
    def stop(self) -> None:
        """Stop at once and close the file, so that a USB stick with music can be removed."""


class Audio(ABC):
    """A sound device that plays music and short sounds. No call waits for sound to end.

    Gains are linear amplitudes in [0, 1]. `name` is the device's name, `fault` the reason why it is
    silent ("" while it works).
    """

    name: str = "sound"
    fault: str = ""

    @abstractmethod
    def play(self, path: Path, gain: float, start: float = 0.0) -> Playback:
        """Play a music file from `start` seconds on, over everything else that plays.

        Raises AudioError; while `fault` is "", the file is to blame and not the device.
        """

    @abstractmethod
    def play_sound(self, path: Path, gain: float) -> float:
        """Play a short sound over the music; return its seconds. Raises AudioError as `play`."""

    def check(self, now: float) -> bool:  # noqa: ARG002 (the port asks)
        """Reopen the device if needed; call this often. True if it changed, which stops music."""
        return False

    @abstractmethod
    def close(self) -> None:
        """Stop everything and close the device."""
