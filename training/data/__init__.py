"""Labelled data sets in several formats.

`read` takes FER2013's CSV, folders of pictures (`training.data.layouts`), and what
`moodlift-train prepare` made from either.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from training.data.pictures import Dataset


def read(path: Path) -> Dataset:
    """Read a data set and set its name.

    Raises DatasetError when it is invalid, or more than 1 % of it is broken.
    """
    from training.data import cache, fer2013

    if (path / cache.ABOUT).exists():
        data = cache.read(path)
    else:
        data = _read_folder(path) if path.is_dir() else fer2013.read(path)
        if data.rows == fer2013.ROWS:
            data = dataclasses.replace(data, name=fer2013.NAME)
    return data if data.name else dataclasses.replace(data, name=path.resolve().name)


def _read_folder(path: Path) -> Dataset:
    """Read the pictures in a folder or, without any, FER2013's CSV in it."""
    from training.data import fer2013, folders, layouts, tables

    try:
        return folders.read(path)
    except layouts.NoPictures as error:
        files = tables.find(path)
        if not files:
            raise
        try:
            return fer2013.read(path, files)
        except tables.NoTable:
            raise error from None
