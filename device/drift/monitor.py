"""Counts what the eye sees into days, and keeps each as a small file, beside the show."""

from __future__ import annotations

import logging
import queue
import time
from typing import TYPE_CHECKING

from device.drift.daily_stats import SECONDS, DailyStats
from device.drift.drift import compare, hint
from device.messages import Level
from device.system.fault_log import FaultLog
from device.system.files import write_private
from device.system.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.drift.drift import Finding
    from device.messages import FrameResult

log = logging.getLogger(__name__)

FOLDER = "watching"
NORMAL = "normal-since"
"""The file with the number of the day from which on days are compared."""
AGAIN_SECONDS = 5.0
"""A person who stays is counted once in so many seconds: frames in a row say the same again."""
SAVE_SECONDS = 600.0
LONGEST_STEP = 5.0
"""Seconds that one picture stands for at most: a machine that slept has seen nothing."""
MOST_DAYS, SPARED = 400, 14
"""So many files are kept, the first ones of them for ever: they are what is compared with."""
SET = 1_600_000_000.0
"""A clock that shows an earlier time, in 2020, was never set: its day means nothing."""
CLOSE_SECONDS = 3.0


class DriftMonitor:
    """Counts in the caller's thread, writes and compares in its own; `folder` is the state's.

    Switched off, it counts nothing. A disk that is full or cannot be written stops the writing, not
    the counting.
    """

    name = "drift"

    def __init__(
        self, folder: Path, enabled: bool = True, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder, self._enabled, self._clock = folder / FOLDER, enabled, clock
        self._day: DailyStats | None = None
        self._noted: float | None = None
        self._save_at: float | None = None
        self._counted: dict[int, float] = {}
        self._hint = ""
        self._faults = FaultLog(log, f"drift: {self._folder}", "figures are written again")
        self._over: queue.SimpleQueue[tuple[Path, str] | None] = queue.SimpleQueue()
        self._worker = Worker(self._work, name="drift", wake=lambda: self._over.put(None))
        if enabled:
            self._worker.start()

    @property
    def health(self) -> tuple[Level, str]:
        """How the watching does, and what somebody should look at, in words."""
        if not self._enabled:
            return Level.OFF, "switched off"
        if self._faults.fault:
            return Level.DEGRADED, f"figures are not written: {self._faults.fault}"
        if self._hint:
            return Level.DEGRADED, self._hint
        return Level.OK, "the model's figures are counted, day by day"

    def record(self, frame_result: FrameResult, model: str, now: float) -> None:
        """Count what was seen in one picture at `now` (monotonic seconds)."""
        wall = self._clock()
        if wall < SET or not self._enabled:
            return
        number = int(wall // SECONDS)
        if self._day is None or (self._day.number, self._day.model) != (number, model):
            self._put()
            self._day = self._begun(number, model)
            self._save_at = now + SAVE_SECONDS
        self._count(self._day, frame_result, now)
        if self._save_at is None or now >= self._save_at:
            self._save_at = now + SAVE_SECONDS
            self._put()

    def days(self) -> list[DailyStats]:
        """Return all days that were written, the oldest first, one of each number and model.

        Raises OSError.
        """
        days = (_read(path) for path in sorted(self._folder.glob("*.json")))
        return [day for day in days if day is not None]

    def findings(self) -> tuple[Finding, ...]:
        """Compare the last days with the first ones. Raises OSError."""
        return compare(self.days(), self.normal_since, self._day.model if self._day else "")

    @property
    def normal_since(self) -> int:
        """The number of the day from which on days are compared."""
        try:
            return int((self._folder / NORMAL).read_text("utf-8"))
        except (OSError, ValueError):
            return 0

    def is_normal(self) -> None:
        """Take what is seen from today on for normal. Raises OSError."""
        if self._enabled:
            write_private(self._folder / NORMAL, str(int(self._clock() // SECONDS)))
            self._hint = ""

    def tick(self, now: float) -> None:
        """Do nothing: a thread of its own does the work."""

    def close(self) -> None:
        """Write what there is, and end."""
        self._put()
        self._worker.stop(CLOSE_SECONDS)

    def _count(self, day: DailyStats, frame_result: FrameResult, now: float) -> None:
        if self._noted is not None:
            day.seconds += min(max(now - self._noted, 0.0), LONGEST_STEP)
        self._noted = now
        day.frames += 1
        day.found += bool(frame_result.faces)
        day.add("latency", frame_result.timings.total)
        self._counted = {one: at for one, at in self._counted.items() if now - at < AGAIN_SECONDS}
        for face in frame_result.faces:
            if face.id not in self._counted:
                self._counted[face.id] = now
                day.add_face(face)

    def _begun(self, number: int, model: str) -> DailyStats:
        """Return the day as it was written before the kiosk was started, or a new one."""
        return _read(self._path(number, model)) or DailyStats(number, model)

    def _path(self, number: int, model: str) -> Path:
        safe = "".join(one if one.isalnum() or one in ".-" else "_" for one in model)
        return self._folder / f"{number:06}-{safe}.json"

    def _put(self) -> None:
        if self._day is not None:
            path = self._path(self._day.number, self._day.model)
            self._over.put((path, self._day.as_json()))

    def _work(self) -> None:
        self._look()
        while (day := self._over.get()) is not None:
            try:
                write_private(*day)
                self._forget()
                self._faults.report("")
            except OSError as error:
                self._faults.report(error.strerror or str(error))
            self._look()

    def _forget(self) -> None:
        """Delete what is too much: what is compared with no more, then the days after the first."""
        paths = sorted(self._folder.glob("*.json"))
        begin = sum(path.name < f"{self.normal_since:06}" for path in paths)
        order = paths[:begin] + paths[begin + SPARED :]
        for path in order[: max(0, len(paths) - MOST_DAYS)]:
            path.unlink()

    def _look(self) -> None:
        try:
            self._hint = hint(self.findings())
        except OSError as error:
            self._faults.report(error.strerror or str(error))


def _read(path: Path) -> DailyStats | None:
    try:
        return DailyStats.of_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        log.warning("drift: %s: %s; it is left out", path, error)
        return None
