"""`moodlift doctor`: check on the spot what the kiosk needs, and say in words what is missing."""

from __future__ import annotations

import os
import platform
import shutil
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device import __version__, picture
from device.audio import open_audio
from device.camera.source import CameraSettings, open_camera
from device.display import open_display
from device.errors import MoodliftError
from device.eye import model
from device.eye.detector import Detector
from device.eye.vision import Vision
from device.messages import Frame, Level
from device.paths import ASSETS, state_directory

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.config import Config

SAMPLE = ASSETS / "clip" / "face.png"
MARKS = {Level.OK: "ok", Level.DEGRADED: "note", Level.FAILED: "FAIL", Level.OFF: "off"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    level: Level
    part: str
    words: str


def doctor(config: Config, config_fault: str) -> int:
    """Print a line per check; return 1 when something that the kiosk needs fails, else 0."""
    findings = examine(config, config_fault)
    print(f"moodlift {__version__} on {platform.platform()}, Python {platform.python_version()}")
    for finding in findings:
        print(f"{MARKS[finding.level]:>5}  {finding.part:8} {finding.words}")
    return int(any(finding.level is Level.FAILED for finding in findings))


def examine(config: Config, config_fault: str) -> list[Finding]:
    """Check everything, one after the other."""
    level = Level.FAILED if config_fault else Level.OK
    findings = [Finding(level, "config", config_fault or "good")]
    checks: dict[str, Callable[[Config], Finding]] = {
        "vision": _vision,
        "camera": _camera,
        "screen": _screen,
        "sound": _sound,
        "page": _page,
        "state": _state,
    }
    for part, check in checks.items():
        try:
            findings.append(check(config))
        except MoodliftError as error:
            findings.append(Finding(Level.FAILED, part, str(error)))
    return findings


def _vision(config: Config) -> Finding:
    classifier, bundle, faults = model.load(config.eye.model)
    vision = Vision(Detector(), classifier)
    sighting = vision.look(Frame(picture.read(SAMPLE, str(SAMPLE)), 1, 0.0))
    if len(sighting.faces) != 1 or sighting.faces[0].emotion != "happy":
        return Finding(Level.FAILED, "vision", f"{SAMPLE.name}: the happy face is not recognised")
    accuracy = bundle.metrics.get("private_test", {}).get("accuracy", 0.0)
    words = f"{bundle.path.name} ({accuracy:.1%} on FER2013), {sighting.timings.total:.0f} ms"
    if faults:
        return Finding(Level.DEGRADED, "vision", f"{words}; not used: {faults}")
    return Finding(Level.OK, "vision", words)


def _camera(config: Config) -> Finding:
    wanted = config.camera
    settings = CameraSettings(wanted.source, wanted.width, wanted.height, wanted.fps, wanted.rotate)
    with open_camera(settings) as camera:
        height, width = camera.read().shape[:2]
        return Finding(Level.OK, "camera", f"{camera.name}, {width}x{height}")


def _screen(config: Config) -> Finding:
    display = open_display(config.stage, "auto")
    try:
        level = Level.DEGRADED if display.name.startswith("offscreen") else Level.OK
        return Finding(level, "screen", display.name)
    finally:
        display.close()


def _sound(config: Config) -> Finding:
    audio = open_audio(config.sound)
    try:
        level = Level.DEGRADED if audio.name.startswith("silent") else Level.OK
        return Finding(level, "sound", audio.name)
    finally:
        audio.close()


def _page(config: Config) -> Finding:
    address = (config.web.host, config.web.port)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            words = f"port {address[1]} on {address[0]}: {error.strerror} (is the kiosk running?)"
            return Finding(Level.DEGRADED, "page", words)
    return Finding(Level.OK, "page", f"port {address[1]} on {address[0]} is free")


def _state(_: Config) -> Finding:
    folder = state_directory()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK):
        return Finding(Level.DEGRADED, "state", f"{folder}: cannot be written")
    free = shutil.disk_usage(there).free / 2**20
    level = Level.DEGRADED if free < 200 else Level.OK
    return Finding(level, "state", f"{folder}, {free:,.0f} MiB free")
