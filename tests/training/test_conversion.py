"""From a trained run to a bundle on the device, by the commands that a person would type."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from convert import job
from device.vision import alignment
from device.vision import bundle as bundles
from device.vision.classifier import Classifier
from tests.support import commands
from tests.support.runs import EPOCHS
from training import cli, run_folder
from training.data import fer2013

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs TensorFlow"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def converted(
    dataset: tuple[Path, Path], trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("models")
    done = commands.run(
        commands.command(
            "convert", "--model", trained / run_folder.MODEL, "--data", dataset[0],
            "--version", "9.8.7", "--out", out,
        )
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [path.name for path in out.iterdir()] == ["emotion-9.8.7"]
    return out / "emotion-9.8.7"


def test_the_device_serves_the_bundle(converted: Path, dataset: tuple[Path, Path]) -> None:
    bundle = bundles.load(converted)
    assert bundle.version == "9.8.7"
    private = fer2013.read(dataset[0]).split("PrivateTest")
    given = Classifier(bundle).classify(alignment.standardise(np.asarray(private.images)))
    right = float((given.argmax(axis=1) == private.labels).mean())
    assert bundle.metrics["private_test"]["accuracy"] == pytest.approx(right, abs=1e-4)
    assert given.sum(axis=1) == pytest.approx(np.ones(49), abs=1e-5)


def test_the_manifest_says_what_it_is(converted: Path) -> None:
    manifest = json.loads((converted / bundles.MANIFEST).read_text())
    assert manifest["input"] == {
        "size": 48,
        "channels": 1,
        "dtype": "int8",
        "scale": pytest.approx(1 / 255, abs=1e-6),
        "zero_point": -128,
    }
    assert manifest["output"]["kind"] == "logits"
    assert manifest["bytes"] == (converted / bundles.MODEL).stat().st_size
    assert manifest["parameters"] == 609_495
    assert manifest["macs"] == 40_735_616
    assert manifest["neutral_logits"] is None, "seven neutral pictures say nothing"
    assert manifest["training"]["epochs"] == EPOCHS
    assert "FER+" in manifest["training"]["data"]
    assert "fer2013.csv, whose terms" in manifest["licence"]
    provenance = manifest["training"]["provenance"]
    assert provenance["data"]["name"] == "fer2013.csv"
    assert provenance["ferplus"]["name"].endswith("/fer2013new.csv")
    assert set(manifest["metrics"]) == {"private_test", "public_test", "float", "canary"}
    assert 0 < manifest["metrics"]["canary"]["farthest_probability"] < job.MAX_CANARY_DIFFERENCE
    assert manifest["operators"]["CONV_2D"] == 12
    assert manifest["latency"]["one_face_ms"] > 0
    assert len(manifest["bias"]["added"]) == 7
    assert (converted / "model.keras").stat().st_size < 8_000_000


def test_evaluate_prints_the_manifest_s_figures(
    converted: Path, dataset: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "--model", str(converted), "--data", str(dataset[0])]
    assert cli.main([*arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert np.sum(printed.pop("confusion")) == 49
    assert printed.pop("split") == "PrivateTest"
    assert printed == bundles.load(converted).metrics["private_test"]
    assert cli.main([*arguments, "--split", "Training"]) == 0
    assert "macro-F1" in capsys.readouterr().out


def test_evaluate_measures_the_keras_model_too(converted: Path, dataset: tuple[Path, Path]) -> None:
    given = ("--model", converted / run_folder.MODEL, "--data", dataset[0], "--json")
    done = commands.run(commands.command("training", "evaluate", *given))
    assert done.returncode == 0, done.stderr
    figures = bundles.load(converted).metrics["float"]["private_test"]
    assert json.loads(done.stdout)["accuracy"] == figures["accuracy"]


def test_a_bundle_that_is_there_is_kept(
    converted: Path, trained: Path, dataset: tuple[Path, Path]
) -> None:
    before = (converted / bundles.MANIFEST).read_bytes()
    given = ("--model", trained / run_folder.MODEL, "--data", dataset[0])
    done = commands.run(
        commands.command("convert", *given, "--version", "9.8.7", "--out", converted.parent)
    )
    assert done.returncode == 2
    assert "exists already; use --replace" in done.stderr
    assert (converted / bundles.MANIFEST).read_bytes() == before


def test_a_model_that_is_none_is_reported(dataset: tuple[Path, Path], tmp_path: Path) -> None:
    model = tmp_path / "model.keras"
    model.write_bytes(b"PK\x03\x04 not a model")
    out = tmp_path / "models"
    given = ("--model", model, "--data", dataset[0], "--version", "1.0", "--out", out)
    done = commands.run(commands.command("convert", *given))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "model.keras: not a Keras model" in line
    assert list(out.iterdir()) == []
