"""The training loop: epochs, their log, checkpoints, and the averaged model.

`training.run_folder` names the files in a run's folder.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision import alignment
from training import backends, checkpoint, network, plots, predict
from training.batches import Batches
from training.distributed import Part
from training.errors import RunError
from training.metrics import Metrics, measure
from training.prefetch import prefetch
from training.run_folder import CHECKPOINT, CURVES, LOG, MODEL
from training.schedule import Schedule, ema_decay
from training.targets import offset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from training.batches import Batch
    from training.data.pictures import Pictures
    from training.recipe import Recipe
    from training.teachers import Teachers

    Progress = Callable[[Iterable[int]], Iterable[int]]
    """Wraps the batches of an epoch, for a progress bar."""

METRICS = ("accuracy", "macro_precision", "macro_recall", "macro_f1")
LOG_COLUMNS = ("epoch", "seconds", "learning_rate", "loss", *METRICS)
HOUR = 3600.0
SAVE_INTERVAL = 10.0
"""Least seconds between saves, which take about one."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A finished epoch: its number from 1, its cost, and the average's metrics on PublicTest."""

    number: int
    seconds: float
    learning_rate: float
    loss: float
    public: Metrics

    def row(self) -> list[str]:
        """Return the epoch's line in the log."""
        metrics = [getattr(self.public, name) for name in METRICS]
        values = (self.seconds, self.learning_rate, self.loss, *metrics)
        return [str(self.number), *(f"{value:.5g}" for value in values)]


