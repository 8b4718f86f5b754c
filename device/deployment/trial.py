"""The trial of a new model: what is seen of it while it serves, and when it is to be given up.

Nothing here looks at a clock or writes a file: `note` is told what is so, and when.
"""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.config.schema import ModelsConfig
    from device.messages import FrameResult
    from device.models.state import Trial

FAILURES = 3
"""So many times the eye may fail, or the kiosk end without notice: with the last one it is over."""
STEP_SECONDS = 5.0
"""No more than this is counted between two looks, such as over a sleep of the machine."""
SAMPLES, NEEDED = 120, 60
"""Newest samples whose median counts, and how many it takes to say something."""
HARMLESS_MS = 2.0
"""What takes less for a face is not slow, whatever the last model took."""
SHARE_SLACK = 2.0
"""How much further the share of frames may drop: dusk alone halves the rate of a camera."""


@dataclass(frozen=True, slots=True)
class TrialSample:
    """The eye at one moment.

    `version` is the model's that serves, "" while none is known; `fault` why none can. `failures`
    is how often the eye has failed since the kiosk began, but for blocked cameras. `frame_result`
    is the newest, `share` that of the frames that are to be understood in a second. `throttled`:
    heat or the supply slow the machine down, so its speed says nothing about the model.
    """

    version: str
    fault: str
    failures: int
    frame_result: FrameResult | None
    share: float
    throttled: bool = False


class TrialFigures:
    """How fast a model is in service: medians of the last two minutes or so of faces."""

    def __init__(self) -> None:
        self._classify: deque[float] = deque(maxlen=SAMPLES)
        self._shares: deque[float] = deque(maxlen=SAMPLES)

    def note(self, frame_result: FrameResult, share: float) -> None:
        """Take down a new frame result, and the share of frames that are understood."""
        self._shares.append(share)
        if frame_result.faces:
            self._classify.append(frame_result.timings.classify / len(frame_result.faces))

    @property
    def classify_ms(self) -> float | None:
        """Milliseconds for a face; None before there are enough."""
        return statistics.median(self._classify) if len(self._classify) >= NEEDED else None

    @property
    def share(self) -> float | None:
        """Of the frames that are to be understood; None before there are enough."""
        return statistics.median(self._shares) if len(self._shares) >= NEEDED else None


class TrialMonitor:
    """The course of one trial, from `trial` on, which may have begun before this kiosk did."""

    def __init__(self, version: str, trial: Trial, limits: ModelsConfig, failures: int) -> None:
        abrupt = 1 if trial.running else 0
        self.version = version
        self.record = replace(trial, failures=trial.failures + abrupt, running=True)
        self.reason = ""
        self._limits = limits
        self._failures = failures
        self._figures = TrialFigures()
        self._number: int | None = None
        self._at: float | None = None
        self._judge()

    @property
    def left(self) -> float:
        """Seconds of seeing that are left."""
        return max(0.0, 60.0 * self._limits.trial_minutes - self.record.served)

    @property
    def passed(self) -> bool:
        """Whether the model has proved itself."""
        return not self.reason and self.left == 0.0

    def note(self, glimpse: TrialSample, now: float) -> None:
        """Take down what is so at `now` (monotonic seconds); `reason` then says what is wrong.

        Only time in which this model sees new frames counts.
        """
        failed = glimpse.failures - self._failures
        self._failures = glimpse.failures
        elapsed = min(now - self._at, STEP_SECONDS) if self._at is not None else 0.0
        self._at = now
        served = self._count(glimpse, elapsed)
        self.record = replace(
            self.record,
            served=self.record.served + served,
            failures=self.record.failures + failed,
        )
        self._judge(glimpse)

    def _count(self, glimpse: TrialSample, elapsed: float) -> float:
        """Return the seconds that count, after a look at what was seen in them."""
        frame_result = glimpse.frame_result
        if glimpse.version != self.version or frame_result is None:
            return 0.0
        before, self._number = self._number, frame_result.number
        if before in (None, frame_result.number):
            return 0.0
        if not glimpse.throttled:
            self._figures.note(frame_result, glimpse.share)
        return elapsed

    def _judge(self, glimpse: TrialSample | None = None) -> None:
        faults = [self._unusable(glimpse), self._unsteady(), self._slow()]
        self.reason = self.reason or next((fault for fault in faults if fault), "")

    def _unusable(self, glimpse: TrialSample | None) -> str:
        if glimpse is None:
            return ""
        if glimpse.fault and glimpse.version != self.version:
            return f"it could not be used: {glimpse.fault}"
        return ""

    def _unsteady(self) -> str:
        count = self.record.failures
        return f"the eye or the kiosk failed {count} times" if count >= FAILURES else ""

    def _slow(self) -> str:
        taken, before = self._figures.classify_ms, self.record.classify_ms
        if taken and before and taken > max(HARMLESS_MS, self._limits.max_latency_ratio * before):
            return f"it took {taken:.1f} ms for a face, the model before {before:.1f} ms"
        share, usual = self._figures.share, self.record.share
        slack = self._limits.max_latency_ratio * SHARE_SLACK
        if share is not None and usual and share * slack < usual:
            return f"only {share:.0%} of the frames were seen in time, {usual:.0%} before"
        return ""
