"""What the thread that reads the camera says of faults that nobody thought of."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NoReturn

from device.camera.source import CameraSettings
from device.eye import grabber
from device.eye.grabber import Grabber
from device.eye.protocol import Part
from device.messages import Level

if TYPE_CHECKING:
    import pytest


def test_a_fault_is_logged_when_it_comes_and_not_at_each_try(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults = iter(["lost", "lost", "lost", "burnt", "burnt"])
    ended = threading.Event()

    def fail(_: CameraSettings) -> NoReturn:
        one.pause(False)  # so that it does not wait for its next try
        fault = next(faults, None)
        if fault is None:
            ended.set()
            threading.Event().wait()
        raise RuntimeError(fault)

    monkeypatch.setattr(grabber, "open_camera", fail)
    one = Grabber(CameraSettings(), threading.Event())
    one.start()
    assert ended.wait(20.0)
    logged = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert logged == ["lost", "burnt"]
    assert one.part == Part(Level.FAILED, "RuntimeError: burnt")
