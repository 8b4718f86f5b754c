"""The trial of a new model: how it does while it serves, and when it is rejected.

Nothing here reads a clock or writes a file: `record` is given samples and their times.
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

MAX_FAILURES = 3
"""The failures of vision, or ends of the kiosk without notice, at which a model is rejected."""
STEP_SECONDS = 5.0
"""The most seconds that count between two samples, such as over a sleep of the machine."""
SAMPLES, MIN_SAMPLES = 120, 60
"""The newest samples, whose median counts, and the fewest that have one."""
NEGLIGIBLE_MS = 2.0
"""A model that takes less per face is not slow, whatever the last one took."""
SHARE_SLACK = 2.0
"""How much further the share of frames may drop: dusk alone halves the rate of a camera."""


@dataclass(frozen=True, slots=True)
class TrialSample:
    """Vision at one moment.

    `version` is that of the model in use, "" while it is unknown; `fault` says why there is none.
    `failures` counts those of vision since the kiosk began, without blocked cameras. `frame_result`
    is the newest one, `share` the processed share of the frames due in a second. `throttled`:
    heat or the supply slow the machine down, so its speed says nothing about the model.
    """

    version: str
    fault: str
    failures: int
    frame_result: FrameResult | None
    share: float
    throttled: bool = False


class TrialFigures:
    """The speed of a model in use: medians over about two minutes of faces."""

    def __init__(self) -> None:
        self._classify: deque[float] = deque(maxlen=SAMPLES)
        self._shares: deque[float] = deque(maxlen=SAMPLES)

    def record(self, frame_result: FrameResult, share: float) -> None:
        """Record a new frame result, and the share of frames that are processed."""
        self._shares.append(share)
        if frame_result.faces:
            self._classify.append(frame_result.timings.classify / len(frame_result.faces))

    @property
    def classify_ms(self) -> float | None:
        """Milliseconds per face, or None before there are enough samples."""
        return statistics.median(self._classify) if len(self._classify) >= MIN_SAMPLES else None

    @property
    def share(self) -> float | None:
        """The processed share of the frames, or None before there are enough samples."""
        return statistics.median(self._shares) if len(self._shares) >= MIN_SAMPLES else None


class TrialMonitor:
    """Monitors one trial, from `trial` on, which an earlier run of the kiosk may have begun."""

    def __init__(self, version: str, trial: Trial, limits: ModelsConfig, failures: int) -> None:
        abrupt = 1 if trial.running else 0
        self.version = version
        self.trial = replace(trial, failures=trial.failures + abrupt, running=True)
        self.reason = ""
        self._limits = limits
        self._failures = failures
        self._figures = TrialFigures()
        self._number: int | None = None
        self._at: float | None = None
        self._evaluate()

    @property
    def left(self) -> float:
        """The seconds of seeing that are left."""
        return max(0.0, 60.0 * self._limits.trial_minutes - self.trial.served)

    @property
    def passed(self) -> bool:
        """Whether the model has proved itself."""
        return not self.reason and self.left == 0.0

    def record(self, sample: TrialSample, now: float) -> None:
        """Record a sample at `now` (monotonic seconds); `reason` then says what is wrong, or "".

        Only time in which this model processes new frames counts.
        """
        failed = sample.failures - self._failures
        self._failures = sample.failures
        elapsed = min(now - self._at, STEP_SECONDS) if self._at is not None else 0.0
        self._at = now
        served = self._count(sample, elapsed)
        self.trial = replace(
            self.trial,
            served=self.trial.served + served,
            failures=self.trial.failures + failed,
        )
        self._evaluate(sample)

    def _count(self, sample: TrialSample, elapsed: float) -> float:
        """Return the seconds that count, and record the speed in them."""
        frame_result = sample.frame_result
        if sample.version != self.version or frame_result is None:
            return 0.0
        before, self._number = self._number, frame_result.number
        if before in (None, frame_result.number):
            return 0.0
        if not sample.throttled:
            self._figures.record(frame_result, sample.share)
        return elapsed

    def _evaluate(self, sample: TrialSample | None = None) -> None:
        faults = [self._unusable(sample), self._unsteady(), self._slow()]
        self.reason = self.reason or next((fault for fault in faults if fault), "")

    def _unusable(self, sample: TrialSample | None) -> str:
        if sample is None:
            return ""
        if sample.fault and sample.version != self.version:
            return f"it could not be used: {sample.fault}"
        return ""

    def _unsteady(self) -> str:
        count = self.trial.failures
        return f"vision or the kiosk failed {count} times" if count >= MAX_FAILURES else ""

    def _slow(self) -> str:
        taken, before = self._figures.classify_ms, self.trial.classify_ms
        if taken and before and taken > max(NEGLIGIBLE_MS, self._limits.max_latency_ratio * before):
            return f"it took {taken:.1f} ms for a face, the model before {before:.1f} ms"
        share, usual = self._figures.share, self.trial.share
        slack = self._limits.max_latency_ratio * SHARE_SLACK
        if share is not None and usual and share * slack < usual:
            return f"only {share:.0%} of the frames were seen in time, {usual:.0%} before"
        return ""
