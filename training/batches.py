"""An epoch's batches: which pictures, changed how, and what is to be answered.

A batch is made in lots of sixteen pictures, each with randomness of its own, so that several
processes can make a part of it each and end up with the very same batch.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import lru_cache
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
class Drawn:
    """A batch that no teacher has answered yet: `images` and `targets` as they come in a batch.

    `shown` are the images as the teachers see them; `weight` float32 (m, 1) is that of their
    answers; `seed` the epoch and the step.
    """

    images: NDArray[np.float32]
    shown: NDArray[np.float32]
    targets: NDArray[np.float32]
    weight: NDArray[np.float32]
    seed: tuple[int, int]


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
        for step in range(self.steps):
            yield self.teach(self.draw(number, step))

    def draw(self, number: int, step: int) -> Drawn:
        """Make one batch of an epoch, without teachers."""
        size = self.recipe.batch
        order = _order(self.recipe.seed, number, len(self.pictures))
        index = order[step * size : (step + 1) * size]
        lots = zip(*self._lots(index, (number, step)), strict=True)
        images, shown, answers = (np.concatenate(each) for each in lots)
        return Drawn(images, shown, answers[:, :-1], answers[:, -1:], (number, step))

    def teach(self, drawn: Drawn) -> Batch:
        """Have the teachers answer, if there are any. Raises RunError when one cannot be read."""
        if not self.teachers:
            return drawn.images, drawn.targets
        # The processes of a batch ask the same teachers; its lots are seeded by less than this.
        random = np.random.default_rng([self.recipe.seed, *drawn.seed, self.recipe.batch])
        answers = self.teachers(drawn.shown, random)
        return drawn.images, blend(drawn.targets, answers, drawn.weight)

    def _lots(
        self, index: NDArray[np.int64], seed: tuple[int, int]
    ) -> Iterator[tuple[NDArray[np.float32], ...]]:
        recipe = self.recipe.at(seed[0])
        # What the detector cut is harder to see than the data set's own crop of the same face.
        easy = dataclasses.replace(recipe, detected_chance=0.0)
        answers = np.column_stack([self.targets[index], self._weights(index)])
        each = len(index) // self.part.processes
        start = self.part.process * each
        for place in range(start, start + each, LOT):
            lot = slice(place, min(place + LOT, start + each))
            pictures, seeds = self.pictures.take(index[lot]), [self.recipe.seed, *seed, place]
            images, mixed = _change(pictures, answers[lot], recipe, seeds)
            shown = images
            if self.teachers and pictures.landmarks is not None:
                shown, _ = _change(pictures, answers[lot], easy, seeds)
            yield images, shown, mixed

    def _weights(self, index: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the weight of the teachers' answers, (n,); mixed pictures have a mixed one."""
        if self.teaching is None:
            return np.full(len(index), self.recipe.teaching, np.float32)
        return self.teaching[index]


@lru_cache(maxsize=1)
def _order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """Return the places of so many pictures as they come in an epoch."""
    return np.random.default_rng([seed, epoch]).permutation(count)


def _change(
    pictures: Pictures, answers: NDArray[np.float32], recipe: Recipe, seeds: list[int]
) -> Batch:
    random = np.random.default_rng(seeds)
    return mix(augment(pictures, recipe, random), answers, recipe, random)
