"""The training run: epochs, their log, checkpoints, and the averaged model.

A run's folder holds config.json (the recipe), log.csv (a line per epoch), checkpoint.npz (the last
finished epoch) and model.keras (the averaged weights, so far or final).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.eye import crop
from training import checkpoint, network
from training.augment import augment, mix
from training.backend import tensorflow
from training.errors import RunError
from training.metrics import Metrics, measure
from training.predict import probabilities
from training.schedule import Schedule, averaging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from training.fer2013 import Pictures
    from training.recipe import Recipe

    Progress = Callable[[Iterable[int]], Iterable[int]]
    """Goes over an epoch's batches, showing a bar if it likes."""

CONFIG = "config.json"
LOG = "log.csv"
MODEL = "model.keras"
LOG_COLUMNS = ("epoch", "seconds", "rate", "loss", "accuracy", "macro_f1")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One finished epoch: its number from 1, its cost, and the average's figures on PublicTest."""

    number: int
    seconds: float
    rate: float
    loss: float
    public: Metrics


class Run:
    """One training run on `pictures` with soft `targets` float32 (n, 7), judged on `public`.

    `detected` are the pictures' key points by `training.landmarks`, for crops as on the device.

    Everything random comes from the recipe's seed and the epoch's number, so a resumed run goes
    the way that it would have gone.
    """

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        pictures: Pictures,
        targets: NDArray[np.float32],
        public: Pictures,
        detected: NDArray[np.float32] | None = None,
        threads: int = 1,
        progress: Progress = iter,
    ) -> None:
        self._tf = tensorflow(threads)
        import keras

        keras.utils.set_random_seed(recipe.seed)
        self.folder, self.recipe, self._progress = folder, recipe, progress
        self._images, self._targets, self._public = pictures.images, targets, public
        self._detected = detected
        self._crops = crop.standardise(public.images)
        self.model = network.build(recipe.fast, recipe.width, recipe.squeeze)
        self.average = network.build(False, recipe.width, recipe.squeeze)
        self.average.set_weights(self.model.get_weights())
        self._optimizer = keras.optimizers.SGD(momentum=recipe.momentum, nesterov=True)
        self._optimizer.build(self.model.trainable_variables)
        self._step = self._tf.function(self._train)
        self.finished = 0

    @property
    def steps(self) -> int:
        """Batches in an epoch; the last, smaller one is left out."""
        return max(1, len(self._images) // self.recipe.batch)

    def resume(self) -> None:
        """Go on from the folder's checkpoint, or from the start when no epoch was finished.

        Raises RunError when the checkpoint is damaged or another network's.
        """
        path = self.folder / checkpoint.NAME
        if path.exists():
            self.finished = checkpoint.restore(path, self._state())

    def train(self, report: Callable[[Epoch], None]) -> None:
        """Train the epochs that are left, reporting and saving after each.

        Raises RunError when the loss is no longer a number, or the folder can't be written.
        """
        schedule = Schedule.of(self.recipe, self.steps)
        while self.finished < self.recipe.epochs:
            epoch = self._epoch(schedule)
            if not math.isfinite(epoch.loss):
                raise RunError(f"{self.folder}: epoch {epoch.number} diverged; lower the rate")
            self.finished += 1
            self._save(epoch)
            report(epoch)

    def _epoch(self, schedule: Schedule) -> Epoch:
        started = time.monotonic()
        random = np.random.default_rng([self.recipe.seed, self.finished])
        order = random.permutation(len(self._images))
        losses, rate = [], 0.0
        for number in self._progress(range(self.steps)):
            index = order[number * self.recipe.batch : (number + 1) * self.recipe.batch]
            step = self.finished * self.steps + number
            rate = schedule.rate(step)
            detected = None if self._detected is None else self._detected[index]
            images = augment(self._images[index], self.recipe, random, detected)
            batch = mix(images, self._targets[index], self.recipe, random)
            keep = averaging(step, self.recipe.average)
            losses.append(self._step(*batch, np.float32(rate), np.float32(keep)))
        public = measure(probabilities(self.average, self._crops), self._public.labels)
        seconds = time.monotonic() - started
        return Epoch(self.finished + 1, seconds, rate, float(np.mean(losses)), public)

    def _train(self, images: Any, targets: Any, rate: Any, keep: Any) -> Any:
        """Take one step of gradient descent on a batch; return its loss."""
        tf = self._tf
        with tf.GradientTape() as tape:
            logits = self.model(images[..., None] / 255.0, training=True)
            losses = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_mean(losses)
        weights = self.model.trainable_variables
        pairs = zip(tape.gradient(loss, weights), weights, strict=True)
        gradients = [
            gradient + self.recipe.decay * weight if len(weight.shape) > 1 else gradient
            for gradient, weight in pairs
        ]
        self._optimizer.learning_rate.assign(rate)
        self._optimizer.apply(gradients, weights)
        for mean, weight in zip(self.average.weights, self.model.weights, strict=True):
            mean.assign(weight + keep * (mean - weight))
        return loss

    def _state(self) -> dict[str, list[Any]]:
        return {
            "model": self.model.weights,
            "average": self.average.weights,
            "optimizer": self._optimizer.variables,
        }

    def _save(self, epoch: Epoch) -> None:
        """Write the epoch down; the checkpoint comes last, so that a killed run repeats it all."""
        try:
            _log(self.folder / LOG, epoch)
            partial = self.folder / f"partial-{MODEL}"
            self.average.save(partial)
            partial.replace(self.folder / MODEL)
            checkpoint.save(self.folder / checkpoint.NAME, self.finished, self._state())
        except OSError as error:
            raise RunError(f"{self.folder}: {error.strerror or error}") from error


def _log(path: Path, epoch: Epoch) -> None:
    """Add a line; one that a killed run had logged for this epoch is written over."""
    lines = path.read_text("utf-8").splitlines()[: epoch.number] if path.exists() else []
    public = epoch.public
    figures = (epoch.seconds, epoch.rate, epoch.loss, public.accuracy, public.macro_f1)
    line = ",".join([str(epoch.number), *(f"{figure:.5g}" for figure in figures)])
    partial = path.with_suffix(".partial")
    partial.write_text("\n".join([",".join(LOG_COLUMNS), *lines[1:], line, ""]), "utf-8")
    partial.replace(path)
