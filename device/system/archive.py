"""Zip archives from outside, read within strict limits, and reproducible ones to hand out.

Names, kinds and sizes are checked before anything is unpacked, and nothing is unpacked to the disk.
The numbers of sections are those of PKWARE's APPNOTE.TXT 6.3.10.
"""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from device.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

END = struct.Struct("<4s4HIIH")
"""The end of central directory record (4.3.16) without a comment."""
END_MARK, ZIP64_MARK = b"PK\x05\x06", b"PK\x06\x07"
ZIP64_LOCATOR_BYTES = 20
"""The record that precedes it in a zip64 archive (4.3.15), and overrules it."""
ENTRY_BYTES = 128
"""Limit for one entry of the central directory, which takes 46 bytes and its name."""
FLAGS = 0b1000_0000_1110
"""Allowed general purpose flags (4.4.4): how it was deflated, sizes that follow, UTF-8 names."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
SHOWN = 80
"""Characters of an unexpected name in an error."""
DAMAGE = (
    zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip
"""What `zipfile` raises while it reads a damaged file, or one of an unsupported kind."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold: bytes in all, number of files, and bytes of each file unpacked.

    `file_bytes` returns the limit for a file's name, None for a name that is not allowed.
    """

    archive_bytes: int
    files: int
    file_bytes: Callable[[str], int | None]


def read(file: IO[bytes], limits: Limits) -> dict[str, bytes]:
    """Return the content of each file of an archive by its name.

    Raises ArchiveError unless it is one whole zip of stored or deflated regular files, within the
    limits and without duplicate names.
    """
    _check_end(file, limits)
    with _damage("not a zip file"), zipfile.ZipFile(file) as archive:
        entries = _checked(archive.infolist(), limits)
        return {name: _content(archive, name, entry) for name, entry in entries.items()}


def write(files: Iterable[tuple[str, bytes]], mode: int, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a reproducible archive, without times, of files with a permission mode."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(info, content, method)
    return out.getvalue()


def _check_end(file: IO[bytes], limits: Limits) -> None:
    """Check the sizes that the archive declares before its directory is read into memory."""
    size = file.seek(0, io.SEEK_END)
    if size > limits.archive_bytes:
        raise ArchiveError(f"{size / 1e6:.1f} MB, more than {limits.archive_bytes / 1e6:.1f} MB")
    if size < END.size:
        raise ArchiveError("not a zip file, or truncated")
    file.seek(max(0, size - END.size - ZIP64_LOCATOR_BYTES))
    last = file.read()
    end = END.unpack(last[-END.size :])
    mark, disk, first_disk, disk_files, files, length, offset, comment = end
    if mark != END_MARK or comment or last.startswith(ZIP64_MARK):
        raise ArchiveError("not a zip file of the expected form, or truncated")
    if files > limits.files:
        raise ArchiveError(f"{files} files, more than {limits.files}")
    if length > limits.files * ENTRY_BYTES:
        raise ArchiveError(f"a directory of {length} bytes, more than {limits.files} files need")
    if disk or first_disk or disk_files != files or offset + length + END.size != size:
        raise ArchiveError("not a single zip file without other data before or after it")


def _checked(entries: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Return the directory's entries by name. Raises ArchiveError for the first forbidden one."""
    checked: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.orig_filename
        limit = limits.file_bytes(name)
        if limit is None:
            raise ArchiveError(f"{name[:SHOWN]!r}: unexpected file")
        if name in checked:
            raise ArchiveError(f"{name}: duplicate name")
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            raise ArchiveError(f"{name}: not a regular file")
        if entry.flag_bits & ~FLAGS:
            raise ArchiveError(f"{name}: encrypted, or of an unknown kind")
        if entry.compress_type not in METHODS:
            raise ArchiveError(f"{name}: neither stored nor deflated")
        if entry.file_size > limit:
            raise ArchiveError(f"{name}: {entry.file_size} bytes, more than {limit}")
        checked[name] = entry
    return checked


def _content(archive: zipfile.ZipFile, name: str, entry: zipfile.ZipInfo) -> bytes:
    """Unpack a file, up to the size in its directory entry."""
    with _damage(name), archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise ArchiveError(f"{name}: another size than the directory gives")
    return content


@contextlib.contextmanager
def _damage(name: str) -> Iterator[None]:
    try:
        yield
    except ArchiveError:
        raise
    except DAMAGE as error:
        raise ArchiveError(f"{name}: {error}") from error
