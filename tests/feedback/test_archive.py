"""Exports: what is written can be read, and every other zip is refused."""

from __future__ import annotations

import io
import json
import math
import stat
import struct
import tracemalloc
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.errors import ArchiveError, FeedbackError
from device.feedback import StoredCrop, archive
from device.feedback.crop import MAX_PNG_BYTES, encode
from device.feedback.manifest import MAX_CROPS
from device.messages import EMOTIONS
from tests.support.exports import crop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

from tests.support.forged_exports import NAMES, WHEN, Forgery, kept


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    crops = [kept(number, label) for number, label in enumerate(EMOTIONS, 1)]
    archive.save(path, crops)
    read = archive.read(path)
    for one, other in zip(crops, read, strict=True):
        assert np.array_equal(one.image, other.image)
        assert (one.label, one.probabilities, one.model, one.hour, one.png) == (
            other.label, other.probabilities, other.model, other.hour, other.png,
        )  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        content = json.loads(file.read("manifest.json"))
    assert content["crops"][0].keys() == {
        "file",
        "sha256",
        "label",
        "probabilities",
        "model",
        "hour",
    }
    assert content["crops"][0]["hour"] == WHEN


def test_an_export_of_nothing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    archive.save(path, [])
    assert archive.read(path) == []


def test_one_that_is_packed_again_is_read(tmp_path: Path, forgery: Forgery) -> None:
    forgery.method = zipfile.ZIP_DEFLATED
    path = tmp_path / "export.zip"
    path.write_bytes(forgery.content())
    assert [one.label for one in archive.read(path)] == ["sad", "sad"]


def test_where_nothing_can_be_written_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "no").touch()
    with pytest.raises(FeedbackError, match="File exists"):
        archive.save(tmp_path / "no" / "export.zip", [kept(1)])
    path = tmp_path / "export.zip"
    path.write_bytes(b"old")
    (tmp_path / "export.zip.partial").mkdir()
    with pytest.raises(FeedbackError):
        archive.save(path, [kept(1)])
    assert path.read_bytes() == b"old"


def test_a_damaged_crop_is_named_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(b"old")
    damaged = StoredCrop("joy", (math.nan,) * 7, "0.4.0", 497_221, b"", 8)
    with pytest.raises(FeedbackError, match="^crop 8 is damaged; delete it$"):
        archive.save(path, [kept(1), damaged])
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["export.zip"]


def test_the_largest_export_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of it: all limits grow with the number of crops."""
    count = MAX_CROPS // 10
    limits = archive.LIMITS
    small = replace(limits, archive_bytes=limits.archive_bytes // 10, files=count + 1)
    monkeypatch.setattr(archive, "LIMITS", small)
    monkeypatch.setattr(archive, "MANIFEST_BYTES", archive.MANIFEST_BYTES // 10)
    path = tmp_path / "export.zip"
    png = encode(crop(1))
    model = "\U0001f600" * 64
    archive.save(
        path,
        (
            StoredCrop("surprise", (0.1429,) * 7, model, 497_221, png, 10**17 + number)
            for number in range(count)
        ),
    )
    assert len(archive.read(path)) == count


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "not a zip"), (b"PK\x05\x06", "not a zip"), (b"x" * 10_000, "not a zip")],
)
def test_what_is_no_zip(refused: Callable[[bytes], str], content: bytes, words: str) -> None:
    assert words in refused(content)


def test_what_is_no_file(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "not a regular file"), (tmp_path / "none", "no such file")):
        with pytest.raises(ArchiveError, match=words):
            archive.read(path)


def test_cut_off_anywhere(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    content = forgery.content()
    for length in [*range(0, len(content), 97), len(content) - 1]:
        refused(content[:length])


def test_a_changed_byte_is_refused_or_changes_nothing(tmp_path: Path, forgery: Forgery) -> None:
    content, path = forgery.content(), tmp_path / "export.zip"
    path.write_bytes(content)
    whole = archive.read(path)
    noticed = 0
    rng = np.random.default_rng(3)
    for place in rng.integers(0, len(content), 300):
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        try:
            read = archive.read(path)
        except ArchiveError:
            noticed += 1
        else:
            assert read == whole
    assert noticed > 250


@pytest.mark.parametrize("edge", ["before", "after", "comment"])
def test_something_round_it(refused: Callable[[bytes], str], forgery: Forgery, edge: str) -> None:
    content = forgery.content()
    if edge == "before":
        assert "other data before or after" in refused(b"#!/bin/sh\n" + content)
    elif edge == "after":
        assert "not a zip" in refused(content + b"more")
    else:
        assert "not a zip" in refused(content[:-2] + b"\x04\x00more")


@pytest.mark.parametrize(
    "name",
    [
        "../evil.png", "/etc/evil.png", "crops/../../evil.png", "crops/..\\evil.png", "C:evil.png",
        "crops/7.png/../../x", "crops//8.png", "./crops/8.png", "crops/8.PNG", "crops/8.png\n",
        "crops/8.png\0.exe", "crops/\u0668.png", "Manifest.json", "crops/", "crops/-1.png",
        "crops/x.png", "x" * 5000, "crops/" + "1" * 40 + ".png", "crops/8.png ",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere(
    refused: Callable[[bytes], str], forgery: Forgery, name: str
) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    forgery.more.append((info, b""))
    words = refused(forgery.content())
    assert "unexpected file" in words or "duplicate name" in words or "not a single" in words


def test_names_there_twice(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    forgery.more.append((NAMES[0], forgery.files[NAMES[0]]))
    assert refused(forgery.content()) == "crops/7.png: duplicate name"


def test_two_manifests(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    forgery.more.append(("manifest.json", b"{}"))
    assert refused(forgery.content()) == "manifest.json: duplicate name"


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR]
)
def test_links_devices_and_folders(
    refused: Callable[[bytes], str], forgery: Forgery, kind: int
) -> None:
    del forgery.files[NAMES[0]]
    info = zipfile.ZipInfo(NAMES[0])
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    forgery.more.append((info, b"/etc/passwd"))
    assert refused(forgery.content()) == "crops/7.png: not a regular file"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods(refused: Callable[[bytes], str], forgery: Forgery, method: int) -> None:
    forgery.method = method
    assert "neither stored nor deflated" in refused(forgery.content())


def patched(
    content: bytes, offset: int, layout: str, value: int, local: int | None = None
) -> bytes:
    """Change a number of the first file's directory entry, and of its own header with `local`."""
    changed = bytearray(content)
    place = content.index(b"PK\x01\x02")
    struct.pack_into(layout, changed, place + offset, value)
    if local is not None:
        struct.pack_into(layout, changed, local, value)
    return bytes(changed)


