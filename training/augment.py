"""Make each picture a little different each time, as the camera and the detector would.

The pictures are cut with the device's own `crop.align` from key points that err as a detector's do,
and standardised with its own `crop.standardise`, so that nothing differs on the kiosk.
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
"""Where a detector's first four key points lie in a crop; the third, the nose, isn't used."""
GAMMAS = 9
LIGHT, LIGHTS = (45, 195), 5
"""How light a room is at so many places along either side, in grey levels."""
GRAIN = 16
"""The most deviation of a room's grain, in grey levels."""
ERASED = (0.2, 0.5)
"""The side of an erased square, as shares of the crop."""


def augment(pictures: Pictures, recipe: Recipe, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return standardised crops, uint8 (n, 48, 48), of the pictures, each a little changed.

    Those with landmarks are cut by them as often as the recipe says, which changes nothing else
    about them, nor about the others.
    """
    out = _cut(pictures, recipe, random)
    flipped = random.random(len(out)) < 0.5
    out[flipped] = out[flipped, :, ::-1]
    _shrink(out, recipe, random)
    _blur(out, recipe, random)
    _bend(out, recipe, random)
    _expose(out, recipe, random)
    _disturb(out, recipe, random)
    _compress(out, recipe, random)
    out = alignment.standardise(out)
    _erase(out, recipe, random)
    return out


def mix(
    images: NDArray[np.uint8],
    targets: NDArray[np.float32],
    recipe: Recipe,
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mixup (Zhang et al. 2017, arXiv:1710.09412): blend pairs of pictures and of their targets.

    Returns float32 pictures (n, 48, 48) in 0..255 and float32 targets (n, 7). A `mixing` of 0
    leaves both as they are.
    """
    pictures = images.astype(np.float32)
    if not recipe.mixing:
        return pictures, targets
    share = random.beta(recipe.mixing, recipe.mixing, len(images)).astype(np.float32)
    share = np.maximum(share, 1 - share)
    other = random.permutation(len(images))
    pictures = _blend(pictures, pictures[other], share[:, None, None])
    return pictures, _blend(targets, targets[other], share[:, None])


def _blend(
    one: NDArray[np.float32], other: NDArray[np.float32], share: NDArray[np.float32]
) -> NDArray[np.float32]:
    return one * share + other * (1 - share)


def key_points(count: int, recipe: Recipe, random: np.random.Generator) -> NDArray[np.float64]:
    """Draw erring key points (count, 4, 2): rolled, scaled and shifted together, and each alone.

    Those of a plain picture are shifted by whole pixels and nothing else.
    """
    plain = random.random(count) < recipe.plain_chance
    roll = np.deg2rad(random.uniform(-recipe.roll, recipe.roll, count))
    scale = random.uniform(1 - recipe.scale, 1 + recipe.scale, count)
    shift = random.uniform(-recipe.shift, recipe.shift, (count, 1, 2))
    cos, sin = scale * np.cos(roll), scale * np.sin(roll)
    rotation = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], 1)
    centre = alignment.SIZE / 2
    moved: NDArray[np.float64] = (KEY_POINTS - centre) @ rotation + centre + shift
    moved += random.normal(0, recipe.key_error, moved.shape)
    moved[plain] = KEY_POINTS + np.rint(shift[plain])
    return moved


