"""The prepared data set: the same pictures, mapped into memory, and whole or not there."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest

from training import data as datasets
from training.data import cache
from training.data.pictures import PRIVATE, PUBLIC, SPLITS, TRAINING, Dataset, Pictures
from training.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path


def _pictures(count: int, seed: int, looked: bool = False) -> Pictures:
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, 48, 48), np.uint8)
    marks = random.random((count, 2, 4, 2), np.float32) if looked else None
    rows = np.arange(count) + 100 * seed
    return Pictures(images, random.integers(0, 7, count), rows, marks)


@pytest.fixture
def data() -> Dataset:
    splits = {TRAINING: _pictures(25, 1, True), PUBLIC: _pictures(7, 2), PRIVATE: _pictures(0, 3)}
    return Dataset(splits, 400)


def _same(one: Pictures, other: Pictures) -> bool:
    marks = one.landmarks is None and other.landmarks is None
    if one.landmarks is not None and other.landmarks is not None:
        marks = bool((one.landmarks == other.landmarks).all())
    arrays = ("images", "labels", "rows")
    pairs = ((np.asarray(getattr(each, name)) for each in (one, other)) for name in arrays)
    return marks and all(np.array_equal(each, copy) for each, copy in pairs)


def test_what_is_read_is_what_was_written(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "prepared"
    cache.write(path, data, {"source": "made up"}, shard=10)
    assert len(list(path.glob("Training-0*.npy"))) == 3
    back = datasets.read(path)
    assert back.rows == 400
    assert all(_same(back.splits[name], data.splits[name]) for name in SPLITS)
    assert json.loads((path / cache.ABOUT).read_text())["source"] == "made up"


def test_pictures_stay_on_disk_until_they_are_used(data: Dataset, tmp_path: Path) -> None:
    cache.write(tmp_path / "p", data, {}, shard=4)
    mapped = cache.read(tmp_path / "p").splits[TRAINING]
    whole = data.splits[TRAINING]
    index = np.array([24, 0, 3, 4, 24, 17])
    assert not isinstance(mapped.take(index).images, np.ndarray)
    assert _same(mapped.take(index), whole.take(index))
    sent = pickle.dumps(mapped.take(index).images)
    assert len(sent) < 2000 < mapped.images[index].nbytes, "others map the files themselves"
    assert np.array_equal(np.asarray(pickle.loads(sent)), whole.images[index])
    twice = mapped.take(slice(2, 20)).take(np.array([0, 5]))
    assert _same(twice, whole.take(np.array([2, 7])))
    assert [image.tobytes() for image in mapped] == [image.tobytes() for image in whole]
    assert mapped.images.shape == (25, 48, 48)
    assert mapped.unlike(whole.take(slice(0, 5))).sum() == 20


def test_an_older_one_is_replaced_and_nothing_else(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "prepared"
    cache.write(path, data, {})
    cache.write(path, Dataset({**data.splits, PUBLIC: _pictures(3, 9)}, 400), {})
    assert len(cache.read(path).splits[PUBLIC]) == 3
    assert [item.name for item in tmp_path.iterdir()] == ["prepared"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    with pytest.raises(DatasetError, match="is not a prepared data set"):
        cache.write(mine, data, {})
    assert (mine / "letter.txt").exists()


@pytest.mark.parametrize("damage", ["about", "schema", "shard", "short", "labels", "gone"])
def test_damage_is_reported(damage: str, data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "prepared"
    cache.write(path, data, {})
    about = path / cache.ABOUT
    if damage == "about":
        about.write_text("{}")
    elif damage == "schema":
        about.write_text(about.read_text().replace('"schema": 1', '"schema": 99'))
    elif damage == "shard":
        (path / "Training-000.npy").write_bytes(b"nothing")
    elif damage == "short":
        np.save(path / "Training-000.npy", np.zeros((3, 48, 48), np.uint8))
    elif damage == "labels":
        np.save(path / "Training-labels.npy", np.zeros(3, np.int64))
    else:
        (path / "Training-rows.npy").unlink()
    with pytest.raises(DatasetError, match="prepared"):
        cache.read(path)
