"""Gives each face an id that it keeps from frame to frame.

Greedy matching of detections to tracks by overlap (IoU) and by the distance of their centres, as in
SORT (Bewley et al. 2016, arXiv:1602.00763) without its Kalman filter: at 10 to 15 frames per second
the last position and speed of a face predict the next position well enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from math import hypot
from typing import TYPE_CHECKING

from device.vision.detector import ACQUIRE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.messages import Box, Detection

MEMORY_SECONDS = 1.0
"""Seconds for which a face that is not detected keeps its id."""
MAX_DISTANCE = 0.9
"""Largest distance between the predicted and the detected position, in widths of the box."""
MAX_SIZE_RATIO = 2.0
"""Largest factor by which a face may grow or shrink between frames."""


@dataclass(frozen=True, slots=True)
class _Track:
    id: int
    box: Box
    time: float
    speed: tuple[float, float] = (0.0, 0.0)

    def predicted(self, now: float) -> Box:
        """Return the box at `now` at constant speed, which is assumed for 0.5 s at most."""
        dt = min(now - self.time, 0.5)
        return self.box._replace(
            x=self.box.x + self.speed[0] * dt, y=self.box.y + self.speed[1] * dt
        )


class Tracker:
    """Tracks faces over frames. Their times must not decrease."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._ids = count(1)

    def track(self, detections: Sequence[Detection], now: float) -> list[tuple[int, Detection]]:
        """Return the detections that count as faces, each with its id.

        Scores are at least `detector.KEEP`. A detection below `detector.ACQUIRE` counts only if it
        matches a tracked face.
        """
        self._tracks = [track for track in self._tracks if now - track.time <= MEMORY_SECONDS]
        pairs = self._match(detections, now)
        found: list[tuple[int, Detection]] = []
        for index, detection in enumerate(detections):
            track = pairs.get(index)
            if track is not None:
                self._tracks.remove(track)
                track = _updated(track, detection.box, now)
            elif detection.score >= ACQUIRE:
                track = _Track(next(self._ids), detection.box, now)
            else:
                continue
            self._tracks.append(track)
            found.append((track.id, detection))
        return found

    def _match(self, detections: Sequence[Detection], now: float) -> dict[int, _Track]:
        candidates = sorted(
            (
                (cost, index, track)
                for index, detection in enumerate(detections)
                for track in self._tracks
                if (cost := _distance(track.predicted(now), detection.box)) is not None
            ),
            key=lambda candidate: candidate[0],
        )
        pairs: dict[int, _Track] = {}
        taken: set[int] = set()
        for _, index, track in candidates:
            if index not in pairs and track.id not in taken:
                pairs[index] = track
                taken.add(track.id)
        return pairs


def iou(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes, 0 to 1."""
    w = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    h = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (one.w * one.h + other.w * other.h - w * h)


def _distance(predicted: Box, box: Box) -> float | None:
    """Return the matching cost of two boxes, at least 0, or None when they cannot be one face."""
    size = max(predicted.w, box.w, 1.0)
    if size > MAX_SIZE_RATIO * max(min(predicted.w, box.w), 1.0):
        return None
    dx = predicted.x + predicted.w / 2 - box.x - box.w / 2
    dy = predicted.y + predicted.h / 2 - box.y - box.h / 2
    distance = hypot(dx, dy) / size
    if distance > MAX_DISTANCE:
        return None
    return distance + 1.0 - iou(predicted, box)


def _updated(track: _Track, box: Box, now: float) -> _Track:
    dt = now - track.time
    if dt <= 0:
        return replace(track, box=box)
    dx = box.x + box.w / 2 - track.box.x - track.box.w / 2
    dy = box.y + box.h / 2 - track.box.y - track.box.h / 2
    speed = (0.5 * track.speed[0] + 0.5 * dx / dt, 0.5 * track.speed[1] + 0.5 * dy / dt)
    return _Track(track.id, box, now, speed)
