"""Old pictures as a kiosk's camera would have given them, by what its crops look like.

What people said of a thousand crops teaches little of a new camera; the old pictures have labels
that are known, and only need to look like it. Each is made as blurred, dark and noisy as one of the
kiosk's crops, drawn at random, with noise as coarse as in all of them. That takes nothing from the
crops but these figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision import alignment

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
GRAINS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Pixels that noise may be blurred by; what is coarser, `look` hardly tells from a face."""
WAVES = (
    np.hypot(np.fft.fftfreq(alignment.SIZE)[:, None], np.fft.rfftfreq(alignment.SIZE)[None])
    * alignment.SIZE
)
"""How many waves across a crop each value of its Fourier transform is of."""
WINDOW = np.outer(np.hanning(alignment.SIZE), np.hanning(alignment.SIZE)).astype(np.float32)
"""Takes a crop's edges away, which are no waves."""
FINE = range(6, alignment.SIZE // 2)
"""Waves across a crop that tell how coarse its noise is."""
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


@dataclass(frozen=True, slots=True)
class Amount:
    """What blur and noise are multiplied by, and how many pixels noise is blurred by itself.

    Where a picture was enlarged or compressed, its grains are wider than a pixel, and `Looks.noise`
    is less than what is there.
    """

    strength: float = 1.0
    grain: float = 0.0


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
    amount: Amount = Amount(),  # noqa: B008 (it cannot be changed)
) -> NDArray[np.uint8]:
    """Return pictures uint8 (n, 48, 48), each as if taken by the camera that `seen` (m, 48, 48) is.

    They come out no sharper, brighter or less noisy than they are.
    """
    own, wanted = look(images), look(seen)
    index = random.integers(0, len(seen), len(images))
    blur = _blur(own.softness, wanted.softness)[index]
    blur *= amount.strength * SPREAD ** random.uniform(-1, 1, len(images))
    wanted = replace(wanted, noise=amount.strength * wanted.noise)
    noise = _grainy(images.shape, amount.grain, random)
    pairs = zip(images, blur, index, noise, strict=True)
    return np.stack(
        [_changed(image, width, wanted, at, grain) for image, width, at, grain in pairs]
    )


def matching(
    images: NDArray[np.uint8],
    seen: NDArray[np.uint8],
    random: np.random.Generator,
    base: Answer,
) -> Amount:
    """Return how to disguise, so that a model is as unsure of the pictures as of `seen`.

    What is measured of crops tells less than all that is wrong with them; a model's mean confidence
    tells the rest, and needs no label (Guillory et al. 2021, arXiv:2107.03315). How coarse noise is
    tells the crops' mean spectrum.
    """
    grain = _coarseness(images, seen, random)

    def confidence(crops: NDArray[np.uint8]) -> float:
        return float(base(alignment.standardise(crops)).max(axis=1).mean())

    wanted = confidence(seen)
    amounts = [Amount(strength, grain) for strength in STRENGTHS]
    tried = {each: confidence(disguise(images, seen, random, each)) for each in amounts}
    return min(tried, key=lambda each: abs(tried[each] - wanted))


def _coarseness(
    images: NDArray[np.uint8], seen: NDArray[np.uint8], random: np.random.Generator
) -> float:
    """Return the grain with which the fine waves are most nearly as strong as in `seen`."""
    wanted = _spectrum(seen)

    def off(grain: float) -> float:
        made = _spectrum(disguise(images, seen, random, Amount(grain=grain)))
        return float(np.square(made - wanted).sum())

    return min(GRAINS, key=off)


def _changed(
    image: NDArray[np.uint8],
    blur: float,
    wanted: Looks,
    index: int,
    noise: NDArray[np.float32],
) -> NDArray[np.uint8]:
    grey = image.astype(np.float32)
    if blur > 0.2:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), blur), np.float32)
    scale = min(1.0, wanted.deviation[index] / max(float(grey.std()), 1.0))
    level = min(float(image.mean()), wanted.mean[index])
    grey = (grey - grey.mean()) * scale + level
    missing = wanted.noise[index] ** 2 - _noise(grey) ** 2
    if missing > 0:
        grey += np.sqrt(missing) * noise
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
    per_square = (2 * np.pi / alignment.SIZE) ** 2 * waves
    return np.asarray(np.minimum(np.sqrt(np.maximum(more, 0) / per_square), WIDEST))


def _noise(grey: NDArray[np.float32]) -> float:
    """Return a crop's noise in grey levels (Immerkaer 1996, doi 10.1006/cviu.1996.0060)."""
    inner = cv2.filter2D(grey, -1, EDGES)[1:-1, 1:-1]
    return float(np.sqrt(np.pi / 2) / 6 * np.abs(inner).mean())


def _grainy(
    shape: tuple[int, ...], width: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return noise (n, h, w), blurred by so many pixels, of which `_noise` sees 1 grey level."""
    noise = random.standard_normal(shape, np.float32)
    if not width:
        return noise
    blurred = np.stack([cv2.GaussianBlur(each, (0, 0), width) for each in noise])
    return np.asarray(blurred / np.mean([_noise(each) for each in blurred]), np.float32)


def _spectrum(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the logarithm of the mean power of each number of `FINE` waves across."""
    power = _power(alignment.standardise(images).reshape(images.shape).astype(np.float32)).mean(
        axis=0
    )
    return np.log([power[np.abs(WAVES - number) <= 0.5].mean() for number in FINE])


def _power(grey: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the power of pictures' waves (n, h, w / 2 + 1), without what their edges make up."""
    even = grey - grey.mean(axis=(1, 2), keepdims=True)
    return np.asarray(np.abs(np.fft.rfft2(even * WINDOW)) ** 2)


def _softness(grey: NDArray[np.float32], noise: NDArray[np.float64]) -> NDArray[np.float64]:
    power = _power(grey)
    floor = noise**2 * float((WINDOW**2).sum())
    low, middle = (
        np.maximum(power[:, (start <= WAVES) & (end >= WAVES)].mean(axis=1) - floor, 1e-3)
        for start, end in (LOW, MIDDLE)
    )
    return np.asarray(np.log(low / middle), np.float64)
