"""The real detector on real faces."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.errors import BundleError
from device.vision.detector import Detector
from tests.support.faces import astronaut, hopper, rolled, scene


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(1)


def test_finds_the_one_face_and_its_eyes(detector: Detector) -> None:
    (face,) = detector.detect(astronaut())
    assert face.score > 0.8
    assert face.box.x + face.box.w / 2 == pytest.approx(226, abs=10)
    assert face.box.y + face.box.h / 2 == pytest.approx(122, abs=12)
    right, left = face.landmarks[:2]
    assert right.x == pytest.approx(206, abs=6), "the person's right eye is on the picture's left"
    assert left.x == pytest.approx(247, abs=6)
    assert right.y == pytest.approx(105, abs=8)


def test_finds_several_faces_best_first(detector: Detector) -> None:
    faces = detector.detect(scene((astronaut(), 0.9, (0, 0)), (hopper(), 0.45, (400, 60))))
    assert len(faces) == 2
    assert faces[0].score >= faces[1].score


@pytest.mark.parametrize("height", [48, 64, 100, 160])
def test_finds_faces_from_48_px_up(detector: Detector, height: int) -> None:
    picture = astronaut()[20:300, 100:360]  # the face's box is 105 px there
    faces = detector.detect(scene((picture, height / 105, (230, 60))))
    assert len(faces) == 1
    assert faces[0].box.h == pytest.approx(height, rel=0.25)


@pytest.mark.parametrize("degrees", [-45, -30, 30, 45])
def test_finds_tilted_heads_and_tells_the_tilt(detector: Detector, degrees: float) -> None:
    close = astronaut()[0:260, 90:350]
    faces = detector.detect(scene((rolled(close, degrees), 1.2, (150, 80))))
    assert len(faces) == 1
    right, left = faces[0].landmarks[:2]
    measured = -np.degrees(np.arctan2(left.y - right.y, left.x - right.x))
    assert measured == pytest.approx(degrees, abs=8)


def test_size_and_shape_of_the_picture_do_not_matter(detector: Detector) -> None:
    for size in ((1920, 1080), (480, 640), (200, 200), (3000, 900)):
        factor = min(size) / 512
        faces = detector.detect(scene((astronaut(), factor, (0, 0)), size=size))
        assert len(faces) == 1, size
        assert faces[0].box.w == pytest.approx(105 * factor, rel=0.25)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_noise_of_any_size_gives_no_error(width: int, height: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    for face in Detector(1).detect(image):
        assert 0.5 <= face.score <= 1.0


def test_nothing_is_found_where_nobody_is(detector: Detector) -> None:
    assert detector.detect(np.full((480, 640, 3), 128, np.uint8)) == []
    stripes = np.zeros((480, 640, 3), np.uint8)
    cv2.rectangle(stripes, (100, 100), (300, 300), (255, 255, 255), -1)
    assert detector.detect(stripes) == []


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="face detector missing"):
        Detector(1, tmp_path / "none.tflite")
    (tmp_path / "other.tflite").write_bytes(b"TFL3")
    with pytest.raises(BundleError, match="not the pinned face detector"):
        Detector(1, tmp_path / "other.tflite")
