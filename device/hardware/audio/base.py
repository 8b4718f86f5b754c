"""What a sound device is to the kiosk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Playback(ABC):
    """A piece of music that was started. Gains are linear amplitudes in [0, 1].

    `seconds` is how long it is, 0 if its file does not say.
    """

    seconds: float = 0.0

    @abstractmethod
    def set_gain(self, gain: float) -> None:
        """Set how loud it is."""

    @property
    @abstractmethod
    def playing(self) -> bool:
        """Whether it has neither ended nor been stopped."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it at once and let go of its file, so that a stick with music can be taken out."""


class Audio(ABC):
    """Plays music and short sounds; no call waits for sound to end.

    Gains are linear amplitudes in [0, 1]. `name` says which device it is, `fault` why nothing can
    be heard (empty while all is well).
    """

    name: str = "sound"
    fault: str = ""

    @abstractmethod
    def play(self, path: Path, gain: float) -> Playback:
        """Play a music file from its start, over whatever else plays.

        Raises AudioError. If `fault` is empty then, it is the file that cannot be played.
        """

    @abstractmethod
    def play_sound(self, path: Path, gain: float) -> float:
        """Play a short sound over the music; return its seconds. Raises AudioError as `play`."""

    def check(self, now: float) -> bool:  # noqa: ARG002 (the port asks)
        """Look after the device; call it often. True if it was changed, which stops the music."""
        return False

    @abstractmethod
    def close(self) -> None:
        """Stop everything and let go of the device."""