def _detected(
    detected: NDArray[np.float32], recipe: Recipe, random: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Choose which pictures are cut as the detector saw them, in one of its scenes, and how."""
    count, scenes = detected.shape[:2]
    seen = detected[np.arange(count), random.integers(scenes, size=count)].astype(np.float64)
    chosen = (random.random(count) < recipe.detected_chance) & np.isfinite(seen).all(axis=(1, 2))
    return chosen, seen[chosen] + random.normal(0, recipe.detected_error, seen[chosen].shape)


def _cut(pictures: Pictures, recipe: Recipe, random: np.random.Generator) -> NDArray[np.uint8]:
    images = np.asarray(pictures.images)
    points = key_points(len(images), recipe, random)
    rooms = np.zeros(len(images), bool)
    (apart,) = random.spawn(1)
    if pictures.landmarks is not None:
        chosen, seen = _detected(pictures.landmarks, recipe, apart)
        points[chosen] = seen
        rooms = chosen & (apart.random(len(images)) < recipe.room_chance)
    crops = []
    for image, marks, room in zip(images, points, rooms, strict=True):
        whole, edge = _hang(image, apart) if room else (image, 0)
        crops.append(alignment.align(whole, marks + edge))
    return np.stack(crops)


def _hang(image: NDArray[np.uint8], random: np.random.Generator) -> tuple[NDArray[np.uint8], int]:
    """Return the picture in a room out of focus, and how far from the room's edge it hangs.

    On the device there is something around a face, not the repeated edge of a picture.
    """
    edge = image.shape[0] // 2
    side = image.shape[0] + 2 * edge
    light = random.uniform(*LIGHT, (LIGHTS, LIGHTS)).astype(np.float32)
    room = cv2.resize(light, (side, side), interpolation=cv2.INTER_LINEAR)
    grain = random.uniform(0, GRAIN) * random.standard_normal((side, side), np.float32)
    whole = np.clip(np.rint(room + grain), 0, 255).astype(np.uint8)
    whole[edge:-edge, edge:-edge] = image
    return whole, edge


def _some(count: int, chance: float, random: np.random.Generator) -> NDArray[np.int64]:
    """Choose each of so many with this chance."""
    return np.flatnonzero(random.random(count) < chance)


def _shrink(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Show some faces as from far away: fewer pixels, enlarged again."""
    whole = (alignment.SIZE, alignment.SIZE)
    for index in _some(len(images), recipe.small_chance, random):
        side = round(random.uniform(recipe.small, alignment.SIZE))
        small = cv2.resize(images[index], (side, side), interpolation=cv2.INTER_AREA)
        images[index] = cv2.resize(small, whole, interpolation=cv2.INTER_LINEAR)


def _blur(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Put some out of focus, or in motion along a line."""
    for index in _some(len(images), recipe.blur_chance, random):
        both = random.uniform(0.4, recipe.blur, 2)
        if random.random() < 0.5:
            both[:] = both[0]
        images[index] = cv2.GaussianBlur(images[index], (0, 0), both[0], sigmaY=both[1])


def _expose(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Give some too little light, so that few grey levels are left, or too much."""
    index = _some(len(images), recipe.light_chance, random)
    low, high = math.log(recipe.dark), math.log(recipe.bright)
    light = np.exp(random.uniform(low, high, (len(index), 1, 1)))
    images[index] = np.minimum(np.rint(images[index] * light), 255).astype(np.uint8)


def _compress(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Send some through JPEG, as a camera's stream does."""
    for index in _some(len(images), recipe.jpeg_chance, random):
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(recipe.jpeg, 95))]
        _, stream = cv2.imencode(".jpg", images[index], quality)
        images[index] = cv2.imdecode(stream, cv2.IMREAD_GRAYSCALE)


def _bend(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Change the gamma of every picture."""
    tables = _gammas(recipe.gamma)
    images[:] = tables[random.integers(len(tables), size=len(images))[:, None, None], images]


@cache
def _gammas(spread: float) -> NDArray[np.uint8]:
    gammas = np.exp(np.linspace(-spread, spread, GAMMAS))[:, None]
    tables: NDArray[np.uint8] = np.rint(255 * (np.arange(256) / 255) ** gammas).astype(np.uint8)
    return tables


def _disturb(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Add a sensor's noise to some pictures."""
    index = _some(len(images), recipe.noise_chance, random)
    strength = random.uniform(0, recipe.noise, (len(index), 1, 1)).astype(np.float32)
    noise = strength * random.standard_normal(
        (len(index), alignment.SIZE, alignment.SIZE), np.float32
    )
    images[index] = np.clip(np.rint(images[index] + noise), 0, 255).astype(np.uint8)


def _erase(images: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> None:
    """Hide a square of some pictures behind grey (Zhong et al. 2017, arXiv:1708.04896)."""
    low, high = (round(alignment.SIZE * share) for share in ERASED)
    for index in _some(len(images), recipe.erase_chance, random):
        h, w = random.integers(low, high + 1, 2)
        y, x = (
            random.integers(0, alignment.SIZE - h + 1),
            random.integers(0, alignment.SIZE - w + 1),
        )
        images[index, y : y + h, x : x + w] = random.integers(0, 256)
