"""Augmentation: vary each picture as the camera and the detector would.

The pictures are cropped with the device's own `alignment.align`, from key points with a detector's
errors, and standardised with its `alignment.standardise`, so training sees what the kiosk sees.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision import alignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.data.pictures import Pictures
    from training.recipe import Recipe

MIDDLE = np.array([(alignment.RIGHT_EYE[0] + alignment.LEFT_EYE[0]) / 2, alignment.RIGHT_EYE[1]])
MOUTH = (MIDDLE[0], MIDDLE[1] + alignment.MOUTH_DISTANCE)
KEY_POINTS = np.array([alignment.RIGHT_EYE, alignment.LEFT_EYE, MOUTH, MOUTH])
"""A detector's first four key points in a crop; `align` does not use the third, the nose."""
GAMMAS = 9
BACKGROUND_LEVELS, BACKGROUND_GRID = (45, 195), 5
"""Grey levels of a background at 5 by 5 points."""
GRAIN_STD = 16
"""Largest standard deviation of a background's grain, in grey levels."""
ERASED_SIDES = (0.2, 0.5)
"""Smallest and largest side of an erased rectangle, as fractions of the crop."""


def augment(pictures: Pictures, recipe: Recipe, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return augmented, standardised crops of the pictures, uint8 (n, 48, 48).

    Which pictures are cropped by the detector's key points does not change the random numbers of
    any other augmentation.
    """
    out = _crop(pictures, recipe, random)
    flipped = random.random(len(out)) < 0.5
    out[flipped] = out[flipped, :, ::-1]
    _downscale(out, recipe, random)
    _blur(out, recipe, random)
    _adjust_gamma(out, recipe, random)
    _adjust_brightness(out, recipe, random)
    _add_noise(out, recipe, random)
    _compress(out, recipe, random)
    out = alignment.standardise(out)
    _erase(out, recipe, random)
    return out


def mixup(
    images: NDArray[np.uint8],
    targets: NDArray[np.float32],
    recipe: Recipe,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mixup (Zhang et al. 2017, arXiv:1710.09412): blend pairs of pictures and their targets.

    Returns float32 pictures (n, 48, 48) in 0..255 and float32 targets (n, 7). With a `mixup_alpha`
    of 0 both stay as they are.
    """
    pictures = images.astype(np.float32)
    if not recipe.mixup_alpha:
        return pictures, targets
    share = random.beta(recipe.mixup_alpha, recipe.mixup_alpha, len(images)).astype(np.float32)
    share = np.maximum(share, 1 - share)
    other = random.permutation(len(images))
    pictures = _blend(pictures, pictures[other], share[:, None, None])
    return pictures, _blend(targets, targets[other], share[:, None])


def _blend(
    one: NDArray[np.float32], other: NDArray[np.float32], share: NDArray[np.float32]
) -> NDArray[np.float32]:
    return one * share + other * (1 - share)


def key_points(count: int, recipe: Recipe, random: np.random.Generator) -> NDArray[np.float64]:
    """Draw key points with errors (count, 4, 2): rotated, scaled and translated, each with noise.

    With `translate_only_p` they are translated by whole pixels and nothing else.
    """
    plain = random.random(count) < recipe.translate_only_p
    roll = np.deg2rad(random.uniform(-recipe.rotation, recipe.rotation, count))
    scale = random.uniform(1 - recipe.scale, 1 + recipe.scale, count)
    shift = random.uniform(-recipe.translation, recipe.translation, (count, 1, 2))
    cos, sin = scale * np.cos(roll), scale * np.sin(roll)
    rotation = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], 1)
    centre = alignment.SIZE / 2
    moved: NDArray[np.float64] = (KEY_POINTS - centre) @ rotation + centre + shift
    moved += random.normal(0, recipe.key_point_noise, moved.shape)
    moved[plain] = KEY_POINTS + np.rint(shift[plain])
    return moved


