"""Find pictures that stand in a data set more than once, byte for byte or nearly so.

Nearly: their perceptual hashes, 64 bits of a discrete cosine transform's low frequencies (Zauner
2010, "Implementation and Benchmarking of Perceptual Image Hash Functions"), differ in at most three
bits, and their pixels agree with a correlation of at least 0.95.
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
"""Bits by which the hashes of near duplicates differ at most. Of four bands of sixteen bits, one
at least is then the same in both, so that only pictures that share a band are compared."""
BANDS = 4
CROWD = 400
"""A band that more pictures share tells nothing (even ones, mostly), and is passed over."""
CORRELATION = 0.95


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Pairs int64 (n, 2) of places in the data set, all splits after one another.

    `exact` pairs each picture with the first that is byte for byte the same, `near` those firsts
    that look the same. `split` (m,) is the number in SPLITS of every picture's split, `label`
    (m,) its label.
    """

    exact: NDArray[np.int64]
    near: NDArray[np.int64]
    split: NDArray[np.int64]
    label: NDArray[np.int64]

    def counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return how many pairs there are by kind and by splits, and how many agree in label."""
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
        """Tell, as bool (m,), which Training pictures stand in a test split too, also nearly."""
        training = self.split == SPLITS.index(TRAINING)
        first = np.arange(len(self.split))
        first[self.exact[:, 1]] = self.exact[:, 0]
        # Of identical pictures `near` has the first alone, which speaks for all of them.
        tested = np.zeros(len(first), bool)
        tested[first[~training]] = True
        leaks = tested.copy()
        for one, other in (self.near.T, self.near.T[::-1]):
            leaks[one[tested[other]]] = True
        return np.asarray(training & leaks[first])


_COMBINATIONS = [(i, j) for i in range(len(SPLITS)) for j in range(i, len(SPLITS))]


def find(data: Dataset) -> Duplicates:
    """Look through all splits; FER2013 takes some ten seconds."""
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
            hashes[place], vectors[place] = _look(image)
            place += 1
    again = np.flatnonzero(same != np.arange(len(same)))
    exact = np.stack([same[again], again], axis=1)
    return Duplicates(exact, _near(hashes, vectors, np.unique(same)), split, label)


_SMALL = 24


def _look(image: NDArray[np.uint8]) -> tuple[np.uint64, NDArray[np.float32]]:
    """Return the perceptual hash of a picture, and its pixels, small, with unit length."""
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
    """Return the pairs among `places` that look the same, the smaller place first."""
    bands = hashes.view(np.uint16).reshape(-1, BANDS)
    pairs: set[tuple[int, int]] = set()
    for number in range(BANDS):
        buckets: dict[int, list[int]] = defaultdict(list)
        for place in places.tolist():
            buckets[int(bands[place, number])].append(place)
        for bucket in buckets.values():
            if 1 < len(bucket) <= CROWD:
                pairs.update(_alike(np.array(bucket), hashes, vectors))
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def _alike(
    bucket: NDArray[np.int64], hashes: NDArray[np.uint64], vectors: NDArray[Any]
) -> list[tuple[int, int]]:
    bits = np.unpackbits(hashes[bucket].view(np.uint8).reshape(len(bucket), -1), axis=1)
    distance = (bits[:, None] != bits[None]).sum(axis=-1)
    close = vectors[bucket].astype(np.float32)
    one, other = np.nonzero(np.triu((distance <= DISTANCE) & (close @ close.T >= CORRELATION), 1))
    return list(zip(bucket[one].tolist(), bucket[other].tolist(), strict=True))
