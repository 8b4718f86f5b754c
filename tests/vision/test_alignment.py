"""The crop is upright, always framed alike, and never fails."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from device.messages import Point
from device.vision import alignment
from device.vision.detector import Detector
from tests.support.faces import astronaut, rolled

CANONICAL = (
    Point(*alignment.RIGHT_EYE),
    Point(*alignment.LEFT_EYE),
    Point(24.0, 29.0),
    Point(24.0, alignment.RIGHT_EYE[1] + alignment.MOUTH_DISTANCE),
)
coordinate = st.floats(-1e4, 1e4)
point = st.tuples(coordinate, coordinate)


def test_a_face_that_lies_right_already_is_not_changed() -> None:
    image = np.random.default_rng(1).integers(0, 256, (48, 48), np.uint8)
    assert np.array_equal(alignment.align(image, CANONICAL), image)


@pytest.mark.parametrize("factor", [0.7, 1.5, 2.0, 3.0, 5.0, 9.0])
def test_size_does_not_matter(factor: float) -> None:
    """A smooth picture comes out the same at any size, also where it is shrunk before the warp."""
    y, x = np.mgrid[0 : round(60 * factor), 0 : round(60 * factor)] / factor
    image = np.asarray(128 + 60 * np.sin(x / 7) + 60 * np.cos(y / 5), np.uint8)
    landmarks = [Point(p.x * factor, p.y * factor) for p in CANONICAL]
    y, x = np.mgrid[0:48, 0:48]
    expected = 128 + 60 * np.sin(x / 7) + 60 * np.cos(y / 5)
    got = alignment.align(image, landmarks).astype(float)
    assert np.abs(got - expected)[2:-2, 2:-2].max() < 14
    assert np.abs(got - expected)[2:-2, 2:-2].mean() < 6


@pytest.mark.parametrize("degrees", [-40, -20, 20, 40])
def test_roll_is_removed(degrees: float) -> None:
    close = astronaut()[0:260, 90:350]
    (face,) = Detector(1).detect(close)
    turn = cv2.getRotationMatrix2D((130, 130), degrees, 1.0)
    turned = [tuple(turn[:, :2] @ np.array(p) + turn[:, 2]) for p in face.landmarks]
    one = alignment.crop(close, face.landmarks).astype(float)
    other = alignment.crop(rolled(close, degrees), turned).astype(float)
    middle = np.s_[8:42, 8:40]
    assert np.corrcoef(one[middle].ravel(), other[middle].ravel())[0, 1] > 0.97


def test_a_turned_head_is_not_zoomed_into() -> None:
    narrow = list(CANONICAL)
    narrow[0], narrow[1] = Point(21.0, 18.6), Point(27.0, 18.6)
    matrix = alignment.alignment(narrow)
    scale = np.hypot(matrix[0, 0], matrix[1, 0])
    assert 1.0 <= scale <= 1.3


def test_exposure_does_not_matter() -> None:
    (face,) = Detector(1).detect(astronaut())
    plain = alignment.crop(astronaut(), face.landmarks).astype(float)
    dark = alignment.crop((astronaut() * 0.4).astype(np.uint8), face.landmarks).astype(float)
    assert np.abs(plain - dark).mean() < 2.0
    assert plain.mean() == pytest.approx(alignment.MEAN, abs=3)


@pytest.mark.parametrize("where", ["left", "top", "corner", "right", "outside"])
def test_faces_at_the_edge_are_padded(where: str) -> None:
    shift = {
        "left": (-30, 100), "top": (200, -20), "corner": (-25, -25), "right": (620, 300),
        "outside": (900, 900),
    }[where]  # fmt: skip
    image = np.random.default_rng(2).integers(0, 256, (480, 640, 3), np.uint8)
    landmarks = [Point(4 * p.x + shift[0], 4 * p.y + shift[1]) for p in CANONICAL]
    result = alignment.crop(image, landmarks)
    assert result.shape == (48, 48)
    assert result.dtype == np.uint8


@given(st.lists(point, min_size=6, max_size=6), st.booleans())
def test_no_key_points_make_it_fail(points: list[tuple[float, float]], grey: bool) -> None:
    image = np.full((48, 64) if grey else (48, 64, 3), 77, np.uint8)
    assert alignment.crop(image, points).shape == (48, 48)


def test_only_a_small_faces_own_pixels_are_turned_grey_and_it_comes_out_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where it lies over an edge, or beyond it: the very pixels of a picture all in grey."""
    rng, grey = np.random.default_rng(5), cv2.cvtColor
    image = rng.integers(0, 256, (300, 400, 3), np.uint8)
    whole = np.asarray(grey(image, cv2.COLOR_BGR2GRAY), np.uint8)
    sizes: list[int] = []

    def counted(part: NDArray[np.uint8], code: int) -> NDArray[np.uint8]:
        sizes.append(max(part.shape[:2]))
        return np.asarray(grey(part, code), np.uint8)

    monkeypatch.setattr(cv2, "cvtColor", counted)
    for _ in range(300):
        size, turn = rng.uniform(0.3, 1.9), rng.uniform(0, 2 * np.pi)
        matrix = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        place = rng.uniform(-150, [550, 450])
        face = [tuple(matrix @ (np.array(p) - 24) + place) for p in CANONICAL]
        assert np.array_equal(alignment.align(image, face), alignment.align(whole, face))
    assert len(sizes) == 300
    assert max(sizes) < 150


def test_a_picture_without_contrast_is_even_grey() -> None:
    assert np.all(alignment.standardise(np.zeros((48, 48), np.uint8)) == round(alignment.MEAN))


def test_a_batch_is_standardised_one_by_one() -> None:
    batch = np.random.default_rng(3).integers(0, 256, (5, 48, 48), np.uint8)
    batch[2] //= 4
    together = alignment.standardise(batch)
    for one, alone in zip(together, batch, strict=True):
        assert np.array_equal(one, alignment.standardise(alone))
