"""The motion of a mouth, apart from that of the head."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.vision import alignment
from device.vision.mouth import LONGEST_GAP, MouthMotion

Picture = NDArray[np.uint8]


def portrait(opening: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)) -> Picture:
    """Draw a crop of a face whose mouth is open by some pixels, moved by `shift`."""
    scale = 8
    large = np.full((48 * scale, 48 * scale), 170, np.uint8)

    def ellipse(x: float, y: float, across: float, down: float, grey: int) -> None:
        axes = round(across * scale), max(1, round(down * scale))
        centre = round((x + shift[0]) * scale), round((y + shift[1]) * scale)
        cv2.ellipse(large, centre, axes, 0, 0, 360, (grey,), -1)

    ellipse(24, 26, 19, 26, 200)
    for x in (15, 33):
        ellipse(x, 14, 4, 0.8, 70)
        ellipse(x, 18.6, 3, 1.5, 60)
    ellipse(24, 27, 2, 3, 160)
    ellipse(24, 37 + opening / 2, 6, 0.8 + opening / 2, 50)
    return np.asarray(cv2.resize(large, (48, 48), interpolation=cv2.INTER_AREA), np.uint8)


def measured(pictures: list[Picture], gap: float = 0.08) -> list[float]:
    mouths, rng = MouthMotion(), np.random.default_rng(4)
    found = []
    for number, picture in enumerate(pictures):
        noisy = np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
        crops = alignment.standardise(noisy[None])
        found += mouths.measure([3], crops, 5.0 + number * gap)
    return found


def test_a_mouth_that_opens_and_closes_moves() -> None:
    talk = measured([portrait(opening) for opening in (0, 3, 1, 4, 0, 2, 4, 1) * 3])
    assert talk[0] == 0.0, "it is new"
    assert np.mean(talk[1:]) > 0.6


def test_a_still_face_and_a_head_that_moves_do_not() -> None:
    assert np.mean(measured([portrait()] * 20)) < 0.05
    rng = np.random.default_rng(8)
    shifts = [tuple(rng.normal(0, 0.5, 2)) for _ in range(30)]
    assert np.mean(measured([portrait(shift=shift) for shift in shifts])) < 0.2


def test_frames_far_apart_and_other_faces_are_not_compared() -> None:
    assert measured([portrait(0), portrait(4)], gap=LONGEST_GAP + 0.1) == [0.0, 0.0]
    mouths, crops = MouthMotion(), np.stack([portrait(0), portrait(4)])
    assert mouths.measure([1, 2], crops, 1.0) == [0.0, 0.0]
    assert mouths.measure([2, 1], crops[::-1].copy(), 1.1) == pytest.approx([0.0, 0.0])
    assert mouths.measure([], crops[:0], 1.2) == []
    assert mouths.measure([1], crops[:1], 1.3) == [0.0]
