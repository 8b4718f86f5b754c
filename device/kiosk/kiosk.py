"""The kiosk: the main process, in which everything that is not vision comes together.

    vision (child process) -> mood -> reactions -> stage, music, light, status page

One loop at the stage's frame rate follows the mood, lets the reactions follow that, and ticks the
parts. Any part may be missing or fail; the loop goes on.
"""

from __future__ import annotations

import logging
import signal
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pygame

from device.config.settings import Settings
from device.kiosk import startup
from device.kiosk.feedback_prompt import FeedbackPrompt
from device.kiosk.inputs import ButtonInput, DisplayInput, LocalCommand
from device.kiosk.part import close_all
from device.kiosk.perception import Perception, is_blind
from device.kiosk.publisher import Publisher
from device.kiosk.renderer import Renderer
from device.kiosk.report import write_file, write_screenshot
from device.kiosk.responder import Responder
from device.kiosk.scene import compose
from device.messages import NOBODY
from device.music import CHIME
from device.system import malloc
from device.system.health import HealthRegistry
from device.system.restart import restart_process, shut_down
from device.system.systemd import Notifier
from device.system.timezone import TimeZone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.config.schema import Config
    from device.control.commands import Command
    from device.hardware.display import Mode

log = logging.getLogger(__name__)

Ending = Literal["quit", "restart", "shut down"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run once: where to show, for how long, and which files to write at the end."""

    display: Mode = "auto"
    seconds: float | None = None
    screenshot: Path | None = None
    report: Path | None = None


class Kiosk:
    """Makes everything that a kiosk has; `run` it once.

    `settings` are what the page shows and changes; `config` is what holds until the next start.
    """

    def __init__(
        self, config: Config, options: RunOptions, settings: Settings | None = None
    ) -> None:
        now = time.monotonic()
        malloc.return_large()
        self._ending: Ending | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._quit)
        self._config, self._options, self._began = config, options, now
        self._health = HealthRegistry()
        container = self.container = startup.build(
            config, options.display, settings or Settings(), self._health, now
        )
        self._perception = Perception(
            container.vision, container.drift, config.mood, container.calm_faces, container.seen
        )
        self._renderer = Renderer(container.display, container.stage, config.stage)
        self._prompt = FeedbackPrompt(container.stage, container.vision, container.feedback)
        self._button, self._input = ButtonInput(), DisplayInput()
        self._responder = Responder(container.rules, container.player, config.reactions)
        self.publisher = Publisher(container, self._perception, self._renderer, now)
        self._notifier = Notifier()
        self._time_zone = TimeZone()

    def run(self) -> None:
        """Run until a command or a signal ends it, or for as long as the options say."""
        clock = pygame.time.Clock()
        end = self._began + (self._options.seconds or float("inf"))
        try:
            while self._ending is None and (now := time.monotonic()) < end:
                self.tick(now)
                advances = self.container.vision.is_progressing(now)
                self._notifier.notify(self._health.parts, advances, now)
                clock.tick(self._config.stage.fps)
            self._write_files()
        finally:
            if self._ending != "restart":
                self._notifier.stopping()
            self.close()
        if self._ending == "shut down":
            shut_down()
        elif self._ending == "restart":
            restart_process()

    def close(self) -> None:
        """Close every part."""
        self.container.status.close()
        close_all(self.container.parts)

    def tick(self, now: float) -> None:
        """Do one round of the loop at `now` (monotonic seconds)."""
        self._time_zone.tick(now)
        for command in self._commands(now):
            self.execute(command, now)
        self._perception.update(now)
        self._react(now)
        for part in self.container.parts:
            part.tick(now)
            self._health.record(part.name, *part.health, now)
        self._draw(now)
        self.publisher.publish(self._responder.active, self._health.parts, now)

    def execute(self, command: Command, now: float) -> None:
        """Do what a command says, wherever it comes from, at `now` (monotonic seconds)."""
        if not isinstance(command, LocalCommand) or command.answer is None:
            log.info("command: %s", command.model_dump(exclude_unset=True))
        player = self.container.player
        self._perception.execute(command, now)
        if command.muted is not None:
            player.muted = command.muted
        if command.volume is not None:
            player.volume = command.volume
        if command.skip:
            player.skip()
        if command.chime:
            player.play_sound(CHIME, requested=True)
        if command.restart:
            self._ending = "restart"
        if isinstance(command, LocalCommand):
            self._execute_local(command, now)

    def _execute_local(self, command: LocalCommand, now: float) -> None:
        """Do what can only be wanted at the kiosk itself."""
        match command.toggle:
            case "paused":
                self._perception.pause(not self._perception.paused)
            case "muted":
                self.container.player.muted = not self.container.player.muted
            case "fullscreen":
                self.container.display.toggle_fullscreen()
            case "pairing":
                self.container.web.invite()
        if command.answer is not None:
            self._prompt.answer(command.answer, now)
        if command.quit:
            self._ending = "quit"
        if command.shut_down:
            self._ending = "shut down"

    def _commands(self, now: float) -> Iterator[Command]:
        """Yield the commands since the last round: of the display, the button and the outside."""
        for event in self.container.display.events():
            resumes = self._perception.paused and not self.container.stage.is_asking(now)
            yield self._input.command(event, resumes=resumes)
        for press in self.container.gpio.presses():
            yield from self._button.commands(press, now)
        yield from self.container.commands.drain()

    def _react(self, now: float) -> None:
        """Let everything follow the mood on stage."""
        container, perception = self.container, self._perception
        # A scene that the owner shows is nobody's mood: no answer to it counts.
        self._prompt.update(perception.mood if perception.mood is perception.room else NOBODY, now)
        self._responder.update(perception.mood, perception.joy, now)
        container.gpio.light = self._responder.light
        if container.gpio.motion_detected or perception.is_moving:
            self._renderer.night.wake(now)
        share = perception.rate.per_second(now) / container.throttle.rate
        container.deployment.record_load(share, container.throttle.reading.should_throttle)

    def _draw(self, now: float) -> None:
        web, perception = self.container.web, self._perception
        has_button, paused = self.container.gpio.has_button, perception.paused
        state, game = self._responder.state, self._responder.game
        scene = compose(perception.mood, perception.joy, perception.frame_result, state, game)
        scene = replace(
            scene,
            blind=perception.lost or is_blind(self._health.parts, now),
            waking=perception.waking,
            health=self._health.parts,
            paused=paused,
            way_to_resume=self._input.way_to_resume(has_button, now) if paused else None,
            muted=self.container.player.muted,
            address=web.welcome,
            invitation=web.invitation,
            watched=web.watched,
            night=self._renderer.night.is_night(now),
        )
        self.publisher.report.record_frame(self._renderer.draw(scene, now))

    def _write_files(self) -> None:
        """Write the files that the options ask for. Raises OutputError."""
        if self._options.screenshot:
            write_screenshot(self._options.screenshot, self.container.display.screenshot())
        if self._options.report:
            report = self.publisher.report.encode(self.container.status.get())
            write_file(self._options.report, report)

    def _quit(self, *_: object) -> None:
        """End for a signal, which a restart does not outlive."""
        if self._ending != "shut down":
            self._ending = "quit"
