"""FER+: ten votes for each FER2013 picture (Barsoum et al. 2016, arXiv:1608.01041).

The file `fer2013new.csv` joins FER2013 by row, not by the number in its picture names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.data import tables
from training.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.pictures import Pictures
    from training.data.tables import Table

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
    votes = tables.read(path, (*COLUMNS, NOT_A_FACE), _parse_table, _same)
    if len(votes.face) != rows:
        raise DatasetError(f"{path}: {len(votes.face)} rows, FER2013 has {rows}")
    return votes


def _parse_table(table: Table) -> Votes:
    counts: list[list[float]] = []
    face: list[bool] = []
    for line, fields, _ in table.rows():
        try:
            *given, not_a_face = map(float, fields)
        except ValueError as error:
            raise DatasetError(f"{table.name}: line {line}: not votes") from error
        counts.append(given)
        face.append(not_a_face < NOT_A_FACE_VOTES)
    return Votes(np.array(counts, np.float32), np.array(face, bool))


def _same(one: Votes, other: Votes) -> bool:
    return np.array_equal(one.counts, other.counts) and np.array_equal(one.face, other.face)


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
