"""A labelled data set, in memory or on disk, and its splits."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision.alignment import SIZE
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from training.data.shards import Shards

log = logging.getLogger(__name__)

TRAINING, PUBLIC, PRIVATE = SPLITS = ("Training", "PublicTest", "PrivateTest")
"""For training; for validation and calibration; for the final evaluation only."""
BROKEN_SHARE = 0.01
"""The largest fraction of broken entries."""
BROKEN_NAMED = 5
"""The number of broken entries that are named; further ones are counted."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Grey pictures uint8 (n, 48, 48), labels int64 (n,) in 0..6, and data rows (n,).

    `rows` counts the data set's entries from 0, including broken ones; FER+ joins by it.
    `landmarks` float32 (n, scenes, 4, 2) are those of `training.landmarks`, if detected.
    """

    images: NDArray[np.uint8] | Shards
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]
    landmarks: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Iterate over the pictures, uint8 (48, 48) each."""
        return (np.asarray(self.images[index]) for index in range(len(self)))

    def take(self, index: NDArray[np.integer[Any]] | slice) -> Pictures:
        """Return the pictures at these indices; those on disk stay there."""
        images = self.images
        return replace(
            self,
            images=images[index] if isinstance(images, np.ndarray) else images.take(index),
            labels=self.labels[index],
            rows=self.rows[index],
            landmarks=None if self.landmarks is None else self.landmarks[index],
        )

    def unlike(self, others: Pictures) -> NDArray[np.bool_]:
        """Return bool (n,): which pictures are not identical to any of `others`."""
        known = {image.tobytes() for image in others}
        return np.array([image.tobytes() not in known for image in self], bool)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pictures by split, and the number of entries.

    `broken` describes skipped entries, `notes` has other remarks from reading, `name` is the name.
    """

    splits: dict[str, Pictures]
    rows: int
    broken: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    name: str = ""

    def split(self, name: str) -> Pictures:
        """Return one of `SPLITS`. Raises DatasetError when it holds no picture."""
        pictures = self.splits[name]
        if not len(pictures):
            raise DatasetError(f"the data set has no {name} pictures")
        return pictures

    def filled(self) -> tuple[str, ...]:
        """Return the names of the splits with pictures."""
        return tuple(name for name in SPLITS if len(self.splits[name]))


def pictures(entries: Sequence[tuple[bytes, int, int]]) -> Pictures:
    """Return the pictures of entries: 2304 bytes, label and row each."""
    pixels = np.frombuffer(b"".join(entry[0] for entry in entries), np.uint8)
    return Pictures(
        pixels.reshape(-1, SIZE, SIZE),
        np.array([entry[1] for entry in entries], np.int64),
        np.array([entry[2] for entry in entries], np.int64),
    )


def check_broken(name: str, kind: str, count: int, broken: Sequence[str]) -> None:
    """Log broken entries of `count`; `kind` is their plural noun.

    Raises DatasetError when there are no entries, or more than 1 % are broken.
    """
    if not count:
        raise DatasetError(f"{name}: no {kind}")
    if len(broken) > BROKEN_SHARE * count:
        raise DatasetError(f"{name}: {len(broken)} of {count} {kind} are broken, first {broken[0]}")
    for reason in broken[:BROKEN_NAMED]:
        log.warning("%s: skipped: %s", name, reason)
    if len(broken) > BROKEN_NAMED:
        log.warning("%s: %d more %s skipped", name, len(broken) - BROKEN_NAMED, kind)
