"""Visitors' pictures get the time between two frames, and a small share where there is none."""

from __future__ import annotations

import pytest

from device.vision.still_schedule import SHARE, STALE_SECONDS, StillSchedule


def filmed(interval: float, picture: float) -> StillSchedule:
    """A schedule that has seen frames 1 to 10, the last at 10 intervals, and one picture."""
    schedule = StillSchedule()
    schedule.record_picture(-picture, 0.0, 0.0)
    for number in range(1, 11):
        schedule.record_frame(number, number * interval)
    return schedule


def test_a_picture_that_fits_before_the_next_frame_may_come() -> None:
    schedule = filmed(interval=0.1, picture=0.04)
    assert schedule.wait(1.02, 0.0) == 0.0
    schedule.record_picture(1.01, 1.05, 0.0)
    assert schedule.wait(1.052, 0.0) == 0.0, "and another"


def test_one_that_does_not_fit_waits_for_its_share() -> None:
    schedule = filmed(interval=0.1, picture=0.04)
    schedule.record_picture(1.03, 1.07, 0.0)
    share_at = 1.07 + 0.04 / SHARE - 0.04
    assert schedule.wait(1.07, 0.0) == pytest.approx(share_at - 1.07)
    schedule.record_frame(14, 1.4)
    assert schedule.wait(1.47, 0.0) == pytest.approx(share_at - 1.47)
    schedule.record_frame(15, 1.5)
    assert schedule.wait(1.55, 0.0) == 0.0, "its turn has come, though a frame is due"


def test_a_picture_that_kept_a_frame_waiting_is_paid_for() -> None:
    schedule = filmed(interval=0.1, picture=0.04)
    schedule.record_picture(1.02, 1.13, 0.0)
    schedule.record_frame(11, 1.1)
    paid_at = 1.13 + 0.03 / SHARE - 0.03
    assert schedule.wait(1.14, 0.0) == pytest.approx(paid_at - 1.14), "0.03 s too long"
    schedule.record_frame(14, 1.4)
    assert schedule.wait(1.41, 0.0) > 0.0
    schedule.record_frame(15, 1.5)
    assert schedule.wait(paid_at + 0.05, 0.0) == 0.0


def test_frames_that_are_not_processed_leave_their_time() -> None:
    schedule = filmed(interval=0.03, picture=0.04)
    schedule.record_picture(0.3, 0.34, 0.36)
    assert schedule.wait(0.35, 0.0) > 0.0
    assert schedule.wait(0.35, 0.4) == 0.0, "the rate's limit lets the next frame in later"


def test_skipped_frames_do_not_make_the_camera_slower_than_it_is() -> None:
    schedule = StillSchedule()
    for number in range(0, 50, 5):
        schedule.record_frame(number, number * 0.1)
    schedule.record_picture(4.4, 4.55, 0.0)
    assert schedule.wait(4.52, 0.0) > 0.0, "the next frame is due at 4.6, not at 5.0"


def test_without_a_camera_nothing_waits() -> None:
    assert StillSchedule().wait(5.0, 0.0) == 0.0
    schedule = filmed(interval=0.1, picture=0.5)
    assert schedule.wait(1.0, 0.0) > 0.0
    assert schedule.wait(1.01 + STALE_SECONDS, 0.0) == 0.0
