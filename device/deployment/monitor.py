"""The kiosk's side of its models: it takes in another one while it runs, and watches its trial."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from device.deployment.trial import TrialFigures, TrialMonitor, TrialSample
from device.errors import MoodliftError
from device.messages import Level, TrialStatus
from device.system.fault_log import FaultLog
from device.system.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.deployment.models import Models
    from device.models.state import State
    from device.vision.supervisor import Supervisor

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the eye is looked at, and the file that says which model serves."""
SAVE_SECONDS = 60.0
"""How often a trial is kept: so much of it is lost when the power goes."""
TOLD_SECONDS = 3600.0
"""For so long the kiosk's health tells of a model that was given up; the page of models goes on."""

CLOSE_SECONDS = 10.0


class DeploymentMonitor:
    """`tick` is called often by the kiosk's main loop, which never waits for the disk here.

    The file of the choice is the only word between processes: whoever writes it, this kiosk or a
    command, the eye is started anew on what it says.
    """

    name = "model"

    def __init__(self, models: Models, eye: Supervisor) -> None:
        self._now = 0.0
        self._load = 0.0, False
        self._models, self._eye = models, eye
        self._stamp = models.store.stamp
        self._state = models.store.state()
        self._figures = TrialFigures()
        self._course: TrialMonitor | None = None
        self._number = -1
        self._look_at = self._save_at = 0.0
        self._told: tuple[str, float] | None = None
        self._writer: Worker | None = None
        self._faults = FaultLog(log, "models", "written again")
        self._begin()

    @property
    def trial(self) -> TrialStatus | None:
        """The trial that is going on."""
        course = self._course
        return TrialStatus(course.version, self._state.previous, course.left) if course else None

    def record_load(self, share: float, throttled: bool) -> None:
        """Set what the next trial sample says of the machine: see `TrialSample`."""
        self._load = share, throttled

    def tick(self, now: float) -> None:
        """Check the models and sample the trial, once a second."""
        self._now = now
        if now < self._look_at or self._models.configured:
            return
        self._look_at = now + LOOK_SECONDS
        if self._models.store.stamp != self._stamp:
            self._heed(now)
        sample = self._sample()
        if self._course:
            self._course.note(sample, now)
            self._attend(self._course, now)
        elif (
            sample.frame_result
            and sample.frame_result.number != self._number
            and not sample.throttled
        ):
            self._number = sample.frame_result.number
            self._figures.note(sample.frame_result, sample.share)

    @property
    def health(self) -> tuple[Level, str]:
        """The health of the model that serves, with what there is to say of a trial."""
        level, message = self._eye.model_status
        if self._course:
            message += f"; on trial for {self._course.left / 60:.0f} more minutes of seeing"
        elif self._told and self._now - self._told[1] < TOLD_SECONDS:
            message += f"; {self._told[0]}"
            level = Level.DEGRADED if level is Level.OK else level
        if self._faults.fault:
            message += f"; {self._faults.fault}"
        return level, message

    def close(self) -> None:
        """Keep how far the trial went, and that the kiosk ended in order."""
        if self._writer:
            self._writer.stop(CLOSE_SECONDS)
        if self._course:
            self._try(self._noting(self._course, running=False))

    def _begin(self) -> None:
        """Begin, or go on with, the trial that the state tells of."""
        self._course, self._save_at = None, 0.0
        state, models = self._state, self._models
        if state.trial and not models.configured:
            failures = self._eye.restarts - self._eye.blocks
            self._course = TrialMonitor(state.current, state.trial, models.config, failures)
            log.info("models: %s is on trial", state.current)

    def _heed(self, now: float) -> None:
        """Take in what somebody, or this kiosk itself, has written."""
        store, before = self._models.store, self._state
        self._stamp, self._state = store.stamp, store.state()
        state = self._state
        if self._course and state.trial is None and state.current == before.current:
            log.info("models: %s has passed its trial", state.current)
        if state.trial is None or state.current != before.current:
            self._course = None
        if state.current == before.current or (not before.current and self._serves(state)):
            return
        log.info("models: %s serves from now on", state.current)
        if state.rejected[:1] != before.rejected[:1]:
            failed = state.rejected[0]
            self._told = f"{failed.version} was rejected: {failed.reason}", now
            log.warning("models: %s; back to %s", self._told[0], state.current)
        if state.trial and state.trial.classify_ms is None:
            usual = replace(
                state.trial, classify_ms=self._figures.classify_ms, share=self._figures.share
            )
            self._state = replace(state, trial=usual)
        self._figures = TrialFigures()
        self._begin()
        self._eye.restart(now)

    def _serves(self, state: State) -> bool:
        """Tell whether the eye has what was only now written down."""
        return state.trial is None and state.current == self._eye.model

    def _sample(self) -> TrialSample:
        eye = self._eye
        level, message = eye.model_status
        # A model that is being loaded is degraded too, but then none is named.
        wrong = (Level.FAILED, Level.DEGRADED) if eye.model else (Level.FAILED,)
        failures = eye.restarts - eye.blocks
        return TrialSample(
            eye.model,
            message if level in wrong else "",
            failures,
            eye.frame_result.get(),
            *self._load,
        )

    def _attend(self, course: TrialMonitor, now: float) -> None:
        models = self._models
        if course.reason:
            self._write(partial(models.reject, course.version, course.reason))
        elif course.passed:
            self._write(partial(models.accept, course.version))
        elif now >= self._save_at:
            self._save_at = now + SAVE_SECONDS
            self._write(self._noting(course))

    def _noting(self, course: TrialMonitor, running: bool = True) -> Callable[[], None]:
        record = replace(course.record, running=running)
        return partial(self._models.note_trial, course.version, record)

    def _write(self, work: Callable[[], None]) -> None:
        """Write beside the show; what is not done by the next look is asked for again."""
        if self._writer is None or not self._writer.is_alive():
            self._writer = Worker(self._try, work, name="models")
            self._writer.start()

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except MoodliftError as error:
            self._faults.report(str(error))
        else:
            self._faults.report("")
