"""An epoch's batches: which pictures, changed how, and what is to be answered.

A batch is made in lots of sixteen pictures, each with randomness of its own, so that several
processes can make a part of it each and end up with the very same batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from training.augment import augment, mix
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

LOT = 16


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of `pictures` with their `targets` float32 (n, 7), and teachers' answers to them.

    `teaching` float32 (n,) is the weight of the teachers' answers to each, where it is not the
    recipe's. Raises RunError when they cannot be shared among the processes.
    """

    pictures: Pictures
    targets: NDArray[np.float32]
    recipe: Recipe
    part: Part = field(default_factory=Part)
    teachers: Teachers | None = None
    teaching: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if self.part.processes == 1:
            return
        if self.recipe.batch % (LOT * self.part.processes):
            raise RunError(
                f"batches of {self.recipe.batch} cannot be shared by {self.part.processes} "
                f"processes: each makes some lots of {LOT}"
            )
        if len(self.pictures) < self.recipe.batch:
            raise RunError(f"{len(self.pictures)} pictures do not fill one batch to be shared")

    @property
    def steps(self) -> int:
        """Batches in an epoch; the last, smaller one is left out."""
        return max(1, len(self.pictures) // self.recipe.batch)

    def epoch(self, number: int) -> Iterator[Batch]:
        """Make an epoch's batches, counted from 0, one after the other.

        They are this process's parts: pictures (m, 48, 48) in 0..255, targets (m, 7), all float32.
        Raises RunError when a teacher cannot be read.
        """
        random = np.random.default_rng([self.recipe.seed, number])
        order = random.permutation(len(self.pictures))
        size = self.recipe.batch
        for step in range(self.steps):
            yield self._batch(order[step * size : (step + 1) * size], (number, step))

    def _batch(self, index: NDArray[np.int64], seed: tuple[int, int]) -> Batch:
        lots = zip(*self._lots(index, seed), strict=True)
        images, answers = (np.concatenate(each) for each in lots)
        targets, weight = answers[:, :-1], answers[:, -1:]
        if self.teachers:
            # The processes of a batch ask the same teachers; its lots are seeded by less than this.
            random = np.random.default_rng([self.recipe.seed, *seed, self.recipe.batch])
            targets = blend(targets, self.teachers(images, random), weight)
        return images, targets

    def _lots(self, index: NDArray[np.int64], seed: tuple[int, int]) -> Iterator[Batch]:
        recipe = self.recipe.at(seed[0])
        answers = np.column_stack([self.targets[index], self._weights(index)])
        each = len(index) // self.part.processes
        start = self.part.process * each
        for place in range(start, start + each, LOT):
            lot = slice(place, min(place + LOT, start + each))
            random = np.random.default_rng([self.recipe.seed, *seed, place])
            images = augment(self.pictures.take(index[lot]), recipe, random)
            yield mix(images, answers[lot], recipe, random)

    def _weights(self, index: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the weight of the teachers' answers, (n,); mixed pictures have a mixed one."""
        if self.teaching is None:
            return np.full(len(index), self.recipe.teaching, np.float32)
        return self.teaching[index]
