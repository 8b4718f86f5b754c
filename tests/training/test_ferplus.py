from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from training.data import ferplus
from training.data.pictures import Pictures
from training.errors import DatasetError
from training.recipe import Recipe
from training.targets import targets, usable

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
)


def _write(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([HEADER, *rows, ""]))
    return path


def _pictures(labels: list[int], rows: list[int]) -> Pictures:
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 48, 48), dtype=np.uint8)
    return Pictures(images, np.array(labels), np.array(rows))


def test_votes_come_in_our_order_and_join_by_row(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "votes.csv",
        [
            "Training,fer9.png,1,2,3,4,5,6,7,0,0,0",
            ",,0,0,0,0,0,0,0,0,0,10",
            "x,y,0,10,0,0,0,0,0,0,0,0",
        ],
    )
    votes = ferplus.read(path, 3)
    assert votes.counts[0].tolist() == [5, 6, 7, 2, 4, 3, 1]
    assert votes.face.tolist() == [True, False, True]
    pictures = _pictures([3, 2], [2, 1])
    assert votes.shares(pictures).tolist() == [[0, 0, 0, 1, 0, 0, 0], [0] * 7]
    assert usable(pictures, votes).tolist() == [True, False]


def test_a_shifted_join_is_refused(tmp_path: Path) -> None:
    labels = [i % 7 for i in range(70)]
    places = [4, 5, 6, 1, 3, 2, 0]
    rows = [",," + ",".join("9" if i == places[n] else "0" for i in range(10)) for n in labels]
    votes = ferplus.read(_write(tmp_path / "votes.csv", rows), 70)
    assert ferplus.check(votes, _pictures(labels, list(range(70)))) == 1.0
    with pytest.raises(DatasetError, match="agrees with 0% of the labels"):
        ferplus.check(votes, _pictures(labels[1:], list(range(69))))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([",,1,1,1,1,1,1,1,1,1,1"], "1 rows, FER2013 has 2"),
        ([",,1,1,1,1,1,1,1,1,1,1", ",,1,1"], "line 3: not votes"),
        ([",,1,1,1,1,x,1,1,1,1,1"], "line 2: not votes"),
    ],
)
def test_broken_votes_are_refused(rows: list[str], reason: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=reason):
        ferplus.read(_write(tmp_path / "votes.csv", rows), 2)


def test_votes_without_a_column_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("anger,fear\n1,2\n")
    with pytest.raises(DatasetError, match="no column disgust and happiness"):
        ferplus.read(path, 1)


def test_targets_blend_label_votes_and_smoothing() -> None:
    pictures = _pictures([3, 0], [0, 1])
    votes = ferplus.Votes(np.array([[0, 0, 0, 5, 0, 0, 5], [0] * 7], np.float32), np.ones(2, bool))
    plain = targets(pictures, None, Recipe(label_smoothing=0.0))
    assert plain.tolist() == np.eye(7)[[3, 0]].tolist()
    soft = targets(pictures, votes, Recipe(label_smoothing=0.0, votes_weight=0.2))
    assert soft[0] == pytest.approx([0, 0, 0, 0.9, 0, 0, 0.1])
    assert soft[1] == pytest.approx([1, 0, 0, 0, 0, 0, 0])
    smooth = targets(pictures, votes, Recipe())
    assert smooth.dtype == np.float32
    assert smooth.sum(axis=1) == pytest.approx([1, 1])
    assert smooth.min() == pytest.approx(0.05 / 7)


def test_blank_pictures_are_not_trained_on() -> None:
    pictures = _pictures([0, 1], [0, 1])
    assert isinstance(pictures.images, np.ndarray)
    pictures.images[1] = 9
    assert usable(pictures, None).tolist() == [True, False]
