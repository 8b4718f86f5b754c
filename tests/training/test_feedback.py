"""Exports for training: which crops are held out, excluded, or refused."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.feedback import archive
from device.messages import EMOTIONS
from tests.support.exports import FIRST, export, grain, kept
from training.errors import DatasetError
from training.retraining import feedback

if TYPE_CHECKING:
    from pathlib import Path

    from training.data.pictures import Pictures

COUNT = 400
LABELS = [EMOTIONS[number % 7] for number in range(COUNT)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("export") / "export.zip", grain(COUNT), LABELS)


def crops(pictures: Pictures) -> set[bytes]:
    return {image.tobytes() for image in pictures}


def test_a_quarter_is_held_out_and_everything_is_somewhere(whole: Path) -> None:
    told = feedback.read([whole])
    assert len(told.training) + len(told.held_out) == COUNT
    assert 0.15 < len(told.held_out) / COUNT < 0.35
    assert not crops(told.training) & crops(told.held_out)
    named = dict(zip((image.tobytes() for image in grain(COUNT)), LABELS, strict=True))
    for side in (told.training, told.held_out):
        for image, label in zip(side, side.labels, strict=True):
            assert named[image.tobytes()] == EMOTIONS[label]
    assert str(told) == f"{len(told.training)} crops to train on, {len(told.held_out)} held out"


def test_a_crop_stays_in_its_set_in_later_exports(whole: Path, tmp_path: Path) -> None:
    """The next export has lost the oldest crops, and has newer ones."""
    rest = kept(grain(COUNT), LABELS)[150:]
    new = kept(grain(150, seed=1), LABELS[:150], first=FIRST + COUNT)
    archive.save(tmp_path / "later.zip", [*new, *rest])
    before, after = feedback.read([whole]), feedback.read([tmp_path / "later.zip"])
    stayed = crops(before.held_out) & (crops(after.held_out) | crops(after.training))
    assert stayed
    assert stayed <= crops(after.held_out)


def test_all_crops_of_an_hour_are_in_one_set() -> None:
    held = [feedback.is_held_out(hour) for hour in range(FIRST, FIRST + 4000)]
    assert held == [feedback.is_held_out(hour) for hour in range(FIRST, FIRST + 4000)]
    assert 0.22 < np.mean(held) < 0.28


def test_the_same_crop_in_two_exports_counts_once(whole: Path, tmp_path: Path) -> None:
    again = export(tmp_path / "again.zip", grain(50), LABELS[:50], first=FIRST + 9000)
    told, alone = feedback.read([whole, again]), feedback.read([whole])
    assert len(told.training) == len(alone.training)
    assert crops(told.held_out) == crops(alone.held_out)
    assert "50 excluded: repeated in the exports" in str(told)


def test_unusable_crops_are_excluded_and_reported(whole: Path, tmp_path: Path) -> None:
    other = [EMOTIONS[(number + 1) % 7] for number in range(10)]
    blank = np.full((1, 48, 48), 90, np.uint8)
    images = np.concatenate([grain(COUNT)[:10], blank])
    more = export(tmp_path / "more.zip", images, [*other, "happy"])
    told = feedback.read([whole, more])
    assert len(told.training) + len(told.held_out) == COUNT - 10
    assert told.excluded["contradicting labels"] == 10
    assert told.excluded["blank"] == 1


def test_near_duplicates_of_held_out_crops_are_excluded(whole: Path, tmp_path: Path) -> None:
    alone = feedback.read([whole])
    hour = next(
        hour for hour in range(FIRST + 9000, FIRST + 9100) if not feedback.is_held_out(hour)
    )
    held = np.asarray(alone.held_out.images)[:1]
    noise = np.random.default_rng(5).integers(-2, 3, held.shape)
    twin = np.clip(held.astype(int) + noise, 0, 255).astype(np.uint8)
    label = EMOTIONS[alone.held_out.labels[0]]
    told = feedback.read([whole, export(tmp_path / "twin.zip", twin, [label], first=hour)])
    assert told.excluded["near duplicate of a held out crop"] == 1
    assert crops(told.training) == crops(alone.training)


def test_emotions_that_are_rare_are_named(tmp_path: Path) -> None:
    labels = ["disgust" if number < 20 else "happy" for number in range(COUNT)]
    told = feedback.read([export(tmp_path / "export.zip", grain(COUNT), labels)])
    assert told.rare.keys() == set(EMOTIONS) - {"happy"}
    assert 0 < told.rare["disgust"] < 10
    assert told.rare["fear"] == 0


def test_too_few_crops_are_refused(tmp_path: Path) -> None:
    few = export(tmp_path / "few.zip", grain(120), LABELS[:120])
    with pytest.raises(DatasetError, match=r"crops to (train|evaluate) on, .* are needed"):
        feedback.read([few])
    with pytest.raises(DatasetError, match="0 crops to train on, 100 are needed"):
        feedback.read([export(tmp_path / "none.zip", grain(1)[:0], [])])


def test_what_is_no_export_is_refused(whole: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(DatasetError, match=r"not a usable export: .*cut\.zip: "):
        feedback.read([whole, cut])
    with pytest.raises(DatasetError, match="no such file"):
        feedback.read([tmp_path / "missing.zip"])


def test_crops_that_were_cut_otherwise_are_refused(whole: Path, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "manifest.json":
                about = json.loads(content)
                about["crop"]["version"] += 1
                content = json.dumps(about).encode()
            new.writestr(info, content)
    (tmp_path / "other.zip").write_bytes(out.getvalue())
    with pytest.raises(DatasetError, match=r"manifest\.json: crop\.version = 2: should be 1"):
        feedback.read([tmp_path / "other.zip"])


def test_a_digest_is_of_the_content_in_any_order(whole: Path, tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.zip", tmp_path / "other.zip"
    copy.write_bytes(whole.read_bytes())
    other.write_bytes(b"other")
    assert feedback.digest([whole, other]) == feedback.digest([other, copy])
    assert feedback.digest([whole]) != feedback.digest([other])
    with pytest.raises(DatasetError, match="No such file"):
        feedback.digest([tmp_path / "missing.zip"])
