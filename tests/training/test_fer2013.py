from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from training.data import fer2013
from training.data.pictures import SPLITS
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PIXELS = " ".join(str(i % 256) for i in range(48 * 48))
GOOD = ("3", PIXELS, "Training")
BROKEN = {
    "too few pixels": (("3", PIXELS[:-4], "Training"), "2303 pixels, expected 2304"),
    "too many pixels": (("3", PIXELS + " 0", "Training"), "2305 pixels"),
    "no pixels": (("3", "", "Training"), "0 pixels"),
    "over 255": (("3", "256" + PIXELS[1:], "Training"), "not a whole number from 0 to 255"),
    "negative": (("3", "-1" + PIXELS[1:], "Training"), "not a whole number from 0 to 255"),
    "fraction": (("3", "0.5" + PIXELS[1:], "Training"), "not a whole number from 0 to 255"),
    "word": (("3", "x" + PIXELS[1:], "Training"), "not a whole number from 0 to 255"),
    "label 7": (("7", PIXELS, "Training"), "unknown emotion '7'"),
    "label -1": (("-1", PIXELS, "Training"), "unknown emotion '-1'"),
    "label word": (("happy", PIXELS, "Training"), "unknown emotion 'happy'"),
    "usage": (("3", PIXELS, "Test"), "unknown Usage 'Test'"),
    "short row": (("3",), "1 fields, expected 3"),
}


def test_reads_splits_labels_pixels_and_rows(write_csv: Callable[..., Path]) -> None:
    data = fer2013.read(
        write_csv([GOOD, ("6", PIXELS, "PrivateTest"), ("0", PIXELS, "PublicTest")])
    )
    assert [len(data.splits[name]) for name in SPLITS] == [1, 1, 1]
    private = data.split("PrivateTest")
    images = np.asarray(private.images)
    assert images.dtype == np.uint8
    assert images.shape == (1, 48, 48)
    assert images.ravel().tolist() == [i % 256 for i in range(48 * 48)]
    assert private.labels.tolist() == [6]
    assert private.rows.tolist() == [1]
    assert data.rows == 3


def test_columns_may_come_in_any_order(write_csv: Callable[..., Path]) -> None:
    data = fer2013.read(write_csv([("Training", "2", PIXELS)], "Usage,emotion,pixels"))
    assert data.split("Training").labels.tolist() == [2]


def _zip(content: bytes, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fer2013/README", "text")
        archive.writestr("fer2013/fer2013.csv", content)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".xz": lzma.compress,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
}


@pytest.mark.parametrize("ending", ["", ".xz", ".gz", ".bz2", ".zip"])
def test_reads_every_compression(
    ending: str, write_csv: Callable[..., Path], tmp_path: Path
) -> None:
    content = write_csv([GOOD] * 3).read_bytes()
    path = tmp_path / f"packed.csv{ending}"
    if ending == ".zip":
        _zip(content, path)
    else:
        path.write_bytes(PACK[ending](content))
    assert len(fer2013.read(path).split("Training")) == 3


@pytest.mark.parametrize("ending", [".xz", ".gz", ".bz2", ".zip"])
def test_damaged_compression_is_reported(
    ending: str, write_csv: Callable[..., Path], tmp_path: Path
) -> None:
    content = write_csv([GOOD] * 50).read_bytes()
    path = tmp_path / f"packed.csv{ending}"
    if ending == ".zip":
        _zip(content, path)
    else:
        path.write_bytes(PACK[ending](content))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DatasetError, match=f"packed.csv{ending}: "):
        fer2013.read(path)


@pytest.mark.parametrize(("row", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_row_is_left_out_and_named_by_line(
    row: tuple[str, ...],
    reason: str,
    write_csv: Callable[..., Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    data = fer2013.read(write_csv([*[GOOD] * 4, row, *[GOOD] * 100]))
    assert len(data.split("Training")) == 104
    assert data.rows == 105
    assert data.split("Training").rows.tolist()[3:5] == [3, 5]
    (message,) = data.broken
    assert message.startswith("line 6: ")
    assert reason in message
    assert message in caplog.text


def test_more_than_one_percent_broken_is_an_error(write_csv: Callable[..., Path]) -> None:
    path = write_csv([GOOD] * 99 + [("9", PIXELS, "Training")] * 2)
    with pytest.raises(DatasetError, match="2 of 101 rows are broken, first line 101: unknown emo"):
        fer2013.read(path)


def test_many_broken_rows_are_counted_not_listed(
    write_csv: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    data = fer2013.read(write_csv([GOOD] * 793 + [("9", PIXELS, "Training")] * 7))
    assert len(data.broken) == 7
    assert len(caplog.records) == 6
    assert "2 more rows skipped" in caplog.text


@pytest.mark.parametrize(
    ("header", "missing"),
    [("emotion,Usage", "pixels"), ("a,b,c", "emotion and pixels and Usage"), ("", "emotion")],
)
def test_a_missing_column_is_an_error(
    header: str, missing: str, write_csv: Callable[..., Path]
) -> None:
    with pytest.raises(DatasetError, match=f"line 1: no column {missing}"):
        fer2013.read(write_csv([GOOD], header))


def test_files_that_are_no_data_set(tmp_path: Path, write_csv: Callable[..., Path]) -> None:
    with pytest.raises(DatasetError, match="absent.csv: No such file"):
        fer2013.read(tmp_path / "absent.csv")
    with pytest.raises(DatasetError, match="no rows"):
        fer2013.read(write_csv([]))
    picture = tmp_path / "picture.csv"
    picture.write_bytes(bytes(range(256)) * 9)
    with pytest.raises(DatasetError, match="not a CSV file"):
        fer2013.read(picture)
    with pytest.raises(DatasetError, match="Is a directory"):
        fer2013.read(tmp_path)
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w"):
        pass
    with pytest.raises(DatasetError, match="0 CSV files inside"):
        fer2013.read(empty)


def test_an_empty_split_is_an_error(write_csv: Callable[..., Path]) -> None:
    with pytest.raises(DatasetError, match="no PublicTest picture"):
        fer2013.read(write_csv([GOOD])).split("PublicTest")


def test_unlike_finds_duplicates(write_csv: Callable[..., Path]) -> None:
    other = "9" + PIXELS[1:]
    data = fer2013.read(write_csv([GOOD, ("1", PIXELS, "PublicTest"), ("1", other, "PublicTest")]))
    assert data.split("PublicTest").unlike(data.split("Training")).tolist() == [False, True]