@pytest.mark.parametrize("method", [9, 14, 93, 95, 97, 99, 1])
def test_methods_that_python_does_not_know(
    refused: Callable[[bytes], str], forgery: Forgery, method: int
) -> None:
    """Deflate64 is 9, Zstandard 93, AES 99 (APPNOTE, 4.4.5)."""
    content = patched(forgery.content(), 10, "<H", method, local=8)
    assert "neither stored nor deflated" in refused(content)


@pytest.mark.parametrize("bit", [0, 5, 6, 13])
def test_encrypted_or_patched_files(
    refused: Callable[[bytes], str], forgery: Forgery, bit: int
) -> None:
    content = patched(forgery.content(), 8, "<H", 1 << bit, local=6)
    assert "encrypted, or of an unknown kind" in refused(content)


def test_a_size_that_is_not_true(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    size = len(forgery.files[NAMES[0]])
    for wrong in (size - 1, size + 1, 0):
        refused(patched(forgery.content(), 24, "<I", wrong, local=22))
    forgery.method = zipfile.ZIP_DEFLATED
    forgery.replace(b"\0" * 4000)
    words = refused(patched(forgery.content(), 24, "<I", 30, local=22))
    assert words.startswith("crops/7.png: ")


def test_a_bomb_of_one_file(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    forgery.method = zipfile.ZIP_DEFLATED
    forgery.replace(bytes(50_000_000))
    content = forgery.content()
    assert len(content) < 100_000
    assert refused(content) == f"crops/7.png: 50000000 bytes, more than {MAX_PNG_BYTES}"
    # It says that it is small, and goes on for 50 MB.
    tracemalloc.start()
    words = refused(patched(content, 24, "<I", 4000, local=22))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert words.startswith("crops/7.png: ")
    assert peak < 5_000_000


def test_a_bomb_of_many_files(refused: Callable[[bytes], str]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for number in range(MAX_CROPS + 2):
            file.writestr(zipfile.ZipInfo(f"crops/{number}.png"), b"")
    assert refused(out.getvalue()) == f"{MAX_CROPS + 2} files, more than {MAX_CROPS + 1}"


def test_a_directory_that_is_longer_than_it_says(refused: Callable[[bytes], str]) -> None:
    """The number of files is a lie; the directory is a large one all the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for number in range(60_000):
            file.writestr(zipfile.ZipInfo(f"crops/{number}.png"), b"")
    content = bytearray(out.getvalue())
    struct.pack_into("<HH", content, len(content) - 14, 3, 3)
    assert "more than" in refused(bytes(content))


def test_a_zip64_directory_that_overrules_the_small_one(
    refused: Callable[[bytes], str], forgery: Forgery
) -> None:
    content = forgery.content()
    directory, end = content[: len(content) - 22], content[-22:]
    place, length = content.index(b"PK\x01\x02"), len(directory) - content.index(b"PK\x01\x02")
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 3, 3, length, place)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    changed = bytearray(directory + record + locator + end)
    struct.pack_into("<I", changed, len(changed) - 10, length + len(record) + len(locator))
    assert refused(bytes(changed)) == "not a zip file of the expected form, or truncated"


def test_files_that_share_their_bytes(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    """As in Fifield's bomb: one piece of data, of which many files are made."""
    content = bytearray(forgery.content())
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 4)
    struct.pack_into("<I", content, second + 42, struct.unpack_from("<I", content, first + 42)[0])
    assert refused(bytes(content)).startswith("crops/9.png: ")


def test_a_file_of_many_megabytes_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with path.open("wb") as file:
        file.truncate(archive.MAX_BYTES + 1)
    with pytest.raises(ArchiveError, match="87.0 MB, more than 87.0 MB"):
        archive.read(path)
