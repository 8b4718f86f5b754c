"""Made-up days in front of a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from device.drift import DailyStats
from device.messages import EMOTIONS, Box, Face, FrameResult, Point, Timings

if TYPE_CHECKING:
    import random


def face(
    number: int = 1,
    brightness: float = 110.0,
    eyes: float = 30.0,
    mouth: float | None = None,
    sure: float = 0.7,
    emotion: str = "happy",
) -> Face:
    """Return a face, its eyes so many pixels apart, upright unless the mouth is further."""
    mouth = eyes * 1.05 if mouth is None else mouth
    marks = ((100, 100), (100 + eyes, 100), (100 + eyes / 2, 110), (100 + eyes / 2, 100 + mouth))
    rest = (1.0 - sure) / 6
    probabilities = tuple(sure if one == emotion else rest for one in EMOTIONS)
    points = tuple(Point(*mark) for mark in marks)
    return Face(number, Box(80, 80, 80, 80), 0.9, points, probabilities, brightness)


def frame_result(*faces: Face, total: float = 20.0, number: int = 1) -> FrameResult:
    return FrameResult(number, 0.0, 0.0, 640, 480, faces, Timings(detect=total))


def day(
    number: int, rng: random.Random, faces: int = 60, model: str = "0.4.0", **how: Any
) -> DailyStats:
    """Return a day with so many faces, some brighter and some further away than others."""
    told = DailyStats(number, model)
    brightness, eyes = how.pop("brightness", 110.0), how.pop("eyes", 30.0)
    for _ in range(faces):
        emotion = rng.choices(("happy", "neutral", "sad"), (6, 3, 1))[0]
        one = face(
            brightness=max(0.0, rng.gauss(brightness, 20.0)),
            eyes=max(3.0, rng.gauss(eyes, 6.0)),
            sure=min(0.99, max(0.2, rng.gauss(how.get("sure", 0.7), 0.12))),
            emotion=how.get("emotion", emotion),
        )
        told.add_face(one)
        told.frames += 10
        told.found += 8
        told.seconds += 1.0
        told.add("latency", max(1.0, rng.gauss(how.get("latency", 25.0), 5.0)))
    return told
