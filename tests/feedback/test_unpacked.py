"""Exports that a browser or a person unpacked."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from device.errors import ArchiveError
from device.feedback import archive
from device.feedback.crop import MAX_PNG_BYTES
from tests.support.exports import export, grain
from tests.support.forged_exports import kept
from training.errors import DatasetError
from training.retraining import feedback

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive.save(tmp_path / "export.zip", [kept(number) for number in (1, 2)])
    with zipfile.ZipFile(tmp_path / "export.zip") as packed:
        packed.extractall(tmp_path / "export")
    return tmp_path / "export"


def test_a_folder_is_read_as_its_archive(folder: Path) -> None:
    for name in (".DS_Store", "crops/.DS_Store", "crops/Thumbs.db", "crops/._1.png", "notes.txt"):
        (folder / name).write_bytes(b"\0")
    assert archive.read(folder) == archive.read(folder.with_suffix(".zip"))
    assert feedback.digest([folder]) == feedback.digest([folder])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("crops/x.png", b"", "crops/x.png: unexpected file"),
        ("crops/3.png", b"", "crops/3.png: not in manifest.json"),
        ("crops/1.png", b"x", "crops/1.png: its sha256 differs"),
        ("crops/1.png", bytes(MAX_PNG_BYTES + 1), f"bytes, more than {MAX_PNG_BYTES}"),
        ("manifest.json", b"{}", "manifest.json: "),
    ],
)
def test_what_an_archive_may_not_hold_a_folder_may_not_either(
    folder: Path, name: str, content: bytes, words: str
) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ArchiveError, match=words):
        archive.read(folder)


def test_one_that_was_packed_again_with_its_folder_is_refused_with_a_hint(tmp_path: Path) -> None:
    whole = export(tmp_path / "export.zip", grain(2), ["sad", "sad"])
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(whole) as packed, zipfile.ZipFile(again, "w") as target:
        for name in packed.namelist():
            target.writestr(f"export/{name}", packed.read(name))
    with pytest.raises(DatasetError, match="unpack it and give the folder"):
        feedback.read([again])
