"""Synthetic feedback, stored and exported as a kiosk does."""

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
    from training.evaluate import Predictor

INTERVAL = 900.0
"""Seconds between stored answers, over ten hours of each day."""
OPENING_HOURS = 10 * HOUR


def draw_labels(
    pictures: Pictures, accuracy: float, random: np.random.Generator
) -> NDArray[np.int64]:
    """Return the labels that people give, (n,): right with probability `accuracy`."""
    other = random.integers(1, len(EMOTIONS), len(pictures))
    wrong = random.random(len(pictures)) >= accuracy
    labels = (pictures.labels + wrong * other) % len(EMOTIONS)
    return np.asarray(labels, np.int64)


def export(
    path: Path,
    faces: Pictures,
    labels: NDArray[np.int64],
    model: tuple[str, Predictor],
    start: float,
) -> int:
    """Store aligned faces with `labels` (n,) as a kiosk does, and export them to `path`.

    `model` is the version and the predictor of the kiosk's model, `start` the time of the first
    answer in seconds since 1970. Returns the number of crops in the export: a kiosk deletes crops
    by number and age. Raises FeedbackError.
    """
    version, predict = model
    probabilities = predict(alignment.standardise(np.asarray(faces.images)))
    with tempfile.TemporaryDirectory() as folder:
        now = [start]
        recorder = FeedbackRecorder(FeedbackConfig(), Path(folder), clock=lambda: now[0])
        recorder.start()
        for index, image in enumerate(faces):
            days, second = divmod(index * INTERVAL, OPENING_HOURS)
            now[0] = start + days * 24 * HOUR + second
            predicted = tuple(probabilities[index].tolist())
            recorder.keep(image, EMOTIONS[labels[index]], predicted, version).result()
        recorder.close()
        crops = recorder.store.crops()
        archive.save(path, crops)
    return len(crops)
