"""Makes everything that a kiosk has; what cannot be had is replaced, and the fault reported."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device import feedback, history, music, reactions, stage, web
from device.control.commands import CommandQueue
from device.control.status import Status
from device.deployment.models import Models
from device.deployment.monitor import DeploymentMonitor
from device.drift import DriftMonitor
from device.errors import ConfigError, DisplayError
from device.fleet.fleet import Fleet
from device.hardware import audio, display, gpio
from device.hardware.board import LinuxBoard
from device.hardware.probe import Probe
from device.kiosk.calm_faces import CalmFaces
from device.kiosk.part import Component
from device.kiosk.throttling import ThermalThrottle
from device.messages import Level
from device.models.store import candidates
from device.system.latest import Latest
from device.system.paths import state_directory
from device.vision.supervisor import Supervisor
from device.web.service import WebService

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.config.schema import Config, StageConfig
    from device.config.settings import Settings
    from device.hardware.display import Display, Mode
    from device.kiosk.part import Part
    from device.messages import FrameResult
    from device.system.health import HealthRegistry

    Report = Callable[[str, str], None]
    """Takes the name of what has a fault, and the fault in words."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """Everything that a kiosk has. `parts` are ticked in their order and closed in reverse."""

    vision: Supervisor
    deployment: DeploymentMonitor
    display: Display
    player: music.Player
    gpio: gpio.Gpio
    throttle: ThermalThrottle
    history: history.HistoryRecorder
    drift: DriftMonitor
    calm_faces: CalmFaces
    seen: Latest[FrameResult | None]
    feedback: feedback.FeedbackRecorder
    fleet: Fleet
    web: WebService
    stage: stage.Stage
    rules: tuple[reactions.Rule, ...]
    status: Latest[Status]
    commands: CommandQueue
    parts: tuple[Part, ...]


def build(
    config: Config, mode: Mode, settings: Settings, health: HealthRegistry, now: float
) -> Container:
    """Make everything; faults that the kiosk runs on with go to `health`.

    `now` is in monotonic seconds. Raises DisplayError when there is no picture even in memory.
    """

    def report(name: str, message: str) -> None:
        health.record(name, Level.FAILED, message, now)

    folder = state_directory()
    _report_settings(settings, report)
    # Vision first: its process takes a second to start, and does so while the rest is made.
    vision = Supervisor(config.camera, config.vision, candidates)
    vision.tick(now)
    models = Models(config.models, config.vision.model)
    deployment = DeploymentMonitor(models, vision)
    screen = open_display(config.stage, mode)
    player = music.Player(audio.open_audio(config.sound), config.sound)
    pins = gpio.open_gpio(config.gpio)
    throttle = ThermalThrottle(LinuxBoard(folder), vision, config.vision.max_rate)
    recorder = history.HistoryRecorder(config.history, folder)
    drift = DriftMonitor(folder, config.history.enabled)
    answers = feedback.FeedbackRecorder(config.feedback, folder)
    answers.start()
    calm_faces = CalmFaces(folder, config.mood.calibrate)
    seen: Latest[FrameResult | None] = Latest(None)
    status, commands = Latest(Status()), CommandQueue()
    services = web.KioskServices(
        status=status,
        frame_result=seen,
        preview=vision.preview,
        classify=vision.classify,
        commands=commands,
        history=recorder.path,
        viewers=config.web.viewers,
        blurred=config.web.blur_faces,
        settings=settings,
        probe=Probe(config, player.library.sound(music.CHIME)),
        feedback=answers,
        models=models,
        drift=drift,
    )
    page = WebService(config.web, services)
    fleet = Fleet(config.fleet, config.mqtt, status, commands, models, folder)
    return Container(
        vision=vision,
        deployment=deployment,
        display=screen,
        player=player,
        gpio=pins,
        throttle=throttle,
        history=recorder,
        drift=drift,
        calm_faces=calm_faces,
        seen=seen,
        feedback=answers,
        fleet=fleet,
        web=page,
        stage=open_stage(config.stage, report),
        rules=load_rules(config.reactions.file, player.library.playlists(), report),
        status=status,
        commands=commands,
        parts=(
            vision,
            Component("camera", lambda: vision.camera),
            deployment,
            screen,
            player,
            pins,
            throttle,
            recorder,
            drift,
            calm_faces,
            answers,
            fleet,
            page,
        ),
    )


def open_display(config: StageConfig, mode: Mode) -> Display:
    """Return the screen, or one in memory: the page goes on without."""
    try:
        return display.open_display(config, mode)
    except DisplayError as error:
        log.warning("%s", error)
        shown = display.open_display(config, "offscreen")
        shown.fault = str(error)
        return shown


def open_stage(config: StageConfig, report: Report) -> stage.Stage:
    """Return the stage, in English where its language cannot be had.

    Each start has its own order of words.
    """
    rng = random.Random()
    try:
        return stage.Stage(config, rng, stage.load_strings(config.language).shuffled(rng))
    except ConfigError as error:
        log.warning("%s", error)
        report("language", str(error))
        english = config.model_copy(update={"language": "en"})
        return stage.Stage(english, rng, stage.load_strings().shuffled(rng))


def load_rules(file: str, playlists: tuple[str, ...], report: Report) -> tuple[reactions.Rule, ...]:
    """Return the owner's rules, or ours where those are wrong.

    One that names a playlist which is not there is kept: the stick that has it may come later.
    """
    try:
        rules = reactions.load(file, None)
    except ConfigError as error:
        log.warning("%s", error)
        report("reactions", str(error))
        return reactions.load("")
    for rule in rules:
        if rule.playlist not in (None, *playlists):
            log.warning("reaction %s: no playlist %s yet", rule.name, rule.playlist)
    return rules


def _report_settings(settings: Settings, report: Report) -> None:
    for line in (*settings.fault.splitlines(), *settings.warnings):
        log.warning("%s", line)
    if settings.fault:
        report("config", f"{_shortened(settings.fault)}; {settings.instead}")


def _shortened(fault: str) -> str:
    """Return the first line, and how many more there are."""
    first, *more = fault.splitlines()
    return f"{first} (and {len(more)} more)" if more else first
