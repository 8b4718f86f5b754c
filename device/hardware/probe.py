"""Tests cameras and sound devices while the kiosk runs, in a process that may hang or crash."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import cv2

from device.config.stream_url import masked
from device.errors import AudioError, CameraError, MoodliftError, ProbeError, SandboxError
from device.hardware.audio import PygameAudio, find_outlets, speaker_names
from device.hardware.camera import picamera, usb
from device.hardware.camera.source import available, open_camera
from device.system import sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.config.schema import CameraConfig, Config, SoundConfig

Answer = TypeVar("Answer")

TIMEOUT_SECONDS = 8.0
"""Longest time that a test may take."""
WARM_UP_FRAMES = 5
"""First frames of a camera that are discarded, while it adjusts its exposure."""
JPEG_QUALITY = 85
_REASONS = {
    "crashed": "its driver crashed",
    "busy": "it could not be tried: the machine is too busy",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A camera or a sound device: its value in the configuration, and its name for people."""

    value: str
    name: str
    in_use: bool = False


class Probe:
    """Tests one device at a time, beside a kiosk that runs on `config`.

    `chime` is the sound file that `play` plays. Every method but `is_own` raises ProbeError with
    the reason in words.
    """

    def __init__(self, config: Config, chime: Path) -> None:
        self._camera, self._sound, self._chime = config.camera, config.sound, chime
        self._lock = threading.Lock()

    def cameras(self) -> list[Choice]:
        """Return the cameras that are connected."""
        return self._run(_list_cameras, self._camera.source)

    def speakers(self) -> list[Choice]:
        """Return the sound devices, the system's default first."""
        return self._run(_list_speakers, self._sound)

    def picture(self, source: str) -> bytes:
        """Return a picture from a camera that the kiosk does not use, as JPEG."""
        config = self._camera.model_copy(update={"source": source})
        return self._run(_take_picture, config, self._camera.source)

    def play(self, device: str) -> str:
        """Play the chime to its end on a device that the kiosk does not use; return its name.

        The volume is the configured one.
        """
        volume = min(self._sound.volume, self._sound.volume_cap)
        return self._run(_play_sound, device, self._chime, volume)

    def is_own(self, device: str) -> bool:
        """Return whether the kiosk itself plays on a sound device."""
        return self._sound.enabled and device == self._sound.device

    def _run(self, work: Callable[..., Answer], *arguments: object) -> Answer:
        if not self._lock.acquire(blocking=False):
            raise ProbeError("something else is being tried; wait a moment")
        try:
            return sandbox.call(work, arguments, TIMEOUT_SECONDS)
        except SandboxError as error:
            raise ProbeError(_REASONS.get(error.how, str(error))) from error
        except MoodliftError as error:
            raise ProbeError(str(error)) from error
        finally:
            self._lock.release()


def _list_cameras(own: str) -> list[Choice]:
    own = _resolve(own)
    found = [Choice("picamera2", f"Pi camera {model}".strip()) for model in picamera.models()[:1]]
    nodes = usb.devices()
    for node in nodes:
        # A name stays when the numbers change, but it may be another's, or a part of it.
        like = [other for other in nodes if node.name.lower() in other.name.lower()]
        value = f"usb:{node.name if node.name and len(like) == 1 else node.path}"
        found.append(Choice(value, f"{node.name} ({node.path})"))
    return [Choice(one.value, one.name, _resolve(one.value) == own) for one in found]


def _resolve(source: str) -> str:
    """Return a source in its canonical form, as `usb:/dev/video0`, with links resolved."""
    if source == "auto":
        source = available() or source
    kind, _, rest = source.partition(":")
    if kind != "usb":
        return source
    try:
        return f"usb:{os.path.realpath(usb.find(rest))}"
    except CameraError:
        return source  # not connected


def _take_picture(config: CameraConfig, own: str) -> bytes:
    if _resolve(config.source) == _resolve(own):
        raise CameraError("the kiosk is using it; its live picture is on the camera page")
    with open_camera(config) as camera:
        for _ in range(WARM_UP_FRAMES):
            camera.read()
        good, data = cv2.imencode(".jpg", camera.read(), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not good:
        raise CameraError(f"{masked(config.source)}: the picture cannot be encoded")
    return data.tobytes()


def _list_speakers(own: SoundConfig) -> list[Choice]:
    outlets = find_outlets(os.environ)
    if not outlets:
        return []
    found = [Choice("", f"the system's choice ({outlets[0]})")]
    found += [Choice(name, name) for name in speaker_names()]
    return [Choice(one.value, one.name, own.enabled and one.value == own.device) for one in found]


def _play_sound(device: str, chime: Path, volume: float) -> str:
    outlets = find_outlets(os.environ)
    if not outlets:
        raise AudioError("this machine has no sound device")
    audio = PygameAudio(device, device or outlets[0])
    try:
        seconds = audio.play_sound(chime, volume)
        time.sleep(seconds)
    finally:
        audio.close()
    return audio.name
