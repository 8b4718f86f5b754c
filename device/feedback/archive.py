"""The export of feedback: a zip with a manifest and a PNG for each crop. docs/FEEDBACK.md.

Whoever reads one trusts nothing in it: every number, size, name and kind is checked before anything
is unpacked, nothing is ever written to a disk, and what was unpacked is checked again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from datetime import datetime
from typing import IO, TYPE_CHECKING

from pydantic import ValidationError

from device.errors import ArchiveError, FeedbackError, PictureError
from device.feedback.crop import HOUR, LARGEST, Crop, decode
from device.feedback.manifest import MOST_CROPS, NAME, SCHEMA, CropEntry, Manifest, Recipe
from device.messages import EMOTIONS
from device.system.files import write_private
from device.vision.alignment import RECIPE, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from device.feedback.crop import StoredCrop

MOST_BYTES = MOST_CROPS * (LARGEST + 256)
"""Of a whole archive."""
MANIFEST_BYTES = MOST_CROPS * 512
_END = struct.Struct("<4s4HIIH")
"""The end of a zip's directory (APPNOTE 6.3.10, 4.3.16), without a comment."""
_LOCATOR_BYTES = 20
"""What would come before it in a zip of more than 4 GB (4.3.15), and overrule it."""
_DIRECTORY_BYTES = 128
"""Of one entry of the directory, which has 46 and a name, at most."""
_FLAGS = 0b1000_0000_1110
"""What an entry may have set (APPNOTE, 4.4.4): how it was deflated, sizes that follow, UTF-8."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (
    zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError,
    struct.error, zlib.error,
)  # fmt: skip
"""What `zipfile` raises while it reads a damaged file, or one of a kind that it does not know."""


def content(crops: Iterable[StoredCrop]) -> bytes:
    """Return crops as an archive, which says nothing more than its manifest does, no time either.

    It takes 5 MB for each 2,000. Raises FeedbackError for a crop that is damaged.
    """
    out, entries = io.BytesIO(), []
    with zipfile.ZipFile(out, "w") as archive:
        for one in crops:
            entry = _entry(one)
            archive.writestr(_member(entry.file), one.png)
            entries.append(entry)
        archive.writestr(_member(NAME), _written(entries).model_dump_json())
    return out.getvalue()


def save(path: Path, crops: Iterable[StoredCrop]) -> None:
    """Write crops as a private file, whole or not at all. Raises FeedbackError."""
    data = content(crops)
    try:
        write_private(path, data)
    except OSError as error:
        raise FeedbackError(f"{path}: {error.strerror}") from error


def read(path: Path) -> list[Crop]:
    """Return the crops of an archive in its manifest's order, every one checked and decodable.

    Raises ArchiveError ("FILE: reason") at the first thing that is not as `save` makes it.
    """
    try:
        if not path.is_file():
            raise ArchiveError("no such file" if not path.exists() else "not a regular file")
        with path.open("rb") as file:
            return _read(file, path.stat().st_size)
    except ArchiveError as error:
        raise ArchiveError(f"{path}: {error}") from error
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error


def _read(file: IO[bytes], size: int) -> list[Crop]:
    _check_end(file, size)
    with _zip_errors("not a zip"), zipfile.ZipFile(file) as archive:
        members = _members(archive)
        manifest = _manifest(_content(archive, members, NAME))
        named = [one.file for one in manifest.crops]
        if len(set(named)) != len(named):
            raise ArchiveError(f"{NAME}: names a file twice")
        missing, extra = set(named) - members.keys(), members.keys() - {*named, NAME}
        if missing or extra:
            raise ArchiveError(f"its files are not those of {NAME}: {min(missing | extra)}")
        return [_keepsake(one, _content(archive, members, one.file)) for one in manifest.crops]


def _check_end(file: IO[bytes], size: int) -> None:
    """Look at how large the archive says it is, before its directory is read into memory."""
    if size > MOST_BYTES:
        raise ArchiveError(f"{size / 1e6:.0f} MB: more than {MOST_BYTES / 1e6:.0f} MB")
    if size < _END.size:
        raise ArchiveError("not a zip, or truncated")
    file.seek(max(0, size - _END.size - _LOCATOR_BYTES))
    last = file.read()
    end = _END.unpack(last[-_END.size :])
    mark, disk, first, here, number, length, offset, comment = end
    if mark != b"PK\x05\x06" or comment or last.startswith(b"PK\x06\x07"):
        raise ArchiveError("not a zip as an export is, or truncated")
    if number > MOST_CROPS + 1 or length > (MOST_CROPS + 1) * _DIRECTORY_BYTES:
        raise ArchiveError(f"{number} files: more than {MOST_CROPS} crops")
    if disk or first or here != number or offset + length + _END.size != size:
        raise ArchiveError("not one whole zip with nothing before or after it")


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files by their names, each of a kind, name and size that it may have."""
    members: dict[str, zipfile.ZipInfo] = {}
    for one in archive.infolist():
        name = one.orig_filename
        if name != NAME and not re.fullmatch(r"crops/[0-9]{1,18}\.png", name):
            raise ArchiveError(f"{name[:80]!r}: not a name that an export has")
        if name in members:
            raise ArchiveError(f"{name}: there twice")
        if stat.S_IFMT(one.external_attr >> 16) not in (0, stat.S_IFREG):
            raise ArchiveError(f"{name}: not a regular file")
        if one.flag_bits & ~_FLAGS:
            raise ArchiveError(f"{name}: encrypted, or of an unknown kind")
        if one.compress_type not in _METHODS:
            raise ArchiveError(f"{name}: neither stored nor deflated")
        most = MANIFEST_BYTES if name == NAME else LARGEST
        if one.file_size > most:
            raise ArchiveError(f"{name}: {one.file_size} bytes: more than {most}")
        members[name] = one
    if NAME not in members:
        raise ArchiveError(f"has no {NAME}")
    return members


