"""A folder of synthetic people: a file each, `person-0000.npz`, written at once or not at all.

A file has `images` uint8 (n, 176, 176, 3) RGB, `crops` uint8 (n, 48, 48) as `alignment.align` cuts
them, `landmarks` float32 (n, 6, 2) in pixels of the image, `score` float32 (n,) and `emotion` int64
(n,) in the order of `device.messages.EMOTIONS`. Faces that the detector did not find have black
crops, NaN and 0. `about` is JSON: the settings, the person, and a note for each picture.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS
from device.vision import alignment
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TRAINING, VALIDATION = SPLITS = ("training", "validation")
_EVERY = 5
"""Every fifth person is for validation."""
_NAME = re.compile(r"person-(\d{4,6})\.npz")
_NOTED = {"recipe", "resting", "intensity"}
_ARRAYS = ("images", "crops", "landmarks", "score", "emotion")


@dataclass(frozen=True)
class Settings:
    """What a person's pictures depend on, beside its number."""

    seed: int
    version: int
    data: str
    """Digest of MakeHuman's data."""
    alignment: int = alignment.VERSION


@dataclass(frozen=True)
class PersonFile:
    """A person's pictures, as a file has them."""

    images: NDArray[np.uint8]
    crops: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    score: NDArray[np.float32]
    emotion: NDArray[np.int64]
    takes: Sequence[dict[str, Any]]
    """A note of each picture: recipe, resting, intensity, blend, skew, pose, camera, light ..."""
    about: dict[str, Any]
    """Who it is."""

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which faces the detector found."""
        return self.score > 0


def split(number: int) -> str:
    """Return whether a person is for training or validation."""
    return VALIDATION if number % _EVERY == _EVERY - 1 else TRAINING


def path(folder: Path, number: int) -> Path:
    """Return a person's file."""
    return folder / f"person-{number:04d}.npz"


def numbers(folder: Path) -> list[int]:
    """Return the people in a folder. Raises DatasetError when it cannot be read."""
    try:
        matches = [_NAME.fullmatch(found.name) for found in folder.iterdir()]
    except OSError as error:
        raise DatasetError(f"{folder}: {error.strerror or error}") from error
    return sorted(int(match[1]) for match in matches if match)


def write(folder: Path, number: int, settings: Settings, person: PersonFile) -> None:
    """Write a person's file by renaming. Raises DatasetError when that fails."""
    target = path(folder, number)
    partial = target.with_suffix(".partial")
    about = {
        "settings": asdict(settings),
        "person": {"number": number, **person.about},
        "takes": list(person.takes),
    }
    arrays = {name: getattr(person, name) for name in _ARRAYS}
    try:
        with partial.open("wb") as stream:
            np.savez_compressed(stream, about=np.array(json.dumps(about)), **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except OSError as error:
        raise DatasetError(f"{target}: {error.strerror or error}") from error


def read(folder: Path, number: int, images: bool = True) -> tuple[Settings, PersonFile]:
    """Read a person's file; without `images` that array is empty.

    Raises DatasetError when it is damaged, or another version's.
    """
    source = path(folder, number)
    try:
        with source.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            wanted = _ARRAYS if images else _ARRAYS[1:]
            arrays = {name: stored[name] for name in wanted}
            arrays.setdefault("images", np.zeros((0, 1, 1, 3), np.uint8))
        settings = Settings(**about["settings"])
        person = PersonFile(**arrays, takes=about["takes"], about=about["person"])
        _check(person, number)
    except OSError as error:
        raise DatasetError(f"{source}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        hint = "delete it and synthesise it again"
        raise DatasetError(f"{source}: damaged ({error}); {hint}") from error
    return settings, person


def check_settings(folder: Path, number: int, settings: Settings, wanted: Settings) -> None:
    """Raise DatasetError when a person was drawn with settings other than those wanted."""
    theirs, ours = asdict(settings), asdict(wanted)
    unlike = [
        f"{name} {theirs[name]}, not {ours[name]}" for name in ours if theirs[name] != ours[name]
    ]
    if unlike:
        what = ", ".join(unlike)
        hint = "it belongs into another folder"
        raise DatasetError(f"{path(folder, number)}: drawn with {what}; {hint}")


def _check(person: PersonFile, number: int) -> None:
    count, size = len(person.takes), alignment.SIZE
    shapes = {
        "crops": (count, size, size),
        "landmarks": (count, 6, 2),
        "score": (count,),
        "emotion": (count,),
    }
    for name, shape in shapes.items():
        if getattr(person, name).shape != shape:
            raise ValueError(f"{name} is {getattr(person, name).shape}, not {shape}")
    if person.crops.dtype != np.uint8:
        raise ValueError(f"crops are {person.crops.dtype}, not uint8")
    if len(person.images) not in (0, count):
        raise ValueError(f"{len(person.images)} images for {count} takes")
    if count and not 0 <= person.emotion.min() <= person.emotion.max() < len(EMOTIONS):
        raise ValueError("an unknown emotion")
    if person.about["number"] != number:
        raise ValueError(f"it is person {person.about['number']}")
    if any(missing := _NOTED - take.keys() for take in person.takes):
        raise ValueError(f"a take has no {', '.join(sorted(missing))}")
