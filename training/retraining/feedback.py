"""The crops in kiosks' exports, split into those to train on and those held out."""

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

HELD_OUT_PART = 4
"""The crops of one hour in four are held out."""
MIN_TRAINING, MIN_HELD_OUT = 100, 40
"""Fewer crops cannot improve a model, or cannot show that it improved."""
MIN_PER_EMOTION = 10
"""An emotion with fewer held out crops has no meaningful recall."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Aligned crops to train on and held out, and the number of excluded ones, by reason.

    `training` and `held_out` share no hour, so that several answers of one visit are in the same
    set, in later exports too. They share no near duplicates either.
    """

    training: Pictures
    held_out: Pictures
    excluded: dict[str, int]

    @property
    def rare(self) -> dict[str, int]:
        """The emotions with too few held out crops, and their numbers."""
        counts = np.bincount(self.held_out.labels, minlength=len(EMOTIONS)).tolist()
        named = zip(EMOTIONS, counts, strict=True)
        return {name: count for name, count in named if count < MIN_PER_EMOTION}

    def __str__(self) -> str:
        words = [f"{len(self.training)} crops to train on, {len(self.held_out)} held out"]
        words += [f"{count} excluded: {reason}" for reason, count in self.excluded.items() if count]
        return "; ".join(words)


def read(paths: Sequence[Path]) -> Feedback:
    """Read exports and split their crops.

    A crop in several exports counts once; one with contradicting labels is excluded. Raises
    DatasetError when an export is invalid or has another crop recipe, or there are too few crops.
    """
    by_image: defaultdict[bytes, list[Crop]] = defaultdict(list)
    for path in paths:
        for one in _export(path):
            by_image[one.image.tobytes()].append(one)
    excluded = Counter[str]()
    sets: dict[bool, list[tuple[bytes, int, int]]] = {True: [], False: []}
    for row, (image, several) in enumerate(by_image.items()):
        excluded["repeated in the exports"] += len(several) - 1
        labels = {one.label for one in several}
        if len(labels) > 1:
            excluded["contradicting labels"] += 1
        elif min(image) == max(image):
            excluded["blank"] += 1
        else:
            held = is_held_out(min(one.hour for one in several))
            sets[held].append((image, EMOTIONS.index(labels.pop()), row))
    training, held_out = pictures(sets[False]), pictures(sets[True])
    distinct = ~_near_duplicates(training, held_out)
    excluded["near duplicate of a held out crop"] = int((~distinct).sum())
    feedback = Feedback(training.take(np.flatnonzero(distinct)), held_out, dict(excluded))
    _check(feedback)
    return feedback


def is_held_out(hour: int) -> bool:
    """Return whether the crops of an hour since 1970 are held out, by a hash of the hour."""
    return hashlib.sha256(str(hour).encode()).digest()[0] % HELD_OUT_PART == 0


def digest(paths: Iterable[Path]) -> str:
    """Return a hash of all exports, in any order. Raises DatasetError when one cannot be read."""
    try:
        files = [file for path in paths for file in archive.members(path)]
        each = sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    except OSError as error:
        raise DatasetError(f"{error.filename}: {error.strerror}") from error
    return hashlib.sha256("".join(each).encode()).hexdigest()


def _export(path: Path) -> list[Crop]:
    try:
        return archive.read(path)
    except ArchiveError as error:
        hint = "if another program packed it, unpack it and give the folder"
        raise DatasetError(f"not a usable export: {error} ({hint})") from error


def _near_duplicates(training: Pictures, held_out: Pictures) -> NDArray[np.bool_]:
    """Return bool (n,): which crops to train on are near duplicates of a held out one."""
    data = Dataset(
        {TRAINING: training, PUBLIC: held_out, PRIVATE: pictures([])}, len(training) + len(held_out)
    )
    return duplicates.find(data).leaking()[: len(training)]


def _check(feedback: Feedback) -> None:
    for crops, least, purpose in (
        (feedback.training, MIN_TRAINING, "train on"),
        (feedback.held_out, MIN_HELD_OUT, "evaluate on"),
    ):
        if len(crops) < least:
            raise DatasetError(
                f"{len(crops)} crops to {purpose}, {least} are needed: collect more feedback"
            )
