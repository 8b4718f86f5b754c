"""Robustness: a model's accuracy under corruptions of increasing strength.

Kinds and steps follow "Benchmarking Neural Network Robustness to Common Corruptions" (Hendrycks and
Dietterich 2019, arXiv:1903.12261) where they overlap. Corruptions apply to the picture as the
camera gives it, before the crop is standardised. Roll and yaw are measured behind the device's own
detector, which corrects roll.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from device.vision import alignment
from training import landmarks, serving
from training.evaluate import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from training.data.pictures import Pictures
    from training.evaluate import Predictor

    Corruption = Callable[[NDArray[np.uint8], float, np.random.Generator], NDArray[np.uint8]]
    """Takes a grey picture (48, 48), a step and random numbers; returns the corrupted picture."""

SEED = 1
EYES = slice(round(alignment.RIGHT_EYE[1]) - 5, round(alignment.RIGHT_EYE[1]) + 6)
MOUTH = slice(round(alignment.RIGHT_EYE[1] + alignment.MOUTH_DISTANCE) - 6, alignment.SIZE)
"""Rows of the crop that hold the eyes, and the mouth."""
ROLLS = (-45.0, -30.0, -15.0, 0.0, 15.0, 30.0, 45.0)
ROLLED_SAMPLE = 400
"""Pictures per roll; the detector takes about 10 ms for each."""
TURNS = (0.0, 0.1, 0.2, 0.35, 9.0)
"""Bounds of the nose's distance from the midpoint of the eyes, by the distance of the eyes. A nose
protrudes by about 0.6 of that distance, so these are about 10, 20 and 35 degrees of yaw."""


@dataclass(frozen=True, slots=True)
class Row:
    """Accuracy in [0, 1] on `pictures` pictures at one step of a corruption."""

    step: float
    accuracy: float
    pictures: int


def measure(predict: Predictor, pictures: Pictures) -> dict[str, list[Row]]:
    """Return the rows of each corruption, by its name."""
    out: dict[str, list[Row]] = {kind: [] for kind in CORRUPTIONS}
    for kind, step, crops in corrupted(pictures):
        out[kind].append(_row(predict, crops, pictures.labels, step))
    return out


def corrupted(pictures: Pictures) -> Iterator[tuple[str, float, NDArray[np.uint8]]]:
    """Yield each corruption, each of its steps, and the corrupted and standardised pictures."""
    for kind, (corrupt, steps, _) in CORRUPTIONS.items():
        for step in steps:
            random = np.random.default_rng(SEED)
            images = np.stack([corrupt(image, step, random) for image in pictures])
            yield kind, step, alignment.standardise(images)


def rolled(predict: Predictor, pictures: Pictures) -> list[Row]:
    """Return the accuracy behind the detector at each roll, over the faces it found."""
    some = sample(pictures, ROLLED_SAMPLE)
    rows = []
    for roll in ROLLS:
        result = serving.measure(predict, some, np.random.default_rng(SEED), (roll, roll))
        rows.append(Row(roll, result.served, result.found))
    return rows


def turned(predict: Predictor, pictures: Pictures) -> list[Row]:
    """Return the accuracy by the yaw of faces, from the detector's key points.

    A row's step is its lower bound of `TURNS`. Faces that are not found are left out.
    """
    found = landmarks.find(pictures, 1, SEED)[:, 0]
    right, left, nose = (found[:, place] for place in (0, 1, 2))
    across = left - right
    offset = ((nose - (right + left) / 2) * across).sum(axis=1) / np.maximum(
        (across**2).sum(axis=1), 1e-6
    )
    crops = alignment.standardise(np.asarray(pictures.images))
    rows = []
    for low, high in pairwise(TURNS):
        here = np.flatnonzero((low <= np.abs(offset)) & (np.abs(offset) < high))
        if len(here):
            rows.append(_row(predict, crops[here], pictures.labels[here], low))
    return rows


def _row(predict: Predictor, crops: NDArray[np.uint8], labels: NDArray[Any], step: float) -> Row:
    right = predict(crops).argmax(axis=1) == labels
    return Row(step, float(right.mean()), len(labels))


def _bounded(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _brightness(image: NDArray[np.uint8], step: float, _: object) -> NDArray[np.uint8]:
    return _bounded(image * step)


def _gamma(image: NDArray[np.uint8], step: float, _: object) -> NDArray[np.uint8]:
    return _bounded(255 * (image / 255) ** step)


def _blur(image: NDArray[np.uint8], step: float, _: object) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), step), np.uint8)


def _noise(image: NDArray[np.uint8], step: float, random: np.random.Generator) -> NDArray[np.uint8]:
    return _bounded(image + random.normal(0, step, image.shape))


def _jpeg(image: NDArray[np.uint8], step: float, _: object) -> NDArray[np.uint8]:
    _, stream = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(step)])
    return np.asarray(cv2.imdecode(stream, cv2.IMREAD_GRAYSCALE), np.uint8)


def _scale(image: NDArray[np.uint8], step: float, _: object) -> NDArray[np.uint8]:
    side = int(step)
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, image.shape, interpolation=cv2.INTER_LINEAR), np.uint8)


def _hidden(rows: slice) -> Corruption:
    def hide(image: NDArray[np.uint8], step: float, _: object) -> NDArray[np.uint8]:
        """Cover a fraction of the rows' width with grey, from the left."""
        out = image.copy()
        out[rows, : round(step * alignment.SIZE)] = 128
        return out

    return hide


CORRUPTIONS: dict[str, tuple[Corruption, tuple[float, ...], str]] = {
    "brightness": (_brightness, (0.25, 0.5, 0.75, 1.5, 2.0, 3.0), "factor"),
    "gamma": (_gamma, (0.4, 0.6, 0.8, 1.25, 1.7, 2.5), "gamma"),
    "blur": (_blur, (0.5, 1.0, 1.5, 2.0, 3.0), "standard deviation, pixels"),
    "noise": (_noise, (5.0, 10.0, 20.0, 30.0, 45.0), "standard deviation, grey levels"),
    "jpeg": (_jpeg, (90.0, 70.0, 50.0, 30.0, 15.0), "JPEG quality"),
    "scale": (_scale, (40.0, 32.0, 28.0, 24.0), "pixels across"),
    "eyes hidden": (_hidden(EYES), (0.5, 1.0), "fraction of the eyes' band"),
    "mouth hidden": (_hidden(MOUTH), (0.5, 1.0), "fraction of the mouth's band"),
}
"""Each corruption, its steps, and their unit."""
ROLL_UNIT, YAW_UNIT = "degrees", "nose to midpoint of the eyes, by their distance, from"
