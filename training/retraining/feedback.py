"""The crops of kiosks' exports: which may be learnt from, and which are held out to judge by."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.errors import ArchiveError
from device.feedback import archive
from device.messages import EMOTIONS
from training.data import duplicates
from training.data.pictures import PRIVATE, PUBLIC, TRAINING, Dataset, Pictures, pictures
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from device.feedback import Crop

HELD = 4
"""The crops of one hour in so many are held out."""
LEAST_LEARNT, LEAST_HELD = 100, 40
"""Fewer crops than these cannot change a model for the better, or cannot show that they did."""
LEAST_OF_ONE = 10
"""An emotion with fewer held out crops is too rare for a figure of its own."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Aligned crops by side, and how many were left out, by reason.

    `learnt` and `held` share no hour: whoever answered several times in one visit is on one side,
    and stays there in later exports. `held` and `learnt` share no crop either, not even nearly.
    """

    learnt: Pictures
    held: Pictures
    left_out: dict[str, int]

    @property
    def rare(self) -> dict[str, int]:
        """The emotions with too few held out crops, and how many those are."""
        counts = np.bincount(self.held.labels, minlength=len(EMOTIONS)).tolist()
        named = zip(EMOTIONS, counts, strict=True)
        return {name: count for name, count in named if count < LEAST_OF_ONE}

    def __str__(self) -> str:
        words = [f"{len(self.learnt)} crops to learn from, {len(self.held)} held out"]
        words += [f"{count} left out: {reason}" for reason, count in self.left_out.items() if count]
        return "; ".join(words)


def read(paths: Sequence[Path]) -> Feedback:
    """Read exports and divide their crops.

    A crop that is in several counts once; one that people named differently is left out. Raises
    DatasetError when an export is none, is of another crop recipe, or there are too few crops.
    """
    named: defaultdict[bytes, list[Crop]] = defaultdict(list)
    for path in paths:
        for one in _export(path):
            named[one.image.tobytes()].append(one)
    left_out = Counter[str]()
    sides: dict[bool, list[tuple[bytes, int, int]]] = {True: [], False: []}
    for row, (image, several) in enumerate(named.items()):
        left_out["in the exports again"] += len(several) - 1
        felt = {one.label for one in several}
        if len(felt) > 1:
            left_out["people named it differently"] += 1
        elif min(image) == max(image):
            left_out["blank"] += 1
        else:
            side = is_held(min(one.hour for one in several))
            sides[side].append((image, EMOTIONS.index(felt.pop()), row))
    learnt, held = pictures(sides[False]), pictures(sides[True])
    fresh = ~_like(learnt, held)
    left_out["like one that is held out"] = int((~fresh).sum())
    out = Feedback(learnt.take(np.flatnonzero(fresh)), held, dict(left_out))
    _check(out)
    return out


def is_held(hour: int) -> bool:
    """Tell whether the crops of an hour since 1970 are held out: always the same."""
    return hashlib.sha256(str(hour).encode()).digest()[0] % HELD == 0


def digest(paths: Iterable[Path]) -> str:
    """Return a hash of all exports, in any order. Raises DatasetError when one can't be read."""
    try:
        each = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    except OSError as error:
        raise DatasetError(f"{error.filename}: {error.strerror}") from error
    return hashlib.sha256("".join(each).encode()).hexdigest()


def _export(path: Path) -> list[Crop]:
    try:
        return archive.read(path)
    except ArchiveError as error:
        raise DatasetError(f"not an export that can be used: {error}") from error


def _like(learnt: Pictures, held: Pictures) -> NDArray[np.bool_]:
    """Tell, as bool (n,), which crops to learn from look like one that is held out."""
    data = Dataset({TRAINING: learnt, PUBLIC: held, PRIVATE: pictures([])}, len(learnt) + len(held))
    return duplicates.find(data).leaking()[: len(learnt)]


def _check(feedback: Feedback) -> None:
    for side, least, purpose in (
        (feedback.learnt, LEAST_LEARNT, "learn from"),
        (feedback.held, LEAST_HELD, "judge by"),
    ):
        if len(side) < least:
            raise DatasetError(
                f"{len(side)} crops to {purpose} where {least} are needed: collect more feedback"
            )
