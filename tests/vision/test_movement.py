"""Movement in pictures that noise, light and flicker change, and people who walk in."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device import images
from device.messages import FrameResult
from device.system.paths import ASSETS
from device.vision.movement import LONGEST_GAP, NONE, Movement, MovementDetector

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

RATE = 15
FACE = ASSETS / "clip" / "face.png"
ROOM = cv2.resize(images.read(FACE, str(FACE)), (320, 240)).astype(np.float32)
"""A picture with fine detail, as float32 BGR."""
DOWN = np.arange(240, dtype=np.float32)[:, None, None]
ENTERS = 2.0
"""The second at which somebody walks in."""


def shown(picture: NDArray[np.float32]) -> Image:
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def noisy(picture: NDArray[np.float32], number: int, deviation: float) -> Image:
    noise = np.random.default_rng(number).standard_normal(picture.shape, np.float32)
    return shown(picture + deviation * noise)


def walker(second: float, width: int, height: int) -> Image:
    """Return a noisy room into which somebody walks from the picture's left."""
    picture = ROOM.copy()
    right = round(60 * (second - ENTERS))
    if right > 0:
        picture[100 : 100 + height, max(0, right - width) : right] = 60
    return noisy(picture, round(second * RATE), 5.0)


def watch(picture: Callable[[float], Image], seconds: float) -> list[Movement]:
    detector = MovementDetector()
    times = (number / RATE for number in range(round(seconds * RATE)))
    return [detector.update(picture(time), time) for time in times]


@pytest.mark.parametrize(
    "picture",
    [
        lambda _: shown(ROOM),
        lambda time: noisy(ROOM, round(time * RATE), 12.0),
        lambda time: noisy(ROOM / 12, round(time * RATE), 8.0),
        lambda time: shown(ROOM * (0.6 if time < 2 else 0.9)),
        lambda time: shown(ROOM * (0.8 + 0.2 * np.sin(3 * time))),
        lambda time: shown(ROOM * (0.8 + 0.12 * np.sin(DOWN / 20 + 9 * time))),
    ],
    ids=["still", "noise", "noise in the dark", "exposure steps", "exposure drifts", "flicker"],
)
def test_an_empty_room_does_not_move(picture: Callable[[float], Image]) -> None:
    assert watch(picture, 4.0) == [NONE] * 60


@pytest.mark.parametrize(("width", "height"), [(30, 120), (15, 60)], ids=["near", "far"])
def test_somebody_who_walks_in_is_seen_within_a_quarter_of_a_second(
    width: int, height: int
) -> None:
    seen = watch(lambda time: walker(time, width, height), 6.0)
    enters = round(ENTERS * RATE)
    assert seen[:enters] == [NONE] * enters
    assert seen[enters + 4].share > 0.005
    assert seen[enters + 4].at < -0.8, "at the picture's left"
    later = [one.at for one in seen[enters + 4 : enters + 60]]
    assert later[-1] > 0.2, "it follows"
    assert np.diff(later).min() > -0.15


def test_what_always_changes_counts_no_more() -> None:
    def television(time: float) -> Image:
        picture = ROOM.copy()
        picture[50:90, 200:260] = 255 * (time > 2 and round(time * RATE) % 4 > 1)
        return shown(picture)

    seen = watch(television, 32.0)
    assert max(one.share for one in seen[: 4 * RATE]) > 0.01
    assert max(one.share for one in seen[22 * RATE :]) == 0.0


def test_it_starts_again_after_a_gap() -> None:
    detector = MovementDetector()
    other = shown(np.ascontiguousarray(ROOM[:, ::-1]))
    assert [detector.update(shown(ROOM), 0.1 * number) for number in range(8)] == [NONE] * 8
    assert detector.update(other, 0.8).share > 0.1
    assert detector.update(shown(ROOM), 0.9 + LONGEST_GAP) == NONE


@pytest.mark.parametrize("size", [(64, 48), (320, 240), (1920, 1080), (480, 640)])
def test_pictures_of_any_size_are_compared(size: tuple[int, int]) -> None:
    detector = MovementDetector()
    picture = cv2.resize(shown(ROOM), size)
    for number in range(8):
        assert detector.update(np.asarray(picture, np.uint8), 0.1 * number) == NONE
    moved = detector.update(np.asarray(picture[:, ::-1].copy(), np.uint8), 0.8)
    assert 0.05 < moved.share <= 1.0
    assert -1.0 <= moved.at <= 1.0


def test_a_result_with_motion_goes_over_the_pipe() -> None:
    result = FrameResult(1, 0.0, 0.0, 640, 480, motion=0.25, motion_at=-0.5)
    assert pickle.loads(pickle.dumps(result)) == result
    assert FrameResult(1, 0.0, 0.0, 640, 480).motion == 0.0
