"""A whole retraining by the command that a person would type, and what keeps it from its bundle."""

from __future__ import annotations

import json
import signal
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from device.messages import EMOTIONS
from device.vision import bundle as bundles
from tests.support import commands
from tests.support.exports import export
from training import cli, run_folder
from training.commands.retrain import NOT_BETTER
from training.data import fer2013
from training.retraining import feedback, page
from training.retraining.job import BASE, CANDIDATE

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.support.commands import Command

pytestmark = [
    pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs TensorFlow"),
    pytest.mark.timeout(600),
]

CROPS = 420
SMALL = ("--epochs", 24, "--learning-rate", 0.02, "--seed", 3, "--feedback-fraction", 0.4)


def _rings(seed: int) -> NDArray[np.uint8]:
    """Draw what no Training picture has: rings, whose width tells the label."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:48, :48]
    out = []
    for number in range(CROPS):
        middle = random.uniform(18, 30, 2)
        distance = np.hypot(x - middle[0], y - middle[1])
        rings = 120 + 70 * np.sin(distance / (1.2 + 0.7 * (number % 7)))
        out.append(np.clip(rings + 12 * random.standard_normal(rings.shape), 0, 255))
    return np.asarray(np.stack(out), np.uint8)


LABELS = [EMOTIONS[number % 7] for number in range(CROPS)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("export") / "export.zip", _rings(1), LABELS)


@pytest.fixture(scope="module")
def base(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "base"
    few = ("--epochs", 12, "--width", 0.25, "--float32", "--seed", 2)
    done = commands.run(
        commands.command("training", "train", "--data", prepared, "--run", folder, *few)
    )
    assert done.returncode == 0, done.stderr
    return folder


def _given(
    data: Path, base: Path, told: Path, run: Path, *more: object, version: str = "9.0.0"
) -> tuple[object, ...]:
    given = ("--data", data, "--base", base, "--feedback", told, "--run", run)
    return ("retrain", *given, "--version", version, "--float32", *more)


def _retrain(*given: Any, version: str = "9.0.0") -> Command:
    return commands.command("training", *_given(*given, version=version))


def _said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert cli.main([str(each) for each in arguments]) == 2
    return capsys.readouterr().err


@pytest.fixture(scope="module")
def better(
    dataset: tuple[Path, Path], base: Path, told: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """Retrain, be killed after the first epoch, and go on; return the folder and what was said."""
    run = tmp_path_factory.mktemp("runs") / "better"
    given = _retrain(dataset[0], base, told, run, *SMALL, "--also", f"again={dataset[0]}")
    running = commands.start(given, run.parent)
    deadline = time.monotonic() + commands.PATIENCE
    while not (run / run_folder.CHECKPOINT).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.kill() == -signal.SIGKILL
    done = commands.run((*given, "--resume"))
    assert done.returncode == 0, done.stderr
    assert "epoch 1/" not in done.stdout
    assert "epoch 24/24" in done.stdout
    return run, done.stdout


def test_feedback_makes_a_better_bundle(better: tuple[Path, str], told: Path) -> None:
    run, said = better
    bundle = bundles.load(run / "emotion-9.0.0")
    report = json.loads((run / page.REPORT).read_text())
    assert report["objections"] == []
    held = feedback.read([told]).held_out
    assert report["held_out_feedback"]["difference"]["pictures"] == len(held)
    assert report["held_out_feedback"]["difference"]["gain"] > 0.1
    assert report["private_test"]["difference"]["pictures"] == 49
    assert set(report["others"]) == {"again, PublicTest", "again, PrivateTest"}
    assert report["others"]["again, PrivateTest"] == report["private_test"]
    assert bundle.metrics["private_test"]["accuracy"] == report["private_test"]["new"]["accuracy"]
    assert "crops from kiosks' feedback" in bundle.manifest["training"]["data"]
    assert bundle.manifest["training"]["retrained"]["base"] == "base"
    assert (run / page.PAGE).read_text().startswith("# 9.0.0, retrained from base")
    assert "crops to train on" in said
    assert not (run / CANDIDATE).exists()


COMPARE = """
import sys
from pathlib import Path
import numpy as np
from training import network, predict
run = Path(sys.argv[1])
old, new, between = (predict.load(run / name) for name in sys.argv[2:])
for one, other, third in zip(old.layers, new.layers, between.layers):
    for weights in zip(one.get_weights(), other.get_weights(), third.get_weights()):
        same = np.array_equal(weights[0], weights[1])
        assert same == one.name.endswith(network.NORMALIZATION), one.name
        low, high = np.minimum(*weights[:2]), np.maximum(*weights[:2])
        assert ((low - 1e-6 <= weights[2]) & (weights[2] <= high + 1e-6)).all(), one.name
