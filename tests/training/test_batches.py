"""Batches: the same for any number of processes, and blended with teachers' predictions."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from training import teachers as distillation
from training.batches import CHUNK, Batches
from training.data.pictures import Pictures
from training.distributed import Part
from training.errors import RunError
from training.prefetch import prefetch
from training.recipe import Recipe
from training.teachers import Teachers

if TYPE_CHECKING:
    from numpy.typing import NDArray

RECIPE = Recipe(batch_size=64)


def _pictures(count: int = 150) -> Pictures:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, 48, 48), np.uint8)
    marks = np.tile(
        np.array([[15, 18], [33, 18], [24, 30], [24, 37]], np.float32), (count, 2, 1, 1)
    )
    return Pictures(images, np.arange(count) % 7, np.arange(count), marks)


def _batches(part: Part) -> Batches:
    pictures = _pictures()
    return Batches(pictures, np.eye(7, dtype=np.float32)[pictures.labels], RECIPE, part)


@pytest.mark.parametrize("processes", [2, 4])
def test_parts_make_up_the_whole(processes: int) -> None:
    whole = _batches(Part())
    parts = [_batches(Part(number, processes)).epoch(3) for number in range(processes)]
    for alone, *shared in zip(whole.epoch(3), *parts, strict=True):
        for index in (0, 1):
            assert np.array_equal(alone[index], np.concatenate([each[index] for each in shared]))
        assert len(shared[0][0]) == RECIPE.batch_size // processes


def test_every_epoch_differs_and_goes_over_the_pictures_once() -> None:
    pictures = _pictures(128)
    # So many targets, each a picture's own, tell which pictures were taken.
    recipe = Recipe(batch_size=64, mixup_alpha=0)
    batches = Batches(pictures, np.eye(128, dtype=np.float32), recipe)
    one, again, other = (list(batches.epoch(number)) for number in (0, 0, 1))
    assert batches.steps == len(one) == 2
    order, _, reordered = (
        np.concatenate([targets for _, targets in epoch]).argmax(axis=1)
        for epoch in (one, again, other)
    )
    assert sorted(order) == list(range(128))
    assert (order != reordered).any()
    assert not np.array_equal(one[0][0], other[0][0])
    assert np.array_equal(one[0][0], again[0][0])


def test_batches_that_cannot_be_divided_are_refused() -> None:
    with pytest.raises(RunError, match=f"chunks of {CHUNK}"):
        _batches(Part(0, 3))
    with pytest.raises(RunError, match="do not fill one batch"):
        Batches(_pictures(20), np.zeros((20, 7), np.float32), RECIPE, Part(0, 2))


def test_fewer_pictures_than_a_batch_make_one() -> None:
    few = Batches(_pictures(20), np.eye(7, dtype=np.float32)[np.arange(20) % 7], RECIPE)
    ((images, targets),) = few.epoch(0)
    assert images.shape == (20, 48, 48)
    assert targets.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-6)


def test_teachers_predict_for_the_student_s_pictures() -> None:
    seen = []

    def teachers(images: NDArray[Any], _: np.random.Generator) -> NDArray[Any]:
        seen.append(images)
        return np.tile(np.eye(7, dtype=np.float32)[3], (len(images), 1))

    pictures, labels = _pictures(64), np.eye(7, dtype=np.float32)[np.arange(64) % 7]
    recipe = dataclasses.replace(RECIPE, distill_weight=0.75)
    alone = Batches(pictures, labels, recipe)
    taught = dataclasses.replace(alone, teachers=cast("Any", teachers))
    ((images, targets),) = alone.epoch(0)
    ((same, blended),) = taught.epoch(0)
    assert np.array_equal(images, same)
    assert blended == pytest.approx(0.25 * targets + 0.75 * np.eye(7)[3], abs=1e-6)
    # They see a face that the detector cut as it is in the data set, and all others alike.
    own = dataclasses.replace(alone, recipe=dataclasses.replace(recipe, detector_crop_p=0))
    ((easy, _),) = own.epoch(0)
    assert np.array_equal(seen[0], easy)
    share = np.mean([np.array_equal(*pair) for pair in zip(images, easy, strict=True)])
    assert 0.4 < share < 0.9


@pytest.mark.parametrize("workers", [1, 3])
def test_prefetched_batches_are_the_same(workers: int) -> None:
    batches = _batches(Part())
    with prefetch(batches, range(2), workers) as made:
        both = list(itertools.islice(made, 4))
        here = [*batches.epoch(0), *batches.epoch(1)]
        for one, other in zip(both, here, strict=True):
            assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
        with pytest.raises(RunError, match="has ended"):
            next(made)


def test_an_error_in_a_prefetch_worker_is_reported(tmp_path: Path) -> None:
    pictures = _pictures(64)
    labels = np.eye(7, dtype=np.float32)[pictures.labels]
    teachers = Teachers([tmp_path / "absent"], labels)
    batches = Batches(pictures, labels, RECIPE, teachers=teachers)
    with (
        prefetch(batches, range(1)) as made,
        pytest.raises(RunError, match="config.json: No such file"),
    ):
        next(made)


def test_teachers_may_run_in_the_training_process_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = _pictures(150)
    labels = np.eye(7, dtype=np.float32)[pictures.labels]
    teachers = Teachers([tmp_path / "absent"], labels)
    recipe = dataclasses.replace(RECIPE, distill_weight=1.0)
    batches = Batches(pictures, labels, recipe, teachers=teachers)
    # Another process would read the real ones, of which there are none.
    monkeypatch.setattr(Teachers, "__call__", _Certain.__call__)
    with prefetch(batches, range(1), 2, single_process=True) as made:
        answers = np.concatenate([targets for _, targets in itertools.islice(made, 2)])
    assert answers == pytest.approx(np.tile(np.eye(7)[6], (128, 1)))


def test_the_last_epochs_have_weak_augmentation() -> None:
    recipe = Recipe(epochs=20, final_epochs_weak_aug=0.25)
    assert recipe.for_epoch(0) is recipe
    assert recipe.for_epoch(14) is recipe
    late = recipe.for_epoch(15)
    assert late.mixup_alpha == 0
    assert late.random_erasing_p < recipe.random_erasing_p
    assert late.rotation < recipe.rotation
    assert 0 < late.detector_crop_p < recipe.detector_crop_p, "some crops are the device's"
    assert Recipe().for_epoch(47) == Recipe()


class _Certain(Teachers):
    """Teachers that always predict the last emotion."""

    def __call__(
        self, images: NDArray[np.float32], _: np.random.Generator | None = None
    ) -> NDArray[np.float32]:
        return np.tile(np.eye(7, dtype=np.float32)[6], (len(images), 1))


def _left(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return logits: a picture's first columns."""
    return inputs[:, 0, :7, 0]


