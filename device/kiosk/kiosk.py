"""The kiosk: the main process, in which everything that is not vision comes together.

    eye (child process) -> mood -> reactions -> stage, music, light, status page

One loop at the stage's frame rate polls the eye, moves the mood and the reactions on, and hands
them to what people see and hear. Any part may be missing or fail; the loop goes on.
"""

from __future__ import annotations

import functools
import io
import json
import logging
import math
import signal
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pygame

from device import __version__, drift, feedback, history, mood, music, reactions, stage, web
from device.config.hours import Hours
from device.config.settings import Settings
from device.control.commands import CommandQueue
from device.control.status import Status
from device.deployment.models import Models
from device.deployment.monitor import DeploymentMonitor
from device.errors import OutputError
from device.fleet.fleet import Fleet
from device.hardware import audio, board, gpio
from device.hardware.camera.source import CameraSettings
from device.hardware.display import Key, Number, Tap
from device.hardware.probe import CHIME, Probe
from device.kiosk import startup
from device.kiosk.feedback_prompt import FeedbackPrompt
from device.kiosk.part import Component, close_all
from device.kiosk.report import RunReport
from device.kiosk.throttling import ThermalThrottle
from device.messages import NOBODY, Level
from device.models.store import candidates
from device.system import malloc
from device.system.faults import Faults
from device.system.health import HealthBook
from device.system.latest import Latest
from device.system.paths import state_directory
from device.system.rate import Rate
from device.system.restart import restart_process, shut_down
from device.system.systemd import Notifier
from device.vision.protocol import VisionSettings
from device.vision.supervisor import Supervisor
from device.web.service import WebService

if TYPE_CHECKING:
    from pathlib import Path

    from device.config.schema import Config
    from device.control.commands import Command
    from device.hardware.display import Mode, Wish
    from device.kiosk.part import Part
    from device.messages import FrameResult, Health, Mood, Reaction

log = logging.getLogger(__name__)

STALE_SECONDS = 2.0
"""So long after it was understood a frame says nothing of the present; however long that took, as a
slow machine should show late what it saw, rather than nobody."""
AWAKE_SECONDS = 60.0
"""For so long after a motion the stage is not dim at night."""
TWICE_SECONDS = 0.8
"""Two presses of the button within this are one double press."""
STATUS_SECONDS = 0.1
"""How often the status page's snapshot is made."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run once: where to show, for how long, and what to leave behind."""

    display: Mode = "auto"
    seconds: float | None = None
    screenshot: Path | None = None
    report: Path | None = None


