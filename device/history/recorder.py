"""Writes history in a thread of its own, so that the kiosk's loop never waits for the disk."""

from __future__ import annotations

import logging
import queue
import sqlite3
import time
from typing import TYPE_CHECKING

from device.history.store import DAY, FILE, HistoryStore
from device.history.tally import MINUTE, Minute, Tally
from device.messages import Level
from device.system.fault_log import FaultLog
from device.system.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.config.schema import HistoryConfig
    from device.messages import Mood, Reaction

log = logging.getLogger(__name__)

MAX_WAITING = 60
"""Minutes that wait in memory while the disk cannot be written; then the oldest are dropped."""
CLOSE_SECONDS = 3.0


class HistoryRecorder:
    """Counts minutes in the caller's thread and writes each in its own; `folder` is the state's.

    A disk that is full, read-only or gone stops the writing, not the show: `health` reports it, and
    every further minute is another try.
    """

    name = "history"

    def __init__(
        self, config: HistoryConfig, folder: Path, clock: Callable[[], float] = time.time
    ) -> None:
        self._days, self._clock = config.days, clock
        self.path = folder / FILE
        self._tally = Tally()
        self._queue: queue.SimpleQueue[Minute | None] = queue.SimpleQueue()
        self._faults = FaultLog(log, f"history: {self.path}", "history is written again")
        self._enabled = config.enabled
        self._worker = Worker(self._write, name="history", wake=lambda: self._queue.put(None))
        if config.enabled:
            self._worker.start()

    @property
    def health(self) -> tuple[Level, str]:
        """Whether minutes are written, in words."""
        if not self._enabled:
            return Level.OFF, "switched off"
        if self._faults.fault:
            return Level.DEGRADED, f"nothing is written: {self._faults.fault}"
        return Level.OK, f"kept for {self._days} days"

    def record(self, mood: Mood, reactions: tuple[Reaction, ...], paused: bool, now: float) -> None:
        """Count what is shown at `now` (monotonic seconds); see `Tally.count`."""
        if not self._enabled:
            return
        finished = self._tally.count(mood, reactions, paused, now, self._clock())
        if finished is not None:
            self._queue.put(finished)

    def tick(self, now: float) -> None:
        """Do nothing: a thread of its own does the work."""

    def close(self) -> None:
        """Write the present minute as far as it goes, and end. Raises ZombieThread."""
        minute = self._tally.flush()
        if minute is not None:
            self._queue.put(minute)
        self._worker.stop(CLOSE_SECONDS)

    def _write(self) -> None:
        store: HistoryStore | None = None
        waiting: list[Minute] = []
        while (minute := self._queue.get()) is not None:
            waiting = [*waiting, minute][-MAX_WAITING:]
            try:
                store = store or HistoryStore(self.path)
                while waiting:
                    store.add(waiting[0])
                    del waiting[0]
                store.delete_before(int(self._clock() // MINUTE) - self._days * DAY)
                self._faults.report("")
            except (sqlite3.Error, OSError) as error:
                self._faults.report(str(error))
                _close(store)
                store = None
        _close(store)


def _close(store: HistoryStore | None) -> None:
    if store is not None:
        try:
            store.close()
        except sqlite3.Error as error:
            log.debug("history: %s", error)
