"""Evaluate a model behind the device's own detector, in synthetic scenes.

Each picture of a data set is pasted, enlarged and rotated, on a random background of 320x240 (the
detector's input is 192 pixels wide, whatever the camera gives); the device then detects, aligns and
crops the face. Faces that are not found are counted, and excluded from both accuracies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from device.vision import alignment
from device.vision.detector import Detector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.messages import Detection
    from training.data.pictures import Pictures
    from training.evaluate import Predictor

WIDTH, HEIGHT = 320, 240
SIDES = (56, 130)
"""Smallest and largest side of a pasted picture in pixels; a face fills most of a picture."""
ROLL = 20.0
"""Largest roll of a face in degrees, either way."""
GRAIN = 40
"""The background's grain, in grey levels either way. Without grain and with soft edges, the
detector misses two faces in five: it takes an even surface around a face as part of the face."""
NEAR = 0.25
"""A detection belongs to a picture if its centre is within this fraction of the picture's side."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Accuracies in [0, 1] over the `found` faces of `pictures`.

    `own` is on the data set's own crops, `served` on the device's.
    """

    pictures: int
    found: int
    own: float
    served: float

    def as_dict(self) -> dict[str, Any]:
        """Return the values for JSON."""
        return {
            "pictures": self.pictures,
            "found": self.found,
            "accuracy_own_crops": round(self.own, 4),
            "accuracy_behind_detector": round(self.served, 4),
        }


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture is pasted: its centre and side in pixels, its roll in degrees."""

    x: float
    y: float
    side: float
    roll: float


def measure(
    predict: Predictor,
    pictures: Pictures,
    random: np.random.Generator,
    rolls: tuple[float, float] = (-ROLL, ROLL),
) -> Serving:
    """Compare the accuracy of `predict` on the pictures themselves and behind the detector.

    `rolls` are the bounds of their roll in degrees.
    """
    detector = Detector(threads=1)
    crops, found = [], []
    for index, image in enumerate(pictures):
        scene, place = random_scene(image, random, rolls)
        detection = nearest(detector.detect(scene), place)
        if detection is not None:
            crops.append(alignment.crop(scene, detection.landmarks))
            found.append(index)
    if not found:
        return Serving(len(pictures), 0, 0.0, 0.0)
    seen = pictures.take(np.array(found))
    own = predict(alignment.standardise(np.asarray(seen.images)))
    served = predict(np.stack(crops))
    right, right_served = (predicted.argmax(axis=1) == seen.labels for predicted in (own, served))
    return Serving(len(pictures), len(found), float(right.mean()), float(right_served.mean()))


def random_placement(
    random: np.random.Generator, rolls: tuple[float, float] = (-ROLL, ROLL)
) -> Placement:
    """Return a random placement that is wholly inside the scene."""
    side = random.uniform(*SIDES)
    reach = side * 0.75
    x = random.uniform(reach, WIDTH - reach)
    y = random.uniform(reach, HEIGHT - reach)
    return Placement(x, y, side, random.uniform(*rolls))


def background(random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a random blurred background with sensor grain, uint8 (240, 320, 3)."""
    light = random.uniform(60, 180, (6, 8, 1)) + random.uniform(-15, 15, (6, 8, 3))
    room = np.asarray(cv2.resize(light, (WIDTH, HEIGHT)), np.float64)
    grain = random.integers(-GRAIN, GRAIN + 1, room.shape, np.int8)
    return np.asarray(np.rint(room + grain), np.uint8)


def random_scene(
    image: NDArray[np.uint8],
    random: np.random.Generator,
    rolls: tuple[float, float] = (-ROLL, ROLL),
) -> tuple[NDArray[np.uint8], Placement]:
    """Return a random scene with the grey picture (48, 48), and its placement."""
    place = random_placement(random, rolls)
    return paste(image, background(random), place), place


def transform(size: int, place: Placement) -> NDArray[np.float64]:
    """Return the affine transform (2, 3) from a picture of `size` pixels a side to the scene."""
    middle = (size - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), place.roll, place.side / size)
    matrix = np.asarray(turn, np.float64)
    matrix[:, 2] += np.array([place.x, place.y]) - middle
    return matrix


def paste(
    image: NDArray[np.uint8], scene: NDArray[np.uint8], place: Placement
) -> NDArray[np.uint8]:
    """Return the scene, uint8 (h, w, 3), with the square grey picture pasted."""
    out = scene.copy()
    cv2.warpAffine(
        cv2.cvtColor(image, cv2.COLOR_GRAY2BGR),
        transform(image.shape[0], place),
        (scene.shape[1], scene.shape[0]),
        dst=out,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    return out


def nearest(detections: list[Detection], place: Placement) -> Detection | None:
    """Return the detection on the pasted picture, or None."""

    def distance(detection: Detection) -> float:
        box = detection.box
        return float(np.hypot(box.x + box.w / 2 - place.x, box.y + box.h / 2 - place.y))

    near = [each for each in detections if distance(each) < NEAR * place.side]
    return min(near, key=distance, default=None)
