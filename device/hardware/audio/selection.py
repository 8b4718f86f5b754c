"""Which sound device the configuration and the machine ask for."""

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
    """Open the sound device; where there is none, or it fails, one that says so and is silent.

    Sound that is switched off opens nothing. Else the answer looks for devices that come and go.
    """
    if not config.enabled:
        return SilentAudio("switched off")
    return HotplugAudio(lambda outlets: connect(config, outlets), lambda: find_outlets(os.environ))


def connect(config: SoundConfig, outlets: tuple[str, ...]) -> Audio:
    """Open the configured device on a machine with these outlets, else a silent one."""
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
