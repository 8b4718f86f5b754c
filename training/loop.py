"""The training run: epochs, their log, checkpoints, and the averaged model.

A run's folder holds config.json (the recipe), log.csv (a line per epoch), curves.png (the same,
drawn), checkpoint.npz (the last finished epoch) and model.keras (the averaged weights, so far or
final).
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
from training.prefetch import ahead
from training.schedule import Schedule, averaging
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
    """Goes over an epoch's batches, showing a bar if it likes."""

CONFIG = "config.json"
LOG = "log.csv"
CURVES = "curves.png"
MODEL = "model.keras"
FIGURES = ("accuracy", "macro_precision", "macro_recall", "macro_f1")
LOG_COLUMNS = ("epoch", "seconds", "rate", "loss", *FIGURES)
HOUR = 3600.0
SAVED = 10.0
"""Epochs that take less than so many seconds are not saved each: saving takes about one."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One finished epoch: its number from 1, its cost, and the average's figures on PublicTest."""

    number: int
    seconds: float
    rate: float
    loss: float
    public: Metrics

    def row(self) -> list[str]:
        """Return its line in the log."""
        figures = [getattr(self.public, name) for name in FIGURES]
        values = (self.seconds, self.rate, self.loss, *figures)
        return [str(self.number), *(f"{value:.5g}" for value in values)]


class Run:
    """One training run on `pictures` with soft `targets` float32 (n, 7), judged on `public`.

    Everything random comes from the recipe's seed and the epoch's number, so a resumed run goes
    the way that it would have gone. With several processes (JAX alone) each has the same pictures,
    makes its `part` of every batch, and the first writes; the folder must be one that all see.
    With `makers`, the batches are made ahead, in so many processes of their own. `teaching` float32
    (n,) is how much the teachers are heeded for each picture, where it is not the recipe's.
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
        makers: int = 0,
        teaching: NDArray[np.float32] | None = None,
    ) -> None:
        backend = backends.start(threads)
        import keras

        keras.utils.set_random_seed(recipe.seed)
        self.folder, self.recipe, self._progress = folder, recipe, progress
        self._batches = Batches(pictures, targets, recipe, part, teachers, teaching)
        self._makers = makers
        self._public, self._crops = public, alignment.standardise(np.asarray(public.images))
        self.model = network.build(recipe, recipe.fast)
        self.average = network.build(recipe)
        if recipe.frozen:
            # Both, so that their weights go in pairs.
            network.freeze(self.model)
            network.freeze(self.average)
        self.average.set_weights(self.model.get_weights())
        self._optimizer = keras.optimizers.SGD(momentum=recipe.momentum, nesterov=True)
        self._optimizer.build(self.model.trainable_variables)
        self._backend, self._offset = backend, offset(targets, recipe.balance)
        self.finished = 0

    def start_from(self, *bases: Path) -> None:
        """Begin with the weights of a trained `.keras` file instead of random ones.

        It may be narrower and lack the top block (`network.begin`). Of several, with their mean
        (`predict.load_mean`). Raises RunError when one is none, or another network's.
        """
        starts = []
        for base in bases:
            trained = predict.load(base)
            try:
                network.begin(self.model, trained)
            except ValueError as error:
                raise RunError(f"{base}: not a model of this network: {error}") from error
            starts.append(self.model.get_weights())
        for model in (self.model, self.average):
            model.set_weights(predict.mean(starts))

    def resume(self) -> None:
        """Go on from the folder's checkpoint, or from the start when no epoch was finished.

        Raises RunError when the checkpoint is damaged or another network's.
        """
        path = self.folder / checkpoint.NAME
        if path.exists():
            self.finished = checkpoint.restore(path, self._state())

    def train(self, report: Callable[[Epoch], None], hours: float = math.inf) -> bool:
        """Train the epochs that are left, reporting after each, and saving every `SAVED` seconds.

        When the next one would not be finished within `hours`, stop; return whether all are done.
        Raises RunError when the loss is no longer a number, or the folder can't be written.
        """
        schedule = Schedule.of(self.recipe, self._batches.steps)
        step = self._backend.Step(
            self.model, self.average, self._optimizer, self.recipe.decay, self._offset
        )
        started, longest = time.monotonic(), 0.0
        epochs = range(self.finished, self.recipe.epochs)
        first = self._batches.part.first
        unsaved: list[Epoch] = []
        saved = -math.inf
        with self._make(epochs) as batches:
            for _ in epochs:
                epoch = self._epoch(schedule, step, batches)
                self.finished += 1
                unsaved.append(epoch)
                longest = max(longest, epoch.seconds)
                now = time.monotonic()
                last = self.finished == self.recipe.epochs or now - started + longest > hours * HOUR
                if last or now - saved > SAVED:
                    if first:
                        self._save(unsaved)
                    unsaved, saved = [], now
                if first:
                    report(epoch)
                if last:
                    break
        return self.finished == self.recipe.epochs

    def _make(self, epochs: range) -> contextlib.AbstractContextManager[Iterator[Batch]]:
        if self._makers:
            return ahead(self._batches, epochs, self._makers, self._backend.ALONE)
        here = itertools.chain.from_iterable(map(self._batches.epoch, epochs))
        return contextlib.nullcontext(here)

    def _epoch(self, schedule: Schedule, step: backends.Step, batches: Iterator[Batch]) -> Epoch:
        started = time.monotonic()
        losses, rate = [], 0.0
        steps = self._progress(range(self._batches.steps))
        for number, batch in zip(steps, batches, strict=False):
            count = self.finished * self._batches.steps + number
            rate = schedule.rate(count)
            keep = averaging(count, self.recipe.average)
            losses.append(step(*batch, np.float32(rate), np.float32(keep)))
        step.settle()
        loss = float(np.mean([float(each) for each in losses]))
        given = predict.probabilities(self.average, self._crops)
        if not (math.isfinite(loss) and np.isfinite(given).all()):
            raise RunError(f"{self.folder}: epoch {self.finished + 1} diverged; lower the rate")
        public = measure(given, self._public.labels)
        return Epoch(self.finished + 1, time.monotonic() - started, rate, loss, public)

    def _state(self) -> dict[str, list[Any]]:
        return {
            "model": self.model.weights,
            "average": self.average.weights,
            "optimizer": self._optimizer.variables,
        }

    def _save(self, epochs: list[Epoch]) -> None:
        """Write the epochs down; the checkpoint comes last, so that a killed run repeats it all."""
        try:
            plots.curves(self.folder / CURVES, _log(self.folder / LOG, epochs))
            partial = self.folder / f"partial-{MODEL}"
            self.average.save(partial)
            partial.replace(self.folder / MODEL)
            checkpoint.save(self.folder / checkpoint.NAME, self.finished, self._state())
        except OSError as error:
            raise RunError(f"{self.folder}: {error.strerror or error}") from error


def _log(path: Path, epochs: list[Epoch]) -> dict[str, list[float]]:
    """Add lines, over those that a killed run had logged for these epochs; return the columns."""
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
