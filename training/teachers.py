"""Trained networks that answer for every picture just as the student sees it, changed and mixed.

A student that agrees with its teachers on many views of the pictures learns more than from the
labels (Hinton et al. 2015, arXiv:1503.02531; Beyer et al. 2021, arXiv:2106.05237).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from device.vision.classifier import softmax
from training import backends, network, predict
from training import recipe as recipes
from training.errors import RunError
from training.loop import CONFIG, MODEL
from training.targets import offset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class _Teacher:
    answer: Callable[[NDArray[np.float32]], NDArray[np.float32]]
    offset: NDArray[np.float32]


@dataclass(slots=True)
class Teachers:
    """The networks of `runs`, read when they are first asked, in whatever process that is.

    `targets` float32 (n, 7) tell how frequent the classes are: what a teacher was spared to learn
    of that is added to what it answers. `mirrored` teachers answer to a picture and to its mirror
    picture, for twice the time. Only so many of all these answers are `asked` for a batch, drawn
    anew for each (0: all of them): on the average a student is taught the same, in less time.
    """

    runs: Sequence[Path]
    targets: NDArray[np.float32]
    mirrored: bool = False
    asked: int = 0
    _read: list[_Teacher] = field(default_factory=list)

    def __call__(
        self, images: NDArray[np.float32], random: np.random.Generator | None = None
    ) -> NDArray[np.float32]:
        """Return the mean of their probabilities, float32 (n, 7), for pictures (n, 48, 48).

        The pictures are in 0..255. With `asked`, `random` draws which of the answers are asked
        for. Raises RunError when a run's folder is none.
        """
        if not self._read:
            self._read = [_read(run, self.targets) for run in self.runs]
        inputs = images[..., None] / np.float32(255)
        views = [inputs, inputs[:, :, ::-1]] if self.mirrored else [inputs]
        pairs = [(each, view) for each in self._read for view in views]
        if random and 0 < self.asked < len(pairs):
            drawn = random.choice(len(pairs), self.asked, replace=False)
            pairs = [pairs[number] for number in drawn]
        answers = [softmax(each.answer(view) + each.offset) for each, view in pairs]
        mean: NDArray[np.float32] = np.mean(answers, axis=0, dtype=np.float32)
        return mean

    def of_crops(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the same of many crops, uint8 (n, 48, 48), n at least 1."""
        parts = (crops[at : at + predict.BATCH] for at in range(0, len(crops), predict.BATCH))
        return np.concatenate([self(part.astype(np.float32)) for part in parts])


def _read(run: Path, targets: NDArray[np.float32]) -> _Teacher:
    settings: Recipe = recipes.load(run / CONFIG)
    try:
        model = network.fold(settings, predict.load(run / MODEL))
    except ValueError as error:
        raise RunError(f"{run}: its model is not the one of its {CONFIG}: {error}") from error
    answer = functools.partial(backends.start().answer, model)
    return _Teacher(answer, offset(targets, settings.balance))
