"""FER2013 in the form of Kaggle's `fer2013.csv`: columns `emotion`, `pixels` and `Usage`.

Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv:1307.0414): 35,887 grey
pictures of 48x48 px, split by `Usage` into Training (28,709), PublicTest and PrivateTest (3,589
each). The data set is for research only; it is read in place.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS
from device.vision.alignment import SIZE
from training.data import tables
from training.data.pictures import BROKEN_SHARE, SPLITS, Dataset, check_broken, pictures
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.data.tables import Table

NAME, ROWS = "FER2013", 35_887
COLUMNS = ("emotion", "pixels", "Usage")
USAGES = {name.casefold(): name for name in SPLITS}
MANY_BROKEN = 10_000
"""Broken rows at which a file is given up before its end, if they are too many so far."""


class _Broken(ValueError):
    """A row is invalid."""


def read(path: Path, inside: Sequence[Path] = ()) -> Dataset:
    """Read the CSV, plain, compressed or in an archive; `inside` are the files of a folder.

    Broken rows are left out and logged with their line number. Raises DatasetError when the file
    cannot be read, lacks a column, or when more than 1 % of its rows are broken.
    """
    try:
        data = tables.read(path, COLUMNS, _parse_table, _same, inside)
    except tables.MissingColumns as error:
        if error.missing != ("Usage",):
            raise
        raise DatasetError(
            f"{error}, which splits the rows: take icml_face_data.csv or fer2013.csv, or add the "
            f"column ({', '.join(SPLITS)})"
        ) from error
    check_broken(str(path), "rows", data.rows, data.broken)
    return data


def _parse_table(table: Table) -> Dataset:
    splits: dict[str, list[tuple[bytes, int, int]]] = {name: [] for name in SPLITS}
    broken: list[str] = []
    count = 0
    with warnings.catch_warnings():
        # NumPy only warns when a number is followed by something else.
        warnings.simplefilter("error", DeprecationWarning)
        for number, (line, fields, width) in enumerate(table.rows()):
            try:
                usage, pixels, label = _parse(fields, width, table.width)
            except _Broken as error:
                broken.append(f"line {line}: {error}")
                if len(broken) > max(MANY_BROKEN, BROKEN_SHARE * number):
                    check_broken(table.name, "rows", number + 1, broken)
                if width not in (0, table.width):
                    continue  # not a row if no other follows, but text behind the table
            else:
                splits[usage].append((pixels, label, number))
            count = number + 1
    return Dataset({name: pictures(rows) for name, rows in splits.items()}, count, tuple(broken))


def _same(one: Dataset, other: Dataset) -> bool:
    pairs = [(one.splits[name], other.splits[name]) for name in SPLITS]
    return all(
        np.array_equal(a.rows, b.rows)
        and np.array_equal(a.labels, b.labels)
        and np.array_equal(np.asarray(a.images), np.asarray(b.images))
        for a, b in pairs
    )


def _parse(fields: list[str], width: int, expected: int) -> tuple[str, bytes, int]:
    """Return usage, pixels and label of one row. Raises _Broken with the reason."""
    if not fields:
        raise _Broken(f"{width} fields, expected {expected}")
    emotion, text, usage = fields
    if usage.casefold() not in USAGES:
        raise _Broken(f"unknown Usage {usage!r}")
    if not emotion.isdecimal() or int(emotion) >= len(EMOTIONS):
        raise _Broken(f"unknown emotion {emotion!r} (0 to {len(EMOTIONS) - 1})")
    return USAGES[usage.casefold()], _pixels(text), int(emotion)


def _pixels(text: str) -> bytes:
    """Return a row's pixels. NumPy parses them six times faster than `int` does."""
    try:
        values = np.fromstring(text, np.int32, sep=" ")
        fits = bool(((values >= 0) & (values <= 255)).all())
    except (ValueError, DeprecationWarning):
        fits = False
    if not fits:
        raise _Broken("a pixel is not a whole number from 0 to 255")
    if len(values) != SIZE * SIZE:
        raise _Broken(f"{len(values)} pixels, expected {SIZE * SIZE}")
    return values.astype(np.uint8).tobytes()
