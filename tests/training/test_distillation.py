"""Distillation: students learn from teachers, in training and by soft labels."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.support import commands
from tests.support.runs import NO_DETECTOR, train
from tests.support.weights import alike
from training import recipe, run_folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs TensorFlow"),
    pytest.mark.timeout(600),
]

FOLD = """
import sys
from pathlib import Path
import numpy as np
from training import network, predict, recipe
run = Path(sys.argv[1])
model = predict.load(run / "model.keras")
faces = np.random.default_rng(0).random((8, 48, 48, 1), np.float32)
for fast in (False, True):
    settings = recipe.Recipe(mixed_precision=fast, width=0.25, squeeze_excite=True)
    folded = network.fold(settings, model)
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
assert settings.top_channels
smaller = predict.load(smaller / "model.keras")
grown = network.build(settings)
network.initialize_from(grown, smaller)
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
    dataset: tuple[Path, Path], prepared: Path, tmp_path: Path
) -> None:
    data, folder = (prepared, dataset[1]), tmp_path
    few = ("--epochs", 2, "--limit", 160, "--squeeze-excite")
    teacher, half = folder / "teacher", ("--width", 0.5)
    done = commands.run(train(data, teacher, *few, "--width", 0.25))
    assert done.returncode == 0, done.stderr
    done = commands.run((commands.CODE, FOLD, str(teacher)))
    assert done.returncode == 0, done.stderr
    exact, fast = map(float, done.stdout.split())
    assert exact < 1e-4
    assert fast < 0.1

    alone, taught, prefetched = (folder / name for name in ("alone", "taught", "prefetched"))
    lesson = ("--teacher", teacher)
    for done in commands.run_all(
        train(data, alone, *few, *half),
        train(data, taught, *few, *half, *lesson),
        train(data, prefetched, *few, *half, *lesson, "--prefetch"),
    ):
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    states = [np.load(run / run_folder.CHECKPOINT) for run in (alone, taught, prefetched)]
    name = next(name for name in states[0].files if states[0][name].ndim == 4)
    assert alike(states[1][name], states[2][name], rel=1e-4, within=1e-5)
    assert not alike(states[0][name], states[1][name], rel=1e-4, within=1e-5)

    plain = (*NO_DETECTOR, "--epochs", 1, "--limit", 160, "--learning-rate", 1e-6)
    small, base = (*plain, "--squeeze-excite"), ("--base", alone / run_folder.MODEL)
    narrow = ("--base", teacher / run_folder.MODEL)
    further, both, grown, *refused = commands.run_all(
        train(data, folder / "further", *small, *half, *base),
        train(data, folder / "both", *small, *half, *base, "--base", taught / run_folder.MODEL),
        train(data, folder / "grown", *small, *half, *narrow, "--top-channels", 16),
        train(data, folder / "plain", *plain, *half, *base),  # its base has more layers
        train(data, folder / "other", *small, *narrow, "--width", 0.375),  # not a whole factor
    )
    assert further.returncode == 0, further.stderr
    (folder / "further" / run_folder.CHECKPOINT).unlink()  # as if it was killed in its first epoch
    again = commands.run(train(data, folder / "further", *base, "--resume"))
    assert again.returncode == 0, again.stderr
    assert "epoch 1/1" in again.stdout
    with np.load(folder / "further" / run_folder.CHECKPOINT) as saved:
        average = next(key for key in states[0].files if key.startswith("average"))
        assert alike(saved[average], states[0][average], within=1e-3)
    assert both.returncode == 0, both.stderr
    with np.load(folder / "both" / run_folder.CHECKPOINT) as saved:
        one, other = (states[number][average] for number in (0, 1))
        assert abs(saved[average] - (one + other) / 2).max() < abs(one - other).max() / 20
    done = commands.run((commands.CODE, MEAN, str(alone), str(taught), str(teacher)))
    assert done.returncode == 0, done.stderr
    assert f"{teacher / run_folder.MODEL}: not a model of this network" in done.stdout
    assert grown.returncode == 0, grown.stderr
    done = commands.run((commands.CODE, GROWN, str(teacher), str(folder / "grown")))
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 1e-4, "a grown network begins with its base's answers"
    for done in refused:
        assert done.returncode == 2
        assert "not a model of this network" in done.stderr


def test_teachers_answer_for_what_they_have_not_seen(
    dataset: tuple[Path, Path], tmp_path: Path
) -> None:
    pictures, votes = dataset
    for fold in (0, 1):
        few = (*NO_DETECTOR, "--epochs", 1, "--width", 0.25, "--fold", f"{fold}/2")
        done = commands.run(train(dataset, tmp_path / str(fold), *few))
        assert done.returncode == 0, done.stderr
    settings = recipe.load(tmp_path / "1" / run_folder.CONFIG)
    assert (settings.folds, settings.fold) == (2, 1)
    labels = tmp_path / "labels.npz"
    teachers = ("--teachers", tmp_path / "0", tmp_path / "1")
    given = ("--data", pictures, "--ferplus", votes, *teachers, "--out", labels)
    done = commands.run(commands.command("training", "distil", *given))
    assert done.returncode == 0, done.stderr
    assert "teachers alone agree with" in done.stdout
    lesson = (*NO_DETECTOR, "--epochs", 1, "--width", 0.25, "--labels", labels)
    student = train(dataset, tmp_path / "student", *lesson)
    done = commands.run(student)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "student" / run_folder.MODEL).exists()
    done = commands.run(train(dataset, tmp_path / "other", "--labels", votes))
    assert done.returncode == 2
    assert "not soft labels" in done.stderr
