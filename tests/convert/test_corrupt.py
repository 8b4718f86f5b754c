"""A bundle that isn't what it should be is refused with a sentence that says why."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from convert.verify import verify
from device.errors import BundleError
from device.messages import EMOTIONS
from device.system.paths import ASSETS
from device.vision import bundle as bundles
from device.vision.classifier import Classifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

SHIPPED = bundles.find_bundles(ASSETS / "models")[0]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / SHIPPED.name)


def _manifest(**changes: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        manifest = json.loads((path / bundles.MANIFEST).read_text())
        manifest = {k: v for k, v in {**manifest, **changes}.items() if v is not None}
        (path / bundles.MANIFEST).write_text(json.dumps(manifest))

    return change


def _canary(**changes: Callable[[NDArray[Any]], NDArray[Any]]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with np.load(path / bundles.CANARY) as arrays:
            kept = {name: arrays[name] for name in arrays.files}
        changed = {name: changes.get(name, np.copy)(array) for name, array in kept.items()}
        np.savez(path / bundles.CANARY, **changed)

    return change


def _truncate(name: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        content = (path / name).read_bytes()
        (path / name).write_bytes(content[: len(content) // 2])

    return change


def _flip_a_bit(path: Path) -> None:
    content = bytearray((path / bundles.MODEL).read_bytes())
    content[len(content) // 2] ^= 1
    (path / bundles.MODEL).write_bytes(content)


def _other_file(path: Path) -> None:
    """Put something in the model's place, and its sum into the manifest."""
    content = b"not a model" * 100
    (path / bundles.MODEL).write_bytes(content)
    _manifest(sha256=hashlib.sha256(content).hexdigest())(path)


SWAPPED = [EMOTIONS[1], EMOTIONS[0], *EMOTIONS[2:]]
CASES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "model truncated": (_truncate(bundles.MODEL), "model.tflite: damaged"),
    "model with one bit flipped": (_flip_a_bit, "model.tflite: damaged"),
    "model missing": (lambda path: (path / bundles.MODEL).unlink(), "model.tflite: No such file"),
    "model is something else": (_other_file, "cannot load the model"),
    "manifest missing": (
        lambda path: (path / bundles.MANIFEST).unlink(),
        "manifest.json: No such file",
    ),
    "manifest truncated": (_truncate(bundles.MANIFEST), "manifest.json: not JSON"),
    "manifest is a list": (
        lambda path: (path / bundles.MANIFEST).write_text("[]"),
        "not a JSON object",
    ),
    "schema unknown": (_manifest(schema=99), "schema is 99, this device needs 1"),
    "labels swapped": (_manifest(labels=SWAPPED), r"labels is \['disgust', 'angry'"),
    "another crop": (
        _manifest(crop={"recipe": "eyes-48-grey-standardised", "version": 0}),
        "crop is .*this device needs",
    ),
    "temperature in words": (_manifest(temperature="warm"), "temperature is 'warm'"),
    "few neutral logits": (_manifest(neutral_logits=[0.5]), "neutral_logits should be 7 numbers"),
    "neutral logits in words": (_manifest(neutral_logits="calm"), "neutral_logits should be 7"),
    "temperature of nothing": (_manifest(temperature=0), "temperature is 0, needed"),
    "sum missing": (_manifest(sha256=None), "sha256 is missing"),
    "canary missing": (lambda path: (path / bundles.CANARY).unlink(), "canary unreadable"),
    "canary empty": (lambda path: (path / bundles.CANARY).write_bytes(b""), "canary unreadable"),
    "canary truncated": (_truncate(bundles.CANARY), "canary unreadable"),
    "canary wrong": (
        _canary(outputs=lambda array: array[:, ::-1]),
        "canary came out wrong by .* steps",
    ),
    "canary of other size": (_canary(inputs=lambda array: array[:, :40]), "wrong shape"),
    "canary of floats": (
        _canary(inputs=lambda array: array.astype(np.float32)),
        "wrong shape .* float32",
    ),
}


@pytest.mark.parametrize(("damage", "reason"), CASES.values(), ids=CASES)
def test_is_refused(damage: Callable[[Path], Any], reason: str, bundle: Path) -> None:
    Classifier(bundles.load(bundle), threads=1)
    damage(bundle)
    with pytest.raises(BundleError, match=reason):
        Classifier(bundles.load(bundle), threads=1)


def test_converting_would_notice_too(bundle: Path) -> None:
    _canary(outputs=lambda array: array[:, ::-1])(bundle)
    with pytest.raises(BundleError, match="ai_edge_litert: .*canary came out wrong"):
        verify(bundle)
