"""Sound: pieces of music, one over the other as they change, and short sounds over them."""

from device.errors import AudioError
from device.hardware.audio.base import Audio, Playback
from device.hardware.audio.fake import FakeAudio
from device.hardware.audio.hotplug import HotplugAudio
from device.hardware.audio.mixer import PygameAudio
from device.hardware.audio.outlet import find_outlets
from device.hardware.audio.selection import open_audio
from device.hardware.audio.silent import SilentAudio
from device.hardware.audio.speakers import speaker_names

__all__ = [
    "Audio",
    "AudioError",
    "FakeAudio",
    "HotplugAudio",
    "Playback",
    "PygameAudio",
    "SilentAudio",
    "find_outlets",
    "open_audio",
    "speaker_names",
]
