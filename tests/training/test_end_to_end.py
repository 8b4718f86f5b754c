"""From pictures to a bundle that the device serves, by the commands that a person would type."""

from __future__ import annotations

import json
import signal
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from convert import job
from device.vision import alignment
from device.vision import bundle as bundles
from device.vision.classifier import Classifier
from tests.support import commands
from tests.support.weights import alike
from training import checkpoint, cli, loop, recipe
from training.data import fer2013

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Command

pytestmark = [
    pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs TensorFlow"),
    pytest.mark.timeout(600),
]

EPOCHS = 8
UNSEEN = ("--detected-chance", 0)
"""Faces are not looked for with the device's detector, which takes longer than the training."""


def _train(data: tuple[Path, Path], folder: Path, *more: object) -> Command:
    pictures, votes = data
    given = ("--data", pictures, "--ferplus", votes, "--run", folder)
    return commands.command("training", "train", *given, *more)


@pytest.fixture(scope="module")
def trained(dataset: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "whole"
    done = commands.run(_train(dataset, folder, "--epochs", EPOCHS, "--limit", 160))
    assert done.returncode == 0, done.stderr
    assert f"epoch {EPOCHS}/{EPOCHS}" in done.stdout
    assert "left 0 min" in done.stdout
    assert done.stderr == ""
    return folder


def test_a_run_s_folder_tells_what_happened(trained: Path) -> None:
    settings = recipe.load(trained / loop.CONFIG)
    assert (settings.epochs, settings.limit, settings.votes) == (EPOCHS, 160, 0.2)
    head, *lines = (trained / loop.LOG).read_text().splitlines()
    assert head.split(",") == list(loop.LOG_COLUMNS)
    assert [line.split(",")[0] for line in lines] == [str(number + 1) for number in range(EPOCHS)]
    assert all(np.isfinite([float(figure) for line in lines for figure in line.split(",")]))
    assert not list(trained.glob("*partial*"))


def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    dataset: tuple[Path, Path], trained: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    saved = folder / checkpoint.NAME
    running = commands.start(_train(dataset, folder, "--epochs", EPOCHS, "--limit", 160), tmp_path)
    deadline = time.monotonic() + commands.PATIENCE
    while not saved.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.kill() == -signal.SIGKILL
    with np.load(saved) as arrays:
        assert 1 <= arrays["epoch"] < EPOCHS
    done = commands.run(_train(dataset, folder, "--resume"))
    assert done.returncode == 0, done.stderr
    assert "epoch 1/" not in done.stdout
    with np.load(saved) as resumed, np.load(trained / checkpoint.NAME) as whole:
        assert set(resumed.files) == set(whole.files)
        for name in whole.files:
            assert alike(resumed[name], whole[name], rel=1e-4, within=1e-5), name
    assert len((folder / loop.LOG).read_text().splitlines()) == EPOCHS + 1


FOLD = """
import sys
from pathlib import Path
import numpy as np
from training import network, predict, recipe
run = Path(sys.argv[1])
model = predict.load(run / "model.keras")
faces = np.random.default_rng(0).random((8, 48, 48, 1), np.float32)
for fast in (False, True):
    folded = network.fold(recipe.Recipe(fast=fast, width=0.5, squeeze=True), model)
    assert not any("normalization" in layer.name for layer in folded.layers)
    print(abs(folded.predict_on_batch(faces) - model.predict_on_batch(faces)).max())
"""


GROWN = """
import sys
from pathlib import Path
import numpy as np
from training import network, predict, recipe
smaller, larger = (Path(each) for each in sys.argv[1:])
settings = recipe.load(larger / "config.json")
assert settings.width == 2 * recipe.load(smaller / "config.json").width
assert settings.top
smaller = predict.load(smaller / "model.keras")
grown = network.build(settings)
network.begin(grown, smaller)
kernel = grown.get_layer("block1_first_convolution").kernel.numpy()
assert (kernel[..., 0::2, :] != kernel[..., 1::2, :]).all()  # or twins would stay twins
assert predict.load(larger / "model.keras").count_params() == grown.count_params()
faces = np.random.default_rng(0).random((8, 48, 48, 1), np.float32)
print(abs(grown.predict_on_batch(faces) - smaller.predict_on_batch(faces)).max())
"""


MEAN = """
import sys
from pathlib import Path
import numpy as np
from training import predict
from training.errors import RunError
one, other, narrow = (Path(each) / "model.keras" for each in sys.argv[1:])
weights = [predict.load(path).get_weights() for path in (one, other)]
for mean, *both in zip(predict.load_mean([one, other]).get_weights(), *weights, strict=True):
    assert np.allclose(mean, sum(both) / 2, rtol=1e-5, atol=1e-7)
try:
    predict.load_mean([one, narrow])
except RunError as error:
    print(error)
"""


def test_a_student_learns_from_a_teacher(
    dataset: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("taught")
    few = ("--epochs", 2, "--limit", 160, "--squeeze")
    teacher = folder / "teacher"
    done = commands.run(_train(dataset, teacher, *few, "--width", 0.5))
    assert done.returncode == 0, done.stderr
    done = commands.run((commands.CODE, FOLD, str(teacher)))
    assert done.returncode == 0, done.stderr
    exact, fast = map(float, done.stdout.split())
    assert exact < 1e-4
    assert fast < 0.1

    alone, taught, ahead = (folder / name for name in ("alone", "taught", "ahead"))
    lesson = ("--teacher", teacher)
    for done in commands.run_all(
        _train(dataset, alone, *few),
        _train(dataset, taught, *few, *lesson),
        _train(dataset, ahead, *few, *lesson, "--ahead"),
    ):
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    states = [np.load(run / checkpoint.NAME) for run in (alone, taught, ahead)]
    name = next(name for name in states[0].files if states[0][name].ndim == 4)
    assert alike(states[1][name], states[2][name], rel=1e-4, within=1e-5)
    assert not alike(states[0][name], states[1][name], rel=1e-4, within=1e-5)

    plain = (*UNSEEN, "--epochs", 1, "--limit", 160, "--rate", 1e-6)
    gently, base = (*plain, "--squeeze"), ("--base", alone / loop.MODEL)
    narrow = ("--base", teacher / loop.MODEL)
    further, both, grown, *refused = commands.run_all(
        _train(dataset, folder / "further", *gently, *base),
        _train(dataset, folder / "both", *gently, *base, "--base", taught / loop.MODEL),
        _train(dataset, folder / "grown", *gently, *narrow, "--top", 16),
        _train(dataset, folder / "plain", *plain, *base),  # its base has more layers than it
        _train(dataset, folder / "other", *gently, *narrow, "--width", 0.75),  # of half as wide
    )
    assert further.returncode == 0, further.stderr
    (folder / "further" / checkpoint.NAME).unlink()  # as if it was killed in its first epoch
    again = commands.run(_train(dataset, folder / "further", *base, "--resume"))
    assert again.returncode == 0, again.stderr
    assert "epoch 1/1" in again.stdout
    with np.load(folder / "further" / checkpoint.NAME) as saved:
        average = next(key for key in states[0].files if key.startswith("average"))
        assert alike(saved[average], states[0][average], within=1e-3)
    assert both.returncode == 0, both.stderr
    with np.load(folder / "both" / checkpoint.NAME) as saved:
        one, other = (states[number][average] for number in (0, 1))
        assert abs(saved[average] - (one + other) / 2).max() < abs(one - other).max() / 20
    done = commands.run((commands.CODE, MEAN, str(alone), str(taught), str(teacher)))
    assert done.returncode == 0, done.stderr
    assert f"{teacher / loop.MODEL}: not a model of this network" in done.stdout
    assert grown.returncode == 0, grown.stderr
    done = commands.run((commands.CODE, GROWN, str(teacher), str(folder / "grown")))
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 1e-4, "a grown network begins with its base's answers"
    for done in refused:
        assert done.returncode == 2
        assert "not a model of this network" in done.stderr


@pytest.fixture(scope="module")
def converted(
    dataset: tuple[Path, Path], trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("models")
    done = commands.run(
        commands.command(
            "convert", "--model", trained / loop.MODEL, "--data", dataset[0],
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
    given = Classifier(bundle).classify(alignment.standardise(private.images))
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
    assert manifest["training"]["epochs"] == EPOCHS
    assert "FER+" in manifest["training"]["data"]
    assert "fer2013.csv, whose terms" in manifest["licence"]
    fed = manifest["training"]["inputs"]
    assert fed["data"]["name"] == "fer2013.csv"
    assert fed["ferplus"]["name"].endswith("/fer2013new.csv")
    assert set(manifest["metrics"]) == {"private_test", "public_test", "float", "canary"}
    assert 0 < manifest["metrics"]["canary"]["farthest_probability"] < job.AWAY
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
    given = ("--model", converted / loop.MODEL, "--data", dataset[0], "--json")
    done = commands.run(commands.command("training", "evaluate", *given))
    assert done.returncode == 0, done.stderr
    figures = bundles.load(converted).metrics["float"]["private_test"]
    assert json.loads(done.stdout)["accuracy"] == figures["accuracy"]


def test_a_bundle_that_is_there_is_kept(
    converted: Path, trained: Path, dataset: tuple[Path, Path]
) -> None:
    before = (converted / bundles.MANIFEST).read_bytes()
    given = ("--model", trained / loop.MODEL, "--data", dataset[0])
    done = commands.run(
        commands.command("convert", *given, "--version", "9.8.7", "--out", converted.parent)
    )
    assert done.returncode == 2
    assert "exists already; give --replace" in done.stderr
    assert (converted / bundles.MANIFEST).read_bytes() == before


def test_a_model_that_is_none_is_said(dataset: tuple[Path, Path], tmp_path: Path) -> None:
    model = tmp_path / "model.keras"
    model.write_bytes(b"PK\x03\x04 not a model")
    out = tmp_path / "models"
    given = ("--model", model, "--data", dataset[0], "--version", "1.0", "--out", out)
    done = commands.run(commands.command("convert", *given))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "model.keras: not a Keras model" in line
    assert list(out.iterdir()) == []


def test_teachers_answer_for_what_they_have_not_seen(
    dataset: tuple[Path, Path], tmp_path: Path
) -> None:
    pictures, votes = dataset
    for fold in (0, 1):
        few = (*UNSEEN, "--epochs", 1, "--fold", f"{fold}/2")
        done = commands.run(_train(dataset, tmp_path / str(fold), *few))
        assert done.returncode == 0, done.stderr
    settings = recipe.load(tmp_path / "1" / loop.CONFIG)
    assert (settings.folds, settings.fold) == (2, 1)
    labels = tmp_path / "labels.npz"
    teachers = ("--teachers", tmp_path / "0", tmp_path / "1")
    given = ("--data", pictures, "--ferplus", votes, *teachers, "--out", labels)
    done = commands.run(commands.command("training", "distil", *given))
    assert done.returncode == 0, done.stderr
    assert "teachers alone agree with" in done.stdout
    lesson = (*UNSEEN, "--epochs", 1, "--labels", labels)
    student = _train(dataset, tmp_path / "student", *lesson)
    done = commands.run(student)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "student" / loop.MODEL).exists()
    done = commands.run(_train(dataset, tmp_path / "other", "--labels", votes))
    assert done.returncode == 2
    assert "not soft labels" in done.stderr


def test_a_run_stops_in_time_and_goes_on_later(dataset: tuple[Path, Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    few = (*UNSEEN, "--epochs", 2, "--limit", 140, "--width", "0.25")
    done = commands.run(_train(dataset, run, *few, "--max-hours", "0.0001"))
    assert done.returncode == 0, done.stderr
    assert "stopped in time after epoch 1; --resume goes on" in done.stdout
    done = commands.run(_train(dataset, run, "--resume"))
    assert done.returncode == 0, done.stderr
    assert "epoch 2/2" in done.stdout
    assert (run / loop.CURVES).read_bytes().startswith(b"\x89PNG")


def test_a_network_of_another_width_that_squeezes(
    dataset: tuple[Path, Path], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    done = commands.run(_train(dataset, run, *UNSEEN, "--epochs", 1, "--width", "0.5", "--squeeze"))
    assert done.returncode == 0, done.stderr
    settings = recipe.load(run / loop.CONFIG)
    assert (settings.width, settings.squeeze) == (0.5, True)
    code = (
        "import sys, pathlib; from training import network, predict\n"
        "model = predict.load(pathlib.Path(sys.argv[1]))\n"
        "print(model.count_params(), network.macs(model))"
    )
    given = (commands.CODE, code, str(run / loop.MODEL))
    parameters, macs = map(int, commands.run(given).stdout.split())
    assert 100_000 < parameters < 250_000, "about a quarter of the whole network's 0.61 million"
    assert 9_000_000 < macs < 12_000_000, "about a quarter of its 40.7 million"
    done = commands.run(_train(dataset, tmp_path / "none", "--width", "0"))
    assert done.returncode == 2
    assert "must be 0.25 to 8" in done.stderr


def test_a_run_that_diverges_says_so(dataset: tuple[Path, Path], tmp_path: Path) -> None:
    wild = (*UNSEEN, "--epochs", 3, "--limit", 140, "--width", "0.25", "--rate", "1e30")
    done = commands.run(_train(dataset, tmp_path / "run", *wild))
    assert done.returncode == 2
    assert "diverged; lower the rate" in done.stderr.splitlines()[-1]
