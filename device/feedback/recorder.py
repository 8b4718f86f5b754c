"""Stores feedback in a thread of its own, so that the kiosk's loop never waits for the disk."""

from __future__ import annotations

import logging
import queue
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from device.errors import FeedbackError
from device.feedback.crop import HOUR, MAX_MODEL_LENGTH, Crop, encode
from device.feedback.store import FeedbackStore
from device.messages import Level
from device.system.fault_log import FaultLog
from device.system.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from device.config.schema import FeedbackConfig
    from device.messages import Feedback, Probabilities

log = logging.getLogger(__name__)

EXPIRY_SECONDS, RETRY_SECONDS = 3600.0, 60.0
"""How often old crops are deleted, and how often that is tried on a disk that fails."""
CLOSE_SECONDS = 3.0


class FeedbackRecorder:
    """Counts answers and stores crops, in a thread of its own once it is started.

    `folder` is the state's. Switched off, it still deletes old crops.

    A disk that is full, read-only or damaged stops the storing, not the show: `health` reports it,
    what comes meanwhile is dropped, and the next try may succeed.
    """

    name = "feedback"

    def __init__(
        self, config: FeedbackConfig, folder: Path, clock: Callable[[], float] = time.time
    ) -> None:
        self.store = FeedbackStore(folder, config)
        self.enabled, self.days, self._clock = config.enabled, config.days, clock
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._faults = FaultLog(log, "feedback", "feedback is kept again")
        self._worker = Worker(self._work, name="feedback", wake=lambda: self._tasks.put(None))

    def start(self) -> None:
        """Begin to store, and to delete old crops."""
        self._worker.start()

    @property
    def health(self) -> tuple[Level, str]:
        """Whether feedback is stored, in words."""
        if not self.enabled:
            return Level.OFF, "switched off"
        if self._faults.fault:
            return Level.DEGRADED, f"nothing is kept: {self._faults.fault}"
        return Level.OK, f"answers are counted; crops are kept on consent, for {self.days} days"

    def count(self, answer: Feedback) -> Future[None]:
        """Count an answer. The future is done once it is on the disk, or has a FeedbackError."""
        return self._submit(lambda: self.store.count(answer, self._clock()))

    def keep(
        self, crop: NDArray[np.uint8], label: str, probabilities: Probabilities, model: str
    ) -> Future[None]:
        """Store an aligned crop, uint8 (48, 48), of a person who has consented; see `count`."""
        rounded = tuple(round(one, 4) for one in probabilities)
        hour = int(self._clock() // HOUR)
        one = Crop(label, rounded, model[:MAX_MODEL_LENGTH], hour, encode(crop))
        return self._submit(lambda: self.store.keep(one))

    def tick(self, now: float) -> None:
        """Do nothing: a thread of its own does the work."""

    def close(self) -> None:
        """Write what waits, and end. Raises ZombieThread."""
        self._worker.stop(CLOSE_SECONDS)

    def _submit(self, work: Callable[[], None]) -> Future[None]:
        task = _Task(work)
        if not self.enabled:
            task.done.set_exception(FeedbackError("feedback is switched off"))
        else:
            self._tasks.put(task)
        return task.done

    def _work(self) -> None:
        task: _Task | None = self._expiry()
        while task is not None:
            self._faults.report(task.run())
            try:
                task = self._tasks.get(
                    timeout=RETRY_SECONDS if self._faults.fault else EXPIRY_SECONDS
                )
            except queue.Empty:
                task = self._expiry()

    def _expiry(self) -> _Task:
        return _Task(lambda: self.store.expire(self._clock()))


class _Task:
    """One change of the store, and its result."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self.done: Future[None] = Future()

    def run(self) -> str:
        """Make the change; return the fault in words, or ""."""
        try:
            self._work()
        except FeedbackError as error:
            self.done.set_exception(error)
            return str(error)
        self.done.set_result(None)
        return ""
