"""Sound: pieces of music, one over the other as they change, and short sounds over them."""

from device.audio.fake import FakeAudio
from device.audio.hotplug import HotplugAudio
from device.audio.mixer import PygameAudio
from device.audio.outlet import find_outlets
from device.audio.port import Audio, Piece
from device.audio.selection import open_audio
from device.audio.silent import SilentAudio
from device.audio.speakers import speaker_names
from device.errors import AudioError

__all__ = [
    "Audio",
    "AudioError",
    "FakeAudio",
    "HotplugAudio",
    "Piece",
    "PygameAudio",
    "SilentAudio",
    "find_outlets",
    "open_audio",
    "speaker_names",
]
