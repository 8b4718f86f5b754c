"""An epoch's batches: which pictures, changed how.

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.data.pictures import Pictures
    from training.recipe import Recipe

    Batch = tuple[NDArray[np.float32], NDArray[np.float32]]

LOT = 16


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of `pictures` with their `targets` float32 (n, 7).

    Raises RunError when they cannot be shared among the processes.
    """

    pictures: Pictures
    targets: NDArray[np.float32]
    recipe: Recipe
    part: Part = field(default_factory=Part)

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

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return the order of the pictures in an epoch."""
        random = np.random.default_rng([self.recipe.seed, epoch])
        return random.permutation(len(self.pictures))

    def batch(self, epoch: int, order: NDArray[np.int64], number: int) -> Batch:
        """Return this process's part of a batch: pictures (m, 48, 48) in 0..255, targets (m, 7)."""
        size = self.recipe.batch
        index = order[number * size : (number + 1) * size]
        lots = list(self._lots(index, (epoch, number)))
        images, targets = zip(*lots, strict=True)
        return np.concatenate(images), np.concatenate(targets)

    def _lots(self, index: NDArray[np.int64], seed: tuple[int, int]) -> Iterator[Batch]:
        recipe = self.recipe.at(seed[0])
        each = len(index) // self.part.processes
        start = self.part.process * each
        for place in range(start, start + each, LOT):
            lot = index[place : min(place + LOT, start + each)]
            random = np.random.default_rng([self.recipe.seed, *seed, place])
            images = augment(self.pictures.take(lot), recipe, random)
            yield mix(images, self.targets[lot], recipe, random)
