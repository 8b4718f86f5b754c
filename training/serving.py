"""What a model is worth behind the device's own detector, on whole pictures.

Each picture of a data set is pasted, enlarged and turned, on a made-up background of 320x240 (the
detector looks at 192 pixels across, whatever the camera gives); the device then finds, aligns and
cuts the face by itself. A face that is not found is counted, and left out of both accuracies.
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
    from training.evaluate import Answer

WIDTH, HEIGHT = 320, 240
SIDES = (56, 130)
"""Side of a pasted picture in pixels; a face fills most of a FER2013 picture."""
ROLL = 20.0
"""Faces are turned by up to so many degrees either way."""
GRAIN = 40
"""The background's grain, in grey levels either way. Without any, and with soft edges, the detector
misses two faces in five: it takes an even surface around a face for more of the face."""
NEAR = 0.25
"""A face found belongs to the picture whose middle is within this share of its side."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Accuracies in [0, 1] over the faces that were found, out of `pictures`.

    `own` is on the data set's own crops, `served` on those that the device cut.
    """

    pictures: int
    found: int
    own: float
    served: float

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "pictures": self.pictures,
            "found": self.found,
            "accuracy_own_crops": round(self.own, 4),
            "accuracy_behind_detector": round(self.served, 4),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture was pasted: its middle and side in pixels, its roll in degrees."""

    x: float
    y: float
    side: float
    roll: float


def measure(
    answer: Answer,
    pictures: Pictures,
    random: np.random.Generator,
    rolls: tuple[float, float] = (-ROLL, ROLL),
) -> Serving:
    """Compare the accuracy of `answer` on the pictures themselves and behind the detector.

    `rolls` bounds how far they are turned, in degrees.
    """
    detector = Detector(threads=1)
    crops, found = [], []
    for index, image in enumerate(pictures):
        scene, place = draw(image, random, rolls)
        detection = nearest(detector.detect(scene), place)
        if detection is not None:
            crops.append(alignment.crop(scene, detection.landmarks))
            found.append(index)
    if not found:
        return Serving(len(pictures), 0, 0.0, 0.0)
    seen = pictures.take(np.array(found))
    own = answer(alignment.standardise(np.asarray(seen.images)))
    served = answer(np.stack(crops))
    right, right_served = (given.argmax(axis=1) == seen.labels for given in (own, served))
    return Serving(len(pictures), len(found), float(right.mean()), float(right_served.mean()))


def draw_place(random: np.random.Generator, rolls: tuple[float, float] = (-ROLL, ROLL)) -> Place:
    """Draw a place that lies wholly inside the scene."""
    side = random.uniform(*SIDES)
    reach = side * 0.75
    x = random.uniform(reach, WIDTH - reach)
    y = random.uniform(reach, HEIGHT - reach)
    return Place(x, y, side, random.uniform(*rolls))


def background(random: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a room out of focus through a grainy sensor, uint8 (240, 320, 3)."""
    light = random.uniform(60, 180, (6, 8, 1)) + random.uniform(-15, 15, (6, 8, 3))
    room = np.asarray(cv2.resize(light, (WIDTH, HEIGHT)), np.float64)
    grain = random.integers(-GRAIN, GRAIN + 1, room.shape, np.int8)
    return np.asarray(np.rint(room + grain), np.uint8)


def draw(
    image: NDArray[np.uint8],
    random: np.random.Generator,
    rolls: tuple[float, float] = (-ROLL, ROLL),
) -> tuple[NDArray[np.uint8], Place]:
    """Return a scene with the grey picture (48, 48) at a drawn place."""
    place = draw_place(random, rolls)
    return paste(image, background(random), place), place


def placing(size: int, place: Place) -> NDArray[np.float64]:
    """Return the transform (2, 3) from a picture of `size` pixels a side to the scene."""
    middle = (size - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), place.roll, place.side / size)
    matrix = np.asarray(turn, np.float64)
    matrix[:, 2] += np.array([place.x, place.y]) - middle
    return matrix


def paste(image: NDArray[np.uint8], scene: NDArray[np.uint8], place: Place) -> NDArray[np.uint8]:
    """Return the scene, uint8 (h, w, 3), with the square grey picture in its place."""
    out = scene.copy()
    cv2.warpAffine(
        cv2.cvtColor(image, cv2.COLOR_GRAY2BGR),
        placing(image.shape[0], place),
        (scene.shape[1], scene.shape[0]),
        dst=out,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    return out


def nearest(detections: list[Detection], place: Place) -> Detection | None:
    """Return the detection on the pasted picture, or None when there is none."""

    def distance(detection: Detection) -> float:
        box = detection.box
        return float(np.hypot(box.x + box.w / 2 - place.x, box.y + box.h / 2 - place.y))

    near = [each for each in detections if distance(each) < NEAR * place.side]
    return min(near, key=distance, default=None)
