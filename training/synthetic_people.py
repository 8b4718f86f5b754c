"""People before a kiosk that is not like the data set: what its camera gives of their faces.

Each picture of a data set is pasted into a room as in `training.serving`, seen as that kiosk's
camera would see it, and then aligned and cut by the device itself. An instrument to try retraining
with: what a real kiosk sees, only its own feedback tells.

The device's detector looks before the camera's faults are added, and its key points err a little
more for them: on such a frame it misses most of these faces, which were cut out of their pictures,
where it finds nearly all whole heads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision import alignment
from device.vision.detector import Detector
from training import serving
from training.cameras import tilt
from training.data.pictures import Pictures
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from training.cameras import Camera

    Progress = Callable[[Iterable[int]], Iterable[int]]

ERROR = 0.01
"""How far key points are off, as a share of the face's side: half a pixel of the crop."""


def see(pictures: Pictures, camera: Camera, seed: int, progress: Progress = iter) -> Pictures:
    """Return the faces of `pictures` as a kiosk with this camera cuts them, before standardising.

    Whom the device's detector does not find is left out, as on the kiosk. What is drawn depends on
    the seed and each picture's data row alone. Raises DatasetError when nobody was found.
    """
    detector = Detector(threads=1)
    crops, found = [], []
    for index in progress(range(len(pictures))):
        random = np.random.default_rng([seed, int(pictures.rows[index])])
        place = serving.draw_place(random)
        face, _ = tilt(np.asarray(pictures.images[index]), random.uniform(*camera.tilt))
        room = serving.paste(face, serving.background(random), place)
        frame = shoot(room, camera, random)
        detection = serving.nearest(detector.detect(room), place)
        if detection is not None:
            points = np.array(detection.landmarks, np.float64)
            points += random.normal(0, ERROR * place.side, points.shape)
            crops.append(alignment.align(frame, [(x, y) for x, y in points]))
            found.append(index)
    if not found:
        raise DatasetError("the detector finds none of these faces")
    there = np.array(found)
    return Pictures(np.stack(crops), pictures.labels[there], pictures.rows[there])


def shoot(
    room: NDArray[np.uint8], camera: Camera, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the frame uint8 (h, w, 3) that the camera makes of a room of the same shape."""
    blur = random.uniform(*camera.blur)
    seen = cv2.GaussianBlur(room, (0, 0), blur) if blur else room
    light, grain = random.uniform(*camera.light), random.uniform(*camera.grain)
    # The gain brings back half of the light (as a logarithm), and the noise with it.
    bright = np.asarray(seen, np.float32) * light**0.5
    bright += grain * random.standard_normal((*room.shape[:2], 1), np.float32)
    frame = np.clip(np.rint(bright), 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(*camera.jpeg))]
    _, stream = cv2.imencode(".jpg", frame, quality)
    return np.asarray(cv2.imdecode(stream, cv2.IMREAD_COLOR), np.uint8)
