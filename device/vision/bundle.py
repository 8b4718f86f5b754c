"""The model bundle: a folder with an int8 model, a manifest, and a canary that tests it.

    emotion-<version>/
        model.tflite    full-integer int8, input and output int8
        manifest.json   version, recipe, measurements, and the model's sha256
        canary.npz      `inputs` int8 (n, 48, 48, 1), their expected int8 `outputs` (n, 7), and the
                        `reference` outputs of the runtimes' reference kernels

`convert` writes bundles; the device verifies each one before it uses it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.errors import BundleError
from device.messages import EMOTIONS
from device.system.files import read_text
from device.vision import alignment

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from device.vision.interpreter import Interpreter

SCHEMA = 1
MODEL = "model.tflite"
MANIFEST = "manifest.json"
CANARY = "canary.npz"
CANARY_TOLERANCE = 4
"""int8 steps by which a runtime's fast kernels may differ from LiteRT's, the canary's `outputs`:
runtimes round layers differently."""
REFERENCE_TOLERANCE = 1
"""int8 steps by which the reference kernels of any runtime and processor may differ."""
MAX_LOGIT = 50.0
FAST, REFERENCE = "outputs", "reference"
"""The canary's outputs by kind of kernels."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose model has the sha256 of its manifest."""

    path: Path
    manifest: dict[str, Any]
    model: bytes

    @property
    def version(self) -> str:
        """The model's version, as in the folder's name."""
        return str(self.manifest["version"])

    @property
    def neutral_logits(self) -> tuple[float, ...]:
        """The mean logits that it gives neutral faces; () if the manifest has none."""
        return tuple(map(float, self.manifest.get("neutral_logits") or ()))

    @property
    def metrics(self) -> dict[str, Any]:
        """The measurements of this int8 file."""
        return dict(self.manifest.get("metrics", {}))

    @property
    def accuracy(self) -> float | None:
        """The accuracy on FER2013's PrivateTest in [0, 1]; None if the manifest has none."""
        metrics = self.manifest.get("metrics")
        test = metrics.get("private_test") if isinstance(metrics, dict) else None
        accuracy = test.get("accuracy") if isinstance(test, dict) else None
        if isinstance(accuracy, int | float) and 0 <= accuracy <= 1:
            return float(accuracy)
        return None


def load(path: Path) -> Bundle:
    """Read a bundle and check it against its manifest, without running the model.

    Raises BundleError, naming the file and the reason.
    """
    path = _unpacked(path)
    manifest = _read_manifest(path / MANIFEST)
    try:
        model = (path / MODEL).read_bytes()
    except OSError as error:
        raise BundleError(f"{path / MODEL}: {error.strerror}") from error
    if hashlib.sha256(model).hexdigest() != manifest["sha256"]:
        raise BundleError(f"{path / MODEL}: damaged (its sha256 is not the manifest's)")
    return Bundle(path, manifest, model)


def verify(
    bundle: Bundle,
    interpreter: Interpreter,
    kernels: str = FAST,
    tolerance: int = CANARY_TOLERANCE,
) -> None:
    """Run the canary and check shapes, types and outputs, to `tolerance` int8 steps.

    `kernels` is FAST or REFERENCE, which the interpreter must have.

    Raises BundleError.
    """
    shape, dtype = tuple(interpreter.input["shape"]), interpreter.input["dtype"]
    if shape[1:] != (alignment.SIZE, alignment.SIZE, 1) or dtype is not np.int8:
        raise BundleError(
            f"{bundle.path}: the model takes {dtype.__name__} {shape}, not int8 crops"
        )
    inputs, expected = _read_canary(bundle.path / CANARY, kernels)
    try:
        outputs = np.concatenate([interpreter.run(one[None])[0] for one in inputs])
    except (ValueError, RuntimeError) as error:
        raise BundleError(f"{bundle.path}: the model cannot be run: {error}") from error
    if outputs.dtype != np.int8 or outputs.shape != expected.shape:
        raise BundleError(f"{bundle.path}: the model gives {outputs.dtype} {outputs.shape}")
    largest_error = int(np.abs(outputs.astype(int) - expected.astype(int)).max())
    if largest_error > tolerance:
        raise BundleError(f"{bundle.path}: the canary came out wrong by {largest_error} int8 steps")


def find_bundles(folder: Path) -> list[Path]:
    """Return the bundle folders `emotion-*` in a folder, newest version first."""
    found = [path for path in folder.glob("emotion-*") if path.is_dir()]
    return sorted(found, key=lambda path: version_key(path.name), reverse=True)


def version_key(name: str) -> tuple[tuple[int, str], ...]:
    """Return the sort key of a version or bundle folder: 0.9.0 precedes 0.10.0."""
    parts = name.removeprefix("emotion-").replace("-", ".").split(".")
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def _unpacked(path: Path) -> Path:
    """Return the bundle's folder: Windows unpacks NAME.zip to NAME/NAME."""
    inner = path / path.name
    with contextlib.suppress(OSError):
        if not (path / MANIFEST).exists() and (inner / MANIFEST).exists():
            return inner
    return path


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(read_text(path))
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: not JSON: {error}") from error
    if not isinstance(manifest, dict):
        raise BundleError(f"{path}: not a JSON object")
    required = {
        "schema": SCHEMA,
        "labels": list(EMOTIONS),
        "crop": {"recipe": alignment.RECIPE, "version": alignment.VERSION},
    }
    for key, value in required.items():
        if manifest.get(key) != value:
            raise BundleError(
                f"{path}: {key} is {manifest.get(key)!r}, this device needs {value!r}"
            )
    for key in ("version", "sha256"):
        if not isinstance(manifest.get(key), str):
            raise BundleError(f"{path}: {key} is missing")
    temperature = manifest.get("temperature", 1.0)
    if not (isinstance(temperature, int | float) and 0.0 < temperature < math.inf):
        raise BundleError(f"{path}: temperature is {temperature!r}, needed is a positive number")
    if not _are_logits(manifest.get("neutral_logits") or [0.0] * len(EMOTIONS)):
        raise BundleError(f"{path}: neutral_logits should be {len(EMOTIONS)} numbers")
    return manifest


def _are_logits(values: object) -> bool:
    return (
        isinstance(values, list)
        and len(values) == len(EMOTIONS)
        and all(type(one) in (int, float) and abs(one) <= MAX_LOGIT for one in values)
    )


def _read_canary(path: Path, kernels: str = FAST) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            inputs, outputs = arrays["inputs"], arrays[kernels]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BundleError(f"{path}: canary unreadable: {error}") from error
    for array, required in (
        (inputs, (alignment.SIZE, alignment.SIZE, 1)),
        (outputs, (len(EMOTIONS),)),
    ):
        if not isinstance(array, np.ndarray):  # other members of the file are returned as bytes
            raise BundleError(f"{path}: canary unreadable: it holds other things than arrays")
        if array.dtype != np.int8 or array.shape[1:] != required or not array.size:
            raise BundleError(f"{path}: canary has the wrong shape {array.shape} {array.dtype}")
    return inputs, outputs
