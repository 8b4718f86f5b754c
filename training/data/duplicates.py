"""Find exact and near duplicates in a data set.

Near duplicates: their perceptual hashes, 64 bits of a discrete cosine transform's low frequencies
(Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions"), differ in at
most three bits, and their pixels agree with a correlation of at least 0.95.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from training.data.pictures import SPLITS, TRAINING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.data.pictures import Dataset

DISTANCE = 3
"""Largest Hamming distance of near duplicates' hashes. Of four bands of 16 bits at least one is
then equal, so that only pictures that share a band are compared."""
BANDS = 4
MAX_BUCKET = 400
"""A band that more pictures share (uniform ones, mostly) is skipped."""
CORRELATION = 0.95


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Pairs int64 (n, 2) of indices into the data set, with all splits concatenated.

    `exact` pairs each picture with the first identical one, `near` pairs such first pictures.
    `split` (m,) is each picture's split, as index into SPLITS, `label` (m,) its label.
    """

    exact: NDArray[np.int64]
    near: NDArray[np.int64]
    split: NDArray[np.int64]
    label: NDArray[np.int64]

    def counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return the number of pairs, and of those with equal labels, by kind and by splits."""
        out: dict[str, dict[str, dict[str, int]]] = {}
        for kind, pairs in (("exact", self.exact), ("near", self.near)):
            splits = np.sort(self.split[pairs], axis=1)
            agree = self.label[pairs[:, 0]] == self.label[pairs[:, 1]]
            out[kind] = {}
            for one, other in _COMBINATIONS:
                here = (splits[:, 0] == one) & (splits[:, 1] == other)
                name = SPLITS[one] if one == other else f"{SPLITS[one]} and {SPLITS[other]}"
                out[kind][name] = {"pairs": int(here.sum()), "same_label": int(agree[here].sum())}
        return out

    def leaking(self) -> NDArray[np.bool_]:
        """Return bool (m,): which Training pictures are, exactly or nearly, in a test split too."""
        training = self.split == SPLITS.index(TRAINING)
        first = np.arange(len(self.split))
        first[self.exact[:, 1]] = self.exact[:, 0]
        # Of identical pictures, `near` has only the first.
        tested = np.zeros(len(first), bool)
        tested[first[~training]] = True
        leaks = tested.copy()
        for one, other in (self.near.T, self.near.T[::-1]):
            leaks[one[tested[other]]] = True
        return np.asarray(training & leaks[first])


_COMBINATIONS = [(i, j) for i in range(len(SPLITS)) for j in range(i, len(SPLITS))]


def find(data: Dataset) -> Duplicates:
    """Find the duplicates in all splits; FER2013 takes about 10 seconds."""
    parts = [data.splits[name] for name in SPLITS]
    split = np.repeat(np.arange(len(SPLITS)), [len(part) for part in parts])
    label = np.concatenate([part.labels for part in parts])
    hashes = np.zeros(len(split), np.uint64)
    first: dict[bytes, int] = {}
    same = np.arange(len(split))
    vectors = np.zeros((len(split), _SMALL * _SMALL), np.float16)
    place = 0
    for part in parts:
        for image in part:
            same[place] = first.setdefault(image.tobytes(), place)
            hashes[place], vectors[place] = _fingerprint(image)
            place += 1
    again = np.flatnonzero(same != np.arange(len(same)))
    exact = np.stack([same[again], again], axis=1)
    return Duplicates(exact, _near(hashes, vectors, np.unique(same)), split, label)


_SMALL = 24


def _fingerprint(image: NDArray[np.uint8]) -> tuple[np.uint64, NDArray[np.float32]]:
    """Return a picture's perceptual hash, and its downscaled pixels as a unit vector."""
    waves = cv2.dct(cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32))
    low = waves[:8, :8].ravel()
    bits = low > np.median(low[1:])
    small = cv2.resize(image, (_SMALL, _SMALL), interpolation=cv2.INTER_AREA).astype(np.float32)
    vector = small.ravel() - small.mean()
    length = float(np.linalg.norm(vector))
    return np.packbits(bits).view(np.uint64)[0], vector / max(length, 1e-6)


def _near(
    hashes: NDArray[np.uint64], vectors: NDArray[np.float16], places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the pairs of near duplicates among `places`, the smaller index first."""
    bands = hashes.view(np.uint16).reshape(-1, BANDS)
    pairs: set[tuple[int, int]] = set()
    for number in range(BANDS):
        buckets: dict[int, list[int]] = defaultdict(list)
        for place in places.tolist():
            buckets[int(bands[place, number])].append(place)
        for bucket in buckets.values():
            if 1 < len(bucket) <= MAX_BUCKET:
                pairs.update(_similar(np.array(bucket), hashes, vectors))
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def _similar(
    bucket: NDArray[np.int64], hashes: NDArray[np.uint64], vectors: NDArray[Any]
) -> list[tuple[int, int]]:
    bits = np.unpackbits(hashes[bucket].view(np.uint8).reshape(len(bucket), -1), axis=1)
    distance = (bits[:, None] != bits[None]).sum(axis=-1)
    close = vectors[bucket].astype(np.float32)
    one, other = np.nonzero(np.triu((distance <= DISTANCE) & (close @ close.T >= CORRELATION), 1))
    return list(zip(bucket[one].tolist(), bucket[other].tolist(), strict=True))
