"""Counts what vision sees, day by day, and writes each day to a small file."""

from __future__ import annotations

import contextlib
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

FOLDER, OLD_FOLDER = "drift", "watching"
NORMAL = "normal-since"
"""The file with the number of the first day that is compared."""
RECOUNT_SECONDS = 5.0
"""A person who stays is counted once in this time: consecutive frames say the same."""
SAVE_SECONDS = 600.0
LONGEST_STEP = 5.0
"""The most seconds that one frame counts: a machine that slept has seen nothing."""
MAX_DAYS, KEPT_FIRST = 400, 14
"""The files that are kept; the first ones stay for ever, as later ones are compared with them."""
CLOCK_SET = 1_600_000_000.0
"""A clock before this time, in 2020, was never set, and its day means nothing."""
CLOSE_SECONDS = 3.0


class DriftMonitor:
    """Counts in the caller's thread, writes and compares in its own; `folder` is the state's.

    While it is not `enabled` it counts nothing. A disk that cannot be written stops the writing,
    not the counting.
    """

    name = "drift"

    def __init__(
        self, folder: Path, enabled: bool = True, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder, self._enabled, self._clock = folder / FOLDER, enabled, clock
        self._day: DailyStats | None = None
        self._recorded_at: float | None = None
        self._save_at: float | None = None
        self._counted: dict[int, float] = {}
        self._hint = ""
        self._faults = FaultLog(log, f"drift: {self._folder}", "figures are written again")
        self._queue: queue.SimpleQueue[tuple[Path, str] | None] = queue.SimpleQueue()
        self._worker = Worker(self._work, name="drift", wake=lambda: self._queue.put(None))
        if enabled:
            with contextlib.suppress(OSError):  # there is none, or the new one has files already
                (folder / OLD_FOLDER).rename(self._folder)
            self._worker.start()

    @property
    def health(self) -> tuple[Level, str]:
        """Whether figures are written, and what the owner should look at, in words."""
        if not self._enabled:
            return Level.OFF, "switched off"
        if self._faults.fault:
            return Level.DEGRADED, f"figures are not written: {self._faults.fault}"
        if self._hint:
            return Level.DEGRADED, self._hint
        return Level.OK, "the model's figures are counted, day by day"

    def record(self, frame_result: FrameResult, model: str, now: float) -> None:
        """Count one frame result of a model at `now` (monotonic seconds)."""
        wall = self._clock()
        if wall < CLOCK_SET or not self._enabled:
            return
        number = int(wall // SECONDS)
        if self._day is None or (self._day.number, self._day.model) != (number, model):
            self._enqueue()
            self._day = self._load_day(number, model)
            self._save_at = now + SAVE_SECONDS
        self._count(self._day, frame_result, now)
        if self._save_at is None or now >= self._save_at:
            self._save_at = now + SAVE_SECONDS
            self._enqueue()

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
        """The number of the first day that is compared."""
        try:
            return int((self._folder / NORMAL).read_text("utf-8"))
        except (OSError, ValueError):
            return 0

    def accept_as_normal(self) -> None:
        """Compare with the days from today on. Raises OSError."""
        if self._enabled:
            write_private(self._folder / NORMAL, str(int(self._clock() // SECONDS)))
            self._hint = ""

    def tick(self, now: float) -> None:
        """Do nothing: a thread of its own does the work."""

    def close(self) -> None:
        """Write the present day, and end. Raises ZombieThread."""
        self._enqueue()
        self._worker.stop(CLOSE_SECONDS)

    def _count(self, day: DailyStats, frame_result: FrameResult, now: float) -> None:
        if self._recorded_at is not None:
            day.seconds += min(max(now - self._recorded_at, 0.0), LONGEST_STEP)
        self._recorded_at = now
        day.frames += 1
        day.found += bool(frame_result.faces)
        day.add("latency", frame_result.timings.total)
        self._counted = {one: at for one, at in self._counted.items() if now - at < RECOUNT_SECONDS}
        for face in frame_result.faces:
            if face.id not in self._counted:
                self._counted[face.id] = now
                day.add_face(face)

    def _load_day(self, number: int, model: str) -> DailyStats:
        """Return the day as an earlier run of the kiosk wrote it, or a new one."""
        return _read(self._path(number, model)) or DailyStats(number, model)

    def _path(self, number: int, model: str) -> Path:
        safe = "".join(one if one.isalnum() or one in ".-" else "_" for one in model)
        return self._folder / f"{number:06}-{safe}.json"

    def _enqueue(self) -> None:
        if self._day is not None:
            path = self._path(self._day.number, self._day.model)
            self._queue.put((path, self._day.as_json()))

    def _work(self) -> None:
        self._update_hint()
        while (day := self._queue.get()) is not None:
            try:
                write_private(*day)
                self._prune()
                self._faults.report("")
            except OSError as error:
                self._faults.report(error.strerror or str(error))
            self._update_hint()

    def _prune(self) -> None:
        """Delete what is too much: days before the compared ones, then those after the first."""
        paths = sorted(self._folder.glob("*.json"))
        begin = sum(path.name < f"{self.normal_since:06}" for path in paths)
        order = paths[:begin] + paths[begin + KEPT_FIRST :]
        for path in order[: max(0, len(paths) - MAX_DAYS)]:
            path.unlink()

    def _update_hint(self) -> None:
        try:
            self._hint = hint(self.findings())
        except OSError as error:
            self._faults.report(error.strerror or str(error))


def _read(path: Path) -> DailyStats | None:
    try:
        return DailyStats.from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        log.warning("drift: %s: %s; it is left out", path, error)
        return None
