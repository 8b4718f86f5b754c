"""Where the device's detector sees the eyes and mouths of a data set's pictures.

Half of what a network is trained on is cut by these, so that it learns the crops that it will be
served, with the detector's own errors in them.
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
"""Right eye, left eye, nose, mouth: what `crop.align` looks at."""


def find(
    pictures: Pictures, scenes: int, seed: int, progress: Progress = iter
) -> NDArray[np.float32]:
    """Return float32 (n, scenes, 4, 2): key points in each picture's own pixels, NaN if not found.

    Every picture is looked at in so many scenes of `training.serving`, at other places, sizes and
    rolls. What is drawn depends on the seed and the picture's data row alone.
    """
    detector = Detector(threads=1)
    found = np.full((len(pictures), scenes, POINTS, 2), np.nan, np.float32)
    for index in progress(range(len(pictures))):
        image = np.asarray(pictures.images[index])
        random = np.random.default_rng([seed, int(pictures.rows[index])])
        for number in range(scenes):
            scene, place = serving.draw(image, random)
            detection = serving.nearest(detector.detect(scene), place)
            if detection is not None:
                back = cv2.invertAffineTransform(serving.placing(image.shape[0], place))
                points = np.array(detection.landmarks[:POINTS], np.float64)
                found[index, number] = points @ back[:, :2].T + back[:, 2]
    return found
