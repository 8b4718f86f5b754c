"""Soft labels from votes: cross-fitted, and better than a single label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.messages import EMOTIONS
from training import distil, targets
from training.data.ferplus import Votes
from training.data.pictures import Pictures
from training.errors import DatasetError, RunError
from training.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def _tagged(count: int, seed: int = 0) -> tuple[Pictures, Votes, NDArray[Any]]:
    """Draw pictures whose labels and votes are noisy words on the same hidden truth."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 7, count)
    wrong = random.random(count) < 0.3
    labels = np.where(wrong, random.integers(0, 7, count), truth)
    chances = np.full((count, 7), 0.05)
    chances[np.arange(count), truth] = 0.7
    counts = np.stack([random.multinomial(10, each) for each in chances]).astype(np.float32)
    images = random.integers(0, 256, (count, 48, 48)).astype(np.uint8)
    pictures = Pictures(images, labels.astype(np.int64), np.arange(count, dtype=np.int64))
    return pictures, Votes(counts, np.ones(count, bool)), truth


def test_soft_labels_are_nearer_the_truth_than_labels() -> None:
    pictures, votes, truth = _tagged(1500)
    soft = distil.make(pictures, votes, [])
    assert soft.posterior.shape == (1500, len(EMOTIONS))
    assert soft.posterior.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (soft.posterior.argmax(axis=1) == truth).mean() > 0.97
    assert (pictures.labels == truth).mean() < 0.8
    assert soft.teachers_accuracy is None


def test_a_pictures_own_label_does_not_go_into_its_soft_label() -> None:
    pictures, votes, _ = _tagged(800)
    before = distil.make(pictures, votes, []).posterior
    fold = targets.folds(pictures, distil.FOLDS)
    labels = pictures.labels.copy()
    held = fold == 2
    labels[held] = (labels[held] + 3) % 7
    changed = Pictures(pictures.images, labels, pictures.rows)
    after = distil.make(changed, votes, []).posterior
    assert after[held] == pytest.approx(before[held], abs=1e-6)
    assert np.abs(after[~held] - before[~held]).max() > 0.1


def test_identical_pictures_share_a_fold() -> None:
    pictures, _, _ = _tagged(40)
    twice = Pictures(
        np.concatenate([pictures.images] * 2),
        np.concatenate([pictures.labels] * 2),
        np.arange(80),
    )
    fold = targets.folds(twice, 4)
    assert (fold[:40] == fold[40:]).all()
    assert set(fold.tolist()) == {0, 1, 2, 3}


def test_nothing_to_go_by_is_an_error() -> None:
    pictures, _, _ = _tagged(20)
    with pytest.raises(RunError, match="teachers, votes, or both"):
        distil.make(pictures, None, [])


def test_soft_labels_are_kept_by_data_row(tmp_path: Path) -> None:
    pictures, votes, _ = _tagged(60)
    some = pictures.take(np.arange(0, 60, 2))
    soft = distil.make(some, votes, [])
    path = tmp_path / "labels.npz"
    distil.save(path, soft, some, rows=60)
    table = targets.soft_labels(path, 60, pictures)
    assert table[some.rows] == pytest.approx(soft.posterior, abs=1e-3)
    assert not table[1::2].any()
    recipe = Recipe(soft_label_weight=0.5)
    given = targets.targets(pictures, votes, recipe, table)
    assert given.sum(axis=1) == pytest.approx(1, abs=2e-3)
    assert given[1] == pytest.approx(np.eye(7)[pictures.labels[1]]), "no soft label: its own"
    with pytest.raises(DatasetError, match="60 rows, the data set has 61"):
        targets.soft_labels(path, 61, pictures)
    mixed = Pictures(pictures.images, pictures.labels, pictures.rows[::-1].copy())
    with pytest.raises(DatasetError, match="or for another order of its rows"):
        targets.soft_labels(path, 60, mixed)


def test_a_file_that_holds_no_soft_labels_is_an_error(tmp_path: Path) -> None:
    pictures, _, _ = _tagged(3)
    path = tmp_path / "labels.npz"
    with pytest.raises(DatasetError, match="No such file"):
        targets.soft_labels(path, 3, pictures)
    path.write_bytes(b"nonsense")
    with pytest.raises(DatasetError, match="not soft labels"):
        targets.soft_labels(path, 3, pictures)


def test_teachers_are_one_for_each_fold(tmp_path: Path) -> None:
    for name, fold in (("a", 0), ("b", 0)):
        (tmp_path / name).mkdir()
        Recipe(folds=2, fold=fold).save(tmp_path / name / "config.json")
    pictures, votes, _ = _tagged(20)
    with pytest.raises(RunError, match="must have the folds"):
        distil.make(pictures, votes, [tmp_path / "a", tmp_path / "b"])
