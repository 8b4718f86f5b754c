"""Load a trained Keras model and predict with it."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from device.vision import alignment
from device.vision.classifier import softmax
from training import backends
from training.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import keras
    from numpy.typing import NDArray

BATCH = 256


def load(path: Path) -> keras.Model:
    """Read a `.keras` file. Raises RunError when it is invalid or has other shapes."""
    if not path.is_file():
        raise RunError(f"{path}: no such file")
    backends.start()
    from keras import saving

    try:
        model = saving.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason = str(error).strip().partition("\n")[0]
        raise RunError(f"{path}: not a Keras model: {reason}") from error
    shapes = (model.input_shape[1:], model.output_shape[1:])
    if shapes != ((alignment.SIZE, alignment.SIZE, 1), (len(EMOTIONS),)):
        raise RunError(
            f"{path}: its shapes are {shapes[0]} and {shapes[1]}, not those of crops and emotions"
        )
    return model


def load_mean(paths: Sequence[Path]) -> keras.Model:
    """Read trained models of one network and return one with the mean of their weights.

    A mean of models that were fine-tuned from each other is better than each (model soups; Wortsman
    et al. 2022, arXiv:2203.05482). Raises RunError when one cannot be read or differs in shape.
    """
    model = load(paths[0])
    weights = [model.get_weights()]
    for path in paths[1:]:
        weights.append(load(path).get_weights())
        try:
            model.set_weights(weights[-1])
        except ValueError as error:
            raise RunError(f"{path}: not a model of this network: {error}") from error
    model.set_weights(mean(weights))
    return model


def mean(weights: Sequence[Sequence[NDArray[np.float32]]]) -> list[NDArray[np.float32]]:
    """Return the mean of several models' weights, lists of arrays of the same shapes."""
    return [np.mean(each, axis=0) for each in zip(*weights, strict=True)]


def logits(model: keras.Model, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return float32 logits (n, 7) of standardised crops, uint8 (n, 48, 48), n at least 1."""
    predict = backends.start().predict
    parts = (crops[start : start + BATCH] for start in range(0, len(crops), BATCH))
    return np.concatenate([predict(model, as_input(part)) for part in parts])


def probabilities(model: keras.Model, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return float32 probabilities (n, 7), as `logits`."""
    return softmax(logits(model, crops))


def as_input(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn uint8 crops (n, 48, 48) into the network's input, float32 (n, 48, 48, 1) in [0, 1]."""
    return crops[..., None].astype(np.float32) / np.float32(255)
