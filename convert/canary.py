"""The canary: pictures to check that a model works, drawn by code, from no data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from device.vision import alignment
from device.vision.classifier import quantise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.vision.interpreter import Interpreter

COUNT = 16
SEED = 48


def crops() -> NDArray[np.uint8]:
    """Return the same standardised crops on each call, uint8 (16, 48, 48).

    All are faces: on noise the runtimes' rounding differs more than on pictures a model knows.
    """
    random = np.random.default_rng(SEED)
    return alignment.standardise(np.stack([_face(random) for _ in range(COUNT)]))


def run(interpreter: Interpreter) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return int8 inputs (n, 48, 48, 1) and a model's outputs (n, 7) for them."""
    inputs = quantise(crops().astype(np.int64), *interpreter.input["quantization"])[..., None]
    outputs = np.concatenate([interpreter.run(one[None])[0] for one in inputs])
    return inputs, outputs.astype(np.int8, casting="safe")


def _face(random: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a simple face with random brows and mouth."""
    image = np.full((alignment.SIZE, alignment.SIZE), int(random.integers(30, 120)), np.uint8)
    skin, dark = int(random.integers(150, 230)), int(random.integers(10, 70))
    cv2.ellipse(image, (24, 25), (18, 25), 0, 0, 360, (skin,), -1, cv2.LINE_AA)
    slant, bend = (int(v) for v in random.integers(-3, 4, 2))
    mouth = (24, round(alignment.RIGHT_EYE[1] + alignment.MOUTH_DISTANCE))
    for side, (x, y) in ((-1, alignment.RIGHT_EYE), (1, alignment.LEFT_EYE)):
        eye = (round(x), round(y))
        cv2.ellipse(
            image, eye, (3, int(random.integers(1, 4))), 0, 0, 360, (dark,), -1, cv2.LINE_AA
        )
        inner, outer = (eye[0] - 4 * side, eye[1] - 5 - slant), (eye[0] + 4 * side, eye[1] - 5)
        cv2.line(image, inner, outer, (dark,), 1, cv2.LINE_AA)
    arc = (0, 180) if bend >= 0 else (180, 360)
    cv2.ellipse(image, mouth, (7, 1 + abs(bend)), 0, *arc, (dark,), int(random.integers(1, 3)))
    cv2.line(image, (24, 22), (24, 30), ((skin + dark) / 2,), 1, cv2.LINE_AA)
    return _add_noise(cv2.GaussianBlur(image, (3, 3), 0), random)


def _add_noise(image: NDArray[Any], random: np.random.Generator) -> NDArray[np.uint8]:
    noisy = image + 4 * random.standard_normal(image.shape)
    grained: NDArray[np.uint8] = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    return grained