class Kiosk:
    """Everything a kiosk has. Make it, `run` it once.

    `settings` are what the page shows and changes; `config` is what holds until the next start.
    """

    def __init__(self, config: Config, run: RunOptions, settings: Settings | None = None) -> None:
        now = time.monotonic()
        malloc.return_large()
        self._stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._config = config
        self._run = run
        self._began = now
        self._book = HealthBook()
        self._health: tuple[Health, ...] = ()
        self._faults = Faults()
        settings = settings or Settings()
        for line in (*settings.fault.splitlines(), *settings.warnings):
            log.warning("%s", line)
        if settings.fault:
            self._fault("config", f"{_shortened(settings.fault)}; {settings.instead}")
        # The eye first: it takes a second to start, and does so while the rest is opened.
        self._eye = Supervisor(eye_settings(config))
        self._eye.tick(now)
        models = Models(config.models, config.vision.model)
        self._models = DeploymentMonitor(models, self._eye)
        self.display = startup.open_display(config.stage, run.display)
        self._stage = startup.set_stage(config.stage, self._fault)
        self._ladder = stage.QualityScaler(1.0 / config.stage.fps)
        self._night_hours = Hours.parse(config.stage.night_hours)
        self.audio = audio.open_audio(config.sound)
        self.player = music.Player(self.audio, config.sound)
        self._panel = gpio.open_panel(config.gpio)
        playlists = self.player.library.playlists()
        self._rules = startup.load_rules(config.reactions.file, playlists, self._fault)
        self._status: Latest[Status] = Latest(Status())
        self._orders = CommandQueue()
        machine = board.LinuxBoard(state_directory())
        self._strain = ThermalThrottle(machine, self._eye, config.vision.max_rate)
        self._history = history.HistoryRecorder(config.history, state_directory())
        self._watcher = drift.DriftMonitor(state_directory(), config.history.enabled)
        self._keeper = feedback.FeedbackRecorder(config.feedback, state_directory())
        self._keeper.start()
        self._interview = FeedbackPrompt(self._stage, self._eye, self._keeper)
        view = web.KioskServices(
            self._status,
            self._eye.frame_result,
            self._eye.preview,
            self._eye.classify,
            self._orders,
            self._history.path,
            config.web.viewers,
            config.web.blur_faces,
            settings,
            Probe(config),
            self._keeper,
            models,
            self._watcher,
        )
        self.page = WebService(config.web, view)
        self._fleet = Fleet(
            config.fleet, config.mqtt, self._status, self._orders, models, state_directory()
        )
        self._parts: tuple[Part, ...] = (
            self._eye,
            Component("camera", lambda: self._eye.camera),
            self._models,
            self.display,
            self.player,
            self._panel,
            self._strain,
            self._history,
            self._watcher,
            self._keeper,
            self._fleet,
            self.page,
        )
        self._mood = mood.MoodState()
        self._reactions = reactions.ReactionState()
        self._paused = False
        self._put_on: tuple[Mood, float] | None = None
        self._shut_down = self._restart = False
        self._pressed_at = -math.inf
        self._awake_until = now
        self._seen_rate = Rate()
        self._drawn_rate = Rate()
        self._seen = -1
        self._status_at = 0.0
        self.record = RunReport(now)
        self._notifier = Notifier()

    def run(self) -> None:
        """Run until asked to stop, or for as long as was asked; then leave everything closed."""
        clock = pygame.time.Clock()
        try:
            while not self._stopping:
                now = time.monotonic()
                if self._run.seconds is not None and now - self._began >= self._run.seconds:
                    break
                self._step(now)
                self._notifier.drawn(self._health, self._eye.advances(now), now)
                clock.tick(self._config.stage.fps)
            self._leave_behind()
        finally:
            if not self._restart:
                self._notifier.stopping()
            self.close()
        if self._shut_down:
            shut_down()
        elif self._restart:
            restart_process()

    def close(self) -> None:
        """Close every part."""
        self._status.close()
        close_all(self._parts)

    def _step(self, now: float) -> None:
        share = self._seen_rate.per_second(now) / self._strain.rate
        self._models.record_load(share, self._strain.reading.strained)
        self._obey(self.display.events(), now)
        self._heed_panel(now)
        for order in self._orders.take():
            self._follow(order, now)
        frame_result = self._newest(now)
        if frame_result and frame_result.number != self._seen:
            self._seen = frame_result.number
            self._seen_rate.count(now)
            self._watcher.note(frame_result, self._eye.model, now)
        self._mood = mood.step(self._mood, frame_result, now, self._config.mood)
        felt = self._felt(now)
        # A scene that the owner has put on is nobody's mood: no answer to it counts.
        self._interview.step(felt if felt is self._mood.mood else NOBODY, now)
        self._reactions = reactions.step(self._reactions, self._rules, felt, now)
        active = self._reactions.active
        empty = felt.emotion is None
        self.player.request(_first(active, "playlist"), empty=empty)
        for sound in self._reactions.sounds:
            self.player.play_sound(sound)
        self._panel.light = _first(active, "light")
        for part in self._parts:
            part.tick(now)
            self._book.note(part.name, *part.health, now)
        self._health = self._book.parts
        self._draw(frame_result, now)
        if now >= self._status_at:
            self._status_at = now + STATUS_SECONDS
            self._history.note(self._mood.mood, active, self._paused, now)
            self._publish(frame_result, now)

    def _newest(self, now: float) -> FrameResult | None:
        """Return what the eye saw last, unless that is history."""
        frame_result = self._eye.frame_result.get()
        if self._paused or frame_result is None or now - frame_result.processed_at > STALE_SECONDS:
            return None
        return frame_result

    def _draw(self, frame_result: FrameResult | None, now: float) -> None:
        scene = stage.Scene(
            mood=self._felt(now),
            frame_result=frame_result,
            reactions=self._reactions.active,
            health=self._health,
            paused=self._paused,
            muted=self.player.muted,
            address=self.page.welcome,
            invitation=self.page.invitation,
            watched=self.page.watched,
            night=now >= self._awake_until
            and self._night_hours.cover(datetime.now().astimezone().time()),
        )
        started = time.perf_counter()
        self._stage.draw(self.display.canvas, scene, now)
        drawn = time.perf_counter() - started
        worked = time.thread_time()  # a screen that is waited for costs nothing
        self.display.present()
        self._drawn_rate.count(now)
        cost = drawn + time.thread_time() - worked
        self.record.note_frame(cost)
        if self._config.stage.quality == "auto" and self._stage.ready:
            self._climb(cost, now)

    def _climb(self, cost: float, now: float) -> None:
        """Draw better or faster, after a frame that took `cost` seconds without waiting."""
        before = self._ladder.quality
        self._ladder.note(cost, now)
        quality = self._ladder.quality
        if quality != before:
            log.info("stage: %s after frames of %.0f ms", quality, 1000 * cost)
        self._stage.quality, self.display.scale = quality, quality.scale

    def _obey(self, wishes: list[Wish], now: float) -> None:
        for wish in wishes:
            match wish:
                case Tap() | Number() | Key.ASK | Key.YES | Key.NO:
                    self._interview.take(wish, now)
                case Key.QUIT:
                    self._stopping = True
                case Key.PAUSE:
                    self._pause(not self._paused)
                case Key.PAIR:
                    self.page.invite()
                case Key.MUTE:
                    self.player.muted = not self.player.muted
                case Key.FULLSCREEN:
                    self.display.toggle_fullscreen()

    def _pause(self, paused: bool) -> None:
        self._paused = paused
        self._eye.pause(paused)

    def _follow(self, order: Command, now: float) -> None:
        """Do what the owner wants."""
        log.info("order: %s", order.model_dump(exclude_unset=True))
        if order.paused is not None:
            self._pause(order.paused)
        if order.muted is not None:
            self.player.muted = order.muted
        if order.volume is not None:
            self.player.volume = order.volume
        if order.skip:
            self.player.skip()
        if order.chime:
            self.player.play_sound(CHIME, asked=True)
        if order.restart:
            self._stopping = self._restart = True
        if order.show:
            self._put_on = (mood.acted(order.show.emotion, now), now + order.show.seconds)

    def _felt(self, now: float) -> Mood:
        """Return the mood of the room, or the one that the owner has put on for a while."""
        if self._put_on and now < self._put_on[1] and not self._paused:
            return self._put_on[0]
        return self._mood.mood

    def _heed_panel(self, now: float) -> None:
        """Follow the button and the motion sensor."""
        for press in self._panel.presses():
            log.info("the button was pressed: %s", press.value)
            if press is gpio.Press.SHORT:
                # The second of two in a row takes the pause back, and asks for a code.
                twice = now - self._pressed_at < TWICE_SECONDS
                self._pressed_at = -math.inf if twice else now
                self._obey([Key.PAUSE, Key.PAIR] if twice else [Key.PAUSE], now)
            else:
                self._stopping = self._shut_down = True
        if self._panel.moving:
            self._awake_until = now + AWAKE_SECONDS

    def _publish(self, frame_result: FrameResult | None, now: float) -> None:
        last = self._eye.frame_result.get()
        self._faults.note(self._health, now)
        status = Status(
            time=now,
            uptime=now - self._began,
            version=__version__,
            model=self._eye.model,
            trial=self._models.trial,
            camera=self._eye.camera.message,
            mood=self._mood.mood,
            frame_result=frame_result,
            rate=self._seen_rate.per_second(now),
            # What came since this step began is newer than `now`.
            freshness=max(0.0, now - last.captured_at) if last else None,
            stage_rate=self._drawn_rate.per_second(now),
            reactions=self._reactions.active,
            music=self.player.now_playing,
            volume=self.player.volume,
            muted=self.player.muted,
            paused=self._paused,
            health=self._health,
            faults=self._faults.lately(now),
            machine=self._strain.reading,
        )
        self.record.note(status, self._eye.pid)
        self._status.publish(status)

    def _leave_behind(self) -> None:
        if self._run.screenshot:
            png = io.BytesIO()
            pygame.image.save(self.display.screenshot(), png, "screenshot.png")
            _write(self._run.screenshot, png.getvalue())
        if self._run.report:
            text = json.dumps(self.record.as_json(self._status.get()), indent=2)
            _write(self._run.report, f"{text}\n".encode())

    def _stop(self, *_: object) -> None:
        self._stopping, self._restart = True, False

    def _fault(self, part: str, words: str) -> None:
        self._book.note(part, Level.FAILED, words, self._began)


def eye_settings(config: Config) -> VisionSettings:
    """Return what the eye needs to know of the configuration."""
    return VisionSettings(
        CameraSettings.of(config.camera),
        config.vision.threads,
        config.vision.max_rate,
        functools.partial(candidates, config.vision.model),
    )


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}") from error


def _shortened(fault: str) -> str:
    """Return the first line, and how many more there are."""
    first, *more = fault.splitlines()
    return f"{first} (and {len(more)} more)" if more else first


def _first(active: tuple[Reaction, ...], what: str) -> str | None:
    """Return the first playlist, light or effect that an active reaction asks for."""
    return next((wanted for one in active if (wanted := getattr(one, what))), None)
