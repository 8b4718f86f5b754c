"""FER+: ten votes for each FER2013 picture (Barsoum et al. 2016, arXiv:1608.01041).

The file `fer2013new.csv` joins FER2013 by row, not by the number in its picture names.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.data.fer2013 import opened
from training.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.pictures import Pictures

COLUMNS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""FER+'s names of the seven emotions, in the order of `device.messages.EMOTIONS`."""
NOT_A_FACE = "NF"
NOT_A_FACE_VOTES = 5
AGREEMENT = 0.5
"""The majority agrees with FER2013 on 64 % of the rows if joined correctly, on 18 % if not."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes float32 (rows, 7) by FER2013's data row, and bool (rows,) whether it shows a face."""

    counts: NDArray[np.float32]
    face: NDArray[np.bool_]

    def shares(self, pictures: Pictures) -> NDArray[np.float32]:
        """Return float32 (n, 7): each picture's votes as fractions, or zeros without votes."""
        counts = self.counts[pictures.rows]
        shares: NDArray[np.float32] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
        return shares


def read(path: Path, rows: int) -> Votes:
    """Read the votes for `rows` rows. Raises DatasetError, with the line, when they are invalid."""
    counts: list[list[float]] = []
    face: list[bool] = []
    with opened(path) as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in (*COLUMNS, NOT_A_FACE) if name not in (reader.fieldnames or ())]
        if missing:
            raise DatasetError(f"{path}: line 1: no column {' and '.join(missing)}")
        for row in reader:
            try:
                counts.append([float(row[name]) for name in COLUMNS])
                face.append(float(row[NOT_A_FACE]) < NOT_A_FACE_VOTES)
            except (TypeError, ValueError) as error:
                raise DatasetError(f"{path}: line {reader.line_num}: not votes") from error
    if len(counts) != rows:
        raise DatasetError(f"{path}: {len(counts)} rows, FER2013 has {rows}")
    return Votes(np.array(counts, np.float32), np.array(face, bool))


def check(votes: Votes, pictures: Pictures) -> float:
    """Return the fraction of pictures whose label has the majority of votes.

    Raises DatasetError unless it is over a half, as it is not when rows are shifted.
    """
    counts = votes.counts[pictures.rows]
    agreement = float((counts.argmax(axis=1) == pictures.labels).mean())
    if agreement <= AGREEMENT:
        raise DatasetError(
            f"FER+ agrees with {agreement:.0%} of the labels: its rows do not match this file"
        )
    return agreement
