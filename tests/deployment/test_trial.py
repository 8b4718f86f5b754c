"""A trial is a pure function of what is seen and when: no clock, no files, no waiting."""

from dataclasses import replace

import pytest

from device.config.schema import ModelsConfig
from device.deployment.trial import (
    FAILURES,
    NEEDED,
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
    """What the eye saw; each face took so many milliseconds."""
    return FrameResult(number, 0.0, 0.1, 640, 480, (FACE,) * faces, Timings(classify=ms * faces))


class Kiosk:
    """Looks at an eye once a second, whose every look sees something new."""

    def __init__(self, trial: Trial | None = None, failures: int = 0) -> None:
        self.course = TrialMonitor("9", trial or Trial(), LIMITS, failures)
        self.glimpse = TrialSample("9", "", failures, frame_result(0), 1.0)
        self.now = 1000.0

    def see(self, seconds: int, ms: float = 4.0, faces: int = 1, **changes: object) -> None:
        """Go on for some seconds."""
        self.glimpse = replace(self.glimpse, **changes)
        for _ in range(seconds):
            last = self.glimpse.frame_result
            assert last is not None
            self.glimpse = replace(
                self.glimpse, frame_result=frame_result(last.number + 1, ms, faces)
            )
            self.look()

    def look(self, seconds: float = 1.0) -> None:
        """Look once more at what there is."""
        self.now += seconds
        self.course.note(self.glimpse, self.now)


def test_a_model_that_does_well_passes_after_its_minutes() -> None:
    kiosk = Kiosk()
    kiosk.see(900)
    assert not kiosk.course.passed
    assert kiosk.course.left == 1.0, "the first look begins to count"
    kiosk.see(1)
    assert kiosk.course.passed
    assert kiosk.course.reason == ""


def test_only_time_in_which_it_sees_counts() -> None:
    kiosk = Kiosk()
    kiosk.see(11)
    served = kiosk.course.record.served
    assert served == 10.0
    for _ in range(500):
        kiosk.look()
    assert kiosk.course.record.served == served, "a camera that is paused or gone proves nothing"
    kiosk.see(100, version="")
    assert kiosk.course.record.served == served, "nor does an eye that is starting"
    kiosk.see(10, faces=0, version="9")
    assert kiosk.course.record.served == served + 10.0, "but an empty room does"


def test_a_sleep_or_a_clock_that_jumps_counts_a_few_seconds_at_most() -> None:
    kiosk = Kiosk()
    kiosk.see(3)
    before = kiosk.course.record.served
    kiosk.now += 86_400.0
    kiosk.see(1)
    assert kiosk.course.record.served == before + STEP_SECONDS


def test_a_trial_goes_on_where_the_kiosk_left_it() -> None:
    kiosk = Kiosk()
    kiosk.see(401)
    kept = kiosk.course.record
    assert (kept.served, kept.failures, kept.running) == (400.0, 0, True)
    again = Kiosk(replace(kept, running=False))
    again.see(501)
    assert again.course.passed
    assert again.course.record.failures == 0


@pytest.mark.parametrize("before", [0, 1, FAILURES - 1])
def test_an_eye_that_fails_too_often_ends_it(before: int) -> None:
    kiosk = Kiosk(Trial(failures=before), failures=7)
    kiosk.see(10)
    assert kiosk.course.reason == "", "what failed before the trial is not this model's"
    for number in range(FAILURES - before):
        assert kiosk.course.reason == ""
        kiosk.see(5, failures=8 + number)
    assert kiosk.course.reason == f"the eye or the kiosk failed {FAILURES} times"
    assert not kiosk.course.passed


def test_a_kiosk_that_ends_without_notice_counts_too() -> None:
    trial = Trial()
    for number in range(FAILURES):
        course = TrialMonitor("9", trial, LIMITS, 0)
        assert course.record.failures == number
        assert not course.reason
        trial = course.record
    assert (
        TrialMonitor("9", trial, LIMITS, 0).reason
        == f"the eye or the kiosk failed {FAILURES} times"
    )


def test_a_model_that_cannot_be_used_ends_it_at_once() -> None:
    kiosk = Kiosk()
    kiosk.see(1, version="8", fault="emotion-8 serves instead: emotion-9: damaged")
    assert kiosk.course.reason.startswith("it could not be used: emotion-8 serves instead")
    kiosk = Kiosk()
    kiosk.see(1, version="", fault="no model")
    assert kiosk.course.reason == "it could not be used: no model"


def test_a_model_that_is_slower_than_the_last_one_ends_it() -> None:
    kiosk = Kiosk(Trial(classify_ms=4.0, share=1.0))
    kiosk.see(NEEDED * 3, ms=5.9)
    assert kiosk.course.reason == ""
    kiosk.see(NEEDED, ms=6.1, faces=3)
    assert kiosk.course.reason == ""
    kiosk.see(NEEDED, ms=6.1, faces=3)
    assert kiosk.course.reason == "it took 6.1 ms for a face, the model before 4.0 ms"
    kiosk.see(NEEDED * 3, ms=1.0)
    assert kiosk.course.reason == "it took 6.1 ms for a face, the model before 4.0 ms"


def test_a_few_slow_frames_and_small_differences_are_no_reason() -> None:
    kiosk = Kiosk(Trial(classify_ms=4.0, share=1.0))
    kiosk.see(NEEDED // 2 - 1, ms=50.0)
    kiosk.see(NEEDED * 2, ms=4.0)
    assert kiosk.course.reason == ""
    kiosk = Kiosk(Trial(classify_ms=0.3, share=1.0))
    kiosk.see(NEEDED * 2, ms=1.9)
    assert kiosk.course.reason == ""
    kiosk = Kiosk()
    kiosk.see(NEEDED * 2, ms=500.0)
    assert kiosk.course.reason == "", "nothing to compare with"


def test_a_kiosk_that_sees_far_fewer_frames_ends_it() -> None:
    kiosk = Kiosk(Trial(classify_ms=4.0, share=1.0))
    kiosk.see(NEEDED * 3, share=0.47, faces=0)
    assert kiosk.course.reason == "", "dusk halves a camera's rate"
    kiosk.see(NEEDED * 3, share=0.3, faces=0)
    assert kiosk.course.reason == "only 30% of the frames were seen in time, 100% before"


def test_a_machine_that_is_held_back_tells_nothing_of_the_model() -> None:
    kiosk = Kiosk(Trial(classify_ms=4.0, share=1.0))
    kiosk.see(NEEDED * 3, ms=20.0, share=0.2, throttled=True)
    assert kiosk.course.reason == ""
    assert kiosk.course.record.served == NEEDED * 3 - 1
    kiosk.see(NEEDED, ms=20.0, share=0.2, throttled=False)
    assert kiosk.course.reason.startswith("it took 20.0 ms")


def test_figures_wait_until_there_are_enough() -> None:
    figures = TrialFigures()
    for number in range(NEEDED):
        assert figures.classify_ms is figures.share is None
        figures.note(frame_result(number, ms=float(number), faces=2), 10.0)
    assert figures.classify_ms == (NEEDED - 1) / 2
    assert figures.share == 10.0
    for number in range(500):
        figures.note(frame_result(number, faces=0), 5.0)
    assert figures.classify_ms == (NEEDED - 1) / 2
    assert figures.share == 5.0
