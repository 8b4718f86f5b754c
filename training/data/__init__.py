"""Labelled pictures, from whatever a person has them in.

`read` takes FER2013's CSV, a folder of pictures for each class, and what `moodlift-train prepare`
made of either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from training.data.pictures import Dataset


def read(path: Path) -> Dataset:
    """Read a data set. Raises DatasetError when it is none, or more than 1 % of it is broken."""
    from training.data import cache, fer2013, folders

    if not path.is_dir():
        return fer2013.read(path)
    return cache.read(path) if (path / cache.ABOUT).exists() else folders.read(path)
