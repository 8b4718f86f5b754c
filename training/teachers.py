"""Knowledge distillation: teachers predict targets for each picture as the student sees it.

A student that matches its teachers on many augmented views learns more than from labels alone
 (Hinton et al. 2015, arXiv:1503.02531; Beyer et al. 2021, arXiv:2106.05237).
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
from training.run_folder import CONFIG, MODEL
from training.targets import offset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class _Teacher:
    predict: Callable[[NDArray[np.float32]], NDArray[np.float32]]
    offset: NDArray[np.float32]


@dataclass(slots=True)
class Teachers:
    """The networks of `runs`, loaded on first use in the process that uses them.

    `targets` float32 (n, 7) give the class frequencies, for teachers trained with logit adjustment.
    `mirrored` teachers predict for each picture and for its mirror image, in twice the time. Each
    batch uses `per_batch` of all these predictions, drawn at random (0 uses all): the same targets
    on average, in less time.
    """

    runs: Sequence[Path]
    targets: NDArray[np.float32]
    mirrored: bool = False
    per_batch: int = 0
    _loaded: list[_Teacher] = field(default_factory=list)

    def __call__(
        self, images: NDArray[np.float32], random: np.random.Generator | None = None
    ) -> NDArray[np.float32]:
        """Return the teachers' mean probabilities, float32 (n, 7), for pictures (n, 48, 48).

        The pictures are in 0..255. With `per_batch`, `random` draws which predictions are used.
        Raises RunError when a run's model cannot be read.
        """
        if not self._loaded:
            self._loaded = [_load(run, self.targets) for run in self.runs]
        inputs = images[..., None] / np.float32(255)
        views = [inputs, inputs[:, :, ::-1]] if self.mirrored else [inputs]
        pairs = [(each, view) for each in self._loaded for view in views]
        if random and 0 < self.per_batch < len(pairs):
            drawn = random.choice(len(pairs), self.per_batch, replace=False)
            pairs = [pairs[number] for number in drawn]
        predicted = [softmax(each.predict(view) + each.offset) for each, view in pairs]
        mean: NDArray[np.float32] = np.mean(predicted, axis=0, dtype=np.float32)
        return mean

    def for_crops(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the same for many crops, uint8 (n, 48, 48), n at least 1."""
        parts = (crops[at : at + predict.BATCH] for at in range(0, len(crops), predict.BATCH))
        return np.concatenate([self(part.astype(np.float32)) for part in parts])


def _load(run: Path, targets: NDArray[np.float32]) -> _Teacher:
    settings: Recipe = recipes.load(run / CONFIG)
    try:
        model = network.fold(settings, predict.load(run / MODEL))
    except ValueError as error:
        raise RunError(f"{run}: {MODEL} does not match {CONFIG}: {error}") from error
    predictor = functools.partial(backends.start().predict, model)
    return _Teacher(predictor, offset(targets, settings.logit_adjustment_tau))
