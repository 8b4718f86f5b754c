"""Pictures in class folders, of any size and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from device.messages import EMOTIONS
from training import data as datasets
from training.data import folders
from training.data.pictures import PRIVATE, PUBLIC, TRAINING
from training.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path


def _picture(path: Path, size: tuple[int, int] = (48, 48), grey: int = 90) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.full((size[1], size[0]), grey, np.uint8)
    image[::7] = 200
    Image.fromarray(image).save(path)


def test_kaggle_s_layout_is_read_by_split(tmp_path: Path) -> None:
    for split, count in (("train", 3), ("validation", 2), ("test", 1)):
        for emotion in EMOTIONS:
            for number in range(count):
                _picture(tmp_path / split / emotion / f"{number}.jpg")
    data = datasets.read(tmp_path)
    assert [len(data.split(name)) for name in (TRAINING, PUBLIC, PRIVATE)] == [21, 14, 7]
    given = [EMOTIONS[label] for label in data.split(PRIVATE).labels]
    assert given == sorted(EMOTIONS), "in the order of their folders"
    rows = np.concatenate([part.rows for part in data.splits.values()])
    assert sorted(rows) == list(range(42))
    assert data.notes == ()


def test_a_folder_beside_the_splits_is_left_out_and_said(tmp_path: Path) -> None:
    for folder in ("train", "test", "more"):
        _picture(tmp_path / folder / "happy" / "a.jpg")
    data = folders.read(tmp_path)
    assert data.filled() == (TRAINING, PRIVATE)
    assert data.notes == ("more: not a split, skipped",)


def test_class_folders_alone_are_there_to_be_measured_on(tmp_path: Path) -> None:
    for name in ("anger", "4_Happiness", "SADNESS", "contempt", "unknown"):
        _picture(tmp_path / name / "deep" / "a.png")
    _picture(tmp_path / "contempt" / "b.png")
    data = folders.read(tmp_path)
    assert data.filled() == (PRIVATE,)
    given = [EMOTIONS[label] for label in data.split(PRIVATE).labels]
    assert sorted(given) == ["angry", "happy", "sad"]
    assert data.notes == (
        "contempt: not one of the seven emotions, 2 files skipped",
        "unknown: not one of the seven emotions, 1 files skipped",
    )


@pytest.mark.parametrize("kind", ["jpg", "png", "tiff", "bmp", "webp", "gif", "pgm"])
def test_any_format_and_size_becomes_48_grey_pixels(kind: str, tmp_path: Path) -> None:
    _picture(tmp_path / "happy" / f"wide.{kind}", (300, 200))
    _picture(tmp_path / "happy" / f"small.{kind}", (30, 40))
    images = np.asarray(folders.read(tmp_path).split(PRIVATE).images)
    assert images.shape == (2, 48, 48)
    assert images.dtype == np.uint8
    assert 90 < images.mean() < 130


def test_a_picture_that_is_not_square_gives_its_middle() -> None:
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 100:200] = 255
    assert (folders.fit(wide) == 255).all()
    assert (folders.fit(np.rot90(wide, -1)) == 255).all()


def test_a_broken_file_is_named_and_many_are_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(120):
        _picture(tmp_path / "fear" / f"{number}.png")
    (tmp_path / "fear" / "broken.png").write_bytes(b"\x89PNG nothing more")
    data = folders.read(tmp_path)
    assert len(data.split(PRIVATE)) == 120
    assert data.rows == 121
    assert "broken.png" in data.broken[0]
    assert "broken.png" in caplog.text
    (tmp_path / "fear" / "text.jpg").write_text("no picture at all")
    with pytest.raises(DatasetError, match="2 of 122 files are broken"):
        folders.read(tmp_path)


def test_a_folder_without_classes_is_an_error(tmp_path: Path) -> None:
    _picture(tmp_path / "holiday" / "a.png")
    with pytest.raises(DatasetError, match="no folders of pictures named by emotion"):
        folders.read(tmp_path)
    with pytest.raises(DatasetError, match="No such file"):
        folders.read(tmp_path / "absent")
