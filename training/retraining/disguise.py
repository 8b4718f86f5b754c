"""Old pictures as a kiosk's camera would have given them, by what its crops look like.

What people said of a thousand crops teaches little of a new camera; the old pictures have labels
that are known, and only need to look like it. Each is made as blurred, dark and noisy as one of the
kiosk's crops, drawn at random. That takes nothing from the crop but these figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.eye import crop

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluate import Answer

LOW, MIDDLE = (2.0, 5.0), (6.0, 12.0)
"""Bands of waves across a crop: a face has much in both, and blur takes the finer ones first."""
WIDEST = 3.0
"""Pixels of blur at most; what is more blurred shows no face."""
SPREAD = 2.0
"""A picture is blurred up to so many times more or less than the crops are: each face is as sharp
as it is, so that what is known of one crop's blur is little."""
STRENGTHS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
"""What blur and noise may be multiplied by."""
EDGES = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""The difference of two Laplacians, which hardly sees edges and much noise (Immerkaer 1996)."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How crops look, (n,) each: mean, deviation and noise in grey levels, and their softness.

    Softness is the logarithm of how much more there is of coarse than of fine waves.
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    noise: NDArray[np.float64]
    softness: NDArray[np.float64]


def look(images: NDArray[np.uint8]) -> Looks:
    """Measure crops uint8 (n, 48, 48)."""
    grey = images.astype(np.float32)
    noise = np.array([_noise(each) for each in grey])
    return Looks(
        grey.mean(axis=(1, 2)).astype(float),
        grey.std(axis=(1, 2)).astype(float),
        noise,
        _softness(grey, noise),
    )


def disguise(
    images: NDArray[np.uint8],
    seen: NDArray[np.uint8],
    random: np.random.Generator,
    strength: float = 1.0,
) -> NDArray[np.uint8]:
    """Return pictures uint8 (n, 48, 48), each as if taken by the camera that `seen` (m, 48, 48) is.

    They come out no sharper, brighter or less noisy than they are. `strength` multiplies blur and
    noise.
    """
    own, wanted = look(images), look(seen)
    index = random.integers(0, len(seen), len(images))
    blur = _blur(own.softness, wanted.softness)[index]
    blur *= strength * SPREAD ** random.uniform(-1, 1, len(images))
    wanted = replace(wanted, noise=strength * wanted.noise)
    pairs = zip(images, blur, index, strict=True)
    return np.stack([_changed(image, width, wanted, at, random) for image, width, at in pairs])


def matching(
    images: NDArray[np.uint8],
    seen: NDArray[np.uint8],
    random: np.random.Generator,
    base: Answer,
) -> float:
    """Return how strongly to disguise, so that a model is as unsure of the pictures as of `seen`.

    What is measured of crops tells less than all that is wrong with them; a model's mean confidence
    tells the rest, and needs no label (Guillory et al. 2021, arXiv:2107.03315).
    """

    def confidence(crops: NDArray[np.uint8]) -> float:
        return float(base(crop.standardise(crops)).max(axis=1).mean())

    wanted = confidence(seen)
    tried = {each: confidence(disguise(images, seen, random, each)) for each in STRENGTHS}
    return min(tried, key=lambda each: abs(tried[each] - wanted))


def _changed(
    image: NDArray[np.uint8],
    blur: float,
    wanted: Looks,
    index: int,
    random: np.random.Generator,
) -> NDArray[np.uint8]:
    grey = image.astype(np.float32)
    if blur > 0.2:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), blur), np.float32)
    scale = min(1.0, wanted.deviation[index] / max(float(grey.std()), 1.0))
    level = min(float(image.mean()), wanted.mean[index])
    grey = (grey - grey.mean()) * scale + level
    missing = wanted.noise[index] ** 2 - _noise(grey) ** 2
    if missing > 0:
        grey += np.sqrt(missing) * random.standard_normal(grey.shape, np.float32)
    return np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8)


def _blur(own: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much wider than the old pictures' each of `wanted` is blurred, in pixels.

    Faces differ in softness too, so that each is held against the old pictures' of the same rank:
    a camera that is like the old ones blurs nothing.
    """
    rank = np.argsort(np.argsort(wanted)) / max(1, len(wanted) - 1)
    more = wanted - np.quantile(own, rank)
    # A blur of deviation s takes exp(-(2 pi s f / 48)^2) of the power at f waves across.
    waves = np.mean(np.square(MIDDLE)) - np.mean(np.square(LOW))
    per_square = (2 * np.pi / crop.SIZE) ** 2 * waves
    return np.asarray(np.minimum(np.sqrt(np.maximum(more, 0) / per_square), WIDEST))


def _noise(grey: NDArray[np.float32]) -> float:
    """Return a crop's noise in grey levels (Immerkaer 1996, doi 10.1006/cviu.1996.0060)."""
    inner = cv2.filter2D(grey, -1, EDGES)[1:-1, 1:-1]
    return float(np.sqrt(np.pi / 2) / 6 * np.abs(inner).mean())


def _softness(grey: NDArray[np.float32], noise: NDArray[np.float64]) -> NDArray[np.float64]:
    side = np.hanning(crop.SIZE).astype(np.float32)
    window = np.outer(side, side)
    even = grey - grey.mean(axis=(1, 2), keepdims=True)
    power = np.abs(np.fft.rfft2(even * window)) ** 2
    waves = (
        np.hypot(np.fft.fftfreq(crop.SIZE)[:, None], np.fft.rfftfreq(crop.SIZE)[None]) * crop.SIZE
    )
    floor = noise**2 * float((window**2).sum())
    low, middle = (
        np.maximum(power[:, (start <= waves) & (waves <= end)].mean(axis=1) - floor, 1e-3)
        for start, end in (LOW, MIDDLE)
    )
    return np.asarray(np.log(low / middle), np.float64)
