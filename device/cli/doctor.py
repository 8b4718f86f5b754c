"""`moodlift doctor`: check everything the kiosk needs, and report what is missing."""

from __future__ import annotations

import os
import platform
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device import __version__, images
from device.errors import AudioError, MoodliftError
from device.hardware.audio import open_audio
from device.hardware.audio.musicfile import BUFFER, MusicFile
from device.hardware.board import LinuxBoard, Reading
from device.hardware.camera.source import open_camera
from device.hardware.display import open_display
from device.messages import Frame, Level
from device.models.store import candidates
from device.music import Library
from device.system.paths import ASSETS, state_directory
from device.system.worker import Worker
from device.vision import model_loader
from device.vision.detector import Detector
from device.vision.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from device.config.schema import CameraConfig, Config
    from device.config.settings import Settings

SAMPLE = ASSETS / "clip" / "face.png"
CAMERA_SECONDS = 10.0
MARKS = {Level.OK: "ok", Level.DEGRADED: "note", Level.FAILED: "FAIL", Level.OFF: "off"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    level: Level
    part: str
    message: str


def doctor(settings: Settings) -> int:
    """Print a line per check; return 1 if any of them failed, else 0."""
    print(f"moodlift {__version__} on {platform.platform()}, Python {platform.python_version()}")
    failed = False
    for check in checks(settings):
        print(f"{MARKS[check.level]:>5}  {check.part:8} {check.message}", flush=True)
        failed = failed or check.level is Level.FAILED
    return int(failed)


def checks(settings: Settings) -> Iterator[Check]:
    """Run every check, one after the other."""
    yield _config(settings)
    functions: dict[str, Callable[[Config], Check]] = {
        "vision": _vision,
        "camera": _camera,
        "screen": _screen,
        "sound": _sound,
        "music": _music,
        "page": _page,
        "state": _state,
    }
    for part, check in functions.items():
        try:
            yield check(settings.config)
        except MoodliftError as error:
            yield Check(Level.FAILED, part, str(error))


def _config(settings: Settings) -> Check:
    if settings.fault:
        return Check(Level.FAILED, "config", settings.fault)
    if settings.warnings:
        return Check(Level.DEGRADED, "config", "\n".join(settings.warnings))
    return Check(Level.OK, "config", "OK")


def _vision(config: Config) -> Check:
    classifier, bundle, faults = model_loader.load(candidates(config.vision.model))
    vision = Pipeline(Detector(), classifier)
    frame_result = vision.detect_still(Frame(images.read(SAMPLE, str(SAMPLE)), 1, 0.0))
    if len(frame_result.faces) != 1 or frame_result.faces[0].emotion != "happy":
        return Check(Level.FAILED, "vision", f"{SAMPLE.name}: the happy face is not recognised")
    accuracy = bundle.accuracy or 0.0
    words = f"{bundle.path.name} ({accuracy:.1%} on FER2013), {frame_result.timings.total:.0f} ms"
    if faults:
        return Check(Level.DEGRADED, "vision", f"{words}; not used: {faults}")
    return Check(Level.OK, "vision", words)


def _camera(config: Config) -> Check:
    # A camera may block for ever; its thread then ends with the command.
    results: list[Check] = []
    thread = Worker(lambda: results.append(_read_frame(config.camera)), name="camera")
    thread.start()
    thread.join(CAMERA_SECONDS)
    if results:
        return results[0]
    return Check(Level.FAILED, "camera", f"no picture within {CAMERA_SECONDS:.0f} s")


def _read_frame(config: CameraConfig) -> Check:
    try:
        with open_camera(config) as camera:
            height, width = camera.read().shape[:2]
            return Check(Level.OK, "camera", f"{camera.name}, {width}x{height}")
    except MoodliftError as error:
        return Check(Level.FAILED, "camera", str(error))


def _screen(config: Config) -> Check:
    display = open_display(config.stage, "auto")
    try:
        level = Level.DEGRADED if display.description.startswith("offscreen") else Level.OK
        return Check(level, "screen", display.description)
    finally:
        display.close()


def _sound(config: Config) -> Check:
    audio = open_audio(config.sound)
    try:
        level = Level.DEGRADED if audio.name.startswith("silent") else Level.OK
        return Check(level, "sound", audio.name)
    finally:
        audio.close()


def _music(config: Config) -> Check:
    if not config.sound.enabled:
        return Check(Level.OFF, "music", "switched off")
    library = Library(config.sound.music_folder)
    tracks = {path for name in library.playlists() for path in library.tracks(name, 0.0)}
    faults = list(filter(None, map(_fault_of, sorted(tracks))))
    words = [f"{len(tracks) - len(faults)} pieces", library.fault, library.unplayable, *faults]
    level = Level.DEGRADED if any(words[1:]) else Level.OK
    return Check(level, "music", "\n".join(filter(None, words)))


def _fault_of(track: Path) -> str:
    """Return why the start of a piece cannot be played, "" if it can."""
    try:
        file = MusicFile(track)
        try:
            file.read(BUFFER)
        finally:
            file.close()
    except AudioError as error:
        return str(error)
    return ""


def _page(config: Config) -> Check:
    if not config.web.enabled:
        return Check(Level.OFF, "page", "switched off")
    where = f"port {config.web.port} on {config.web.host}"
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            config.web.host, config.web.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        words = f"{where}: {error.strerror} (is the kiosk running?)"
        return Check(Level.DEGRADED, "page", words)
    return Check(Level.OK, "page", f"{where} is free")


def _state(_: Config) -> Check:
    folder = state_directory()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        return Check(Level.DEGRADED, "state", f"{folder}: cannot be written")
    level, words = Reading(disk_free=LinuxBoard(folder).read().disk_free).health
    return Check(level, "state", f"{folder}: {words}")