def _certain_of(emotion: int) -> distillation._Teacher:
    """Return a teacher that is certain of one emotion."""
    return distillation._Teacher(
        _left, np.where(np.arange(7) == emotion, np.float32(50), np.float32(0))
    )


def test_mirrored_teachers_see_a_picture_and_its_mirror_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hard = np.eye(7, dtype=np.float32)
    teacher = distillation._Teacher(_left, np.zeros(7, np.float32))
    monkeypatch.setattr(distillation, "_load", lambda *_: teacher)
    images = np.random.default_rng(1).uniform(0, 255, (5, 48, 48)).astype(np.float32)
    other = images[:, :, ::-1]
    once, both = (Teachers([Path()], hard, mirrored=mirrored) for mirrored in (False, True))
    assert both(images) == pytest.approx((once(images) + once(other)) / 2)
    assert both(other) == pytest.approx(both(images))
    assert np.abs(once(other) - once(images)).max() > 0.1


def test_drawn_predictions_have_the_mean_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hard = np.eye(7, dtype=np.float32)
    monkeypatch.setattr(distillation, "_load", lambda run, _: _certain_of(int(run.name)))
    runs = [Path(str(number)) for number in range(4)]
    every, two = (Teachers(runs, hard, mirrored=True, per_batch=number) for number in (0, 2))
    images = np.zeros((3, 48, 48), np.float32)
    random = np.random.default_rng(5)
    answers = np.array([two(images, random)[0] for _ in range(400)])
    # Each answer is sure of one emotion, so that two of them are so by halves, or of one.
    assert set(np.unique(answers.round(3))) == {0, 0.5, 1}
    assert answers.mean(axis=0) == pytest.approx(every(images, random)[0], abs=0.05)
    assert np.array_equal(two(images), every(images)), "nothing to draw with"
    again = np.random.default_rng(5)
    assert np.array_equal([two(images, again)[0] for _ in range(400)], answers)


def test_processes_of_a_batch_use_the_same_teachers() -> None:
    drawn: list[float] = []

    def teachers(images: NDArray[Any], random: np.random.Generator) -> NDArray[Any]:
        drawn.append(random.random())
        return np.full((len(images), 7), 1 / 7, np.float32)

    for part in (Part(), Part(0, 2), Part(1, 2)):
        batches = dataclasses.replace(_batches(part), teachers=cast("Any", teachers))
        assert len(list(batches.epoch(3))) == 2
    whole, *parts = np.reshape(drawn, (3, 2)).tolist()
    assert parts == [whole, whole]
    assert whole[0] != whole[1], "another batch, others"


def test_each_picture_may_have_its_own_distill_weight() -> None:
    pictures = _pictures(128)
    labels = np.zeros(128, np.int64)
    hard = np.eye(7, dtype=np.float32)[labels]
    given = np.linspace(0, 1, 128, dtype=np.float32)
    recipe = Recipe(batch_size=64, mixup_alpha=0, distill_weight=0.25)
    for weights, expected in ((given, given), (None, np.full(128, 0.25))):
        batches = Batches(
            pictures, hard, recipe, teachers=_Certain([], hard), distill_weights=weights
        )
        targets = np.concatenate([targets for _, targets in batches.epoch(0)])
        assert targets.shape == (128, 7)
        assert targets.sum(axis=1) == pytest.approx(np.ones(128))
        assert np.sort(targets[:, 6]) == pytest.approx(expected, abs=1e-6)
