"""FER2013 in the form of Kaggle's `fer2013.csv`: columns `emotion`, `pixels` and `Usage`.

Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv:1307.0414): 35,887 grey
pictures of 48x48 px, split by `Usage` into Training (28,709), PublicTest and PrivateTest (3,589
each). The data set is for research only; it is read in place.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS
from device.vision.alignment import SIZE
from training.data.pictures import SPLITS, Dataset, check_broken, pictures
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

NAME, ROWS = "FER2013", 35_887
COLUMNS = ("emotion", "pixels", "Usage")
OPENERS: dict[str, Any] = {".xz": lzma.open, ".gz": gzip.open, ".bz2": bz2.open}


class _Broken(ValueError):
    """A row is invalid."""


def read(path: Path) -> Dataset:
    """Read the CSV, plain or compressed (.xz, .gz, .bz2, .zip with one CSV inside).

    Broken rows are left out and logged with their line number. Raises DatasetError when the file
    cannot be read, lacks a column, or when more than 1 % of its rows are broken.
    """
    splits: dict[str, list[tuple[bytes, int, int]]] = {name: [] for name in SPLITS}
    broken: list[str] = []
    count = 0
    with opened(path) as stream, warnings.catch_warnings():
        # NumPy only warns when a number is followed by something else.
        warnings.simplefilter("error", DeprecationWarning)
        reader = csv.reader(stream)
        places = _places(path, next(reader, []))
        for count, fields in enumerate(reader, 1):
            try:
                usage, pixels, label = _parse(fields, places)
            except _Broken as error:
                broken.append(f"line {reader.line_num}: {error}")
                continue
            splits[usage].append((pixels, label, count - 1))
    check_broken(str(path), "rows", count, broken)
    return Dataset({name: pictures(rows) for name, rows in splits.items()}, count, tuple(broken))


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """Open a text file, decompressed by its suffix; any error in it is a DatasetError."""
    try:
        with _binary(path) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
            yield text
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or error}") from error
    except (EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path}: the compressed file is damaged: {error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: not a CSV file: {error}") from error


@contextmanager
def _binary(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix != ".zip":
        with OPENERS.get(path.suffix, open)(path, "rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        if len(names) != 1:
            raise DatasetError(f"{path}: {len(names)} CSV files inside, expected one")
        with archive.open(names[0]) as stream:
            yield stream


def _places(path: Path, header: list[str]) -> tuple[int, int, int]:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise DatasetError(f"{path}: line 1: no column {' and '.join(missing)}")
    first, second, third = (header.index(name) for name in COLUMNS)
    return first, second, third


def _parse(fields: list[str], places: tuple[int, int, int]) -> tuple[str, bytes, int]:
    """Return usage, pixels and label of one row. Raises _Broken with the reason."""
    if len(fields) <= max(places):
        raise _Broken(f"{len(fields)} fields, expected {max(places) + 1}")
    emotion, text, usage = (fields[place] for place in places)
    if usage not in SPLITS:
        raise _Broken(f"unknown Usage {usage!r}")
    if not emotion.isdecimal() or int(emotion) >= len(EMOTIONS):
        raise _Broken(f"unknown emotion {emotion!r} (0 to {len(EMOTIONS) - 1})")
    return usage, _pixels(text), int(emotion)


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
