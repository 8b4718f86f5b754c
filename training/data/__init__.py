"""Labelled pictures, from whatever a person has them in.

`read` takes FER2013's CSV, a folder of pictures for each class, and what `moodlift-train prepare`
made of either.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from training.data.pictures import Dataset


def read(path: Path) -> Dataset:
    """Read a data set, and name it.

    Raises DatasetError when it is none, or more than 1 % of it is broken.
    """
    from training.data import cache, fer2013, folders

    if (path / cache.ABOUT).exists():
        data = cache.read(path)
    else:
        data = folders.read(path) if path.is_dir() else fer2013.read(path)
        if data.rows == fer2013.ROWS:
            data = dataclasses.replace(data, name=fer2013.NAME)
    return data if data.name else dataclasses.replace(data, name=path.resolve().name)