def _content(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> bytes:
    """Unpack a file, no further than its directory entry says."""
    one = members[name]
    with _zip_errors(name), archive.open(one) as file:
        content = file.read(one.file_size + 1)
    if len(content) != one.file_size:
        raise ArchiveError(f"{name}: not as large as it says")
    return content


def _manifest(content: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        words = first["msg"].removeprefix("Value error, ")
        raise ArchiveError(f"{NAME}: {where}: {words}" if where else f"{NAME}: {words}") from error


def _keepsake(entry: CropEntry, png: bytes) -> Crop:
    if hashlib.sha256(png).hexdigest() != entry.sha256:
        raise ArchiveError(f"{entry.file}: not what its sha256 says")
    try:
        decode(png)
    except PictureError as error:
        raise ArchiveError(f"{entry.file}: {error}") from error
    hour = int(datetime.fromisoformat(entry.hour).timestamp() // HOUR)
    return Crop(entry.label, tuple(entry.probabilities), entry.model, hour, png)


def _written(entries: list[CropEntry]) -> Manifest:
    recipe = Recipe(name=RECIPE, version=VERSION)
    return Manifest(schema_version=SCHEMA, labels=list(EMOTIONS), crop=recipe, crops=entries)


def _entry(one: StoredCrop) -> CropEntry:
    """Return what the manifest says of a crop. Raises FeedbackError for a damaged one."""
    try:
        return CropEntry(
            file=f"crops/{one.number}.png",
            sha256=hashlib.sha256(one.png).hexdigest(),
            label=one.label,
            probabilities=list(one.probabilities),
            model=one.model,
            hour=one.when,
        )
    except ValidationError as error:
        raise FeedbackError(f"crop {one.number} is damaged; delete it") from error


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    return info


@contextlib.contextmanager
def _zip_errors(name: str) -> Iterator[None]:
    try:
        yield
    except ArchiveError:
        raise
    except _DAMAGE as error:
        raise ArchiveError(f"{name}: {error}") from error
