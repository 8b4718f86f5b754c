"""A real sound device, through pygame's mixer (SDL_mixer)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from device.errors import AudioError
from device.hardware.audio.base import Audio
from device.system.stderr import silenced

if TYPE_CHECKING:
    from pathlib import Path

    from pygame.mixer import Sound

    from device.hardware.audio.base import Playback

log = logging.getLogger(__name__)

MAX_PLAYBACKS = 3
"""Music files that may play at once, each on a reserved channel."""


class PygameAudio(Audio):
    """Plays through SDL's device of this name, or through the default device if it is "".

    The device is opened by `open`, or by the first sound.
    """

    def __init__(self, device: str = "", name: str = "sound") -> None:
        self.name = name
        self.fault = ""
        self._device = device
        self._sounds: dict[Path, Sound] = {}
        self._playbacks: dict[int, Playback] = {}

    def open(self) -> None:
        """Open the device unless it is open. Raises AudioError and sets `fault`."""
        import pygame

        # Also loads the decoders now: at the first track the stage would stand still.
        from device.hardware.audio.musicfile import BUFFER, CHANNELS, RATE

        if pygame.mixer.get_init():
            return
        device = self._device or None
        try:
            with silenced(log):
                pygame.mixer.init(RATE, -16, CHANNELS, BUFFER, devicename=device, allowedchanges=0)
                pygame.mixer.set_reserved(MAX_PLAYBACKS)
        except pygame.error as error:
            self.fault = f"{device or self.name} cannot be opened: {error}"
            raise AudioError(self.fault) from error
        self.fault = ""

    def play(self, path: Path, gain: float, start: float = 0.0) -> Playback:
        """Stream a file on its own channel; see `Audio.play`."""
        import pygame

        from device.hardware.audio.musicfile import MusicFile
        from device.hardware.audio.playback import ChannelPlayback

        self.open()
        number = next(filter(self._is_free, range(MAX_PLAYBACKS)), None)
        if number is None:
            raise AudioError(f"{path}: {MAX_PLAYBACKS} pieces play already")
        music_file = MusicFile(path, start)
        try:
            playback = ChannelPlayback(music_file, pygame.mixer.Channel(number), gain)
        except AudioError:
            music_file.close()
            raise
        self._playbacks[number] = playback
        return playback

    def play_sound(self, path: Path, gain: float) -> float:
        """Play a file, which is kept in memory afterwards; return its seconds."""
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
        """Stop everything and close the device."""
        import pygame

        for playback in self._playbacks.values():
            playback.stop()
        self._playbacks.clear()
        self._sounds.clear()
        pygame.mixer.quit()

    def _is_free(self, number: int) -> bool:
        """Return whether a channel plays nothing, and waits for nothing that starts."""
        import pygame

        playback = self._playbacks.get(number)
        return not (playback and playback.playing) and not pygame.mixer.Channel(number).get_busy()
