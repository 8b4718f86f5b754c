"""Pictures pasted on backgrounds, and the way back from the scene to the picture."""

from __future__ import annotations

import numpy as np
import pytest

from device.messages import Box, Detection, Point
from training import serving


def _detection(x: float, y: float) -> Detection:
    return Detection(Box(x - 10, y - 10, 20, 20), 0.9, (Point(x, y),) * 6)


def test_the_same_seed_draws_the_same_scene() -> None:
    image = np.full((48, 48), 90, np.uint8)
    one, place = serving.random_scene(image, np.random.default_rng(3))
    other, again = serving.random_scene(image, np.random.default_rng(3))
    assert place == again
    assert (one == other).all()


def test_every_place_lies_inside_the_scene() -> None:
    random = np.random.default_rng(0)
    corners = np.array([[0, 0, 1], [47, 0, 1], [0, 47, 1], [47, 47, 1]])
    for _ in range(300):
        place = serving.random_placement(random)
        x, y = serving.transform(48, place) @ corners.T
        assert x.min() >= 0
        assert y.min() >= 0
        assert x.max() <= serving.WIDTH
        assert y.max() <= serving.HEIGHT


@pytest.mark.parametrize("roll", [-20.0, 0.0, 13.0])
def test_a_pasted_dot_is_where_the_transform_says(roll: float) -> None:
    image = np.full((48, 48), 20, np.uint8)
    image[10:13, 30:33] = 250
    place = serving.Placement(150.0, 110.0, 96.0, roll)
    scene = serving.paste(image, np.zeros((240, 320, 3), np.uint8), place)
    y, x = np.argwhere(scene[..., 0] > 200).mean(axis=0)
    expected = serving.transform(48, place) @ [31, 11, 1]
    assert (x, y) == pytest.approx(tuple(expected), abs=0.7)
    assert (scene[0, 0] == 0).all(), "the background stays around the picture"


def test_the_detection_on_the_picture_is_chosen() -> None:
    place = serving.Placement(100, 100, 80, 0)
    near, far = _detection(105, 98), _detection(250, 60)
    assert serving.nearest([far, near], place) is near
    assert serving.nearest([far], place) is None
    assert serving.nearest([], place) is None
