"""Batches: augmented pictures and their targets.

A batch consists of chunks of 16 pictures, each with its own random seed, so that several processes
can each make a part of it and get the same batch as one process alone.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from training.augment import augment, mixup
from training.distributed import Part
from training.errors import RunError
from training.targets import blend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.data.pictures import Pictures
    from training.recipe import Recipe
    from training.teachers import Teachers

    Batch = tuple[NDArray[np.float32], NDArray[np.float32]]

CHUNK = 16


@dataclass(frozen=True, slots=True)
class UndistilledBatch:
    """A batch without teachers' predictions: `images` (m, 48, 48) and `targets` (m, 7), float32.

    `teacher_images` is what teachers see instead of `images`; `weight` float32 (m, 1) is the weight
    of their predictions; `seed` the epoch and the step.
    """

    images: NDArray[np.float32]
    teacher_images: NDArray[np.float32]
    targets: NDArray[np.float32]
    weight: NDArray[np.float32]
    seed: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of `pictures` with `targets` float32 (n, 7), blended with teachers' predictions.

    `distill_weights` float32 (n,) are weights for each picture in place of the recipe's
    `distill_weight`. Raises RunError when the batches cannot be divided among the processes.
    """

    pictures: Pictures
    targets: NDArray[np.float32]
    recipe: Recipe
    part: Part = field(default_factory=Part)
    teachers: Teachers | None = None
    distill_weights: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if self.part.processes == 1:
            return
        if self.recipe.batch_size % (CHUNK * self.part.processes):
            raise RunError(
                f"batches of {self.recipe.batch_size} cannot be divided among "
                f"{self.part.processes} processes: each makes chunks of {CHUNK}"
            )
        if len(self.pictures) < self.recipe.batch_size:
            raise RunError(f"{len(self.pictures)} pictures do not fill one batch to divide")

    @property
    def steps(self) -> int:
        """Batches per epoch; the last, smaller one is dropped."""
        return max(1, len(self.pictures) // self.recipe.batch_size)

    def epoch(self, number: int) -> Iterator[Batch]:
        """Yield the batches of an epoch, counted from 0.

        Each is this process's part: pictures (m, 48, 48) in 0..255, targets (m, 7), all float32.
        Raises RunError when a teacher cannot be read.
        """
        for step in range(self.steps):
            yield self.distill(self.make(number, step))

    def make(self, number: int, step: int) -> UndistilledBatch:
        """Return one batch of an epoch, without teachers."""
        size = self.recipe.batch_size
        order = _order(self.recipe.seed, number, len(self.pictures))
        index = order[step * size : (step + 1) * size]
        chunks = zip(*self._chunks(index, (number, step)), strict=True)
        images, teacher_images, weighted = (np.concatenate(each) for each in chunks)
        return UndistilledBatch(
            images, teacher_images, weighted[:, :-1], weighted[:, -1:], (number, step)
        )

    def distill(self, batch: UndistilledBatch) -> Batch:
        """Blend in the teachers' predictions, if any. Raises RunError when one cannot be read."""
        if not self.teachers:
            return batch.images, batch.targets
        # All processes of a batch use the same teachers. Seeds of chunks are below batch_size.
        random = np.random.default_rng([self.recipe.seed, *batch.seed, self.recipe.batch_size])
        predicted = self.teachers(batch.teacher_images, random)
        return batch.images, blend(batch.targets, predicted, batch.weight)

    def _chunks(
        self, index: NDArray[np.int64], seed: tuple[int, int]
    ) -> Iterator[tuple[NDArray[np.float32], ...]]:
        recipe = self.recipe.for_epoch(seed[0])
        # A detector's crop is harder than the data set's own, which teachers get.
        easy = dataclasses.replace(recipe, detector_crop_p=0.0)
        weighted = np.column_stack([self.targets[index], self._weights(index)])
        each = len(index) // self.part.processes
        start = self.part.process * each
        for place in range(start, start + each, CHUNK):
            chunk = slice(place, min(place + CHUNK, start + each))
            pictures, seeds = self.pictures.take(index[chunk]), [self.recipe.seed, *seed, place]
            images, mixed = _augmented(pictures, weighted[chunk], recipe, seeds)
            teacher_images = images
            if self.teachers and pictures.landmarks is not None:
                teacher_images, _ = _augmented(pictures, weighted[chunk], easy, seeds)
            yield images, teacher_images, mixed

    def _weights(self, index: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the weight of the teachers' predictions for each picture, (n,)."""
        if self.distill_weights is None:
            return np.full(len(index), self.recipe.distill_weight, np.float32)
        return self.distill_weights[index]


@lru_cache(maxsize=1)
def _order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """Return the order of `count` pictures in an epoch."""
    return np.random.default_rng([seed, epoch]).permutation(count)


def _augmented(
    pictures: Pictures, targets: NDArray[np.float32], recipe: Recipe, seeds: list[int]
) -> Batch:
    random = np.random.default_rng(seeds)
    return mixup(augment(pictures, recipe, random), targets, recipe, random)
