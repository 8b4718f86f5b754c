"""A sound device that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.audio.port import Audio

if TYPE_CHECKING:
    from pathlib import Path


class SilentAudio(Audio):
    """Takes every call and plays nothing; a piece of music lasts until it is stopped.

    `reason` says in words why, such as "no sound device".
    """

    def __init__(self, reason: str) -> None:
        self.name = f"silent: {reason}"
        self.fault = reason
        self._playing = False

    def play(self, path: Path, gain: float) -> None:  # noqa: ARG002
        """Pretend to play."""
        self._playing = True

    def set_gain(self, gain: float) -> None:
        """Do nothing."""

    @property
    def playing(self) -> bool:
        """Whether a real device would play now."""
        return self._playing

    def stop(self) -> None:
        """Pretend to stop."""
        self._playing = False

    def play_sound(self, path: Path, gain: float) -> float:  # noqa: ARG002
        """Play nothing, for no time."""
        return 0.0

    def close(self) -> None:
        """Pretend to stop."""
        self._playing = False
