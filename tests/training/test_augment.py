from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.vision import alignment
from training.augment import KEY_POINTS, augment, key_points, mixup
from training.data.pictures import Pictures
from training.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

RECIPE = Recipe()
STILL = Recipe(
    translate_only_p=0,
    brightness_p=0,
    downscale_p=0,
    jpeg_p=0,
    key_point_noise=0,
    rotation=0,
    scale=0,
    translation=0,
    gamma=0,
    noise_p=0,
    blur_p=0,
    random_erasing_p=0,
    mixup_alpha=0,
)


def _images(count: int = 64) -> NDArray[Any]:
    coarse = np.random.default_rng(1).integers(0, 256, (count, 6, 6), dtype=np.uint8)
    return np.repeat(np.repeat(coarse, 8, axis=1), 8, axis=2)


def _pictures(images: NDArray[Any], landmarks: NDArray[Any] | None = None) -> Pictures:
    numbers = np.arange(len(images))
    return Pictures(images, numbers % 7, numbers, landmarks)


def test_keeps_shape_and_type_and_the_originals() -> None:
    images = _images()
    before = images.copy()
    out = augment(_pictures(images), RECIPE, np.random.default_rng(0))
    assert out.shape == (64, 48, 48)
    assert out.dtype == np.uint8
    assert (images == before).all()
    assert (out != alignment.standardise(images)).any(axis=(1, 2)).all()


def test_the_seed_decides_everything() -> None:
    one, same, other = (
        augment(_pictures(_images()), RECIPE, np.random.default_rng(s)) for s in (5, 5, 6)
    )
    assert (one == same).all()
    assert (one != other).any()


def test_without_any_change_it_is_the_device_s_crop_or_its_mirror_image() -> None:
    images = _images()
    out = augment(_pictures(images), STILL, np.random.default_rng(0))
    plain = alignment.standardise(images).astype(int)
    straight = np.abs(out - plain).max(axis=(1, 2))
    mirrored = np.abs(out - plain[:, :, ::-1]).max(axis=(1, 2))
    assert (np.minimum(straight, mirrored) <= 1).all()
    assert 10 < (straight <= 1).sum() < 54


def test_key_points_err_no_further_than_the_recipe_says() -> None:
    together = dataclasses.replace(RECIPE, key_point_noise=0)
    points = key_points(500, together, np.random.default_rng(0))
    assert points.shape == (500, 4, 2)
    across = points[:, 1] - points[:, 0]
    roll = np.rad2deg(np.arctan2(across[:, 1], across[:, 0]))
    size = np.hypot(*across.T) / alignment.EYE_DISTANCE
    assert 8 < np.abs(roll).max() <= RECIPE.rotation
    assert size.min() >= 1 - RECIPE.scale - 1e-9
    assert size.max() <= 1 + RECIPE.scale + 1e-9
    still = key_points(3, STILL, np.random.default_rng(0))
    assert still == pytest.approx(np.broadcast_to(KEY_POINTS, (3, 4, 2)))


@pytest.mark.parametrize("value", [0, 128, 255])
def test_blank_pictures_pass_through(value: int) -> None:
    images = np.full((8, 48, 48), value, np.uint8)
    assert augment(_pictures(images), RECIPE, np.random.default_rng(0)).shape == images.shape


def test_mixup_blends_pictures_and_targets_alike() -> None:
    images = np.stack([np.full((48, 48), 25 * i, np.uint8) for i in range(10)])
    targets = np.eye(10, dtype=np.float32)
    recipe = dataclasses.replace(RECIPE, mixup_alpha=1.0)
    pictures, mixed = mixup(images, targets, recipe, np.random.default_rng(0))
    assert pictures.dtype == mixed.dtype == np.float32
    assert mixed.sum(axis=1) == pytest.approx(np.ones(10), abs=1e-6)
    assert pictures[:, 0, 0] == pytest.approx(mixed @ (25.0 * np.arange(10)), abs=1e-3)
    assert (mixed.diagonal() >= 0.5).all()


def test_without_mixup_all_stays_as_it_is() -> None:
    targets = np.eye(7, dtype=np.float32)
    pictures, same = mixup(_images(7), targets, STILL, np.random.default_rng(0))
    assert (pictures == _images(7)).all()
    assert same is targets


def test_pictures_are_cropped_by_the_detector_s_key_points() -> None:
    images = _images(40)
    recipe = dataclasses.replace(STILL, detector_crop_p=1, detector_crop_noise=0, background_p=0)
    seen = np.broadcast_to(KEY_POINTS + np.array([3, -2]), (40, 2, 4, 2)).astype(np.float32).copy()
    seen[7] = np.nan
    out = augment(_pictures(images, seen), recipe, np.random.default_rng(0)).astype(int)
    moved = np.stack([alignment.align(image, KEY_POINTS + np.array([3, -2])) for image in images])
    moved[7] = images[7]
    expected = alignment.standardise(moved).astype(int)
    straight = np.abs(out - expected).max(axis=(1, 2))
    mirrored = np.abs(out - expected[:, :, ::-1]).max(axis=(1, 2))
    assert (np.minimum(straight, mirrored) <= 1).all()


def test_key_points_err_each_alone() -> None:
    recipe = dataclasses.replace(STILL, key_point_noise=0.7)
    errors = key_points(4000, recipe, np.random.default_rng(0)) - KEY_POINTS
    assert errors.std(axis=0) == pytest.approx(0.7, abs=0.05)
    assert abs(np.corrcoef(errors[:, 0, 0], errors[:, 1, 0])[0, 1]) < 0.06


def test_translation_by_whole_pixels_keeps_pictures_sharp() -> None:
    recipe = Recipe(translate_only_p=1.0)
    points = key_points(200, recipe, np.random.default_rng(3))
    moved = points - KEY_POINTS
    assert (moved == np.rint(moved)).all()
    assert (moved == moved[:, :1]).all()
    assert np.abs(moved).max() <= round(recipe.translation)
    picture = np.random.default_rng(0).integers(0, 255, (48, 48), np.uint8)
    inner = slice(8, 40)
    for place, (right, down) in zip(points, moved[:, 0].astype(int), strict=True):
        shifted = np.roll(picture, (-down, -right), (0, 1))
        assert np.array_equal(alignment.align(picture, place)[inner, inner], shifted[inner, inner])


def test_other_pictures_are_resampled() -> None:
    moved = key_points(200, Recipe(translate_only_p=0.0), np.random.default_rng(3)) - KEY_POINTS
    assert (np.abs(moved - np.rint(moved)) > 0.01).mean() > 0.9


def test_detector_crops_are_pasted_on_backgrounds() -> None:
    images = _images(40)
    images[:, :, :8] = 0
    # The picture is black at its left, and goes on to be so unless there is a background.
    seen = np.broadcast_to(KEY_POINTS - [16, 0], (40, 2, 4, 2)).astype(np.float32)
    bare = dataclasses.replace(STILL, detector_crop_p=1, detector_crop_noise=0, background_p=0)
    on_background = dataclasses.replace(bare, background_p=1)
    for recipe, spread in ((bare, False), (on_background, True)):
        out = augment(_pictures(images, seen), recipe, np.random.default_rng(0))
        beyond = [min(each[:, :14].std(), each[:, -14:].std()) for each in out.astype(float)]
        assert (np.array(beyond) > 1).all() == spread
