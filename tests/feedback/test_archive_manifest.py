"""An export's manifest and crops are checked to the last value."""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from device.feedback import archive
from device.feedback.crop import encode
from device.feedback.manifest import MAX_CROPS
from device.messages import EMOTIONS
from device.vision.alignment import RECIPE, VERSION
from tests.support.exports import crop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

from tests.support.forged_exports import NAMES, SURE, Forgery, entry


def test_a_name_in_the_manifest_that_leads_elsewhere(
    refused: Callable[[bytes], str], forgery: Forgery
) -> None:
    forgery.entries[0]["file"] = "../../etc/passwd"
    content = refused(forgery.content())
    assert content.startswith("manifest.json: crops.0.file = '../../etc/passwd': ")


def test_a_file_named_twice_by_the_manifest(
    refused: Callable[[bytes], str], forgery: Forgery
) -> None:
    forgery.entries.append(dict(forgery.entries[0]))
    assert refused(forgery.content()) == "manifest.json: duplicate file"


def test_files_that_the_manifest_does_not_have(
    refused: Callable[[bytes], str], forgery: Forgery
) -> None:
    forgery.more.append(("crops/8.png", encode(crop(8))))
    assert refused(forgery.content()) == "crops/8.png: not in manifest.json"


def test_files_that_are_missing(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    del forgery.files[NAMES[1]]
    assert refused(forgery.content()) == "crops/9.png missing"


def test_no_manifest(refused: Callable[[bytes], str]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(NAMES[0], encode(crop(1)))
    assert refused(out.getvalue()) == "manifest.json missing"


def test_a_huge_manifest(refused: Callable[[bytes], str], forgery: Forgery) -> None:
    forgery.method = zipfile.ZIP_DEFLATED
    forgery.text = b" " * (archive.MANIFEST_BYTES + 1)
    assert refused(forgery.content()).startswith("manifest.json: 10240001 bytes, more than")


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
    forgery.manifest["crops"] = [small] * (MAX_CROPS + 1)
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
    assert re.match(rf"manifest\.json: {key}(\.| =|:)", refused(forgery.content()))


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
    assert refused(forgery.content()) == "crops/7.png: its sha256 differs"


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
