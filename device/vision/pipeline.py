"""From a picture to its faces: detect, align, classify."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device import images
from device.messages import Box, Detection, Face, FrameResult, Point, Timings
from device.vision import alignment
from device.vision.detector import ACQUIRE, KEEP, SIZE
from device.vision.mouth import MouthMotion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from device.messages import Frame
    from device.vision.classifier import Classifier
    from device.vision.detector import Detector
    from device.vision.tracker import Tracker

CLOSE_UP_MARGIN = 0.5
"""Margin that is added to a still picture without a detected face, as a share of its longer side:
a face that fills the picture is too large for the detector."""


class Pipeline:
    """Detector and classifier. Not thread-safe."""

    def __init__(self, detector: Detector, classifier: Classifier) -> None:
        self._detector = detector
        self._classifier = classifier
        self._mouths = MouthMotion()

    def process(self, frame: Frame, tracker: Tracker) -> FrameResult:
        """Return the faces of the next camera frame, with the ids that `tracker` gives them."""
        start = time.perf_counter()
        detections = self._detector.detect(frame.image, KEEP)
        tracked = tracker.track(detections, frame.captured_at)
        detect_ms = _ms(start)
        return self._classify(frame, tracked, Timings(detect=detect_ms), self._mouths)

    def detect_still(self, frame: Frame, decode_ms: float = 0.0) -> FrameResult:
        """Return the faces of a still picture, highest score first, with ids from 1.

        `decode_ms` is what reading the picture took, for the timings.
        """
        start = time.perf_counter()
        detections = self._detector.detect(frame.image, ACQUIRE)
        if not detections:
            detections = self._detect_close_up(frame.image)
        detect_ms = _ms(start)
        tracked = list(enumerate(detections, 1))
        return self._classify(frame, tracked, Timings(decode=decode_ms, detect=detect_ms))

    def _detect_close_up(self, image: NDArray[np.uint8]) -> list[Detection]:
        small, factor = images.shrink(image, 2 * SIZE)
        margin = round(max(small.shape[:2]) * CLOSE_UP_MARGIN)
        padded = cv2.copyMakeBorder(
            small, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(0, 0, 0)
        )
        found = self._detector.detect(np.asarray(padded, np.uint8), ACQUIRE)
        return [_to_picture(detection, -margin, factor) for detection in found]

    def _classify(
        self,
        frame: Frame,
        tracked: Sequence[tuple[int, Detection]],
        timings: Timings,
        mouths: MouthMotion | None = None,
    ) -> FrameResult:
        start = time.perf_counter()
        aligned = [alignment.align(frame.image, detection.landmarks) for _, detection in tracked]
        grey = (
            np.stack(aligned)
            if aligned
            else np.zeros((0, alignment.SIZE, alignment.SIZE), np.uint8)
        )
        crops = alignment.standardise(grey)
        ids = [face_id for face_id, _ in tracked]
        motions = mouths.measure(ids, crops, frame.captured_at) if mouths else [0.0] * len(tracked)
        crop_ms = _ms(start)
        start = time.perf_counter()
        probabilities = self._classifier.classify(crops)
        height, width = frame.image.shape[:2]
        return FrameResult(
            number=frame.number,
            captured_at=frame.captured_at,
            processed_at=time.monotonic(),
            width=width,
            height=height,
            faces=tuple(
                Face(
                    face_id,
                    found.box,
                    found.score,
                    found.landmarks,
                    tuple(row),
                    float(one.mean()),
                    mouth_motion=motion,
                )
                for (face_id, found), row, one, motion in zip(
                    tracked, probabilities.tolist(), aligned, motions, strict=True
                )
            ),
            timings=Timings(timings.decode, timings.detect, crop_ms, _ms(start)),
            neutral_logits=self._classifier.neutral_logits,
        )


def scale_result(frame_result: FrameResult, factor: float, width: int, height: int) -> FrameResult:
    """Return the result of a shrunk picture in pixels of the original, which has this size."""
    faces = tuple(
        replace(
            face,
            box=Box(*(value * factor for value in face.box)),
            landmarks=tuple(Point(p.x * factor, p.y * factor) for p in face.landmarks),
        )
        for face in frame_result.faces
    )
    return replace(frame_result, faces=faces, height=height, width=width)


def _to_picture(detection: Detection, shift: float, factor: float) -> Detection:
    """Return a detection moved by `shift` pixels on both axes, then scaled by `factor`."""
    x, y, w, h = detection.box
    box = Box((x + shift) * factor, (y + shift) * factor, w * factor, h * factor)
    landmarks = (Point((p.x + shift) * factor, (p.y + shift) * factor) for p in detection.landmarks)
    return Detection(box, detection.score, tuple(landmarks))


def _ms(start: float) -> float:
    return (time.perf_counter() - start) * 1000
