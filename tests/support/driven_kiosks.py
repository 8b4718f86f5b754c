"""A kiosk in the test's own process, on a clock that the test moves.

Its vision is never started: it sees what the test publishes.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from device.config import file
from device.kiosk.kiosk import Kiosk, RunOptions
from device.messages import FrameResult
from device.vision.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pygame

    from device.stage import Scene

SILENT: dict[str, dict[str, Any]] = {
    "camera": {"source": "fake"},
    "sound": {"enabled": False},
    "web": {"enabled": False},
    "stage": {"width": 320, "height": 240},
}
FRAME = 0.1
"""Seconds between two frames."""


class DrivenKiosk:
    """`scenes` are those that it drew, one for each frame; `now` is its clock in seconds."""

    def __init__(self, config: dict[str, dict[str, Any]]) -> None:
        self.scenes: list[Scene] = []
        with mock.patch.object(Supervisor, "tick"):
            self.kiosk = Kiosk(file.parse(config), RunOptions("offscreen"))
        self.container = self.kiosk.container
        self.now = time.monotonic()
        self._draw = self.container.stage.draw
        self._seen = 0

    def see(self, motion: float = 0.0) -> None:
        """Let vision have seen a frame without a face, a share of which moved."""
        self._seen += 1
        result = FrameResult(self._seen, self.now, self.now, 640, 480, motion=motion)
        self.container.vision.frame_result.publish(result)

    def frames(self, count: int) -> list[Scene]:
        """Draw some frames; return their scenes."""
        for _ in range(count):
            self.now += FRAME
            self.kiosk.tick(self.now)
        return self.scenes[-count:]

    def draw(self, canvas: pygame.Surface, scene: Scene, now: float) -> None:
        """Draw as the stage does, and keep the scene."""
        self.scenes.append(scene)
        self._draw(canvas, scene, now)


@contextmanager
def driven(**sections: dict[str, Any]) -> Iterator[DrivenKiosk]:
    """Make a kiosk whose sections of the configuration differ from `SILENT`."""
    config = {name: {**SILENT.get(name, {}), **sections.get(name, {})} for name in SILENT}
    one = DrivenKiosk(config)
    with (
        mock.patch.object(Supervisor, "tick"),
        mock.patch.object(one.container.stage, "draw", one.draw),
    ):
        try:
            yield one
        finally:
            one.kiosk.close()
