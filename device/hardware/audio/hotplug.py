"""A sound device that may be connected and removed while the kiosk runs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from device.hardware.audio.base import Audio

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.hardware.audio.base import Playback

log = logging.getLogger(__name__)

CHECK_SECONDS = 5.0
"""Seconds between two checks of the outputs."""

RETRY_SECONDS = 30.0
"""Seconds between two attempts to open a device that is present but fails."""


class HotplugAudio(Audio):
    """Plays through the device that `connect` opens; connects again when `outlets` changes.

    `connect` takes the outlets and returns a device, or a silent one. It never raises.
    """

    def __init__(
        self,
        connect: Callable[[tuple[str, ...]], Audio],
        outlets: Callable[[], tuple[str, ...]],
    ) -> None:
        self._connect = connect
        self._outlets = outlets
        self._known_outlets = outlets()
        self._audio = connect(self._known_outlets)
        self._checked_at: float | None = None
        self._opened_at: float | None = None
        self._log_device()

    # Attributes of the port, but read from the present device and never set.
    @property
    def name(self) -> str:  # type: ignore[override]  # it changes
        """The name of the present device."""
        return self._audio.name

    @property
    def fault(self) -> str:  # type: ignore[override]  # it changes
        """The fault of the present device."""
        return self._audio.fault

    def check(self, now: float) -> bool:
        """Check every `CHECK_SECONDS` whether the outlets changed; see `Audio.check`."""
        if self._checked_at is None or self._opened_at is None:
            self._checked_at = self._opened_at = now
        if now - self._checked_at < CHECK_SECONDS:
            return False
        self._checked_at = now
        found = self._outlets()
        stuck = bool(self._audio.fault and found) and now - self._opened_at >= RETRY_SECONDS
        if found == self._known_outlets and not stuck:
            return False
        self._known_outlets, self._opened_at = found, now
        previous = self._audio.name
        self._audio.close()
        self._audio = self._connect(found)
        if self._audio.name != previous:
            self._log_device()
        return True

    def play(self, path: Path, gain: float, start: float = 0.0) -> Playback:
        """Play on the present device."""
        return self._audio.play(path, gain, start)

    def play_sound(self, path: Path, gain: float) -> float:
        """Play a sound on the present device; return its seconds."""
        return self._audio.play_sound(path, gain)

    def close(self) -> None:
        """Close the present device."""
        self._audio.close()

    def _log_device(self) -> None:
        level = logging.WARNING if self._audio.fault else logging.INFO
        log.log(level, "sound: %s", self._audio.name)