def _detected(
    detected: NDArray[np.float32], recipe: Recipe, random: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Choose pictures, bool (n,), to crop by the detector; return their key points in one scene."""
    count, scenes = detected.shape[:2]
    seen = detected[np.arange(count), random.integers(scenes, size=count)].astype(np.float64)
    chosen = (random.random(count) < recipe.detector_crop_p) & np.isfinite(seen).all(axis=(1, 2))
    return chosen, seen[chosen] + random.normal(0, recipe.detector_crop_noise, seen[chosen].shape)


def _crop(pictures: Pictures, recipe: Recipe, random: np.random.Generator) -> NDArray[np.uint8]:
    images = np.asarray(pictures.images)
    points = key_points(len(images), recipe, random)
    pasted = np.zeros(len(images), bool)
    (apart,) = random.spawn(1)
    if pictures.landmarks is not None:
        chosen, seen = _detected(pictures.landmarks, recipe, apart)
        points[chosen] = seen
        pasted = chosen & (apart.random(len(images)) < recipe.background_p)
    crops = []
    for image, marks, on_background in zip(images, points, pasted, strict=True):
        whole, margin = _on_background(image, apart) if on_background else (image, 0)
        crops.append(alignment.align(whole, marks + margin))
    return np.stack(crops)


def _on_background(
    image: NDArray[np.uint8], random: np.random.Generator
) -> tuple[NDArray[np.uint8], int]:
    """Return the picture on a blurred background, and the width of the margin in pixels.

    On the device a face has surroundings, not a repeated edge.
    """
    margin = image.shape[0] // 2
    side = image.shape[0] + 2 * margin
    light = random.uniform(*BACKGROUND_LEVELS, (BACKGROUND_GRID, BACKGROUND_GRID)).astype(
        np.float32
    )
    background = cv2.resize(light, (side, side), interpolation=cv2.INTER_LINEAR)
    grain_noise = random.uniform(0, GRAIN_STD) * random.standard_normal((side, side), np.float32)
    whole = np.clip(np.rint(background + grain_noise), 0, 255).astype(np.uint8)
    whole[margin:-margin, margin:-margin] = image
    return whole, margin


def _sample(count: int, p: float, random: np.random.Generator) -> NDArray[np.int64]:
    """Return the indices that are chosen, each with probability `p`."""
    return np.flatnonzero(random.random(count) < p)


def _downscale(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Downscale some pictures and enlarge them again, as of distant faces."""
    whole = (alignment.SIZE, alignment.SIZE)
    for index in _sample(len(images), recipe.downscale_p, random):
        side = round(random.uniform(recipe.downscale_min, alignment.SIZE))
        small = cv2.resize(images[index], (side, side), interpolation=cv2.INTER_AREA)
        images[index] = cv2.resize(small, whole, interpolation=cv2.INTER_LINEAR)


def _blur(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Blur some, out of focus or in motion."""
    for index in _sample(len(images), recipe.blur_p, random):
        both = random.uniform(0.4, recipe.blur_sigma, 2)
        if random.random() < 0.5:
            both[:] = both[0]
        images[index] = cv2.GaussianBlur(images[index], (0, 0), both[0], sigmaY=both[1])


def _adjust_brightness(
    images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator
) -> None:
    """Make some darker, which leaves few grey levels, or overexpose them."""
    index = _sample(len(images), recipe.brightness_p, random)
    low, high = math.log(recipe.brightness_min), math.log(recipe.brightness_max)
    light = np.exp(random.uniform(low, high, (len(index), 1, 1)))
    images[index] = np.minimum(np.rint(images[index] * light), 255).astype(np.uint8)


def _compress(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Compress some as JPEG, as a camera's stream does."""
    for index in _sample(len(images), recipe.jpeg_p, random):
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(recipe.jpeg_quality_min, 95))]
        _, stream = cv2.imencode(".jpg", images[index], quality)
        images[index] = cv2.imdecode(stream, cv2.IMREAD_GRAYSCALE)


def _adjust_gamma(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Change the gamma of every picture."""
    tables = _gammas(recipe.gamma)
    images[:] = tables[random.integers(len(tables), size=len(images))[:, None, None], images]


@cache
def _gammas(spread: float) -> NDArray[np.uint8]:
    gammas = np.exp(np.linspace(-spread, spread, GAMMAS))[:, None]
    tables: NDArray[np.uint8] = np.rint(255 * (np.arange(256) / 255) ** gammas).astype(np.uint8)
    return tables


def _add_noise(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Add sensor noise to some pictures."""
    index = _sample(len(images), recipe.noise_p, random)
    strength = random.uniform(0, recipe.noise_std, (len(index), 1, 1)).astype(np.float32)
    noise = strength * random.standard_normal(
        (len(index), alignment.SIZE, alignment.SIZE), np.float32
    )
    images[index] = np.clip(np.rint(images[index] + noise), 0, 255).astype(np.uint8)


def _erase(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Fill a rectangle of some pictures with grey (Zhong et al. 2017, arXiv:1708.04896)."""
    low, high = (round(alignment.SIZE * share) for share in ERASED_SIDES)
    for index in _sample(len(images), recipe.random_erasing_p, random):
        h, w = random.integers(low, high + 1, 2)
        y, x = (
            random.integers(0, alignment.SIZE - h + 1),
            random.integers(0, alignment.SIZE - w + 1),
        )
        images[index, y : y + h, x : x + w] = random.integers(0, 256)
