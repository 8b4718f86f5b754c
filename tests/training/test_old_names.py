"""Recipes, manifests and run folders of earlier versions are read, and said to be old."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from device.system.paths import ASSETS
from device.vision import bundle as bundles
from training import old_names, provenance, recipe, run_folder
from training.commands import options
from training.errors import RunError
from training.recipe import Recipe
from training.retraining import base, job

if TYPE_CHECKING:
    from pathlib import Path

BUNDLE = ASSETS / "models" / "emotion-0.8.0"
"""Its manifest has a recipe and a bias under their old names."""


def old(settings: dict[str, Any]) -> dict[str, Any]:
    """Return a recipe's settings under their old names."""
    names = {new: before for before, new in old_names.RECIPE.items()}
    return {names.get(name, name): value for name, value in settings.items()}


def test_every_new_name_is_a_setting() -> None:
    assert set(old_names.RECIPE.values()) <= Recipe().as_dict().keys()
    assert not old_names.RECIPE.keys() & Recipe().as_dict().keys()


def test_the_shipped_manifest_is_read(caplog: pytest.LogCaptureFixture) -> None:
    told = json.loads((BUNDLE / bundles.MANIFEST).read_text())
    found = base.read(BUNDLE)
    was = told["training"]["recipe"]
    assert old(found.recipe.as_dict()) == was
    assert (found.recipe.learning_rate, found.recipe.batch_size) == (was["rate"], was["batch"])
    assert found.recipe.final_epochs_weak_aug == was["settle"]
    assert (found.class_balance, found.neutral_weight) == (0.15, 1.5)
    assert "old name batch, now batch_size (and 39 more)" in caplog.text
    assert "old name evenness, now class_balance (and 1 more)" in caplog.text


def test_a_run_folder_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Recipe(epochs=3, learning_rate=0.2, votes_weight=0.0)
    (tmp_path / run_folder.CONFIG).write_text(json.dumps(old(settings.as_dict())))
    assert recipe.load(tmp_path / run_folder.CONFIG) == settings
    assert f"{tmp_path / run_folder.CONFIG}: old name batch, now batch_size" in caplog.text
    inputs = {"data": {"name": "faces", "rows": 4}, "teacher": []}
    (tmp_path / "inputs.json").write_text(json.dumps(inputs))
    assert provenance.recorded(tmp_path)
    assert provenance.read(tmp_path) == inputs
    provenance.check(tmp_path, inputs)
    with pytest.raises(RunError, match="started with other --teacher"):
        provenance.check(tmp_path, {**inputs, "teacher": [{"sha256": "0"}]})


def test_a_retraining_is_read(tmp_path: Path) -> None:
    about = {"base": "emotion-0.4.0", "learnt": 900, "held": 300, "left_out": {"blank": 1}}
    (tmp_path / run_folder.RETRAINING).write_text(json.dumps(about))
    assert job._read_about(tmp_path) == {
        "base": "emotion-0.4.0",
        "training_crops": 900,
        "held_out_crops": 300,
        "excluded_crops": {"blank": 1},
    }


def test_a_setting_may_be_given_by_its_old_name(caplog: pytest.LogCaptureFixture) -> None:
    assert options.setting("erase_chance=0.25") == ("random_erasing_p", 0.25)
    assert "--set: old name erase_chance, now random_erasing_p" in caplog.text
    caplog.clear()
    assert options.setting("random_erasing_p=0.25") == ("random_erasing_p", 0.25)
    assert not caplog.text


def test_both_names_of_a_setting_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / run_folder.CONFIG
    path.write_text(json.dumps({"rate": 0.1, "learning_rate": 0.2}))
    with pytest.raises(RunError, match="learning_rate twice"):
        recipe.load(path)


def test_nothing_old_is_reported_of_a_new_recipe(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Recipe().save(tmp_path / run_folder.CONFIG)
    assert recipe.load(tmp_path / run_folder.CONFIG) == Recipe()
    assert not caplog.text
