"""Finds faces with BlazeFace, full range (Bazarevsky et al. 2019, arXiv:1907.05047).

The network and its decoding follow the model card "MediaPipe BlazeFace, full-range" (Google,
Apache-2.0): 192x192 input, one anchor at the centre of each 4-pixel cell, box and six key points as
offsets from the anchor, weighted non-maximum suppression.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.errors import BundleError
from device.messages import Box, Detection, Point
from device.system.paths import ASSETS
from device.vision.interpreter import Interpreter

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MODEL = ASSETS / "detector" / "blazeface_full_range.tflite"
SHA256 = "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3"
SIZE = 192
CELLS = SIZE // 4
NMS_IOU = 0.3
ACQUIRE = 0.5
"""Lowest score of a new face."""
KEEP = 0.4
"""Lowest score of a face that is already tracked."""


class Detector:
    """BlazeFace full range on frames of any size.

    Raises BundleError when the model file is missing or is not the pinned one.
    """

    def __init__(self, threads: int | None = None, model: Path = MODEL) -> None:
        try:
            content = model.read_bytes()
        except OSError as error:
            raise BundleError(f"{model}: face detector missing: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != SHA256:
            raise BundleError(f"{model}: not the pinned face detector (sha256 differs)")
        self._interpreter = Interpreter(content, threads)
        x, y = np.meshgrid(np.arange(CELLS) + 0.5, np.arange(CELLS) + 0.5)
        self._anchors = np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float32) / CELLS
        self._canvas = np.full((1, SIZE, SIZE, 3), -1.0, np.float32)

    def detect(self, image: NDArray[np.uint8], threshold: float = ACQUIRE) -> list[Detection]:
        """Return the faces of a BGR uint8 picture (h, w, 3), highest score first."""
        height, width = image.shape[:2]
        scale = SIZE / max(height, width)
        offset = self._letterbox(image, scale)
        regressors, logits = self._run()
        scores = 1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))
        keep = np.flatnonzero(scores >= threshold)
        if not keep.size:
            return []
        points = self._decode(regressors[keep], self._anchors[keep])
        points = (points * SIZE - offset) / scale
        return [_detection(row, score) for row, score in _merge(points, scores[keep])]

    def _letterbox(self, image: NDArray[np.uint8], scale: float) -> NDArray[np.float32]:
        """Scale the picture into the middle of the network's input; return the margins in px."""
        height, width = image.shape[:2]
        w, h = max(1, round(width * scale)), max(1, round(height * scale))
        # Halving by 2x2 means is 10 times as fast as an area average to a fraction, and as good.
        while image.shape[1] >= 2 * w and image.shape[0] >= 2 * h:
            half = (image.shape[1] // 2, image.shape[0] // 2)
            image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
        small = cv2.cvtColor(cv2.resize(image, (w, h)), cv2.COLOR_BGR2RGB)
        x, y = (SIZE - w) // 2, (SIZE - h) // 2
        self._canvas.fill(-1.0)
        np.multiply(small, 1 / 127.5, out=self._canvas[0, y : y + h, x : x + w], casting="unsafe")
        self._canvas[0, y : y + h, x : x + w] -= 1.0
        return np.array([x, y], np.float32)

    def _run(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run the network: regressors (2304, 16) and logits (2304,)."""
        first, second = self._interpreter.run(self._canvas)
        if first.shape[-1] == 1:
            first, second = second, first
        return first[0], second[0, :, 0]

    @staticmethod
    def _decode(
        regressors: NDArray[np.float32], anchors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Turn regressors (n, 16) into n x 8 points in [0, 1]: two box corners, six key points."""
        raw = (regressors / SIZE).reshape(-1, 8, 2)
        centre = raw[:, 0] + anchors
        half = raw[:, 1] / 2
        key_points = raw[:, 2:] + anchors[:, None]
        return np.concatenate([(centre - half)[:, None], (centre + half)[:, None], key_points], 1)


def _detection(row: NDArray[np.float32], score: float) -> Detection:
    (x0, y0), (x1, y1) = row[0].tolist(), row[1].tolist()
    landmarks = tuple(Point(float(x), float(y)) for x, y in row[2:])
    return Detection(Box(x0, y0, x1 - x0, y1 - y0), float(score), landmarks)


def _merge(
    points: NDArray[np.float32], scores: NDArray[np.float32]
) -> list[tuple[NDArray[np.float32], float]]:
    """Weighted non-maximum suppression: overlapping rows become their score-weighted mean."""
    order = np.argsort(-scores)
    merged = []
    while order.size:
        same = _iou(points[order[0]], points[order]) > NMS_IOU
        same[0] = True
        group = order[same]
        weights = scores[group] / scores[group].sum()
        merged.append((np.einsum("n,nij->ij", weights, points[group]), float(scores[group[0]])))
        order = order[~same]
    return merged


def _iou(one: NDArray[np.float32], many: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of one row's box with each of n rows' boxes."""
    low = np.maximum(one[0], many[:, 0])
    high = np.minimum(one[1], many[:, 1])
    overlap = np.clip(high - low, 0, None).prod(axis=1)
    areas = np.clip(many[:, 1] - many[:, 0], 0, None).prod(axis=1)
    area = np.clip(one[1] - one[0], 0, None).prod()
    iou: NDArray[np.float32] = overlap / np.maximum(areas + area - overlap, 1e-9)
    return iou
