"""A real supervisor and its worker process, and how to wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from device.config.schema import CameraConfig, VisionConfig
from device.models.store import candidates
from device.vision.supervisor import Supervisor
from tests.support.waiting import until

if TYPE_CHECKING:
    from device.messages import Level

Start = Callable[..., Supervisor]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Supervisor] = []

    def start(source: str, **keys: Any) -> Supervisor:
        supervisor = Supervisor(CameraConfig(source=source), VisionConfig(**keys), candidates)
        running.append(supervisor)
        return supervisor

    yield start
    for supervisor in running:
        pid = supervisor.pid
        supervisor.close()
        assert pid is None or not Path(f"/proc/{pid}").exists(), "the worker outlived its kiosk"


def tick_until(supervisor: Supervisor, condition: Callable[[], object]) -> None:
    """Tick as the kiosk does until something holds."""

    def holds() -> object:
        supervisor.tick(time.monotonic())
        return condition()

    until(holds, seen=lambda: supervisor.health)


def health(supervisor: Supervisor, part: str) -> tuple[Level, str]:
    return {
        "vision": supervisor.health,
        "camera": supervisor.camera,
        "model": supervisor.model_status,
    }[part]


def sees_on(supervisor: Supervisor) -> None:
    """Wait for another frame result."""
    before = supervisor.frame_result.get()
    tick_until(supervisor, lambda: supervisor.frame_result.get() is not before)


def sees_a_face(supervisor: Supervisor) -> bool:
    frame_result = supervisor.frame_result.get()
    return frame_result is not None and len(frame_result.faces) == 1
