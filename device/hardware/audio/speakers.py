"""The sound devices of this machine, by the names that SDL gives them."""

from __future__ import annotations

import logging

from device.errors import AudioError
from device.system.stderr import silenced

log = logging.getLogger(__name__)


def speaker_names() -> list[str]:
    """Return the values that `[sound] device` may have here. Raises AudioError.

    This initialises SDL's audio for good: call it in a process that does nothing else.
    """
    from pygame import _sdl2
    from pygame._sdl2 import audio

    try:
        with silenced(log):
            _sdl2.init_subsystem(_sdl2.INIT_AUDIO)
            return list(audio.get_audio_device_names(False))
    except RuntimeError as error:  # the builtin of both errors that pygame has here
        raise AudioError(f"the sound devices cannot be listed: {error}") from error
