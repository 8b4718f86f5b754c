"""Key points of a data set's pictures by the device's detector.

Training crops a part of the pictures by these, so that the network learns the crops it will get on
the device, with the detector's errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision.detector import Detector
from training import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from training.data.pictures import Pictures

    Progress = Callable[[Iterable[int]], Iterable[int]]

POINTS = 4
"""Right eye, left eye, nose, mouth, as `alignment.align` takes them."""


def find(
    pictures: Pictures, scenes: int, seed: int, progress: Progress = iter
) -> NDArray[np.float32]:
    """Return float32 (n, scenes, 4, 2): key points in each picture's own pixels, NaN if not found.

    Each picture is detected in `scenes` random scenes of `training.serving`, which depend only on
    the seed and the picture's row.
    """
    detector = Detector(threads=1)
    found = np.full((len(pictures), scenes, POINTS, 2), np.nan, np.float32)
    for index in progress(range(len(pictures))):
        image = np.asarray(pictures.images[index])
        random = np.random.default_rng([seed, int(pictures.rows[index])])
        for number in range(scenes):
            scene, place = serving.random_scene(image, random)
            detection = serving.nearest(detector.detect(scene), place)
            if detection is not None:
                back = cv2.invertAffineTransform(serving.transform(image.shape[0], place))
                points = np.array(detection.landmarks[:POINTS], np.float64)
                found[index, number] = points @ back[:, :2].T + back[:, 2]
    return found
