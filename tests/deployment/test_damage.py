"""A damaged model or state never leaves the kiosk without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.deployment.models import Models
from device.models.state import State, Trial
from device.models.store import ModelStore, candidates
from device.vision import bundle, model_loader
from tests.support.bundles import (
    SHIPPED,
    archive,
    files,
    put,
    quick,
    trust,
)

if TYPE_CHECKING:
    from pathlib import Path

NOW = SHIPPED.name.removeprefix("emotion-")


def test_a_damaged_model_is_reported_and_the_last_good_one_serves(own_state: Path) -> None:
    trust()
    models = Models(validate=quick)
    models.install(archive(files("9.0.0")))
    put(own_state / "models", "9.9.9")
    (own_state / "models" / "emotion-9.0.0" / bundle.MODEL).write_bytes(b"cut")
    _, taken, faults = model_loader.load(candidates())
    assert taken.version == NOW, "not what somebody has put there"
    assert "emotion-9.0.0/model.tflite: damaged" in faults
    assert [one.state for one in models.entries()] == ["damaged", "in use", "ready"]


def test_a_damaged_model_is_not_the_one_to_go_back_to(own_state: Path) -> None:
    trust()
    models = Models(validate=quick)
    models.install(archive(files("9.0.0")))
    models.accept("9.0.0")
    (own_state / "models" / "emotion-9.0.0" / bundle.MODEL).write_bytes(b"cut")
    models.install(archive(files("9.1.0")))
    assert models.store.state() == State("9.1.0", NOW, Trial())


def test_where_none_is_sound_a_new_one_helps(own_state: Path, tmp_path: Path) -> None:
    trust()
    models = Models(store=ModelStore(shipped=tmp_path / "none"), validate=quick)
    assert models.entries() == ()
    models.install(archive(files("9.0.0")))
    assert models.store.state() == State("9.0.0"), "nothing to go back to, so no trial"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": 2}', '{"schema": 1}', "\0"])
def test_a_damaged_state_is_reported_and_the_newest_serves(
    own_state: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    put(own_state / "models", "9.0.0")
    (own_state / "models" / "state.json").write_text(text)
    _, taken, _ = model_loader.load(candidates())
    assert taken.version == "9.0.0"
    assert "using the newest model" in caplog.text
    Models(validate=quick).use(NOW)
    assert ModelStore().state() == State(NOW, "9.0.0", Trial())
