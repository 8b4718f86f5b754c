"""A trial is a pure function of what is seen and when: no clock, no files, no waiting."""

from dataclasses import replace
from typing import Any

import pytest

from device.config.schema import ModelsConfig
from device.deployment.trial import (
    MAX_FAILURES,
    MIN_SAMPLES,
    STEP_SECONDS,
    TrialFigures,
    TrialMonitor,
    TrialSample,
)
from device.messages import Box, Face, FrameResult, Point, Timings
from device.models.state import Trial

LIMITS = ModelsConfig(trial_minutes=15.0, max_latency_ratio=1.5)
FACE = Face(1, Box(0, 0, 9, 9), 0.9, (Point(0, 0),) * 6, (1.0, 0, 0, 0, 0, 0, 0))


def frame_result(number: int, ms: float = 4.0, faces: int = 1) -> FrameResult:
    """What the vision saw; each face took so many milliseconds."""
    return FrameResult(number, 0.0, 0.1, 640, 480, (FACE,) * faces, Timings(classify=ms * faces))


class Kiosk:
    """Looks at an vision once a second, whose every look sees something new."""

    def __init__(self, trial: Trial | None = None, failures: int = 0) -> None:
        self.monitor = TrialMonitor("9", trial or Trial(), LIMITS, failures)
        self.sample = TrialSample("9", "", failures, frame_result(0), 1.0)
        self.now = 1000.0

    def see(self, seconds: int, ms: float = 4.0, faces: int = 1, **changes: Any) -> None:
        """Go on for some seconds."""
        self.sample = replace(self.sample, **changes)
        for _ in range(seconds):
            last = self.sample.frame_result
            assert last is not None
            self.sample = replace(
                self.sample, frame_result=frame_result(last.number + 1, ms, faces)
            )
            self.look()

    def look(self, seconds: float = 1.0) -> None:
        """Look once more at what there is."""
        self.now += seconds
        self.monitor.record(self.sample, self.now)


def test_a_model_that_does_well_passes_after_its_minutes() -> None:
    kiosk = Kiosk()
    kiosk.see(900)
    assert not kiosk.monitor.passed
    assert kiosk.monitor.left == 1.0, "the first look begins to count"
    kiosk.see(1)
    assert kiosk.monitor.passed
    assert kiosk.monitor.reason == ""


def test_only_time_in_which_it_sees_counts() -> None:
    kiosk = Kiosk()
    kiosk.see(11)
    served = kiosk.monitor.trial.served
    assert served == 10.0
    for _ in range(500):
        kiosk.look()
    assert kiosk.monitor.trial.served == served, "a camera that is paused or gone proves nothing"
    kiosk.see(100, version="")
    assert kiosk.monitor.trial.served == served, "nor does an vision that is starting"
    kiosk.see(10, faces=0, version="9")
    assert kiosk.monitor.trial.served == served + 10.0, "but an empty room does"


def test_a_sleep_or_a_clock_that_jumps_counts_a_few_seconds_at_most() -> None:
    kiosk = Kiosk()
    kiosk.see(3)
    before = kiosk.monitor.trial.served
    kiosk.now += 86_400.0
    kiosk.see(1)
    assert kiosk.monitor.trial.served == before + STEP_SECONDS


def test_a_trial_goes_on_where_the_kiosk_left_it() -> None:
    kiosk = Kiosk()
    kiosk.see(401)
    kept = kiosk.monitor.trial
    assert (kept.served, kept.failures, kept.running) == (400.0, 0, True)
    again = Kiosk(replace(kept, running=False))
    again.see(501)
    assert again.monitor.passed
    assert again.monitor.trial.failures == 0


@pytest.mark.parametrize("before", [0, 1, MAX_FAILURES - 1])
def test_a_worker_that_fails_too_often_ends_it(before: int) -> None:
    kiosk = Kiosk(Trial(failures=before), failures=7)
    kiosk.see(10)
    assert kiosk.monitor.reason == "", "what failed before the trial is not this model's"
    for number in range(MAX_FAILURES - before):
        assert kiosk.monitor.reason == ""
        kiosk.see(5, failures=8 + number)
    assert kiosk.monitor.reason == f"vision or the kiosk failed {MAX_FAILURES} times"
    assert not kiosk.monitor.passed


