"""A bundle as one file, `emotion-<version>.moodlift`: a zip of three files and their signature."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from dataclasses import dataclass

from device.errors import BundleError
from device.vision.bundle import CANARY, MANIFEST, MODEL

SIGNATURE = "signature.json"
LIMITS = {MODEL: 7_000_000, MANIFEST: 250_000, CANARY: 1_000_000, SIGNATURE: 4_000}
"""The files that an archive has, and the most bytes of each; it may lack the last."""
LARGEST = 8 * 1024 * 1024
"""Bytes of a whole archive."""
_ENTRY, _ENTRIES = b"PK\x01\x02", 64
"""What each entry of a zip's directory begins with, and more of them than chance would make."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_THEN = (1980, 1, 1, 0, 0, 0)
"""A zip's earliest time: the same bundle makes the same file."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds: the bundle's files by their names, and the signature's text."""

    files: dict[str, bytes]
    signature: bytes | None


def read(data: bytes) -> Archive:
    """Return what an archive holds, which proves nothing of it yet.

    Raises BundleError when it has other files than it may, too large ones, or is damaged.
    """
    if len(data) > LARGEST:
        raise BundleError(f"larger than {LARGEST // 1024**2} MB")
    if data.count(_ENTRY) > _ENTRIES:
        raise BundleError("not a model archive: it has too many files")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check_names(infos)
            files = {info.filename: _content(archive, info) for info in infos}
    except BundleError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise BundleError(f"not a model archive, or a damaged one: {error}") from error
    signature = files.pop(SIGNATURE, None)
    return Archive(files, signature)


def write(archive: Archive) -> bytes:
    """Return an archive's bytes, the same for the same content."""
    out = io.BytesIO()
    members = dict(archive.files)
    if archive.signature is not None:
        members[SIGNATURE] = archive.signature
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _THEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            target.writestr(info, members[name])
    return out.getvalue()


def _check_names(infos: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in infos]
    missing = sorted(set(LIMITS) - {SIGNATURE} - set(names))
    if missing:
        raise BundleError(f"not a model archive: {' and '.join(missing)} missing")
    if len(names) > len(set(names)) or set(names) - set(LIMITS):
        raise BundleError(f"not a model archive: it may hold {', '.join(LIMITS)} only, once each")


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return a file of the archive, of which no more is unpacked than it may have."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or info.is_dir():
        raise BundleError(f"{info.filename}: not a plain file")
    if info.compress_type not in _PACKED or info.flag_bits & 1:
        raise BundleError(f"{info.filename}: packed in a way that is not read here")
    limit = LIMITS[info.filename]
    with archive.open(info) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise BundleError(f"{info.filename}: larger than {limit / 1000:.0f} kB")
    return content
