"""Exports: what is written can be read, and whatever else somebody hands in is refused."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import stat
import struct
import time
import tracemalloc
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.errors import ArchiveError, FeedbackError
from device.feedback import StoredCrop, archive
from device.feedback.crop import LARGEST, encode
from device.feedback.manifest import MOST_CROPS
from device.messages import EMOTIONS
from device.vision.alignment import RECIPE, VERSION
from tests.support.exports import crop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SURE = [0.05, 0.05, 0.05, 0.7, 0.05, 0.05, 0.05]
NAMES = ("crops/7.png", "crops/9.png")
WHEN = "2026-09-21T13:00:00Z"


def kept(number: int, label: str = "sad") -> StoredCrop:
    return StoredCrop(label, tuple(SURE), "0.4.0", 497_221, encode(crop(number)), number)


def entry(name: str, content: bytes, **changes: Any) -> dict[str, Any]:
    told = {
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "label": "sad",
        "probabilities": SURE,
        "model": "0.4.0",
        "hour": WHEN,
    }
    return {key: value for key, value in {**told, **changes}.items() if value is not ...}


class Forgery:
    """An archive that is made by hand: two good crops, and whatever a test does to it."""

    def __init__(self) -> None:
        self.files = {name: encode(crop(number)) for number, name in enumerate(NAMES)}
        self.entries = [entry(name, content) for name, content in self.files.items()]
        self.manifest: dict[str, Any] = {
            "schema_version": 1,
            "labels": list(EMOTIONS),
            "crop": {"name": RECIPE, "version": VERSION},
            "crops": self.entries,
        }
        self.text: str | bytes | None = None
        self.method = zipfile.ZIP_STORED
        self.more: list[tuple[zipfile.ZipInfo | str, bytes]] = []

    def replace(self, content: bytes, name: str = NAMES[0]) -> None:
        """Put other bytes in place of a crop, of which the manifest knows."""
        self.files[name] = content
        self.entries[NAMES.index(name)]["sha256"] = hashlib.sha256(content).hexdigest()

    def content(self) -> bytes:
        out = io.BytesIO()
        text = json.dumps(self.manifest) if self.text is None else self.text
        with warnings.catch_warnings(), zipfile.ZipFile(out, "w", self.method) as file:
            warnings.simplefilter("ignore", UserWarning)  # of names that are there twice
            for name, content in self.files.items():
                file.writestr(name, content)
            file.writestr("manifest.json", text)
            for info, content in self.more:
                file.writestr(info, content)
        return out.getvalue()


@pytest.fixture
def forgery() -> Forgery:
    return Forgery()


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[bytes], str]:
    """Read bytes as an archive, quickly and in little memory; return why that was refused."""

    def read(content: bytes) -> str:
        path = tmp_path / "export.zip"
        path.write_bytes(content)
        before = {one.name for one in tmp_path.iterdir()}
        begun = time.monotonic()
        with pytest.raises(ArchiveError) as error:
            archive.read(path)
        assert time.monotonic() - begun < 5.0
        assert {one.name for one in tmp_path.iterdir()} == before, (
            "nothing is ever unpacked to disk"
        )
        words = str(error.value)
        assert words.startswith(f"{path}: ")
        assert len(words.splitlines()) == 1
        assert len(words) < 400 + len(str(path))
        return words.removeprefix(f"{path}: ")

    return read


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
        told = json.loads(file.read("manifest.json"))
    assert told["crops"][0].keys() == {"file", "sha256", "label", "probabilities", "model", "hour"}
    assert told["crops"][0]["hour"] == WHEN


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


def test_the_largest_export_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    png = encode(crop(1))
    model = "\U0001f600" * 64
    archive.save(
        path,
        (
            StoredCrop("surprise", (0.1429,) * 7, model, 497_221, png, 10**17 + number)
            for number in range(MOST_CROPS)
        ),
    )
    assert len(archive.read(path)) == MOST_CROPS


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
        assert "nothing before or after" in refused(b"#!/bin/sh\n" + content)
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
    assert "not a name that an export has" in words or "there twice" in words or "not one" in words


def test_a_name_in_the_manifest_that_leads_elsewhere(
    refused: Callable[[bytes], str], forgery: Forgery
) -> None:
    forgery.entries[0]["file"] = "../../etc/passwd"
    assert refused(forgery.content()).startswith("manifest.json: crops.0.file: ")


def test_names_there_twice(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    forgery.more.append((NAMES[0], forgery.files[NAMES[0]]))
    assert refused(forgery.content()) == "crops/7.png: there twice"


def test_two_manifests(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    forgery.more.append(("manifest.json", b"{}"))
    assert refused(forgery.content()) == "manifest.json: there twice"


def test_a_file_named_twice_by_the_manifest(
    refused: Callable[[bytes], str], forgery: Forgery
) -> None:
    forgery.entries.append(dict(forgery.entries[0]))
    assert refused(forgery.content()) == "manifest.json: names a file twice"


def test_files_that_the_manifest_does_not_have(
    refused: Callable[[bytes], str], forgery: Forgery
) -> None:
    forgery.more.append(("crops/8.png", encode(crop(8))))
    assert refused(forgery.content()) == "its files are not those of manifest.json: crops/8.png"


def test_files_that_are_missing(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    del forgery.files[NAMES[1]]
    assert refused(forgery.content()) == "its files are not those of manifest.json: crops/9.png"


def test_no_manifest(refused: Callable[[bytes], str]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(NAMES[0], encode(crop(1)))
    assert refused(out.getvalue()) == "has no manifest.json"


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
    assert refused(content) == f"crops/7.png: 50000000 bytes: more than {LARGEST}"
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
        for number in range(MOST_CROPS + 2):
            file.writestr(zipfile.ZipInfo(f"crops/{number}.png"), b"")
    assert refused(out.getvalue()) == f"{MOST_CROPS + 2} files: more than {MOST_CROPS} crops"


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
    assert refused(bytes(changed)) == "not a zip as an export is, or truncated"


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
        file.truncate(archive.MOST_BYTES + 1)
    with pytest.raises(ArchiveError, match="87 MB: more than 87 MB"):
        archive.read(path)


def test_a_huge_manifest(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    forgery.method = zipfile.ZIP_DEFLATED
    forgery.text = b" " * (archive.MANIFEST_BYTES + 1)
    assert refused(forgery.content()).startswith("manifest.json: 10240001 bytes: more than")


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{", "{}", "\"x", "[" * 100_000, '{"a":' * 100_000, b"\xff\xfe",
        "9" * 100_000, "\0",
    ],
)  # fmt: skip
def test_a_manifest_that_is_none(
    refused: Callable[[bytes], str], forgery: Forgery, text: str | bytes
) -> None:
    forgery.text = text
    assert refused(forgery.content()).startswith("manifest.json: ")


def test_a_manifest_of_too_many_crops(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    small = {**forgery.entries[0], "sha256": "0" * 64}
    forgery.manifest["crops"] = [small] * (MOST_CROPS + 1)
    forgery.method = zipfile.ZIP_DEFLATED
    assert refused(forgery.content()).startswith("manifest.json: ")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema_version", 2), ("schema_version", "1"), ("schema_version", True),
        ("schema_version", ...), ("labels", list(reversed(EMOTIONS))), ("labels", "angry"),
        ("crop", {"name": RECIPE, "version": VERSION + 1}), ("crop", {"name": "x", "version": 1}),
        ("crop", None), ("crops", {}), ("crops", [3]), ("extra", 1), ("labels", ...),
        ("crop", ...), ("crops", ...), ("crop", {}), ("crop", {"name": RECIPE}),
        ("crop", {"version": VERSION}),
    ],
)  # fmt: skip
def test_a_manifest_that_says_something_else(
    refused: Callable[[bytes], str], forgery: Forgery, key: str, value: Any
) -> None:
    if value is ...:
        del forgery.manifest[key]
    else:
        forgery.manifest[key] = value
    assert re.match(rf"manifest\.json: {key}[.:]", refused(forgery.content()))


NAN = math.nan


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("probabilities", [NAN, *SURE[1:]]), ("probabilities", [math.inf, *SURE[1:]]),
        ("probabilities", SURE[:6]), ("probabilities", [*SURE, 0.0]), ("probabilities", []),
        ("probabilities", [1.0] * 7), ("probabilities", [0.0] * 7),
        ("probabilities", [-0.5, 0.5, 0.5, 0.5, 0.0, 0.0, 0.0]),
        ("probabilities", ["0.1", *SURE[1:]]), ("probabilities", None),
        ("probabilities", [1e400, *SURE[1:]]), ("probabilities", {}),
        ("label", "joy"), ("label", ""), ("label", 3), ("label", None), ("label", ["sad"]),
        ("sha256", "0" * 63), ("sha256", "Z" * 64), ("sha256", None), ("sha256", "0" * 64 + "\n"),
        ("hour", "2026-09-21T13:07:00Z"), ("hour", "2026-09-21T13:00:00"), ("hour", 497_221),
        ("hour", "2026-02-30T13:00:00Z"), ("hour", "2026-09-21T24:00:00Z"),
        ("hour", "0000-01-01T00:00:00Z"), ("hour", "2026-09-21T13:00:00Z\n"),
        ("model", 4), ("model", "x" * 65), ("file", "crops/7.png\n"), ("file", 7),
        ("person", "somebody"), ("hour", ...), ("label", ...), ("sha256", ...),
    ],
)  # fmt: skip
def test_an_entry_that_is_wrong(
    refused: Callable[[bytes], str], forgery: Forgery, key: str, value: Any
) -> None:
    forgery.entries[1] = entry(NAMES[1], forgery.files[NAMES[1]], **{key: value})
    assert refused(forgery.content()).startswith("manifest.json: ")


def test_every_hour_of_the_calendar_can_be_read(tmp_path: Path, forgery: Forgery) -> None:
    forgery.entries[0]["hour"] = "0001-01-01T00:00:00Z"
    forgery.entries[1]["hour"] = "9999-12-31T23:00:00Z"
    path = tmp_path / "export.zip"
    path.write_bytes(forgery.content())
    assert [one.when for one in archive.read(path)] == [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:00:00Z",
    ]


def test_a_crop_that_is_another_one(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    forgery.files[NAMES[0]] = encode(crop(55))
    assert refused(forgery.content()) == "crops/7.png: not what its sha256 says"


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", check)


def png(*head: int, data: bytes = bytes(48 * 49), more: bytes = b"") -> bytes:
    """Make a PNG with a header of these numbers, over data that may not fit it."""
    ihdr = chunk(b"IHDR", struct.pack(">IIBBBBB", *head))
    idat = chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + ihdr + more + idat + chunk(b"IEND", b"")


def test_our_own_forged_png_is_one(tmp_path: Path, forgery: Forgery) -> None:
    forgery.replace(png(48, 48, 8, 0, 0, 0, 0))
    path = tmp_path / "export.zip"
    path.write_bytes(forgery.content())
    assert archive.read(path)[0].image.max() == 0


@pytest.mark.parametrize(
    "content",
    [
        png(60_000, 60_000, 8, 0, 0, 0, 0), png(48, 48, 16, 0, 0, 0, 0), png(48, 48, 8, 2, 0, 0, 0),
        png(48, 48, 8, 0, 0, 0, 1), png(48, 49, 8, 0, 0, 0, 0), png(48, 48, 8, 3, 0, 0, 0),
        png(48, 48, 1, 0, 0, 0, 0), png(48, 48, 8, 0, 0, 0, 0, data=b""),
        png(48, 48, 8, 0, 0, 0, 0, data=bytes(100)), b"", b"\x89PNG\r\n\x1a\n", b"GIF89a",
        png(48, 48, 8, 0, 0, 0, 0)[:50],
        png(48, 48, 8, 0, 0, 0, 0, more=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(3_000_000)))),
    ],
)  # fmt: skip
def test_a_crop_that_is_no_such_png(
    refused: Callable[[bytes], str], forgery: Forgery, content: bytes
) -> None:
    forgery.replace(content)
    words = refused(forgery.content())
    assert words.startswith("crops/7.png: ")
    assert "8 bits of grey" in words or "damaged" in words
