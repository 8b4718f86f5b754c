"""The batches that processes share are the same as one makes alone."""

from __future__ import annotations

import numpy as np
import pytest

from training.batches import LOT, Batches
from training.data.pictures import Pictures
from training.distributed import Part
from training.errors import RunError
from training.recipe import Recipe

RECIPE = Recipe(batch=64)


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
    order = whole.order(3)
    parts = [_batches(Part(number, processes)) for number in range(processes)]
    for number in range(whole.steps):
        alone = whole.batch(3, order, number)
        shared = [each.batch(3, each.order(3), number) for each in parts]
        for index in (0, 1):
            assert np.array_equal(alone[index], np.concatenate([each[index] for each in shared]))
    assert len(shared[0][0]) == RECIPE.batch // processes


def test_every_epoch_differs_and_goes_over_the_pictures_once() -> None:
    batches = _batches(Part())
    assert batches.steps == 2
    one, other = batches.order(0), batches.order(1)
    assert sorted(one) == list(range(150))
    assert (one != other).any()
    assert not np.array_equal(batches.batch(0, one, 0)[0], batches.batch(1, one, 0)[0])
    assert np.array_equal(batches.batch(0, one, 0)[0], batches.batch(0, one, 0)[0])


def test_what_cannot_be_shared_is_said() -> None:
    with pytest.raises(RunError, match=f"lots of {LOT}"):
        _batches(Part(0, 3))
    with pytest.raises(RunError, match="do not fill one batch"):
        Batches(_pictures(20), np.zeros((20, 7), np.float32), RECIPE, Part(0, 2))


def test_fewer_pictures_than_a_batch_make_one() -> None:
    few = Batches(_pictures(20), np.eye(7, dtype=np.float32)[np.arange(20) % 7], RECIPE)
    images, targets = few.batch(0, few.order(0), 0)
    assert images.shape == (20, 48, 48)
    assert targets.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-6)


def test_the_last_epochs_settle() -> None:
    recipe = Recipe(epochs=20, settle=0.25)
    assert recipe.at(0) is recipe
    assert recipe.at(14) is recipe
    late = recipe.at(15)
    assert late.mixing == 0
    assert late.erase_chance < recipe.erase_chance
    assert late.roll < recipe.roll
    assert 0 < late.detected_chance < recipe.detected_chance, "some crops are the device's"
    assert Recipe().at(47) == Recipe()
