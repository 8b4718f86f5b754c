"""Prepared data sets, in files that are mapped into memory: `moodlift-train prepare`.

A folder has prepared.json (source and statistics), and for each split its pictures in shards
(`Training-000.npy`, ...), its labels and rows, and its key points if they were detected.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.data import fer2013
from training.data.pictures import SPLITS, Dataset, Pictures
from training.data.shards import Shards
from training.errors import DatasetError
from training.swap import swap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

ABOUT = "prepared.json"
SCHEMA = 1
SHARD = 16384
"""Pictures per file, which is 38 MB."""


def write(path: Path, data: Dataset, about: Mapping[str, Any], shard: int = SHARD) -> None:
    """Write the data set into the folder `path`, atomically; an older data set is replaced.

    `about` goes into prepared.json. Raises DatasetError when the folder cannot be written, or
    contains something else.
    """
    if path.exists() and not (path / ABOUT).exists() and (path.is_file() or any(path.iterdir())):
        raise DatasetError(f"{path}: exists, and is not a prepared data set")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".prepare-", dir=path.parent) as name:
            folder = Path(name) / "new"
            folder.mkdir()
            splits = {split: _write(folder, split, data.splits[split], shard) for split in SPLITS}
            whole = {"schema": SCHEMA, **about, "rows": data.rows, "splits": splits}
            (folder / ABOUT).write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
            swap(folder, path, Path(name) / "old")
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or error}") from error


def read(path: Path) -> Dataset:
    """Map a prepared data set. Raises DatasetError when it is invalid or incomplete."""
    try:
        about = json.loads((path / ABOUT).read_text("utf-8"))
        if about["schema"] != SCHEMA:
            raise DatasetError(f"{path}: prepared by another version; prepare it again")
        splits = {split: _read(path, split, about["splits"][split]) for split in SPLITS}
        notes, name = tuple(about.get("notes", ())), str(about.get("source", ""))
        if name.startswith("fer2013"):  # the name in data sets from before 0.8.0
            name = fer2013.NAME
        return Dataset(splits, int(about["rows"]), notes=notes, name=name)
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        raise DatasetError(f"{path}: a damaged prepared data set: {error}") from error


def _write(folder: Path, split: str, pictures: Pictures, shard: int) -> dict[str, Any]:
    names = []
    for number, start in enumerate(range(0, len(pictures), shard)):
        names.append(f"{split}-{number:03}.npy")
        np.save(folder / names[-1], np.asarray(pictures.images[start : start + shard]))
    np.save(folder / f"{split}-labels.npy", pictures.labels)
    np.save(folder / f"{split}-rows.npy", pictures.rows)
    if pictures.landmarks is not None:
        np.save(folder / f"{split}-landmarks.npy", pictures.landmarks)
    landmarks = pictures.landmarks is not None
    return {"pictures": len(pictures), "shards": names, "landmarks": landmarks}


def _read(path: Path, split: str, about: Mapping[str, Any]) -> Pictures:
    def array(name: str) -> NDArray[Any]:
        found: NDArray[Any] = np.load(path / f"{split}-{name}.npy", allow_pickle=False)
        if len(found) != about["pictures"]:
            raise ValueError(f"{len(found)} {name} for {about['pictures']} pictures")
        return found

    images = Shards.open([path / Path(name).name for name in about["shards"]])
    if len(images) != about["pictures"]:
        raise ValueError(f"{len(images)} pictures, expected {about['pictures']}")
    landmarks = array("landmarks") if about["landmarks"] else None
    return Pictures(images, array("labels"), array("rows"), landmarks)