class Run:
    """One training run on `pictures` with soft `targets` float32 (n, 7), validated on `public`.

    All random numbers depend on the recipe's seed and the epoch, so a resumed run gives the same
    result. With several processes (JAX only) each has the same pictures and makes its `part` of
    every batch, and the first one writes; all need access to the folder. `workers` is the number of
    processes that prefetch batches. `distill_weights` float32 (n,) replace the recipe's
    `distill_weight` for each picture.
    """

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        pictures: Pictures,
        targets: NDArray[np.float32],
        public: Pictures,
        threads: int = 1,
        progress: Progress = iter,
        part: Part = Part(),  # noqa: B008 (it cannot be changed)
        teachers: Teachers | None = None,
        workers: int = 0,
        distill_weights: NDArray[np.float32] | None = None,
    ) -> None:
        backend = backends.start(threads)
        import keras

        keras.utils.set_random_seed(recipe.seed)
        self.folder, self.recipe, self._progress = folder, recipe, progress
        self._batches = Batches(pictures, targets, recipe, part, teachers, distill_weights)
        self._workers = workers
        self._public, self._crops = public, alignment.standardise(np.asarray(public.images))
        self.model = network.build(recipe, recipe.mixed_precision)
        self.average = network.build(recipe)
        if recipe.freeze_batch_norm:
            # Both, so that their weights stay in the same order.
            network.freeze_batch_norm(self.model)
            network.freeze_batch_norm(self.average)
        self.average.set_weights(self.model.get_weights())
        self._optimizer = keras.optimizers.SGD(momentum=recipe.momentum, nesterov=True)
        self._optimizer.build(self.model.trainable_variables)
        self._backend, self._offset = backend, offset(targets, recipe.logit_adjustment_tau)
        self.finished = 0

    def start_from(self, *bases: Path) -> None:
        """Initialise the weights from a trained `.keras` file, or the mean of several.

        A file may be narrower and lack the top block (`network.initialize_from`). Raises RunError
        when one cannot be read, or is from another network.
        """
        starts = []
        for base in bases:
            trained = predict.load(base)
            try:
                network.initialize_from(self.model, trained)
            except ValueError as error:
                raise RunError(f"{base}: not a model of this network: {error}") from error
            starts.append(self.model.get_weights())
        for model in (self.model, self.average):
            model.set_weights(predict.mean(starts))

    def resume(self) -> None:
        """Resume from the folder's checkpoint, or from the start if there is none.

        Raises RunError when the checkpoint is damaged or from another network.
        """
        path = self.folder / CHECKPOINT
        if path.exists():
            self.finished = checkpoint.restore(path, self._state())

    def train(self, report: Callable[[Epoch], None], hours: float = math.inf) -> bool:
        """Train the remaining epochs, calling `report` after each.

        Stop before an epoch that would not finish within `hours`. Return whether all are finished.
        Raises RunError when the loss is not finite or the folder cannot be written.
        """
        schedule = Schedule.from_recipe(self.recipe, self._batches.steps)
        step = self._backend.Step(
            self.model, self.average, self._optimizer, self.recipe.weight_decay, self._offset
        )
        started, longest = time.monotonic(), 0.0
        epochs = range(self.finished, self.recipe.epochs)
        first = self._batches.part.first
        unsaved: list[Epoch] = []
        saved = -math.inf
        with self._all_batches(epochs) as batches:
            for _ in epochs:
                epoch = self._epoch(schedule, step, batches)
                self.finished += 1
                unsaved.append(epoch)
                longest = max(longest, epoch.seconds)
                now = time.monotonic()
                last = self.finished == self.recipe.epochs or now - started + longest > hours * HOUR
                if last or now - saved > SAVE_INTERVAL:
                    if first:
                        self._save(unsaved)
                    unsaved, saved = [], now
                if first:
                    report(epoch)
                if last:
                    break
        return self.finished == self.recipe.epochs

    def _all_batches(self, epochs: range) -> contextlib.AbstractContextManager[Iterator[Batch]]:
        if self._workers:
            return prefetch(self._batches, epochs, self._workers, self._backend.SINGLE_PROCESS)
        here = itertools.chain.from_iterable(map(self._batches.epoch, epochs))
        return contextlib.nullcontext(here)

    def _epoch(self, schedule: Schedule, step: backends.Step, batches: Iterator[Batch]) -> Epoch:
        started = time.monotonic()
        losses, learning_rate = [], 0.0
        steps = self._progress(range(self._batches.steps))
        for number, batch in zip(steps, batches, strict=False):
            count = self.finished * self._batches.steps + number
            learning_rate = schedule.learning_rate(count)
            decay = ema_decay(count, self.recipe.ema_decay)
            losses.append(step(*batch, np.float32(learning_rate), np.float32(decay)))
        step.sync()
        loss = float(np.mean([float(each) for each in losses]))
        predicted = predict.probabilities(self.average, self._crops)
        if not (math.isfinite(loss) and np.isfinite(predicted).all()):
            number = self.finished + 1
            raise RunError(f"{self.folder}: epoch {number} diverged; lower the learning rate")
        public = measure(predicted, self._public.labels)
        return Epoch(self.finished + 1, time.monotonic() - started, learning_rate, loss, public)

    def _state(self) -> dict[str, list[Any]]:
        return {
            "model": self.model.weights,
            "average": self.average.weights,
            "optimizer": self._optimizer.variables,
        }

    def _save(self, epochs: list[Epoch]) -> None:
        """Write log, model and checkpoint, which comes last: a killed run repeats these epochs."""
        try:
            plots.curves(self.folder / CURVES, _log(self.folder / LOG, epochs))
            partial = self.folder / f"partial-{MODEL}"
            self.average.save(partial)
            partial.replace(self.folder / MODEL)
            checkpoint.save(self.folder / CHECKPOINT, self.finished, self._state())
        except OSError as error:
            raise RunError(f"{self.folder}: {error.strerror or error}") from error


def _log(path: Path, epochs: list[Epoch]) -> dict[str, list[float]]:
    """Write lines, replacing any of a killed run for these epochs; return the columns."""
    rows: list[list[str]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))[1 : epochs[0].number]
    rows += [epoch.row() for epoch in epochs]
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([LOG_COLUMNS, *rows])
    partial.replace(path)
    columns = zip(*rows, strict=True)
    return {name: [float(v) for v in c] for name, c in zip(LOG_COLUMNS, columns, strict=True)}
