"""The QR code of the status page: it can be read, and is only shown where it is of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device.messages import Mood
from device.stage import Scene
from device.stage.overlays.qr_code import is_reachable

if TYPE_CHECKING:
    from tests.support.theatres import MakeTheatre

ADDRESS = "http://192.168.1.20:8080"


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (480, 800)])
def test_a_phone_can_read_it_off_the_stage(theatre: MakeTheatre, size: tuple[int, int]) -> None:
    place = theatre(size)
    frame = place.after(Scene(address=ADDRESS), 2.0)
    picture = np.ascontiguousarray(frame.transpose(1, 0, 2)[..., ::-1])
    corner = picture[:, size[0] // 2 :]
    text, *_ = cv2.QRCodeDetector().detectAndDecode(cv2.resize(corner, None, fx=2, fy=2))
    assert text == ADDRESS


def test_it_is_there_only_while_nobody_is(theatre: MakeTheatre) -> None:
    shown = theatre((640, 360)).after(Scene(address=ADDRESS), 2.0)
    assert not np.array_equal(shown, theatre((640, 360)).after(Scene(), 2.0))
    happy = Scene(Mood("happy", 0.0, 1), address=ADDRESS)
    without = Scene(Mood("happy", 0.0, 1))
    one, other = (theatre((640, 360)).after(scene, 2.0) for scene in (happy, without))
    assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("address", "is_it"),
    [
        (ADDRESS, True),
        ("http://moodlift.local:8080", True),
        ("http://[fd00::1]:8080", True),
        ("http://127.0.0.1:8080", False),
        ("http://localhost:8080", False),
        ("http://[::1]:8080", False),
        ("http://0.0.0.0:8080", False),
        ("", False),
    ],
)
def test_only_what_others_can_open_is_shown(address: str, is_it: bool) -> None:
    assert is_reachable(address) is is_it
