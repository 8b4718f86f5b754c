"""The shipped bundle works under every runtime, and reaches its metrics."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from convert import canary
from convert.quantise import check
from convert.verify import installed, verify
from device.messages import EMOTIONS
from device.mood.calibration import DEFAULT_NEUTRAL_LOGITS
from device.system.paths import ASSETS
from device.vision import bundle as bundles
from device.vision.classifier import Classifier
from device.vision.interpreter import RUNTIMES, Interpreter
from training import data as datasets
from training import serving
from training.evaluate import bundle_predictor, evaluate, sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.data.pictures import Dataset

BUNDLE = bundles.find_bundles(ASSETS / "models")[0]
BAR, SERVED_BAR = 0.715, 0.7
"""Accuracy on PrivateTest's own crops, and on PublicTest's as the device's detector crops them."""
DATA = Path(os.environ.get("MOODLIFT_FER2013", ASSETS.parent.parent / "shared/data/fer2013.csv.xz"))
OUTPUTS = """
import json, sys
from pathlib import Path
from device.vision import bundle, interpreter
loaded = bundle.load(Path(sys.argv[1]))
runner = interpreter.Interpreter(loaded.model, 1, (sys.argv[2],), reference=bool(sys.argv[3]))
inputs, _ = bundle._read_canary(loaded.path / bundle.CANARY)
print(json.dumps([runner.run(one[None])[0][0].tolist() for one in inputs]))
"""


def _outputs(runtime: str, reference: bool) -> NDArray[Any]:
    """Return the canary's outputs under a runtime, from a process without TensorFlow."""
    command = [sys.executable, "-c", OUTPUTS, str(BUNDLE), runtime, "yes" * reference]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return np.array(json.loads(done.stdout.splitlines()[-1]))


def test_verifies_under_every_installed_runtime() -> None:
    assert verify(BUNDLE) == installed()
    assert RUNTIMES[0] in installed()


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_outputs_are_the_canary_s(runtime: str) -> None:
    if runtime not in installed():
        pytest.skip(f"{runtime} is not installed")
    with np.load(BUNDLE / bundles.CANARY) as arrays:
        expected, reference = (arrays[name].astype(int) for name in ("outputs", "reference"))
    exact = np.abs(_outputs(runtime, reference=True) - reference)
    assert exact.max() <= bundles.REFERENCE_TOLERANCE
    apart = np.abs(_outputs(runtime, reference=False) - expected)
    # The canary is LiteRT's; tflite-runtime's kernels round differently, layer by layer.
    assert apart.max() <= (1 if runtime == RUNTIMES[0] else bundles.CANARY_TOLERANCE)
    assert apart.mean() < 1


def test_is_full_integer_with_the_device_s_input() -> None:
    bundle = bundles.load(BUNDLE)
    assert check(bundle.model) == bundle.manifest["operators"]


def test_the_canary_is_drawn_by_code() -> None:
    inputs, outputs = canary.run(Interpreter(bundles.load(BUNDLE).model, 1, reference=True))
    with np.load(BUNDLE / bundles.CANARY) as arrays:
        assert (arrays["inputs"] == inputs).all()
        assert (arrays["reference"] == outputs).all()
    assert len(inputs) == 16


def test_a_batch_gives_what_single_crops_give() -> None:
    classifier = Classifier(bundles.load(BUNDLE), threads=1)
    crops = canary.crops()
    single = np.concatenate([classifier.classify(one[None]) for one in crops])
    assert classifier.classify(crops) == pytest.approx(single, abs=1e-6)
    assert classifier.classify(crops[:0]).shape == (0, 7)


def test_the_manifest_is_whole() -> None:
    bundle = bundles.load(BUNDLE)
    manifest, private = bundle.manifest, bundle.metrics["private_test"]
    assert private["pictures"] == bundle.metrics["public_test"]["pictures"] == 3589
    assert set(private["recall"]) == set(EMOTIONS)
    assert manifest["bytes"] == len(bundle.model) < 1_000_000
    assert manifest["parameters"] < 1_000_000
    assert manifest["macs"] < 45_000_000
    assert 0.3 < manifest["temperature"] < 3
    assert bundle.neutral_logits == DEFAULT_NEUTRAL_LOGITS, "replay has no model to ask"
    assert sum(bundle.neutral_logits) == pytest.approx(0.0, abs=0.01)
    assert BUNDLE.name == f"emotion-{manifest['version']}"
    assert "research" in manifest["licence"]
    assert "research" in (BUNDLE / "NOTICE.txt").read_text()


def test_it_reaches_its_bars() -> None:
    metrics = bundles.load(BUNDLE).metrics
    private = metrics["private_test"]
    assert private["accuracy"] >= BAR
    assert private["accuracy"] - metrics["float"]["private_test"]["accuracy"] >= -0.003
    assert private["accuracy_without_duplicates"] >= 0.7
    assert private["macro_f1"] >= 0.7
    assert min(private["recall"].values()) >= 0.5
    assert private["grouped_accuracy"] >= 0.82
    assert private["ece"] <= 0.04


@pytest.mark.xfail(strict=True, reason="0.8.0 calls 17.1 % so: docs/TRAINING_LOG.md")
def test_few_neutral_faces_are_called_negative() -> None:
    private = bundles.load(BUNDLE).metrics["private_test"]
    assert private["neutral_called_negative"] <= 0.13


@pytest.fixture(scope="module")
def fer2013() -> Dataset:
    if not DATA.is_file():
        pytest.skip("FER2013 is missing: set MOODLIFT_FER2013 to fer2013.csv to evaluate again")
    return datasets.read(DATA)


@pytest.fixture(scope="module")
def behind_the_detector(fer2013: Dataset) -> serving.Serving:
    """Evaluate the bundle on 1,500 pictures that the device's own detector crops."""
    public = sample(fer2013.split("PublicTest"), 1500)
    predict = bundle_predictor(bundles.load(BUNDLE))
    return serving.measure(predict, public, np.random.default_rng(1))


def test_behind_the_detector_it_is_good(behind_the_detector: serving.Serving) -> None:
    assert behind_the_detector.found > 0.8 * 1500
    assert behind_the_detector.served > SERVED_BAR


def test_it_is_as_good_as_on_the_data_set_s_own_crops(
    behind_the_detector: serving.Serving,
) -> None:
    assert behind_the_detector.own - behind_the_detector.served < 0.02


def test_private_test_comes_out_as_the_manifest_says(fer2013: Dataset) -> None:
    predict = bundle_predictor(bundles.load(BUNDLE))
    found = evaluate(predict, fer2013, "PrivateTest").as_dict()
    metrics = bundles.load(BUNDLE).metrics["private_test"]
    assert found["accuracy"] == pytest.approx(metrics["accuracy"], abs=0.002)
    assert found["macro_f1"] == pytest.approx(metrics["macro_f1"], abs=0.003)
    assert found["accuracy"] >= BAR
