"""A labelled data set in memory or on disk: its pictures, and how it is split."""

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
"""To train on; to judge runs by and calibrate on; only to report, and never to choose by."""
BROKEN_SHARE = 0.01
"""A data set with a larger share of broken entries is refused."""
BROKEN_NAMED = 5
"""So many broken entries are named one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Grey pictures uint8 (n, 48, 48), labels int64 (n,) in 0..6, and each one's data row (n,).

    `rows` counts the data set's entries from 0, broken ones included; FER+ joins by it.
    `landmarks` float32 (n, scenes, 4, 2) are what `training.landmarks` found, where it looked.
    """

    images: NDArray[np.uint8] | Shards
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]
    landmarks: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Go over the pictures, uint8 (48, 48) each."""
        return (np.asarray(self.images[index]) for index in range(len(self)))

    def take(self, index: NDArray[np.integer[Any]] | slice) -> Pictures:
        """Return the pictures at these places; those on disk stay there."""
        images = self.images
        return replace(
            self,
            images=images[index] if isinstance(images, np.ndarray) else images.take(index),
            labels=self.labels[index],
            rows=self.rows[index],
            landmarks=None if self.landmarks is None else self.landmarks[index],
        )

    def unlike(self, others: Pictures) -> NDArray[np.bool_]:
        """Tell, as bool (n,), which pictures are byte for byte none of `others`."""
        known = {image.tobytes() for image in others}
        return np.array([image.tobytes() not in known for image in self], bool)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pictures by split, and the number of entries; `broken` says in words which were left out.

    `notes` says what else a person should know of how it was read, `name` what it is called.
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
            raise DatasetError(f"the data set has no {name} picture")
        return pictures

    def filled(self) -> tuple[str, ...]:
        """Return the names of the splits that hold pictures."""
        return tuple(name for name in SPLITS if len(self.splits[name]))


def pictures(entries: Sequence[tuple[bytes, int, int]]) -> Pictures:
    """Make pictures of their 2304 bytes, labels and rows."""
    pixels = np.frombuffer(b"".join(entry[0] for entry in entries), np.uint8)
    return Pictures(
        pixels.reshape(-1, SIZE, SIZE),
        np.array([entry[1] for entry in entries], np.int64),
        np.array([entry[2] for entry in entries], np.int64),
    )


def judge(name: str, kind: str, count: int, broken: Sequence[str]) -> None:
    """Log what is broken of `count` entries, which are called `kind` in the plural.

    Raises DatasetError when there is no entry at all, or more than 1 % are broken.
    """
    if not count:
        raise DatasetError(f"{name}: no {kind}")
    if len(broken) > BROKEN_SHARE * count:
        raise DatasetError(f"{name}: {len(broken)} of {count} {kind} are broken, first {broken[0]}")
    for reason in broken[:BROKEN_NAMED]:
        log.warning("%s: left out: %s", name, reason)
    if len(broken) > BROKEN_NAMED:
        log.warning("%s: %d more %s left out", name, len(broken) - BROKEN_NAMED, kind)
