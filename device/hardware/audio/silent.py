"""Takes the place of a missing sound device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.hardware.audio.base import Audio, Playback

if TYPE_CHECKING:
    from pathlib import Path


class SilentPlayback(Playback):
    """Lasts until it is stopped."""

    def __init__(self) -> None:
        self._playing = True

    def set_gain(self, gain: float) -> None:
        """Do nothing."""

    @property
    def playing(self) -> bool:
        """Whether it has not been stopped."""
        return self._playing

    def stop(self) -> None:
        """Mark it as stopped."""
        self._playing = False


class SilentAudio(Audio):
    """Plays nothing. `reason` is why, e.g. "no sound device"."""

    def __init__(self, reason: str) -> None:
        self.name = f"silent: {reason}"
        self.fault = reason

    def play(
        self,
        path: Path,  # noqa: ARG002 (the port asks)
        gain: float,  # noqa: ARG002 (the port asks)
        start: float = 0.0,  # noqa: ARG002 (the port asks)
    ) -> Playback:
        """Return a silent playback."""
        return SilentPlayback()

    def play_sound(self, path: Path, gain: float) -> float:  # noqa: ARG002 (the port asks)
        """Play nothing; return 0 seconds."""
        return 0.0

    def close(self) -> None:
        """Do nothing."""
