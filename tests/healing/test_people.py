"""Nobody, one, a dozen, and more than the detector can tell apart in front of the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import pytest

from tests.healing.conftest import sees
from tests.support.faces import astronaut, hopper, scene
from tests.support.kiosks import RunningKiosk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def crowd(count: int) -> bytes:
    """Return a picture of 1280 x 960 with so many faces, as PNG."""
    columns, rows = {0: (1, 1), 1: (1, 1), 12: (4, 3), 40: (8, 5)}[count]
    width, height = 1280 // columns, 960 // rows
    portraits = [astronaut()[20:240, 110:330], hopper()[40:260, 150:370]]
    side = min(width, height)
    faces = [
        (portraits[number % 2], side / 220, (number % columns * width, number // columns * height))
        for number in range(count)
    ]
    good, data = cv2.imencode(".png", scene(*faces, size=(1280, 960)))
    assert good
    return data.tobytes()


@pytest.mark.pace
@pytest.mark.parametrize(("count", "least"), [(0, 0), (1, 1), (12, 9), (40, 8)])
def test_so_many_people(
    tmp_path: Path, within: Callable[..., float], count: int, least: int
) -> None:
    path = tmp_path / "people.png"
    path.write_bytes(crowd(count))
    with RunningKiosk(tmp_path, "--camera", f"fake:{path}") as kiosk:
        within(40.0, lambda: sees(kiosk))
        within(10.0, lambda: least <= len(kiosk.status()["faces"]) <= count)
        within(20.0, lambda: kiosk.status()["stage_hz"] > 10)
        assert kiosk.status()["rate_hz"] > 3
        kiosk.interrupt()
        assert kiosk.ended() == 0
