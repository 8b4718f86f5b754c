"""Synthetic people in front of a kiosk whose camera differs from the data set's.

Each picture of a data set is pasted on a background as in `training.serving`, taken with the
kiosk's camera, then aligned and cropped by the device. It serves to try retraining; only a real
kiosk's feedback shows what that kiosk sees.

The detector runs before the camera's faults are added, with some noise on its key points instead:
with these faults it misses most of these tightly cropped faces, but nearly no whole heads.
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

KEY_POINT_NOISE = 0.01
"""Standard deviation of key points, as a fraction of the face's side: half a pixel of the crop."""


def capture(pictures: Pictures, camera: Camera, seed: int, progress: Progress = iter) -> Pictures:
    """Return the faces of `pictures` as a kiosk with this camera crops them, not standardised.

    Faces that the detector does not find are left out. All random numbers depend on the seed and
    the picture's row only. Raises DatasetError when no face is found.
    """
    detector = Detector(threads=1)
    crops, found = [], []
    for index in progress(range(len(pictures))):
        random = np.random.default_rng([seed, int(pictures.rows[index])])
        place = serving.random_placement(random)
        face, _ = tilt(np.asarray(pictures.images[index]), random.uniform(*camera.tilt))
        scene = serving.paste(face, serving.background(random), place)
        frame = render_frame(scene, camera, random)
        detection = serving.nearest(detector.detect(scene), place)
        if detection is not None:
            points = np.array(detection.landmarks, np.float64)
            points += random.normal(0, KEY_POINT_NOISE * place.side, points.shape)
            crops.append(alignment.align(frame, [(x, y) for x, y in points]))
            found.append(index)
    if not found:
        raise DatasetError("the detector finds no face in these pictures")
    detected = np.array(found)
    return Pictures(np.stack(crops), pictures.labels[detected], pictures.rows[detected])


def render_frame(
    scene: NDArray[np.uint8], camera: Camera, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the camera's frame uint8 (h, w, 3) of a scene of the same shape."""
    blur = random.uniform(*camera.blur)
    seen = cv2.GaussianBlur(scene, (0, 0), blur) if blur else scene
    light, grain = random.uniform(*camera.light), random.uniform(*camera.grain)
    # The gain restores half of the light (as a logarithm).
    bright = np.asarray(seen, np.float32) * light**0.5
    bright += grain * random.standard_normal((*scene.shape[:2], 1), np.float32)
    frame = np.clip(np.rint(bright), 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(*camera.jpeg))]
    _, stream = cv2.imencode(".jpg", frame, quality)
    return np.asarray(cv2.imdecode(stream, cv2.IMREAD_COLOR), np.uint8)
