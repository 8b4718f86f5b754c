"""The code that lets a phone in, and the sign that somebody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device.stage.layout import Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.support.theatres import MakeScene, MakeTheatre

LINK = "http://192.168.178.123:8080/pair/AbCdEfGhIjKlMnOpQrStUw"


def read(picture: NDArray[np.uint8]) -> str:
    """Return what OpenCV's reader of QR codes finds in a picture (width, height, 3)."""
    upright = np.ascontiguousarray(picture.transpose(1, 0, 2)[..., ::-1])
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(upright)
    return text


@pytest.mark.parametrize("size", [(640, 360), (320, 240), (540, 960), (1280, 720)])
def test_the_code_can_be_read_off_the_stage(
    theatre: MakeTheatre, feel: MakeScene, size: tuple[int, int]
) -> None:
    place = theatre(size)
    assert read(place.after(feel("happy"), 0.5)) == ""
    assert read(place.after(feel("happy", invitation=LINK), 0.1)) == LINK
    assert read(place.after(feel("happy"), 0.1)) == ""


def test_the_stage_says_that_somebody_watches(theatre: MakeTheatre, feel: MakeScene) -> None:
    size = (640, 360)
    watched = theatre(size).after(feel("neutral", watched=True), 0.5).astype(int)
    alone = theatre(size).after(feel("neutral"), 0.5).astype(int)
    footer = Layout.of(size).footer
    change = abs(watched - alone).max(axis=2)
    corner = (slice(footer.left + footer.width * 2 // 3, None), slice(footer.top, None))
    assert change[corner].max() > 100, "a bright text"
    assert (watched[corner] < alone[corner] - 10).any(axis=2).mean() > 0.1, "on a dark plate"
    change[corner] = 0
    assert change.max() == 0, "and nothing else"
