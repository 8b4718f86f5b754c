"""Degrade old pictures to look as if a kiosk's camera had taken them, by statistics of its crops.

A thousand labelled crops teach little about a new camera; the old pictures have known labels, and
only need to look like its pictures. Each is made as blurred, dark and noisy as one of the kiosk's
crops, drawn at random, with noise as coarse as in all of them. Only these statistics are taken from
the crops.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.vision import alignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluate import Predictor

LOW, MIDDLE = (2.0, 5.0), (6.0, 12.0)
"""Frequency bands, in waves per crop; blur weakens the higher one first."""
WIDEST = 3.0
"""Largest blur in pixels; beyond it no face is visible."""
SPREAD = 2.0
"""Each blur is multiplied by 1/2 to 2: since faces differ in sharpness, the blur of a single crop
is known only roughly."""
STRENGTHS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
"""Factors of blur and noise to try."""
GRAINS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Blurs of the noise to try, in pixels; `measure` hardly tells coarser noise from a face."""
WAVES = (
    np.hypot(np.fft.fftfreq(alignment.SIZE)[:, None], np.fft.rfftfreq(alignment.SIZE)[None])
    * alignment.SIZE
)
"""The frequency of each value of a crop's Fourier transform, in waves per crop."""
WINDOW = np.outer(np.hanning(alignment.SIZE), np.hanning(alignment.SIZE)).astype(np.float32)
"""Window against artefacts of a crop's edges."""
FINE = range(6, alignment.SIZE // 2)
"""Frequencies, in waves per crop, that show how coarse the noise is."""
EDGES = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""The difference of two Laplacians, sensitive to noise and not to edges (Immerkaer 1996)."""


@dataclass(frozen=True, slots=True)
class ImageStatistics:
    """Statistics of crops, (n,) each: mean, deviation and noise in grey levels, and softness.

    Softness is the logarithm of the ratio of low to middle frequencies' power.
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    noise: NDArray[np.float64]
    softness: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Degradation:
    """The factor of blur and noise (`strength`), and the blur of the noise in pixels (`grain`).

    Noise is wider than a pixel where a picture was enlarged or compressed; `ImageStatistics.noise`
    then underestimates it.
    """

    strength: float = 1.0
    grain: float = 0.0


def measure(images: NDArray[np.uint8]) -> ImageStatistics:
    """Measure crops uint8 (n, 48, 48)."""
    grey = images.astype(np.float32)
    noise = np.array([_noise(each) for each in grey])
    return ImageStatistics(
        grey.mean(axis=(1, 2)).astype(float),
        grey.std(axis=(1, 2)).astype(float),
        noise,
        _softness(grey, noise),
    )


def degrade(
    images: NDArray[np.uint8],
    crops: NDArray[np.uint8],
    random: np.random.Generator,
    degradation: Degradation = Degradation(),  # noqa: B008 (it is immutable)
) -> NDArray[np.uint8]:
    """Return pictures uint8 (n, 48, 48) as the camera of `crops` (m, 48, 48) would take them.

    They get no sharper, brighter or less noisy.
    """
    own, target = measure(images), measure(crops)
    index = random.integers(0, len(crops), len(images))
    blur = _blur(own.softness, target.softness)[index]
    blur *= degradation.strength * SPREAD ** random.uniform(-1, 1, len(images))
    target = replace(target, noise=degradation.strength * target.noise)
    noise = _grain_noise(images.shape, degradation.grain, random)
    pairs = zip(images, blur, index, noise, strict=True)
    return np.stack(
        [_degrade_one(image, width, target, at, grain) for image, width, at, grain in pairs]
    )


def fit(
    images: NDArray[np.uint8],
    crops: NDArray[np.uint8],
    random: np.random.Generator,
    base: Predictor,
) -> Degradation:
    """Return the degradation with which `base` is as confident on the pictures as on the crops.

    Statistics miss some of the crops' faults; a model's mean confidence shows all, without labels
    (Guillory et al. 2021, arXiv:2107.03315). The grain is fitted to the crops' mean spectrum.
    """
    grain = _fit_grain(images, crops, random)

    def confidence(pictures: NDArray[np.uint8]) -> float:
        return float(base(alignment.standardise(pictures)).max(axis=1).mean())

    target = confidence(crops)
    candidates = [Degradation(strength, grain) for strength in STRENGTHS]
    tried = {each: confidence(degrade(images, crops, random, each)) for each in candidates}
    return min(tried, key=lambda each: abs(tried[each] - target))


def _fit_grain(
    images: NDArray[np.uint8], crops: NDArray[np.uint8], random: np.random.Generator
) -> float:
    """Return the grain with which the spectrum of `FINE` is most similar to that of the crops."""
    target = _spectrum(crops)

    def error(grain: float) -> float:
        made = _spectrum(degrade(images, crops, random, Degradation(grain=grain)))
        return float(np.square(made - target).sum())

    return min(GRAINS, key=error)


def _degrade_one(
    image: NDArray[np.uint8],
    blur: float,
    target: ImageStatistics,
    index: int,
    noise: NDArray[np.float32],
) -> NDArray[np.uint8]:
    grey = image.astype(np.float32)
    if blur > 0.2:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), blur), np.float32)
    scale = min(1.0, target.deviation[index] / max(float(grey.std()), 1.0))
    level = min(float(image.mean()), target.mean[index])
    grey = (grey - grey.mean()) * scale + level
    missing = target.noise[index] ** 2 - _noise(grey) ** 2
    if missing > 0:
        grey += np.sqrt(missing) * noise
    return np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8)


def _blur(own: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the blur, in pixels, from the old pictures' softness `own` to each of `target`.

    Faces differ in softness too, so each is compared with the old pictures' at the same rank: a
    camera like that of the old pictures needs no blur.
    """
    rank = np.argsort(np.argsort(target)) / max(1, len(target) - 1)
    more = target - np.quantile(own, rank)
    # A blur of deviation s multiplies the power at f waves per crop by exp(-(2 pi s f / 48)^2).
    waves = np.mean(np.square(MIDDLE)) - np.mean(np.square(LOW))
    per_square = (2 * np.pi / alignment.SIZE) ** 2 * waves
    return np.asarray(np.minimum(np.sqrt(np.maximum(more, 0) / per_square), WIDEST))


def _noise(grey: NDArray[np.float32]) -> float:
    """Return a crop's noise in grey levels (Immerkaer 1996, doi 10.1006/cviu.1996.0060)."""
    inner = cv2.filter2D(grey, -1, EDGES)[1:-1, 1:-1]
    return float(np.sqrt(np.pi / 2) / 6 * np.abs(inner).mean())


def _grain_noise(
    shape: tuple[int, ...], width: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return noise (n, h, w), blurred by `width` pixels, for which `_noise` gives 1 grey level."""
    noise = random.standard_normal(shape, np.float32)
    if not width:
        return noise
    blurred = np.stack([cv2.GaussianBlur(each, (0, 0), width) for each in noise])
    return np.asarray(blurred / np.mean([_noise(each) for each in blurred]), np.float32)


def _spectrum(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the logarithm of the mean power at each frequency of `FINE`."""
    power = _power(alignment.standardise(images).reshape(images.shape).astype(np.float32)).mean(
        axis=0
    )
    return np.log([power[np.abs(WAVES - number) <= 0.5].mean() for number in FINE])


def _power(grey: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return pictures' power spectra (n, h, w / 2 + 1), windowed."""
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
