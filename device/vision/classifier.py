"""Classifies the emotion of face crops with the int8 model of a verified bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from device.vision import bundle as bundles
from device.vision.interpreter import RUNTIMES, Interpreter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.vision.bundle import Bundle


class Classifier:
    """Emotion probabilities of standardised crops; one batch for all faces of a frame.

    `neutral_logits` are the mean logits that the model gives neutral faces, () if unknown.

    Raises BundleError when the bundle does not pass its verification.
    """

    def __init__(
        self, bundle: Bundle, threads: int | None = None, runtimes: tuple[str, ...] = RUNTIMES
    ) -> None:
        self.neutral_logits = bundle.neutral_logits
        self._interpreter = Interpreter(bundle.model, threads, runtimes)
        bundles.verify(bundle, self._interpreter)
        self._scale, self._zero = self._interpreter.outputs[0]["quantization"]
        self._temperature = float(bundle.manifest.get("temperature", 1.0))
        self._quantised = quantise(np.arange(256), *self._interpreter.input["quantization"])

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 probabilities (n, 7) of uint8 crops (n, 48, 48); n may be 0."""
        if not len(crops):
            return np.zeros((0, len(EMOTIONS)), np.float32)
        (raw,) = self._interpreter.run(self._quantised[crops][..., None])
        return softmax((raw.astype(np.float32) - self._zero) * (self._scale / self._temperature))


def quantise(pixels: NDArray[np.int_], scale: float, zero: int) -> NDArray[np.int8]:
    """Return pixels 0..255, which the model takes as 0..1, as int8 input (TFLite 8-bit spec)."""
    levels = np.rint(pixels / 255.0 / scale) + zero
    return np.asarray(np.clip(levels, -128, 127), np.int8)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities of float32 logits (n, 7); each row sums to 1."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
    return shares
