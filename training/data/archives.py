"""Opens the tables in whatever people keep them in: compressed files, zip and tar archives.

The kind is told by content, never by name. Nothing is unpacked to the disk, and an archive that
could harm the one who unpacks it (links, paths that lead out of it, far too large) is refused.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

from device.errors import ArchiveError
from device.system.clutter import is_clutter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

COMPRESSIONS: dict[bytes, Any] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\0": lzma.open,
    b"BZh": bz2.open,
}
ZIP = (b"PK\3\4", b"PK\5\6")
TAR, TAR_PLACE = b"ustar", 257
OTHERS = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard",
}
"""What cannot be read here."""
TABLE = re.compile(r"\.(csv|tsv|txt|zip|tar|t?gz|t?bz2?|t?xz)$", re.IGNORECASE)
"""The names of files in an archive, or in a folder, that may be tables or hold some."""
LAYERS = 4
"""Kaggle's competition has a zip with a compressed tar with a CSV, which is four with the file."""
MAX_FILES = 100_000
MAX_BYTES = 8_000_000_000
"""Size limit of all files in an archive; FER2013 has 0.3 GB."""
MAX_READ = 16 << 20
"""Most bytes that `zipfile` and `tarfile` may read at once: they read a directory or an extended
header whole, however large it is."""


def files(path: Path) -> Iterator[tuple[str, io.BufferedReader]]:
    """Yield the name and content of each file that may be a table: the file, or those inside it.

    The name is "" for a file that is no archive. A content can be read until the next one is taken.
    Raises ArchiveError for an archive that is refused, and whatever the file's format raises when
    it is damaged.
    """
    with path.open("rb", buffering=0) as file:
        yield from _inside("", file, LAYERS)


def is_table(name: str) -> bool:
    """Return whether a file, by its path in an archive or a folder, may be a table or hold some."""
    return bool(TABLE.search(name)) and not any(map(is_clutter, name.split("/")))


def _inside(name: str, file: Any, layers: int) -> Iterator[tuple[str, io.BufferedReader]]:
    with io.BufferedReader(file, 1 << 16) as raw:
        yield from _layers(name, raw, layers)


def _layers(
    name: str, raw: io.BufferedReader, layers: int
) -> Iterator[tuple[str, io.BufferedReader]]:
    start = raw.peek(TAR_PLACE + len(TAR))
    for mark, kind in OTHERS.items():
        if start.startswith(mark):
            raise ArchiveError(f"{name or 'the file'} is {kind}: unpack it first")
    compression = next(
        (each for mark, each in COMPRESSIONS.items() if start.startswith(mark)), None
    )
    is_tar = start[TAR_PLACE:].startswith(TAR)
    if not (compression or is_tar or start.startswith(ZIP)):
        yield name, raw
    elif not layers:
        raise ArchiveError(f"{name}: archives in archives in archives: unpack the outer ones first")
    elif compression:
        with compression(raw) as unpacked:
            yield from _inside(name, unpacked, layers - 1)
    elif is_tar:
        yield from _inside_tar(raw, layers - 1)
    else:
        yield from _inside_zip(raw, layers - 1)


def _inside_zip(raw: IO[bytes], layers: int) -> Iterator[tuple[str, io.BufferedReader]]:
    short_reads: Any = _ShortReads(raw)
    with zipfile.ZipFile(short_reads) as archive:
        contents = _Contents()
        for entry in archive.infolist():
            contents.add(entry.filename, entry.file_size)
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise ArchiveError(f"{entry.filename}: a link, which is not followed")
        for entry in filter(lambda one: is_table(one.filename), archive.infolist()):
            if entry.flag_bits & 1:
                raise ArchiveError(f"{entry.filename}: encrypted: unpack it first")
            try:
                with archive.open(entry) as content:
                    yield from _inside(entry.filename, content, layers)
            except NotImplementedError as error:  # Windows compresses large files with Deflate64
                raise ArchiveError(f"{entry.filename}: {error}: unpack it first") from error


def _inside_tar(raw: IO[bytes], layers: int) -> Iterator[tuple[str, io.BufferedReader]]:
    short_reads: Any = _ShortReads(raw)
    with tarfile.open(fileobj=short_reads, mode="r:") as archive:
        contents = _Contents()
        for member in archive:  # each is checked before what follows it is looked for
            contents.add(member.name, member.size)
            if not (member.isfile() or member.isdir()):
                raise ArchiveError(f"{member.name}: a link or device, which is not followed")
            content = archive.extractfile(member) if is_table(member.name) else None
            if content:
                yield from _inside(member.name, content, layers)


class _Contents:
    """The number and the size of an archive's files so far."""

    def __init__(self) -> None:
        self._files = self._bytes = 0

    def add(self, name: str, size: int) -> None:
        """Add a file. Raises ArchiveError when its path is not within the archive, or too many."""
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
            raise ArchiveError(f"{name}: a path that leads out of the archive")
        self._files += 1
        self._bytes += size
        if size < 0 or self._files > MAX_FILES or self._bytes > MAX_BYTES:
            limit = f"{MAX_FILES} files or {MAX_BYTES / 1e9:g} GB"
            raise ArchiveError(f"more than {limit} inside: unpack it, and give the one file")


class _ShortReads:
    """A file that refuses to return much at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(MAX_READ + 1 if size < 0 or size > MAX_READ else size)
        if len(data) > MAX_READ:
            raise ArchiveError("damaged, or made to use up the memory")
        return data
