"""Folders of pictures as data sets are given out, and as operating systems leave them."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from device.messages import EMOTIONS
from training import data as datasets
from training.data import layouts
from training.data.pictures import PRIVATE, PUBLIC, TRAINING
from training.errors import DatasetError

RAF = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")


def draw(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.full((20, 20), 90, np.uint8)
    image[::7] = 200
    Image.fromarray(image).save(path)
    return path


def classes(folder: Path, name: str = "0.png", ending: str = "") -> None:
    for emotion in EMOTIONS:
        draw(folder / f"{emotion}{ending}" / name)


def labels(folder: Path, split: str = PRIVATE) -> list[str]:
    return sorted(EMOTIONS[label] for label in datasets.read(folder).split(split).labels)


ALL = sorted(EMOTIONS)


@pytest.mark.parametrize("above", ["", "images", "images/images", "fer/data/48x48"])
@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [
        ("train", "validation", "test"),
        ("Train Set", "Validation Set", "Test Set"),
        ("TRAIN", "VAL", "TEST"),
        ("training_data", "dev-images", "private test".replace(" ", "")),
    ],
)
def test_splits_may_lie_deeper_and_have_longer_names(
    above: str, train: str, validation: str, test: str, tmp_path: Path
) -> None:
    root = tmp_path / above
    for split in (train, validation, test):
        classes(root / split)
    data = datasets.read(tmp_path)
    assert data.filled() == (TRAINING, PUBLIC, PRIVATE)
    assert data.notes == ()
    assert labels(tmp_path, TRAINING) == labels(tmp_path, PUBLIC) == labels(tmp_path) == ALL


def test_a_split_may_be_in_a_folder_of_its_own_name(tmp_path: Path) -> None:
    classes(tmp_path / "train" / "train")
    classes(tmp_path / "test" / "test")
    (tmp_path / "validation").mkdir()
    assert labels(tmp_path, TRAINING) == labels(tmp_path) == ALL
    assert datasets.read(tmp_path).filled() == (TRAINING, PRIVATE)


@pytest.mark.parametrize("words", [
    ("Angry", "Disgusted", "Fearful", "Happiness", "Sadness", "Suprise", "Neutral"),
    ("0 ANGER", "1_Disgust", "2.Fear", "3-HAPPY", "4 sad", "5 Surprised", "6 Neutral"),
    ("Wut", "Ekel", "Angst", "Freude", "Trauer", "Überraschung", "Neutral"),
    ("angry faces", "disgust_images", "fear-set", "happy data", "sad", "surprise", "neutral"),
])  # fmt: skip
def test_classes_have_several_names(words: tuple[str, ...], tmp_path: Path) -> None:
    for word in words:
        # macOS stores the letters of names apart from their accents.
        draw(tmp_path / unicodedata.normalize("NFD", word) / "A.PNG")
    assert labels(tmp_path) == ALL


def test_what_operating_systems_leave_is_no_picture(tmp_path: Path) -> None:
    for split in ("train", "test"):
        classes(tmp_path / split, "0.JPG")
        for emotion in EMOTIONS:
            for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "._0.JPG", "Icon\r"):
                (tmp_path / split / emotion / name).write_bytes(b"\xd0\xcf\x11\xe0")
            draw(tmp_path / "__MACOSX" / split / emotion / "._0.png")
            draw(tmp_path / split / emotion / "@eaDir" / "0.JPG")
    data = datasets.read(tmp_path)
    assert (data.rows, data.broken, data.notes) == (14, (), ())


def test_a_name_need_not_be_utf_8(tmp_path: Path) -> None:
    classes(tmp_path)
    broken = os.fsencode(tmp_path / "happy") + b"/gl\xfccklich.png"
    draw(tmp_path / "happy" / "1.png").rename(os.fsdecode(broken))
    assert datasets.read(tmp_path).rows == 8
    Path(os.fsdecode(broken)).write_bytes(b"no picture")
    with pytest.raises(DatasetError, match="happy/gl\ufffdcklich.png: not a"):
        datasets.read(tmp_path)
    Path(os.fsdecode(broken)).unlink()
    draw(Path(os.fsdecode(os.fsencode(tmp_path) + b"/andere Gef\xfchle")) / "0.png")
    (note,) = datasets.read(tmp_path).notes
    assert note == "andere Gef\ufffdhle: not one of the seven emotions, 1 files skipped"


def test_links_to_classes_are_followed(tmp_path: Path) -> None:
    classes(tmp_path / "real")
    for emotion in EMOTIONS:
        (tmp_path / "set").mkdir(exist_ok=True)
        (tmp_path / "set" / emotion).symlink_to(f"../real/{emotion}")
    (tmp_path / "set" / "happy" / "loop").symlink_to("..")
    assert labels(tmp_path / "set") == ALL


@pytest.mark.parametrize("above", ["", "DATASET"])
def test_raf_db_in_numbered_folders(above: str, tmp_path: Path) -> None:
    for split in ("train", "test"):
        for number in range(1, 8):
            for picture in range(number):
                name = f"{split}_{picture:05}_aligned.jpg"
                draw(tmp_path / above / split / str(number) / name)
    (tmp_path / "train_labels.csv").write_text("image,label\ntrain_00001_aligned.jpg,5\n")
    given = labels(tmp_path, TRAINING)
    assert [given.count(name) for name in RAF] == [1, 2, 3, 4, 5, 6, 7]
    assert given == labels(tmp_path)


def raf_list(root: Path, ending: str = "\n") -> Path:
    lines = []
    for number in range(14):
        split = "train" if number < 7 else "test"
        draw(root / "Image" / "aligned" / f"{split}_{number:05}_aligned.jpg")
        draw(root / "Image" / "original" / f"{split}_{number:05}.jpg")
        lines.append(f"{split}_{number:05}.jpg {number % 7 + 1}")
    path = root / "EmoLabel" / "list_patition_label.txt"
    path.parent.mkdir()
    path.write_text(ending.join([*lines, ""]), "utf-8-sig", newline="")
    return path


@pytest.mark.parametrize("above", ["", "basic"])
def test_raf_db_with_its_list(above: str, tmp_path: Path) -> None:
    path = raf_list(tmp_path / above, "\r\n")
    for given in (tmp_path, path.parent):
        data = datasets.read(given)
        assert data.rows == 14
        for split in (TRAINING, PRIVATE):
            assert tuple(EMOTIONS[label] for label in data.split(split).labels) == RAF
    files, _ = layouts.find(tmp_path)
    assert {file.parent.name for file, _, _ in files} == {"aligned"}


def test_a_list_of_raf_db_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    path = raf_list(tmp_path)
    (tmp_path / "Image" / "aligned" / "train_00003_aligned.jpg").unlink()
    with pytest.raises(DatasetError, match="1 of 14 files are broken, .*train_00003_aligned.jpg"):
        datasets.read(tmp_path)
    path.write_text("train_00001.jpg 5\ntrain_00002.jpg 8\n")
    with pytest.raises(
        DatasetError, match="label.txt:2: expected a line such as train_00001.jpg 5"
    ):
        datasets.read(tmp_path)
    for picture in (tmp_path / "Image" / "aligned").iterdir():
        picture.unlink()
    with pytest.raises(DatasetError, match="no pictures such as .*: unpack aligned.zip"):
        datasets.read(tmp_path)


@pytest.mark.parametrize("above", ["", "jaffe/jaffe"])
@pytest.mark.parametrize(
    ("name", "codes", "emotions"),
    [
        ("KA.{}1.39.tiff", "AN DI FE HA NE SA SU", ALL),
        ("yM.{}3.50.TIFF", "an di fe ha ne sa su", ALL),
        ("AF01{}S.JPG", "AF AN DI HA NE SA SU", ALL),
        ("BM35{}HL.JPG", "HA SA", ["happy", "sad"]),
    ],
)
def test_names_have_the_emotion_in_jaffe_and_kdef(
    above: str, name: str, codes: str, emotions: list[str], tmp_path: Path
) -> None:
    for code in codes.split():
        draw(tmp_path / above / name.format(code))
    (tmp_path / above / "README_FIRST.txt").write_text("terms")
    assert labels(tmp_path) == emotions
    assert datasets.read(tmp_path).notes == ("1 files whose names have no emotion, skipped",)


def test_what_is_not_clear_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    for number in range(7):
        draw(tmp_path / "a" / "train" / str(number) / "0.png")
    with pytest.raises(DatasetError, match="a/train: its folders have numbers.*such as 3_happy"):
        datasets.read(tmp_path)
    classes(tmp_path / "b")
    classes(tmp_path / "c")
    with pytest.raises(DatasetError, match="several data sets, in the folders b, c: give one"):
        datasets.read(tmp_path)
    draw(tmp_path / "d" / "KA.HA1.39.tiff")
    for number in range(3):
        draw(tmp_path / "d" / f"{number}.png")
    with pytest.raises(DatasetError, match="no folders of pictures named by emotion"):
        datasets.read(tmp_path / "d")
