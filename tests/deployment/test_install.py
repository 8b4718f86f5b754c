"""A model is installed when it passes every check, and otherwise nothing has changed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from convert.signing import sign
from device.config.schema import ModelsConfig
from device.deployment import acceptance
from device.deployment.models import Models
from device.errors import BundleError, ModelsError, OutputError
from device.messages import EMOTIONS
from device.models.archive import SIGNATURE
from device.models.state import State, Trial
from device.models.store import candidates
from device.system import sandbox
from device.system.paths import ASSETS
from device.system.sandbox import call
from device.vision import bundle, model_loader
from tests.support.bundles import (
    KEY,
    OTHER_KEY,
    SHIPPED,
    altered,
    archive,
    custom,
    files,
    huge_input,
    quick,
    repeated,
    smaller_input,
    trust,
    unlisted,
    zipped,
)

if TYPE_CHECKING:
    from pathlib import Path

NOW = SHIPPED.name.removeprefix("emotion-")
DETECTOR = (ASSETS / "detector" / "blazeface_full_range.tflite").read_bytes()


def lying(folder: Path) -> dict[Path, bytes]:
    """Return what is in a folder, but for the locks."""
    found = sorted(folder.rglob("*")) if folder.exists() else []
    return {path: path.read_bytes() for path in found if path.is_file() and path.stat().st_size}


def test_a_signed_model_is_checked_and_serves_on_trial(own_state: Path) -> None:
    key = trust()
    models = Models()
    found = models.install(archive(files("9.0.0")))
    assert found.version == "9.0.0"
    assert 0 < found.ms < 100
    assert found.present_ms is not None
    assert 0.5 < found.ms / found.present_ms < 1.5
    assert models.store.state() == State("9.0.0", NOW, Trial())
    _, taken, faults = model_loader.load(candidates())
    assert (taken.version, faults) == ("9.0.0", "")
    first, second = models.entries()
    assert (first.version, first.state, first.signed) == ("9.0.0", "on trial", key)
    assert (second.version, second.state, second.installed) == (NOW, "last good", False)
    assert first.accuracy == second.accuracy == bundle.load(SHIPPED).accuracy
    names = {path.name for path in (own_state / "models").iterdir()}
    assert names == {"emotion-9.0.0", "state.json", ".lock", ".installing"}


def flipped(name: str, at: float) -> bytes:
    """Return a signed archive in whose file one bit has changed since."""
    content = files()
    data = bytearray(content[name])
    data[int(at * len(data))] ^= 1
    return zipped({**content, name: bytes(data), SIGNATURE: sign(content, KEY)})


def swapped() -> bytes:
    """Return an archive with the signature of another bundle."""
    return zipped({**files("9.0.0"), SIGNATURE: sign(files("9.0.1"), KEY)})


def forged() -> bytes:
    """Return one signed by somebody else, under the name of the trusted key."""
    content = files()
    told = json.loads(sign(content, OTHER_KEY))
    told["key"] = json.loads(sign(content, KEY))["key"]
    return zipped({**content, SIGNATURE: json.dumps(told).encode()})


def written(**changes: Any) -> bytes:
    return archive(files(**changes))


def resigned(**told: Any) -> bytes:
    content = files()
    text = {**json.loads(sign(content, KEY)), **told}
    return zipped({**content, SIGNATURE: json.dumps(text).encode()})


SWAPPED = [EMOTIONS[1], EMOTIONS[0], *EMOTIONS[2:]]
UNSIGNED = {
    "unsigned": (archive(files(), None), "not signed"),
    "another's key": (archive(files(), OTHER_KEY), "signed with the key .* does not trust"),
    "another's key, forged": (forged(), "the signature does not match"),
    "signature of another bundle": (swapped(), "the signature does not match"),
    "signature of another form": (resigned(schema=2), "unknown signature schema"),
    "signature of noise": (resigned(signature="!"), "the signature cannot be read"),
    "signature cut off": (resigned(signature="AAAA"), "the signature does not match"),
    **{
        f"a bit of {name} at {at:.0%}": (flipped(name, at), "the signature does not match")
        for name in (bundle.MODEL, bundle.MANIFEST, bundle.CANARY)
        for at in (0.0, 0.5, 0.99)
    },
}


@pytest.mark.parametrize(("data", "words"), UNSIGNED.values(), ids=UNSIGNED)
def test_what_is_not_as_it_was_signed_is_refused(own_state: Path, data: bytes, words: str) -> None:
    trust()
    before = lying(own_state)
    with pytest.raises(BundleError, match=words):
        Models(validate=quick).install(data)
    assert lying(own_state) == before
    with pytest.raises(BundleError):
        Models(validate=quick).install(data[: len(data) // 2])


WRONG: dict[str, tuple[Any, str]] = {
    "an older schema": (lambda: written(schema=0), "schema is 0, this device needs 1"),
    "other labels": (lambda: written(labels=SWAPPED), r"labels is \['disgust', 'angry'"),
    "another crop": (lambda: written(crop={}), r"crop is {}"),
    "another sum": (lambda: written(sha256="0" * 64), "model.tflite: damaged"),
    "a version that leads away": (lambda: written(version="../../x"), "invalid version '../../x'"),
    "a long version": (lambda: written(version="1" * 41), r"\(expected e\.g\. 0\.1\.0\)"),
    "no TFLite file": (lambda: written(model=b"x" * 1000), "not a TensorFlow Lite file"),
    "a bit of a model": (
        lambda: written(model=(SHIPPED / bundle.MODEL).read_bytes()[:5000]),
        "the runtime cannot load the model",
    ),
    "a float model": (lambda: written(model=DETECTOR), "not int8 throughout: it has float"),
    "an operator that is not taken": (
        lambda: written(model=altered(unlisted)),
        "operators that are not taken: REVERSE_V2",
    ),
    "somebody's own operator": (lambda: written(model=altered(custom)), "custom op: Own"),
    "other shapes": (
        lambda: written(model=altered(smaller_input)),
        "the model takes int8 1 x 40 x 40 x 1, not int8 crops",
    ),
    "all the memory": (lambda: written(model=altered(huge_input)), "cannot load the model"),
    "a canary of another model": (
        lambda: archive(
            {**files(), bundle.CANARY: zipped({"inputs.npy": b"", "outputs.npy": b""})}
        ),
        "canary unreadable",
    ),
    "too slow a model": (
        lambda: written(model=repeated(40)),
        "too slow here: .* ms for a face where the present model takes",
    ),
}


@pytest.mark.parametrize(("make", "words"), WRONG.values(), ids=WRONG)
def test_what_fails_a_check_is_refused(own_state: Path, make: Any, words: str) -> None:
    trust()
    before = lying(own_state)
    with pytest.raises(BundleError, match=words) as caught:
        Models().install(make())
    assert lying(own_state) == before
    assert ".new-" not in str(caught.value)


@pytest.mark.slow
def test_a_model_that_does_not_end_is_ended(own_state: Path, monkeypatch: Any) -> None:
    trust()
    monkeypatch.setattr(acceptance, "SECONDS", 2.0)
    with pytest.raises(BundleError, match="when it was tried, there was no answer within 2 s"):
        Models().install(written(model=repeated(80_000)))
    assert [path.name for path in (own_state / "models").iterdir()] == [".installing"]


def test_a_model_that_crashes_the_runtime_is_refused(own_state: Path, monkeypatch: Any) -> None:
    trust()
    # As if the runtime itself fell over this model: the child is gone.
    monkeypatch.setattr(sandbox, "call", lambda work, *rest: call(os.abort, (), *rest[1:]))
    with pytest.raises(BundleError, match="when it was tried, it crashed"):
        Models().install(written())


def test_unsigned_models_are_taken_where_that_is_wanted(own_state: Path) -> None:
    data = archive(files(), None)
    Models(validate=quick).install(data, unsigned=True)
    assert Models().entries()[0].signed == ""
    Models(ModelsConfig(allow_unsigned=True), validate=quick).install(
        archive(files("9.1.0"), OTHER_KEY)
    )
    assert Models().store.state().current == "9.1.0"


def test_a_version_is_installed_once(own_state: Path) -> None:
    trust()
    models = Models(validate=quick)
    models.install(archive(files("9.0.0")))
    for version in ("9.0.0", NOW):
        with pytest.raises(ModelsError, match=f"there is a model {version} already"):
            models.install(archive(files(version, date="another")))


def test_two_are_not_installed_at_once(own_state: Path) -> None:
    trust()
    told: list[str] = []

    def busy(candidate: Path, present: Path | None, slower: float) -> acceptance.Benchmark:
        with pytest.raises(ModelsError) as caught:
            Models(validate=quick).install(archive(files("9.1.0")))
        told.append(str(caught.value))
        return quick(candidate, present, slower)

    Models(validate=busy).install(archive(files("9.0.0")))
    assert told == ["another model is being installed; try again in a minute"]


def test_the_way_to_a_model_and_back(own_state: Path) -> None:
    trust()
    models = Models(validate=quick)
    with pytest.raises(ModelsError, match="there is no previous model"):
        models.roll_back()
    models.install(archive(files("9.0.0")))
    assert models.roll_back() == NOW
    assert models.store.state() == State(NOW)
    with pytest.raises(ModelsError, match=f"{NOW} serves already"):
        models.use(NOW)
    with pytest.raises(ModelsError, match=rf"no model 8 \(available: {NOW}, 9\.0\.0\)"):
        models.use("8")
    models.use("9.0.0")
    assert models.store.state() == State("9.0.0", NOW, Trial())
    models.install(archive(files("9.1.0")))
    assert models.store.state() == State("9.1.0", NOW, Trial()), "9.0.0 is not proven yet"
    models.accept("9.1.0")
    assert models.store.state() == State("9.1.0", NOW)
    models.use(NOW)
    assert models.store.state() == State(NOW, "9.1.0", Trial())
    models.use("9.1.0")
    assert models.store.state() == State("9.1.0"), "what is known to be good is not tried again"


def test_a_model_that_is_given_up_may_be_tried_again(own_state: Path) -> None:
    trust()
    models = Models(validate=quick)
    models.install(archive(files("9.0.0")))
    models.reject("9.0.0", "it was slow")
    state = models.store.state()
    assert (state.current, state.previous, state.trial) == (NOW, "", None)
    (failed,) = state.rejected
    assert (failed.version, failed.reason) == ("9.0.0", "it was slow")
    entry = models.entries()[-1]
    assert (entry.version, entry.state) == ("9.0.0", "rejected")
    assert entry.words == f"{failed.at}: it was slow"
    models.reject("9.0.0", "once more")
    assert models.store.state() == state, "it returns once"
    models.use("9.0.0")
    assert models.store.state() == State("9.0.0", NOW, Trial())


def test_nothing_goes_before_the_new_model_has_passed(own_state: Path) -> None:
    trust()
    models = Models(validate=quick)
    installed = [f"9.{number}.0" for number in range(6)]
    for version in installed:
        models.install(archive(files(version)))
    assert {one.version for one in models.entries()} == {*installed, NOW}
    models.accept("9.5.0")
    assert {one.version for one in models.entries()} == {"9.5.0", "9.4.0", "9.3.0", NOW}
    models.use("9.3.0")
    for version in ("9.6.0", "9.7.0"):
        models.install(archive(files(version)))
    models.accept("9.7.0")
    left = {one.version for one in models.entries()}
    assert left == {"9.7.0", "9.6.0", "9.5.0", NOW}, "9.5.0 is the last good one"


def test_where_the_configuration_chooses_nothing_else_does(own_state: Path) -> None:
    trust()
    models = Models(configured="/models/mine", validate=quick)
    for change in (
        lambda: models.install(archive(files())),
        lambda: models.use(NOW),
        lambda: models.roll_back(),
    ):
        with pytest.raises(ModelsError, match="vision.model is /models/mine"):
            change()


def test_a_folder_that_cannot_be_written_is_reported(own_state: Path) -> None:
    trust()
    (own_state / "models").touch()
    with pytest.raises(OutputError, match="models"):
        Models(validate=quick).install(archive(files()))
    assert Models().entries()[0].version == NOW


def test_what_a_manifest_says_is_not_believed_blindly(own_state: Path) -> None:
    trust()
    wrong: tuple[object, ...] = (10**400, -1, "high", None, {}, 1e999)
    for number, accuracy in enumerate(wrong):
        metrics = {"private_test": {"accuracy": accuracy}}
        data = archive(files(f"9.{number}", metrics=metrics, date="x" * 1000))
        Models(validate=quick).install(data)
        entry = Models().entries()[0]
        assert (entry.version, entry.accuracy, entry.date) == (f"9.{number}", None, "x" * 10)
