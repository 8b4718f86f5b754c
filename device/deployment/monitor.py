"""Follows the choice of the model while the kiosk runs, and monitors the trial of a new one."""

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

CHECK_SECONDS = 1.0
"""How often vision is sampled, and the file checked that says which model serves."""
SAVE_SECONDS = 60.0
"""How often a trial's progress is written: a power cut loses this much of it."""
REJECTED_SECONDS = 3600.0
"""How long the health names a rejected model; the page of models does for longer."""

CLOSE_SECONDS = 10.0


class DeploymentMonitor:
    """Restarts vision whenever the file that says which model serves has changed.

    That file is the only channel between processes: this kiosk or a command writes it. `tick` never
    waits for the disk.
    """

    name = "model"

    def __init__(self, models: Models, vision: Supervisor) -> None:
        self._now = 0.0
        self._load = 0.0, False
        self._models, self._vision = models, vision
        self._stamp = models.store.stamp
        self._state = models.store.state()
        self._usual = TrialFigures()
        self._monitor: TrialMonitor | None = None
        self._number = -1
        self._check_at = self._save_at = 0.0
        self._rejected: tuple[str, float] | None = None
        self._writer: Worker | None = None
        self._faults = FaultLog(log, "models", "written again")
        self._begin()

    @property
    def trial(self) -> TrialStatus | None:
        """The trial in progress."""
        monitor = self._monitor
        return TrialStatus(monitor.version, self._state.previous, monitor.left) if monitor else None

    def record_load(self, share: float, throttled: bool) -> None:
        """Set what the next trial sample says of the machine: see `TrialSample`."""
        self._load = share, throttled

    def tick(self, now: float) -> None:
        """Check the models and sample the trial, once a second."""
        self._now = now
        if now < self._check_at or self._models.configured:
            return
        self._check_at = now + CHECK_SECONDS
        if self._models.store.stamp != self._stamp:
            self._apply_state(now)
        sample = self._sample()
        if self._monitor:
            self._monitor.record(sample, now)
            self._advance(self._monitor, now)
        elif (
            sample.frame_result
            and sample.frame_result.number != self._number
            and not sample.throttled
        ):
            self._number = sample.frame_result.number
            self._usual.record(sample.frame_result, sample.share)

    @property
    def health(self) -> tuple[Level, str]:
        """The health of the model that serves, with what there is to say of a trial."""
        level, message = self._vision.model_status
        if self._monitor:
            message += f"; on trial for {self._monitor.left / 60:.0f} more minutes of seeing"
        elif self._rejected and self._now - self._rejected[1] < REJECTED_SECONDS:
            message += f"; {self._rejected[0]}"
            level = Level.DEGRADED if level is Level.OK else level
        if self._faults.fault:
            message += f"; {self._faults.fault}"
        return level, message

    def close(self) -> None:
        """Write the trial's progress, and that the kiosk ended in order."""
        if self._writer:
            self._writer.stop(CLOSE_SECONDS)
        if self._monitor:
            self._run_logged(self._recording(self._monitor, running=False))

    def _begin(self) -> None:
        """Begin or continue the trial in the state, if there is one."""
        self._monitor, self._save_at = None, 0.0
        state, models = self._state, self._models
        if state.trial and not models.configured:
            failures = self._vision.restarts - self._vision.blocks
            self._monitor = TrialMonitor(state.current, state.trial, models.config, failures)
            log.info("models: %s is on trial", state.current)

    def _apply_state(self, now: float) -> None:
        """Apply the state that this kiosk or another process has written."""
        store, before = self._models.store, self._state
        self._stamp, self._state = store.stamp, store.state()
        state = self._state
        if self._monitor and state.trial is None and state.current == before.current:
            log.info("models: %s has passed its trial", state.current)
        if state.trial is None or state.current != before.current:
            self._monitor = None
        if state.current == before.current or (not before.current and self._serves(state)):
            return
        log.info("models: %s serves from now on", state.current)
        if state.rejected[:1] != before.rejected[:1]:
            failed = state.rejected[0]
            self._rejected = f"{failed.version} was rejected: {failed.reason}", now
            log.warning("models: %s; back to %s", self._rejected[0], state.current)
        if state.trial and state.trial.classify_ms is None:
            usual = replace(
                state.trial, classify_ms=self._usual.classify_ms, share=self._usual.share
            )
            self._state = replace(state, trial=usual)
        self._usual = TrialFigures()
        self._begin()
        self._vision.restart(now)

    def _serves(self, state: State) -> bool:
        """Tell whether vision has the model that was written down only now."""
        return state.trial is None and state.current == self._vision.model

    def _sample(self) -> TrialSample:
        vision = self._vision
        level, message = vision.model_status
        # A model that is being loaded is degraded too, but then none is named.
        wrong = (Level.FAILED, Level.DEGRADED) if vision.model else (Level.FAILED,)
        failures = vision.restarts - vision.blocks
        return TrialSample(
            vision.model,
            message if level in wrong else "",
            failures,
            vision.frame_result.get(),
            *self._load,
        )

    def _advance(self, monitor: TrialMonitor, now: float) -> None:
        models = self._models
        if monitor.reason:
            self._write(partial(models.reject, monitor.version, monitor.reason))
        elif monitor.passed:
            self._write(partial(models.accept, monitor.version))
        elif now >= self._save_at:
            self._save_at = now + SAVE_SECONDS
            self._write(self._recording(monitor))

    def _recording(self, monitor: TrialMonitor, running: bool = True) -> Callable[[], None]:
        record = replace(monitor.trial, running=running)
        return partial(self._models.record_trial, monitor.version, record)

    def _write(self, work: Callable[[], None]) -> None:
        """Write in a thread of its own; the next check repeats what was not done."""
        if self._writer is None or not self._writer.is_alive():
            self._writer = Worker(self._run_logged, work, name="models")
            self._writer.start()

    def _run_logged(self, work: Callable[[], None]) -> None:
        try:
            work()
        except MoodliftError as error:
            self._faults.report(str(error))
        else:
            self._faults.report("")
