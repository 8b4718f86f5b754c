"""`moodlift-train prepare`, and the duplicates that it finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from tests.support.faces import astronaut
from training import cli
from training import data as datasets
from training.data import duplicates
from training.data.pictures import PRIVATE, PUBLIC, TRAINING, Dataset, Pictures

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def _faces(count: int, seed: int = 0) -> NDArray[Any]:
    """Return pictures (n, 48, 48) that differ as photographs do: cut out of one."""
    whole = cv2.cvtColor(astronaut(), cv2.COLOR_BGR2GRAY)
    random = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        side = int(random.integers(60, 160))
        y, x = random.integers(0, 512 - side, 2)
        out.append(cv2.resize(whole[y : y + side, x : x + side], (48, 48)))
    return np.stack(out)


def _split(images: NDArray[Any], labels: int = 0) -> Pictures:
    return Pictures(images, np.full(len(images), labels), np.arange(len(images)))


def test_exact_and_near_duplicates_are_reported_apart() -> None:
    images = _faces(120)
    training, public, private = images[:80], images[80:100].copy(), images[100:].copy()
    public[0] = training[5]
    private[1] = training[6]
    training[7] = training[6]
    slightly = np.clip(training[9].astype(int) + 6, 0, 255).astype(np.uint8)
    private[2] = cv2.GaussianBlur(slightly, (3, 3), 0)
    splits = {TRAINING: _split(training), PUBLIC: _split(public), PRIVATE: _split(private, 1)}
    found = duplicates.find(Dataset(splits, 120))
    counts = found.counts()
    assert counts["exact"]["Training"] == {"pairs": 1, "same_label": 1}
    assert counts["exact"]["Training and PublicTest"] == {"pairs": 1, "same_label": 1}
    assert counts["exact"]["Training and PrivateTest"] == {"pairs": 1, "same_label": 0}
    assert [9, 102] in found.near.tolist()
    assert counts["near"]["Training and PrivateTest"]["pairs"] == 1
    assert set(np.flatnonzero(found.leaking())) == {5, 6, 7, 9}


@pytest.mark.parametrize("order", [(0, 1, 0), (1, 0, 0), (0, 0, 1), (1, 1, 0)])
def test_what_looks_like_a_tested_picture_leaks_with_all_its_copies(order: list[int]) -> None:
    images = _faces(30)
    slightly = np.clip(images[0].astype(int) + 6, 0, 255).astype(np.uint8)
    alike = [images[0], cv2.GaussianBlur(slightly, (3, 3), 0)]
    first, second, tested = (alike[which] for which in order)
    training = np.stack([first, second, *images[1:20]])
    parts = (training, np.stack([tested, *images[20:25]]), images[25:])
    splits = dict(zip((TRAINING, PUBLIC, PRIVATE), map(_split, parts), strict=True))
    leaking = duplicates.find(Dataset(splits, 32)).leaking()
    assert set(np.flatnonzero(leaking)) == {0, 1}


def test_different_pictures_are_no_duplicates() -> None:
    parts = (_faces(300, 3), _faces(1), _faces(1, 8))
    splits = dict(zip((TRAINING, PUBLIC, PRIVATE), map(_split, parts), strict=True))
    found = duplicates.find(Dataset(splits, 302))
    assert len(found.exact) == 0
    assert len(found.near) <= 2, "cut out at nearly the same place by chance"


def test_prepare_says_what_is_there_and_converts_it(
    dataset: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, votes = dataset
    out = tmp_path / "prepared"
    given = ["prepare", "--data", str(data), "--ferplus", str(votes), "--out", str(out)]
    assert cli.main([*given, "--shard", "100"]) == 0
    said = capsys.readouterr().out
    assert "fer2013.csv: 309 pictures" in said
    assert [line.split()[-1] for line in said.splitlines() if "Test " in line[:14]] == ["49", "49"]
    assert "the majority agrees with the label in 100.0%; 0 Training pictures show no face" in said
    assert f"written: {out}" in said
    straight, prepared = datasets.read(data), datasets.read(out)
    for name in straight.splits:
        one, other = straight.splits[name], prepared.splits[name]
        assert np.array_equal(np.asarray(one.images), np.asarray(other.images))
        assert np.array_equal(one.labels, other.labels)
        assert np.array_equal(one.rows, other.rows)


def test_prepare_drops_from_training_what_is_tested_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = _faces(40)
    for number, image in enumerate(images):
        for split in ("train", "test") if number < 4 else ("train",):
            path = tmp_path / "data" / split / "sad" / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), image)
    out = tmp_path / "prepared"
    given = ["prepare", "--data", str(tmp_path / "data"), "--out", str(out), "--drop-duplicates"]
    assert cli.main([*given, "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert about["dropped"] == 4
    assert about["classes"]["Training"]["sad"] == 36
    assert about["duplicates"]["exact"]["Training and PrivateTest"]["pairs"] == 4
    prepared = datasets.read(out)
    assert prepared.split(TRAINING).unlike(prepared.split(PRIVATE)).all()
