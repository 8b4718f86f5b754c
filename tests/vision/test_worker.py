"""The vision worker's loop without its process: camera frames come before visitors' pictures."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from device.config.schema import CameraConfig, VisionConfig
from device.messages import Frame, FrameResult, Level
from device.models.store import candidates
from device.vision.protocol import ClassifyRequest, PartStatus, Response, Stop
from device.vision.worker import VisionWorker

BLANK = np.zeros((48, 48, 3), np.uint8)
SECONDS = 0.02
"""What a frame and a visitor's picture take here, each."""
KEPT = 0.9
"""So much of its rate the camera keeps."""


class Clock:
    """Time that passes only by work, and by what the worker sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def work(self) -> None:
        self.now += SECONDS

    def sleep(self) -> None:
        self.now += 0.0001


class FakeCapture:
    """A camera that gives a frame at each `interval`, and keeps the newest."""

    status, frame_age = PartStatus(Level.OK, "running"), 0.0

    def __init__(self, clock: Clock, interval: float) -> None:
        self._clock, self._interval, self._popped = clock, interval, -1

    def pop_newest(self) -> Frame | None:
        newest = int(self._clock() / self._interval)
        if newest == self._popped:
            return None
        self._popped = newest
        return Frame(BLANK, newest, newest * self._interval)


class MovingCapture(FakeCapture):
    """A camera that gives ten pictures a second; from the fortieth on there is a box in them."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, 0.1)
        self._count = 0

    def pop_newest(self) -> Frame | None:
        frame = super().pop_newest()
        if frame is None:
            return None
        self._count += 1
        image = np.full((120, 160, 3), 90, np.uint8)
        image[40:100, 130 : 150 if self._count > 40 else 130] = 200
        return replace(frame, image=image)


class FakePipeline:
    """Sees nobody; while it looks at one visitor's picture, the next one comes."""

    def __init__(self, worker: VisionWorker, clock: Clock) -> None:
        self._worker, self._clock = worker, clock

    def process(self, frame: Frame, _: object) -> FrameResult:
        self._clock.work()
        return FrameResult(frame.number, frame.captured_at, self._clock(), 48, 48)

    def detect_still(self, frame: Frame) -> FrameResult:
        self._clock.work()
        self._worker._inbox.append(ClassifyRequest(frame.number + 4, BLANK))
        return FrameResult(frame.number, frame.captured_at, self._clock(), 48, 48)


@pytest.fixture
def sent() -> list[Any]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(sent: list[Any], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> VisionWorker:
    camera, vision = CameraConfig(source="fake:"), VisionConfig.model_construct(max_rate=1000.0)
    pipe: Any = SimpleNamespace(send=sent.append)
    preview: Any = SimpleNamespace(wanted=False)
    made = VisionWorker(camera, vision, candidates, pipe, preview, clock)
    made._capture = FakeCapture(clock, 0.001)  # type: ignore[assignment]
    made._pipeline = FakePipeline(made, clock)  # type: ignore[assignment]
    monkeypatch.setattr(made, "_sleep", clock.sleep)
    return made


def answers(sent: list[Any]) -> list[int]:
    return [one.id for one in sent if isinstance(one, Response)]


def work(worker: VisionWorker, clock: Clock, seconds: float) -> float:
    """Let it work; return how long."""
    begun = clock()
    while clock() < begun + seconds:
        assert worker.step()
    return clock() - begun


def test_movement_is_reported_with_the_frame(
    worker: VisionWorker, sent: list[Any], clock: Clock
) -> None:
    worker._capture = MovingCapture(clock)  # type: ignore[assignment]
    work(worker, clock, 6.0)
    results = [one for one in sent if isinstance(one, FrameResult)]
    still, moved = results[:40], results[40:60]
    assert {one.motion for one in still} == {0.0}
    assert not any(one.is_moving for one in still)
    assert moved[0].is_moving
    assert moved[0].motion_at > 0.5, "at the picture's right"


def test_a_camera_that_takes_all_the_time_keeps_most_of_it(
    worker: VisionWorker, sent: list[Any], clock: Clock
) -> None:
    worker._inbox.extend(ClassifyRequest(number, BLANK) for number in range(4))
    seconds = work(worker, clock, 10.0)
    frames = sum(isinstance(one, FrameResult) for one in sent)
    assert frames * SECONDS >= KEPT * seconds
    assert len(answers(sent)) > 30, "visitors get their share"
    assert answers(sent) == list(range(len(answers(sent)))), "in the order that they came"


def test_visitors_get_what_a_slower_camera_leaves(
    worker: VisionWorker, sent: list[Any], clock: Clock
) -> None:
    worker._capture = FakeCapture(clock, 0.1)  # type: ignore[assignment]
    worker._inbox.extend(ClassifyRequest(number, BLANK) for number in range(4))
    seconds = work(worker, clock, 10.0)
    frames = sum(isinstance(one, FrameResult) for one in sent)
    assert frames >= 10 * seconds - 2, "every frame is processed"
    assert len(answers(sent)) > 25 * seconds


def test_an_order_to_stop_does_not_wait_for_them(worker: VisionWorker, sent: list[Any]) -> None:
    worker._inbox.extend(ClassifyRequest(number, BLANK) for number in range(4))
    while not answers(sent):
        assert worker.step()
    worker._inbox.append(Stop())
    assert not worker.step()
    assert len(answers(sent)) == 1