"""


def test_normalisations_stay_and_the_rest_is_between_old_and_new(better: tuple[Path, str]) -> None:
    names = (f"{BASE}/{run_folder.MODEL}", run_folder.MODEL, run_folder.INTERPOLATED)
    done = commands.run((commands.CODE, COMPARE, str(better[0]), *names))
    assert done.returncode == 0, done.stderr
    assert "of the way from the old to the new weights: PublicTest" in better[1]


def test_a_resumed_retraining_has_the_same_inputs(
    better: tuple[Path, str],
    dataset: tuple[Path, Path],
    base: Path,
    told: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run, _ = better

    def said(told: Path, *more: object) -> str:
        return _said(capsys, *_given(dataset[0], base, told, run, *more))

    other = export(tmp_path / "other.zip", _rings(2), LABELS)
    assert "started with other exports" in said(other, *SMALL, "--resume")
    assert "started with other epochs, seed, learning_rate" in said(
        told, "--learning-rate", 0.01, "--resume"
    )
    assert "already holds a run; use --resume or another" in said(told, *SMALL)
    kept = (run / run_folder.RETRAINING).read_text()
    (run / run_folder.RETRAINING).write_text(kept[:20])
    try:
        assert "retraining.json: damaged" in said(told, *SMALL, "--resume")
    finally:
        (run / run_folder.RETRAINING).write_text(kept)


def test_a_model_that_is_not_better_becomes_no_bundle(
    better: tuple[Path, str], prepared: Path, tmp_path: Path
) -> None:
    """The labels of the feedback are random. The base is a bundle, which is int8 already."""
    base = better[0] / "emotion-9.0.0"
    random = np.random.default_rng(0)
    labels = [EMOTIONS[number] for number in random.integers(0, 7, CROPS)]
    told, run = export(tmp_path / "export.zip", _rings(1), labels), tmp_path / "run"
    few = ("--epochs", 1)
    done = commands.run(_retrain(prepared, base, told, run, *few, version="9.1.0"))
    assert done.returncode == NOT_BETTER, done.stderr
    assert "on held out feedback" in done.stderr
    assert "no bundle was made; --force makes one anyway" in done.stderr
    assert not list(run.glob("emotion-*"))
    assert not (run / CANDIDATE).exists()
    assert "No bundle was made" in (run / page.PAGE).read_text()
    before = (run / run_folder.CHECKPOINT).stat().st_mtime_ns
    done = commands.run(
        _retrain(prepared, base, told, run, *few, "--resume", "--force", version="9.1.0")
    )
    assert done.returncode == 0, done.stderr
    assert (run / run_folder.CHECKPOINT).stat().st_mtime_ns == before, "it is only judged again"
    assert bundles.load(run / "emotion-9.1.0").version == "9.1.0"
    assert "by --force" in (run / page.PAGE).read_text()


def test_a_new_bundle_is_the_next_base_and_other_runs_may_teach(
    better: tuple[Path, str], prepared: Path, base: Path, told: Path, tmp_path: Path
) -> None:
    bundle, run = better[0] / "emotion-9.0.0", tmp_path / "run"
    more = ("--epochs", 1, "--teacher", base, "--prefetch")
    done = commands.run(_retrain(prepared, bundle, told, run, *more, version="9.1.0"))
    assert done.returncode in (0, NOT_BETTER), done.stderr
    report = json.loads((run / page.REPORT).read_text())
    assert (report["base"], report["teachers"]) == ("emotion-9.0.0", ["base"])
    before = json.loads((better[0] / page.REPORT).read_text())
    assert report["held_out_feedback"]["old"] == before["held_out_feedback"]["new"]


def test_a_base_that_is_another_network_is_refused(
    prepared: Path, base: Path, told: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    settings = json.loads((base / run_folder.CONFIG).read_text()) | {"width": 0.5}
    (other / run_folder.CONFIG).write_text(json.dumps(settings))
    (other / run_folder.MODEL).write_bytes((base / run_folder.MODEL).read_bytes())
    done = commands.run(_retrain(prepared, other, told, tmp_path / "run"))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "model.keras does not match config.json" in line or "this network" in line


def test_invalid_inputs_are_reported_before_any_work(
    dataset: tuple[Path, Path], told: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(base: Path, told: Path = told, data: Path = dataset[0]) -> str:
        given = ("--data", data, "--base", base, "--feedback", told)
        run = ("--run", tmp_path / "run", "--version", "1.0")
        words = _said(capsys, "retrain", *given, *run)
        assert not (tmp_path / "run").exists()
        return words

    assert "neither a bundle nor a training run" in said(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / run_folder.CONFIG).write_text("{}")
    assert "no model.keras" in said(empty)
    (empty / run_folder.MODEL).touch()
    everything = (
        "--data",
        dataset[0],
        "--base",
        empty,
        "--feedback",
        told,
        "--feedback-fraction",
        0.5,
    )
    words = _said(capsys, "retrain", *everything, "--run", tmp_path / "run", "--version", "1")
    assert (
        "--feedback-fraction 0.5 and --degraded-fraction 0.35: must be at most 0.8 together"
        in words
    )
    hostile = tmp_path / "hostile.zip"
    hostile.write_bytes(b"PK\x03\x04" + b"\0" * 500)
    assert "not a usable export" in said(empty, hostile)
    few = export(tmp_path / "few.zip", _rings(1)[:50], LABELS[:50])
    assert "collect more feedback" in said(empty, few)
    lines = dataset[0].read_text().splitlines()
    part = tmp_path / "part.csv"
    part.write_text("\n".join(line for line in lines if "Private" not in line) + "\n")
    assert len(fer2013.read(part).splits["PrivateTest"]) == 0
    assert "no PrivateTest pictures" in said(empty, data=part)
