"""A kiosk whose vision takes long for each frame, as on an old or an emulated machine."""

from __future__ import annotations

import threading
import time

import pytest

from device.config import file
from device.kiosk.kiosk import Kiosk, RunOptions
from device.messages import Box, Face, FrameResult
from device.system.latest import Latest

pytestmark = pytest.mark.usefixtures("own_signals")

QUIET = {
    "camera": {"source": "fake"},
    "sound": {"enabled": False},
    "web": {"enabled": False},
    "stage": {"width": 320, "height": 240},
}
POINTS = ((240.0, 200.0), (310.0, 200.0), (275.0, 235.0), (275.0, 270.0))
HAPPY = Face(1, Box(200, 150, 150, 150), 0.9, POINTS, (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0))
LATE = 5.0


def _run(monkeypatch: pytest.MonkeyPatch, seen_every: float) -> Kiosk:
    """Run a kiosk for some seconds that gets a face now and then, each `LATE` seconds old."""
    frame_results: Latest[FrameResult | None] = Latest(None)
    kiosk, over = Kiosk(file.parse(QUIET), RunOptions("offscreen", 12.0)), threading.Event()
    monkeypatch.setattr(kiosk.container.vision, "frame_result", frame_results)

    def see() -> None:
        number = 0
        while not over.is_set():
            now = time.monotonic()
            number += 1
            frame_results.publish(FrameResult(number, now - LATE, now, 640, 480, (HAPPY,)))
            over.wait(seen_every)

    thread = threading.Thread(target=see)
    thread.start()
    try:
        kiosk.run()
    finally:
        over.set()
        thread.join()
    return kiosk


def test_what_is_seen_late_is_mirrored(monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk = _run(monkeypatch, 1.0)
    assert "happy" in [change["emotion"] for change in kiosk.publisher.report.moods]


def test_what_was_seen_long_ago_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk = _run(monkeypatch, 60.0)
    assert [change["emotion"] for change in kiosk.publisher.report.moods][-1] is None
