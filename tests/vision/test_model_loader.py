"""The newest sound bundle serves; a bad one is told and passed over."""

from pathlib import Path

import pytest

from device.errors import BundleError
from device.models.store import candidates
from device.vision import bundle, model_loader
from tests.support.bundles import put


def test_the_newest_version_comes_first(tmp_path: Path) -> None:
    for version in ("0.9.0", "0.10.0", "0.2.0"):
        put(tmp_path, version)
    assert [path.name for path in bundle.find_bundles(tmp_path)] == [
        "emotion-0.10.0",
        "emotion-0.9.0",
        "emotion-0.2.0",
    ]


def test_an_installed_bundle_is_taken_before_the_shipped_one(own_state: Path) -> None:
    put(own_state / "models", "7.0.0")
    _, taken, faults = model_loader.load(candidates())
    assert (taken.version, faults) == ("7.0.0", "")


def test_a_damaged_bundle_is_reported_and_the_next_serves(own_state: Path) -> None:
    damaged = put(own_state / "models", "7.0.0") / "model.tflite"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    put(own_state / "models", "6.0.0")
    _, taken, faults = model_loader.load(candidates())
    assert taken.version == "6.0.0"
    assert str(damaged) in faults


def test_without_any_bundle_it_is_an_error() -> None:
    with pytest.raises(BundleError, match="no model: there is no bundle"):
        model_loader.load([])
