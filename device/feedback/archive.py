"""The export of feedback: a zip with a manifest and a PNG for each crop. docs/FEEDBACK.md."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from device.config.explain import explain
from device.errors import ArchiveError, FeedbackError, PictureError
from device.feedback.crop import HOUR, MAX_PNG_BYTES, Crop, decode
from device.feedback.manifest import MAX_CROPS, NAME, SCHEMA, CropEntry, Manifest, Recipe
from device.messages import EMOTIONS
from device.system import archive
from device.system.clutter import is_clutter
from device.system.files import write_private
from device.vision.alignment import RECIPE, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from device.feedback.crop import StoredCrop

MAX_BYTES = MAX_CROPS * (MAX_PNG_BYTES + 256)
"""Size limit of a whole archive."""
MANIFEST_BYTES = MAX_CROPS * 512
CROPS = "crops"
CROP_NAME = re.compile(r"crops/[0-9]{1,18}\.png")
MODE = 0o600


def content(crops: Iterable[StoredCrop]) -> bytes:
    """Return crops as an archive, which holds nothing but the manifest's data, and no time.

    It takes 5 MB for each 2,000 crops. Raises FeedbackError for a damaged crop.
    """
    files, entries = [], []
    for crop in crops:
        entry = _entry(crop)
        files.append((entry.file, crop.png))
        entries.append(entry)
    files.append((NAME, _manifest_of(entries).model_dump_json().encode()))
    return archive.write(files, MODE)


def save(path: Path, crops: Iterable[StoredCrop]) -> None:
    """Write crops as a private file, whole or not at all. Raises FeedbackError."""
    data = content(crops)
    try:
        write_private(path, data)
    except OSError as error:
        raise FeedbackError(f"{path}: {error.strerror}") from error


def read(path: Path) -> list[Crop]:
    """Return the crops of an archive in its manifest's order, every one checked and decodable.

    It may be a folder, into which some browsers unpack what they download. Raises ArchiveError
    ("FILE: reason") at the first deviation from what `save` writes.
    """
    try:
        if (path / NAME).is_file():
            return _crops(_unpacked(path))
        if not path.is_file():
            raise ArchiveError("no such file" if not path.exists() else "not a regular file")
        with path.open("rb") as file:
            return _crops(archive.read(file, LIMITS))
    except ArchiveError as error:
        raise ArchiveError(f"{path}: {error}") from error
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error


def members(path: Path) -> list[Path]:
    """Return the files of an archive: itself or, of an unpacked one, its manifest and its crops."""
    if not path.is_dir():
        return [path]
    crops = (each for each in (path / CROPS).iterdir() if not is_clutter(each.name))
    return [path / NAME, *sorted(each for each in crops if each.is_file())]


def _unpacked(folder: Path) -> dict[str, bytes]:
    contents = {}
    for number, path in enumerate(members(folder)):
        name = path.relative_to(folder).as_posix()
        limit = _file_bytes(name)
        if limit is None or number > MAX_CROPS:
            raise ArchiveError(f"{name}: unexpected file")
        with path.open("rb") as file:
            contents[name] = file.read(limit + 1)
        if len(contents[name]) > limit:
            raise ArchiveError(f"{name}: {path.stat().st_size} bytes, more than {limit}")
    return contents


def _file_bytes(name: str) -> int | None:
    if name == NAME:
        return MANIFEST_BYTES
    return MAX_PNG_BYTES if CROP_NAME.fullmatch(name) else None


LIMITS = archive.Limits(MAX_BYTES, MAX_CROPS + 1, _file_bytes)


def _crops(files: dict[str, bytes]) -> list[Crop]:
    if NAME not in files:
        raise ArchiveError(f"{NAME} missing")
    manifest = _parse_manifest(files.pop(NAME))
    named = {entry.file for entry in manifest.crops}
    if len(named) != len(manifest.crops):
        raise ArchiveError(f"{NAME}: duplicate file")
    if missing := named - files.keys():
        raise ArchiveError(f"{min(missing)} missing")
    if extra := files.keys() - named:
        raise ArchiveError(f"{min(extra)}: not in {NAME}")
    return [_crop(entry, files[entry.file]) for entry in manifest.crops]


def _parse_manifest(content: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        raise ArchiveError(f"{NAME}: {explain(error, Manifest)[0]}") from error


def _crop(entry: CropEntry, png: bytes) -> Crop:
    if hashlib.sha256(png).hexdigest() != entry.sha256:
        raise ArchiveError(f"{entry.file}: its sha256 differs")
    try:
        decode(png)
    except PictureError as error:
        raise ArchiveError(f"{entry.file}: {error}") from error
    hour = int(datetime.fromisoformat(entry.hour).timestamp() // HOUR)
    return Crop(entry.label, tuple(entry.probabilities), entry.model, hour, png)


def _manifest_of(entries: list[CropEntry]) -> Manifest:
    recipe = Recipe(name=RECIPE, version=VERSION)
    return Manifest(schema_version=SCHEMA, labels=list(EMOTIONS), crop=recipe, crops=entries)


def _entry(crop: StoredCrop) -> CropEntry:
    """Return the manifest's entry for a crop. Raises FeedbackError for a damaged crop."""
    try:
        return CropEntry(
            file=f"crops/{crop.number}.png",
            sha256=hashlib.sha256(crop.png).hexdigest(),
            label=crop.label,
            probabilities=list(crop.probabilities),
            model=crop.model,
            hour=crop.when,
        )
    except ValidationError as error:
        raise FeedbackError(f"crop {crop.number} is damaged; delete it") from error
