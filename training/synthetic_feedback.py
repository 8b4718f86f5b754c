"""What made-up people answer a kiosk, kept and exported as a kiosk keeps and exports it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from device.config.schema import FeedbackConfig
from device.feedback import FeedbackRecorder, archive
from device.feedback.crop import HOUR
from device.messages import EMOTIONS
from device.vision import alignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.data.pictures import Pictures
    from training.evaluate import Answer

EVERY = 900.0
"""Seconds from one kept answer to the next, over ten hours of each day."""
OPEN = 10 * HOUR


def answer(pictures: Pictures, honesty: float, random: np.random.Generator) -> NDArray[np.int64]:
    """Return what people say they feel, (n,): their label with chance `honesty`, or another."""
    other = random.integers(1, len(EMOTIONS), len(pictures))
    wrong = random.random(len(pictures)) >= honesty
    labels = (pictures.labels + wrong * other) % len(EMOTIONS)
    return np.asarray(labels, np.int64)


def export(
    path: Path, faces: Pictures, felt: NDArray[np.int64], model: tuple[str, Answer], start: float
) -> int:
    """Have a kiosk keep aligned faces with what was `felt` (n,), and export them to `path`.

    `model` is the version and the answers of what the kiosk serves; `start` the time of the first
    answer in seconds since 1970. Returns how many crops the kiosk still had at the end: by its
    defaults it keeps so many, and for so many days. Raises FeedbackError.
    """
    version, classify = model
    probabilities = classify(alignment.standardise(np.asarray(faces.images)))
    with tempfile.TemporaryDirectory() as folder:
        now = [start]
        keeper = FeedbackRecorder(FeedbackConfig(), Path(folder), clock=lambda: now[0])
        keeper.start()
        for index, image in enumerate(faces):
            days, second = divmod(index * EVERY, OPEN)
            now[0] = start + days * 24 * HOUR + second
            chances = tuple(probabilities[index].tolist())
            keeper.keep(image, EMOTIONS[felt[index]], chances, version).result()
        keeper.close()
        crops = keeper.store.crops()
        archive.save(path, crops)
    return len(crops)