def test_a_kiosk_that_ends_without_notice_counts_too() -> None:
    trial = Trial()
    for number in range(MAX_FAILURES):
        monitor = TrialMonitor("9", trial, LIMITS, 0)
        assert monitor.trial.failures == number
        assert not monitor.reason
        trial = monitor.trial
    assert (
        TrialMonitor("9", trial, LIMITS, 0).reason
        == f"vision or the kiosk failed {MAX_FAILURES} times"
    )


def test_a_model_that_cannot_be_used_ends_it_at_once() -> None:
    kiosk = Kiosk()
    kiosk.see(1, version="8", fault="emotion-8 serves instead: emotion-9: damaged")
    assert kiosk.monitor.reason.startswith("it could not be used: emotion-8 serves instead")
    kiosk = Kiosk()
    kiosk.see(1, version="", fault="no model")
    assert kiosk.monitor.reason == "it could not be used: no model"


def test_a_model_that_is_slower_than_the_last_one_ends_it() -> None:
    kiosk = Kiosk(Trial(classify_ms=4.0, share=1.0))
    kiosk.see(MIN_SAMPLES * 3, ms=5.9)
    assert kiosk.monitor.reason == ""
    kiosk.see(MIN_SAMPLES, ms=6.1, faces=3)
    assert kiosk.monitor.reason == ""
    kiosk.see(MIN_SAMPLES, ms=6.1, faces=3)
    assert kiosk.monitor.reason == "it took 6.1 ms for a face, the model before 4.0 ms"
    kiosk.see(MIN_SAMPLES * 3, ms=1.0)
    assert kiosk.monitor.reason == "it took 6.1 ms for a face, the model before 4.0 ms"


def test_a_few_slow_frames_and_small_differences_are_no_reason() -> None:
    kiosk = Kiosk(Trial(classify_ms=4.0, share=1.0))
    kiosk.see(MIN_SAMPLES // 2 - 1, ms=50.0)
    kiosk.see(MIN_SAMPLES * 2, ms=4.0)
    assert kiosk.monitor.reason == ""
    kiosk = Kiosk(Trial(classify_ms=0.3, share=1.0))
    kiosk.see(MIN_SAMPLES * 2, ms=1.9)
    assert kiosk.monitor.reason == ""
    kiosk = Kiosk()
    kiosk.see(MIN_SAMPLES * 2, ms=500.0)
    assert kiosk.monitor.reason == "", "nothing to compare with"


def test_a_kiosk_that_sees_far_fewer_frames_ends_it() -> None:
    kiosk = Kiosk(Trial(classify_ms=4.0, share=1.0))
    kiosk.see(MIN_SAMPLES * 3, share=0.47, faces=0)
    assert kiosk.monitor.reason == "", "dusk halves a camera's rate"
    kiosk.see(MIN_SAMPLES * 3, share=0.3, faces=0)
    assert kiosk.monitor.reason == "only 30% of the frames were seen in time, 100% before"


def test_a_machine_that_is_held_back_tells_nothing_of_the_model() -> None:
    kiosk = Kiosk(Trial(classify_ms=4.0, share=1.0))
    kiosk.see(MIN_SAMPLES * 3, ms=20.0, share=0.2, throttled=True)
    assert kiosk.monitor.reason == ""
    assert kiosk.monitor.trial.served == MIN_SAMPLES * 3 - 1
    kiosk.see(MIN_SAMPLES, ms=20.0, share=0.2, throttled=False)
    assert kiosk.monitor.reason.startswith("it took 20.0 ms")


def test_figures_wait_until_there_are_enough() -> None:
    figures = TrialFigures()
    for number in range(MIN_SAMPLES):
        assert figures.classify_ms is figures.share is None
        figures.record(frame_result(number, ms=float(number), faces=2), 10.0)
    assert figures.classify_ms == (MIN_SAMPLES - 1) / 2
    assert figures.share == 10.0
    for number in range(500):
        figures.record(frame_result(number, faces=0), 5.0)
    assert figures.classify_ms == (MIN_SAMPLES - 1) / 2
    assert figures.share == 5.0
