"""A real sound device, through pygame's mixer (SDL_mixer)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from device.audio.hush import hushed
from device.audio.port import Audio
from device.errors import AudioError

if TYPE_CHECKING:
    from pathlib import Path

    from pygame.mixer import Sound

log = logging.getLogger(__name__)

RATE = 44_100
BUFFER = 1024
"""Samples that the mixer makes at a time: 23 ms, few enough for a smooth fade."""


class PygameAudio(Audio):
    """Plays through the device that SDL names `device`, the default one if that is empty.

    The device is opened by `open` or by the first thing that plays.
    """

    def __init__(self, device: str = "", name: str = "sound") -> None:
        self.name = name
        self.fault = ""
        self._device = device
        self._sounds: dict[Path, Sound] = {}

    def open(self) -> None:
        """Open the device unless it is open. Raises AudioError, and keeps it in `fault`."""
        import pygame

        if pygame.mixer.get_init():
            return
        device, noise = self._device or None, list[str]()
        try:
            with hushed(noise):
                pygame.mixer.init(RATE, -16, 2, BUFFER, devicename=device)
        except pygame.error as error:
            self.fault = f"{device or self.name} cannot be opened: {error}"
            raise AudioError(self.fault) from error
        finally:
            for line in noise:
                log.debug("%s", line)
        self.fault = ""

    def play(self, path: Path, gain: float) -> None:
        """Stream a file; see `Audio.play`."""
        import pygame

        self.open()
        try:
            pygame.mixer.music.load(str(path))
            pygame.mixer.music.set_volume(gain)
            pygame.mixer.music.play()
        except (pygame.error, OSError) as error:
            raise AudioError(f"{path}: {error}") from error

    def set_gain(self, gain: float) -> None:
        """Set how loud the music is, in the mixer's 128 steps."""
        import pygame

        if pygame.mixer.get_init():
            pygame.mixer.music.set_volume(gain)

    @property
    def playing(self) -> bool:
        """Whether the mixer still plays the piece."""
        import pygame

        return bool(pygame.mixer.get_init()) and pygame.mixer.music.get_busy()

    def stop(self) -> None:
        """Stop the music and close its file, so that a stick with music can be taken out."""
        import pygame

        if pygame.mixer.get_init():
            pygame.mixer.music.stop()
            pygame.mixer.music.unload()

    def play_sound(self, path: Path, gain: float) -> float:
        """Play a file that is kept in memory from its first use on; return its seconds."""
        import pygame

        self.open()
        try:
            sound = self._sounds.get(path)
            if sound is None:
                sound = self._sounds[path] = pygame.mixer.Sound(str(path))
        except (pygame.error, OSError) as error:
            raise AudioError(f"{path}: {error}") from error
        sound.set_volume(gain)
        sound.play()
        return float(sound.get_length())

    def close(self) -> None:
        """Stop everything and let go of the device."""
        import pygame

        self._sounds.clear()
        pygame.mixer.quit()
