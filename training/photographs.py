"""A data set from whole photographs, one face in each, cropped by the device's own detector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device import images
from device.errors import PictureError
from device.messages import EMOTIONS
from device.vision import alignment
from device.vision.detector import Detector
from training.data import folders, layouts
from training.data.pictures import SPLITS, Dataset, check_broken, pictures
from training.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> Dataset:
    """Read the largest face of each picture in class folders, aligned as on the device.

    Pictures without a face are left out and counted in the notes. Raises DatasetError when there
    are no class folders, no faces, or more than 1 % of the files are broken.
    """
    files, notes = layouts.find(path)
    detector = Detector(threads=1)
    found: dict[str, list[tuple[bytes, int, int]]] = {name: [] for name in SPLITS}
    broken, without = [], dict.fromkeys(EMOTIONS, 0)
    for row, (file, label, split) in enumerate(files):
        try:
            image = images.read(file, layouts.shown(file), folders.FORMATS)
        except PictureError as error:
            broken.append(str(error))
            continue
        faces = detector.detect(image)
        if not faces:
            without[EMOTIONS[label]] += 1
            continue
        face = max(faces, key=lambda each: each.box.w * each.box.h)
        found[split].append((alignment.align(image, face.landmarks).tobytes(), label, row))
    check_broken(str(path), "files", len(files), broken)
    if not any(found.values()):
        raise DatasetError(f"{path}: no face was found in any picture")
    missed = ", ".join(f"{name} {count}" for name, count in without.items() if count)
    if missed:
        notes.append(f"{sum(without.values())} of {len(files)} pictures without a face: {missed}")
    splits = {name: pictures(entries) for name, entries in found.items()}
    return Dataset(splits, len(files), tuple(broken), tuple(notes), path.resolve().name)
