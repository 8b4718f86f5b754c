"""Everything that a training run depends on, besides the data."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path


SETTLED = 0.3
"""What is left of chances and errors when a run settles."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A run's settings.

    Angles are degrees, shifts and errors pixels of the 48 px crop, `scale` and all chances shares.
    `plain_chance` is how often a picture that is not cut by the detector's key points is only
    moved, by whole pixels, and so stays as sharp as it is; `room_chance`, how often one that is cut
    by them hangs in a room, where else its edge is repeated. `dark` and `bright` are the least and
    most light, `blur` the widest blur's deviation in pixels, `small` the fewest pixels across,
    `jpeg` the worst quality. `balance` is how much of the classes' frequencies is kept out of what
    the network learns (0 to 1, `training.targets.offset`). `width`, `squeeze` and `top` are the
    network's (`training.network.build`).
    For the last share `settle` of the epochs the pictures are changed less, and less often.
    `soft` is the weight of a file's soft labels, where one is given, against the data set's own.
    `teaching` is the weight of teachers' answers against all of that; `asked`, how many of them are
    asked for a batch (`training.teachers`).
    With `feedback`, that share of what is shown are crops that people let a kiosk keep: what they
    said is right with a chance of `trust`, and teachers weigh `feedback_teaching` on those. Another
    share, `disguised`, are old pictures that look like them (`training.retraining`). The
    normalisations of a `frozen` network stay as they are.
    With `folds`, every picture of fold `fold` is kept out of training, for `training.distil`.
    """

    epochs: int = 48
    seed: int = 1
    batch: int = 128
    rate: float = 0.1
    warm_up: float = 0.05
    momentum: float = 0.9
    decay: float = 5e-4
    average: float = 0.998
    fast: bool = True
    smoothing: float = 0.05
    balance: float = 0.0
    votes: float = 0.2
    soft: float = 0.4
    teaching: float = 0.0
    asked: int = 0
    feedback: float = 0.0
    feedback_teaching: float = 0.0
    disguised: float = 0.0
    frozen: bool = False
    trust: float = 0.85
    folds: int = 0
    fold: int = 0
    width: float = 1.0
    squeeze: bool = False
    top: int = 0
    mixing: float = 0.1
    plain_chance: float = 0.7
    roll: float = 10.0
    scale: float = 0.1
    shift: float = 2.5
    key_error: float = 0.7
    detected_chance: float = 0.3
    detected_error: float = 0.4
    room_chance: float = 0.5
    gamma: float = 0.3
    noise: float = 15.0
    noise_chance: float = 0.06
    dark: float = 0.15
    bright: float = 2.5
    light_chance: float = 0.05
    blur: float = 2.0
    blur_chance: float = 0.05
    small: float = 24.0
    small_chance: float = 0.03
    jpeg: float = 30.0
    jpeg_chance: float = 0.05
    erase_chance: float = 0.15
    settle: float = 0.0
    limit: int = 0

    def at(self, epoch: int) -> Recipe:
        """Return the settings of an epoch, counted from 0.

        A small network learns much from badly seen faces and then needs some time with well seen
        ones, at a low rate, as it is judged by those too.
        """
        if epoch < round(self.epochs * (1 - self.settle)):
            return self
        seldom = {
            name: getattr(self, name) * SETTLED
            for name in ("noise_chance", "light_chance", "blur_chance", "small_chance",
                         "jpeg_chance", "erase_chance", "roll", "scale", "shift")
        }  # fmt: skip
        fewer = self.detected_chance / 2
        return dataclasses.replace(self, **seldom, detected_chance=fewer, mixing=0.0)

    def save(self, path: Path) -> None:
        """Write the recipe as JSON."""
        path.write_text(json.dumps(self.as_dict(), indent=2) + "\n", "utf-8")

    def as_dict(self) -> dict[str, float]:
        """Return the settings by name."""
        return dataclasses.asdict(self)


def load(path: Path) -> Recipe:
    """Read a recipe. Raises RunError when the file is not one."""
    try:
        return of(json.loads(path.read_text("utf-8")), path)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise RunError(f"{path}: not a training configuration: {error}") from error


def of(settings: Any, path: Path) -> Recipe:
    """Return the recipe of settings by name, out of a file. Raises RunError when they are none."""
    try:
        return Recipe(**settings)
    except TypeError as error:
        raise RunError(f"{path}: not a training configuration: {error}") from error
