"""Opens the sound device of the configuration."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from device.errors import AudioError
from device.hardware.audio.hotplug import HotplugAudio
from device.hardware.audio.mixer import PygameAudio
from device.hardware.audio.outlet import find_outlets
from device.hardware.audio.silent import SilentAudio

if TYPE_CHECKING:
    from device.config.schema import SoundConfig
    from device.hardware.audio.base import Audio


def open_audio(config: SoundConfig) -> Audio:
    """Open the sound device, or a silent one that reports why there is none.

    Disabled sound opens nothing. Otherwise devices may be connected and removed later.
    """
    if not config.enabled:
        return SilentAudio("switched off")
    return HotplugAudio(lambda outlets: connect(config, outlets), lambda: find_outlets(os.environ))


def connect(config: SoundConfig, outlets: tuple[str, ...]) -> Audio:
    """Open the configured device, or a silent one when it fails or there are no outlets."""
    if not outlets:
        return SilentAudio("no sound device")
    audio = PygameAudio(config.device, config.device or outlets[0])
    try:
        audio.open()
    except AudioError as error:
        return SilentAudio(str(error))
    except (ImportError, OSError) as error:
        return SilentAudio(f"what sound needs here is missing: {error}")
    return audio
