"""A camera's tilt is estimated from its crops, and old pictures are tilted alike."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device.vision import alignment
from device.vision.detector import ACQUIRE, Detector
from tests.support.exports import grain
from tests.support.faces import astronaut
from training.cameras import ENLARGED, tilt
from training.data.pictures import Pictures
from training.retraining import camera_tilt

COUNT = 40
MIDDLE = (alignment.RIGHT_EYE[0] + alignment.LEFT_EYE[0]) / 2
POINTS = (
    alignment.RIGHT_EYE,
    alignment.LEFT_EYE,
    (MIDDLE, alignment.RIGHT_EYE[1] + 8),
    (MIDDLE, alignment.RIGHT_EYE[1] + alignment.MOUTH_DISTANCE),
)


@pytest.fixture(scope="module")
def old() -> Pictures:
    """Return pictures of one face with its key points, each with grain of its own."""
    image = astronaut()
    (found,) = Detector().detect(image, ACQUIRE)
    face = alignment.align(image, found.landmarks).astype(np.int16)
    images = np.clip(face + (grain(COUNT).astype(np.int16) - 128) // 8, 0, 255).astype(np.uint8)
    marks = np.tile(np.array(POINTS, np.float32), (COUNT, 2, 1, 1))
    return Pictures(images, np.zeros(COUNT, np.int64), np.arange(COUNT), marks)


@pytest.mark.parametrize("amount", [-0.3, -0.15, 0.0, 0.15, 0.3])
def test_a_camera_s_tilt_is_estimated_from_its_crops(old: Pictures, amount: float) -> None:
    seen = []
    for image in np.asarray(old.images):
        view, turn = tilt(image, amount)
        moved = cv2.perspectiveTransform(np.array([POINTS], np.float64), turn)[0]
        dark = cv2.GaussianBlur(view, (0, 0), 3) // 3
        seen.append(
            alignment.align(np.asarray(dark, np.uint8), [(float(x), float(y)) for x, y in moved])
        )
    assert camera_tilt.estimate(old, np.stack(seen)) == pytest.approx(amount, abs=0.051)


@pytest.mark.parametrize("amount", [-0.3, 0.3])
def test_tilted_pictures_are_aligned_already(old: Pictures, amount: float) -> None:
    random = np.random.default_rng(0)
    assert old.landmarks is not None
    some = np.array(old.landmarks)
    some[10:] = np.nan
    half = Pictures(old.images, old.labels, old.rows, some)
    taken = camera_tilt.apply(half, amount, random)
    assert taken.landmarks is not None
    assert np.isnan(taken.landmarks).all()
    changed = np.abs(np.asarray(taken.images, np.int16) - old.images).mean(axis=(1, 2))
    assert (changed[:10] > 1).all()
    assert (changed[10:] == 0).all()
    assert camera_tilt.apply(half, 0.0, random) is half


def test_without_key_points_the_tilt_is_0(old: Pictures) -> None:
    bare = Pictures(old.images, old.labels, old.rows)
    assert camera_tilt.estimate(bare, np.asarray(old.images)) == 0
    assert camera_tilt.apply(bare, 0.3, np.random.default_rng(0)) is bare


def test_a_level_view_is_only_enlarged(old: Pictures) -> None:
    image = np.asarray(old.images[0])
    view, turn = tilt(image, 0.0)
    assert view.shape == (ENLARGED * 48, ENLARGED * 48)
    corner = cv2.perspectiveTransform(np.array([[[0.0, 47.0]]]), turn)[0, 0]
    assert corner.tolist() == [1.0, 142.0], "the middle of three pixels"
