"""The vision worker's loop without its process: camera frames come before visitors' pictures."""

from __future__ import annotations

import itertools
import time
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
"""What a visitor's picture takes here."""


class FakeCapture:
    """A camera that always has a newer frame."""

    status, frame_age = PartStatus(Level.OK, "running"), 0.0

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def pop_newest(self) -> Frame:
        return Frame(BLANK, next(self._numbers), time.monotonic())


class FakePipeline:
    """Sees nobody; while it looks at one visitor's picture, the next one comes."""

    def __init__(self, worker: VisionWorker) -> None:
        self._worker = worker

    def process(self, frame: Frame, _: object) -> FrameResult:
        return FrameResult(frame.number, frame.captured_at, time.monotonic(), 48, 48)

    def detect_still(self, frame: Frame) -> FrameResult:
        time.sleep(SECONDS)
        self._worker._inbox.append(ClassifyRequest(frame.number + 4, BLANK))
        return FrameResult(frame.number, frame.captured_at, time.monotonic(), 48, 48)


@pytest.fixture
def sent() -> list[Any]:
    return []


@pytest.fixture
def worker(sent: list[Any]) -> VisionWorker:
    camera, vision = CameraConfig(source="fake:"), VisionConfig.model_construct(max_rate=1000.0)
    pipe: Any = SimpleNamespace(send=sent.append)
    preview: Any = SimpleNamespace(wanted=False)
    made = VisionWorker(camera, vision, candidates, pipe, preview)
    made._capture, made._pipeline = FakeCapture(), FakePipeline(made)  # type: ignore[assignment]
    return made


def test_the_camera_is_looked_at_between_visitors_pictures(
    worker: VisionWorker, sent: list[Any]
) -> None:
    worker._inbox.extend(ClassifyRequest(number, BLANK) for number in range(4))
    assert all(worker.step() for _ in range(12))
    answers = [one.id for one in sent if isinstance(one, Response)]
    assert answers == list(range(12)), "each gets its answer, in the order that they came"
    kinds = [type(one) for one in sent if isinstance(one, Response | FrameResult)]
    assert kinds == [FrameResult, Response] * 12


def test_an_order_to_stop_does_not_wait_for_them(worker: VisionWorker, sent: list[Any]) -> None:
    worker._inbox.extend(ClassifyRequest(number, BLANK) for number in range(4))
    assert worker.step()
    worker._inbox.append(Stop())
    assert not worker.step()
    assert sum(isinstance(one, Response) for one in sent) == 1
