"""A bundle as one file, `emotion-<version>.moodlift`: a zip of three files and their signature."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from device.errors import ArchiveError, BundleError
from device.system import archive as zips
from device.vision.bundle import CANARY, MANIFEST, MODEL

SIGNATURE = "signature.json"
LIMITS = {MODEL: 7_000_000, MANIFEST: 250_000, CANARY: 1_000_000, SIGNATURE: 4_000}
"""The files of an archive with the size limit of each in bytes; the signature may be missing."""
LARGEST = 8 * 1024 * 1024
"""Size limit of a whole archive in bytes."""
MOST_FILES = 16
"""More than an archive may hold, so that errors name the unexpected file instead of a number."""
MODE = 0o644


@dataclass(frozen=True, slots=True)
class Archive:
    """The content of an archive: the bundle's files by their names, and the signature's text."""

    files: dict[str, bytes]
    signature: bytes | None


def read(data: bytes) -> Archive:
    """Return the content of an archive. Neither the model nor the signature is checked here.

    Raises BundleError when it is damaged, or holds other or larger files than `LIMITS` allows.
    """
    try:
        files = zips.read(io.BytesIO(data), zips.Limits(LARGEST, MOST_FILES, LIMITS.get))
    except ArchiveError as error:
        raise BundleError(f"not a model archive: {error}") from error
    signature = files.pop(SIGNATURE, None)
    missing = sorted(LIMITS.keys() - {SIGNATURE} - files.keys())
    if missing:
        raise BundleError(f"not a model archive: {' and '.join(missing)} missing")
    return Archive(files, signature)


def write(archive: Archive) -> bytes:
    """Return an archive's bytes, which depend on nothing but its content."""
    files = dict(archive.files)
    if archive.signature is not None:
        files[SIGNATURE] = archive.signature
    return zips.write(sorted(files.items()), MODE, zipfile.ZIP_DEFLATED)
