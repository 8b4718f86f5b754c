"""A face keeps its number."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.messages import Box, Detection, Point
from device.vision.tracker import Tracker, iou


def seen(x: float, y: float = 100.0, size: float = 80.0, score: float = 0.9) -> Detection:
    return Detection(Box(x, y, size, size), score, (Point(x, y),) * 6)


def ids(tracker: Tracker, detections: list[Detection], now: float) -> list[int]:
    return [id_ for id_, _ in tracker.track(detections, now)]


def test_a_face_that_walks_keeps_its_id() -> None:
    tracker = Tracker()
    for frame in range(60):
        assert ids(tracker, [seen(10 + 8 * frame)], frame / 15) == [1]


def test_two_that_cross_keep_their_ids() -> None:
    tracker = Tracker()
    for frame in range(50):
        one, other = seen(10 + 12 * frame, 100), seen(610 - 12 * frame, 140)
        assert ids(tracker, [one, other], frame / 15) == [1, 2]


@pytest.mark.parametrize("speed", [0.0, 60.0])
def test_a_gap_of_half_a_second_is_survived(speed: float) -> None:
    tracker = Tracker()
    for frame in range(10):
        assert ids(tracker, [seen(100 + speed * frame / 15)], frame / 15) == [1]
    later = 9 / 15 + 0.5
    assert ids(tracker, [], later - 0.2) == []
    assert ids(tracker, [seen(100 + speed * later)], later) == [1]


def test_after_a_long_gap_it_is_somebody_new() -> None:
    tracker = Tracker()
    assert ids(tracker, [seen(100)], 0.0) == [1]
    assert ids(tracker, [seen(100)], 1.5) == [2]


def test_a_weak_detection_keeps_a_face_but_begins_none() -> None:
    tracker = Tracker()
    assert ids(tracker, [seen(100, score=0.45)], 0.0) == []
    assert ids(tracker, [seen(100, score=0.55)], 0.1) == [1]
    assert ids(tracker, [seen(102, score=0.45)], 0.2) == [1]


def test_somebody_far_off_is_not_the_same() -> None:
    tracker = Tracker()
    assert ids(tracker, [seen(100)], 0.0) == [1]
    assert ids(tracker, [seen(400)], 0.1) == [2]
    assert ids(tracker, [seen(405, size=200)], 0.2) == [3]


boxes = st.tuples(st.floats(0, 600), st.floats(0, 400), st.floats(1, 300), st.floats(0.4, 1.0))


@given(st.lists(st.tuples(st.floats(0, 2), st.lists(boxes, max_size=6)), max_size=20))
def test_ids_are_unique_in_a_frame_whatever_comes(
    frames: list[tuple[float, list[tuple[float, float, float, float]]]],
) -> None:
    tracker, now = Tracker(), 0.0
    for gap, found in frames:
        now += gap
        detections = [seen(*one) for one in found]
        numbers = ids(tracker, detections, now)
        assert len(set(numbers)) == len(numbers)
        assert len(numbers) >= sum(one.score >= 0.5 for one in detections)


def test_overlap() -> None:
    assert iou(Box(0, 0, 10, 10), Box(0, 0, 10, 10)) == 1.0
    assert math.isclose(iou(Box(0, 0, 10, 10), Box(5, 0, 10, 10)), 1 / 3)
    assert iou(Box(0, 0, 10, 10), Box(20, 0, 10, 10)) == 0.0
