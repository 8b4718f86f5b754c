"""A worker that reads slowly keeps nobody waiting, and is not taken for one that is stuck."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.config.schema import CameraConfig, VisionConfig
from device.errors import VisionBusy
from device.messages import FrameResult, Level
from device.models.store import candidates
from device.vision import supervisor as module
from device.vision.protocol import (
    ClassifyRequest,
    CropRequest,
    Heartbeat,
    PartStatus,
    Pause,
    Response,
    SetRate,
)
from device.vision.supervisor import Supervisor
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE = np.zeros((1200, 1600, 3), np.uint8)
"""Larger than what a pipe holds."""
FINE = PartStatus(Level.OK, "running")
QUIET_SECONDS = 0.1


class FakeProcess:
    """A worker that does only what the test does with its end of the pipe."""

    pid, exitcode = 1, None

    def __init__(self, *, args: tuple[Any, ...], **_: object) -> None:
        self._given = args[3]
        self.dies = True

    def start(self) -> None:
        self.pipe: Connection = Connection(os.dup(self._given.fileno()))

    def kill(self) -> None:
        if self.dies:
            self.pipe.close()

    def join(self, timeout: float | None = None) -> None:
        pass


class FakeSpawn:
    """Starts such workers; `process` is the newest."""

    Pipe = staticmethod(multiprocessing.Pipe)
    process: FakeProcess

    def Process(self, **keys: Any) -> FakeProcess:  # noqa: N802
        self.process = FakeProcess(**keys)
        return self.process


@pytest.fixture
def spawn() -> FakeSpawn:
    return FakeSpawn()


@pytest.fixture
def supervisor(spawn: FakeSpawn) -> Iterator[Supervisor]:
    """A supervisor whose worker has reported that all is well, and reads nothing by itself."""
    supervisor = Supervisor(CameraConfig(source="fake:"), VisionConfig(), candidates)
    supervisor._spawn = spawn  # type: ignore[assignment]
    supervisor.tick(time.monotonic())
    beat(spawn)
    until(lambda: supervisor.model)
    yield supervisor
    spawn.process.dies = True
    supervisor.close()


@pytest.fixture
def guests() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def beat(spawn: FakeSpawn) -> None:
    spawn.process.pipe.send(Heartbeat(FINE, FINE, "emotion-1", 0.0))


def answer(spawn: FakeSpawn, request: ClassifyRequest) -> None:
    height, width = request.image.shape[:2]
    result = FrameResult(request.id, 0.0, 0.0, width, height)
    spawn.process.pipe.send(Response(request.id, result))


def arrives(spawn: FakeSpawn, kind: type) -> Any:
    """Return the next message that the worker reads, which is of a kind."""
    message = spawn.process.pipe.recv()
    assert isinstance(message, kind)
    return message


def test_a_full_pipe_holds_up_no_command_and_is_no_fault(
    supervisor: Supervisor, spawn: FakeSpawn, guests: ThreadPoolExecutor
) -> None:
    pictures = [guests.submit(supervisor.classify, PICTURE) for _ in range(2)]
    until(spawn.process.pipe.poll)  # one is being sent, and cannot be sent whole
    supervisor.pause(True)
    supervisor.set_rate(5.0)
    crop = supervisor.request_crop()
    supervisor.tick(time.monotonic())
    assert supervisor.restarts == 0
    assert supervisor.health == (Level.OK, "running")
    first = arrives(spawn, ClassifyRequest)
    assert arrives(spawn, Pause) == Pause(True)
    assert arrives(spawn, SetRate) == SetRate(5.0)
    spawn.process.pipe.send(Response(arrives(spawn, CropRequest).id, None))
    assert crop.result(10).crop is None
    assert not spawn.process.pipe.poll(QUIET_SECONDS), "the worker has one picture at a time"
    answer(spawn, first)
    answer(spawn, arrives(spawn, ClassifyRequest))
    assert all(picture.result(10).width == 1600 for picture in pictures)
    assert supervisor.restarts == 0


@pytest.mark.parametrize("dies", [True, False], ids=["killed", "cannot be killed"])
def test_a_pipe_that_is_closed_while_a_picture_is_sent_means_busy(
    supervisor: Supervisor, spawn: FakeSpawn, guests: ThreadPoolExecutor, dies: bool
) -> None:
    spawn.process.dies = dies
    pictures = [guests.submit(supervisor.classify, PICTURE) for _ in range(3)]
    until(spawn.process.pipe.poll)
    supervisor.restart(time.monotonic())
    for picture in pictures:
        with pytest.raises(VisionBusy, match="try again in a few seconds"):
            picture.result(10)
    with pytest.raises(VisionBusy, match="vision is starting"):
        supervisor.classify(PICTURE)
    threads = [one.name for one in threading.enumerate() if one.name.startswith("vision-")]
    assert threads == []


def test_a_picture_that_nobody_waits_for_is_not_sent(
    supervisor: Supervisor,
    spawn: FakeSpawn,
    guests: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as hasty:
        hasty.setattr(module, "RESPONSE_SECONDS", 0.05)
        for _ in range(3):
            with pytest.raises(VisionBusy, match="vision is busy; try again in a few seconds"):
                supervisor.classify(PICTURE)
    first = arrives(spawn, ClassifyRequest)
    picture: Future[FrameResult] = guests.submit(supervisor.classify, PICTURE)
    answer(spawn, first)
    late = arrives(spawn, ClassifyRequest)
    assert late.id == first.id + 3
    answer(spawn, late)
    assert picture.result(10).height == 1200


def test_a_worker_whose_messages_the_kiosk_has_not_read_is_not_silent(
    supervisor: Supervisor, spawn: FakeSpawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, late = threading.Event(), time.monotonic() + 60.0
    monkeypatch.setattr(supervisor.frame_result, "publish", lambda _: reads.wait())
    spawn.process.pipe.send(FrameResult(1, 0.0, 0.0, 640, 480))
    beat(spawn)
    supervisor.tick(late)
    assert supervisor.restarts == 0
    reads.set()
    process = supervisor._process
    assert process
    until(lambda: not process._pipe.poll())
    supervisor.tick(late)
    assert supervisor.restarts == 1
    assert "silent for 4 s" in supervisor.health[1]


def test_a_worker_that_closes_its_pipe_is_said_to_have_done_so(
    supervisor: Supervisor, spawn: FakeSpawn
) -> None:
    spawn.process.pipe.close()

    def restarted() -> int:
        supervisor.tick(time.monotonic())
        return supervisor.restarts

    until(restarted)
    assert supervisor.health[1].startswith("closed its pipe; starting it again in")
