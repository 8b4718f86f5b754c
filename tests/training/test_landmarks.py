"""Key points of pictures, found in scenes and brought back to the picture."""

from __future__ import annotations

import cv2
import numpy as np

from device.vision.detector import Detector
from tests.support.faces import astronaut
from training import landmarks
from training.data.pictures import Pictures


def _pictures() -> Pictures:
    """Return NASA's astronaut (public domain) cut as FER2013 cuts, and a picture of nobody."""
    whole = cv2.cvtColor(astronaut(), cv2.COLOR_BGR2GRAY)
    face = cv2.resize(whole[60:180, 165:285], (48, 48), interpolation=cv2.INTER_AREA)
    images = np.stack([face, np.full((48, 48), 90, np.uint8)]).astype(np.uint8)
    return Pictures(images, np.array([3, 6]), np.array([5, 9]))


def test_key_points_come_back_to_the_pictures_own_pixels() -> None:
    pictures = _pictures()
    found = landmarks.find(pictures, 4, seed=1)
    assert found.shape == (2, 4, landmarks.POINTS, 2)
    assert np.isnan(found[1]).all(), "nobody is there"
    seen = found[0][np.isfinite(found[0]).all(axis=(1, 2))]
    assert len(seen) >= 2
    upright = np.pad(cv2.resize(pictures.images[0], (192, 192)), 96)
    (direct,) = Detector(threads=1).detect(np.asarray(upright, np.uint8))
    expected = (np.array(direct.landmarks[: landmarks.POINTS]) - 96) / 4
    assert np.abs(np.median(seen, axis=0) - expected).max() < 2.5


def test_a_pictures_scenes_depend_on_its_row_alone() -> None:
    pictures = _pictures()
    both = landmarks.find(pictures, 2, seed=1)
    alone = landmarks.find(pictures.take(np.array([0])), 2, seed=1)
    assert np.array_equal(both[:1], alone, equal_nan=True)
