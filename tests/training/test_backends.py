"""Every backend of Keras takes the same step, and several processes take it together.

Each is a process of its own: a process has one backend, and TensorFlow would break `tflite-runtime`
for every test after it.
"""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.weights import alike
from training import backends, distributed, run_folder
from training.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.timeout(600)

PATIENCE = 300
HASTE = {"XLA_FLAGS": "--xla_backend_optimization_level=0"}
"""JAX compiles a few steps for longer than it takes them: here it need not do so well."""
STEPS = """
import sys
import numpy as np
from training import backends, network
from training.recipe import Recipe
backend = backends.start(1)
import keras

def take(count, frozen):
    models = [network.build(Recipe(width=0.25, squeeze_excite=True)) for _ in range(2)]
    random = np.random.default_rng(0)
    weights = []
    for variable in models[0].weights:
        start = 1.0 if variable.path.endswith(("variance", "gamma")) else 0.0
        # Nothing keeps a frozen network of random weights from exploding but that they are small.
        drawn = random.normal(0, 0.02 if frozen else 0.1, variable.shape)
        drawn = drawn if frozen else abs(drawn)
        weights.append(start + drawn.astype(np.float32))
    for model in models:
        model.set_weights(weights)
        if frozen:
            network.freeze_batch_norm(model)
    optimizer = keras.optimizers.SGD(momentum=0.9, nesterov=True)
    optimizer.build(models[0].trainable_variables)
    step = backend.Step(*models, optimizer, 5e-4, np.linspace(-1, 0, 7, dtype=np.float32))
    faces = random.uniform(0, 255, (32, 6, 6)).repeat(8, 1).repeat(8, 2).astype(np.float32)
    targets = np.eye(7, dtype=np.float32)[random.integers(0, 7, 32)]
    losses = [float(step(faces, targets, np.float32(0.02), np.float32(0.5))) for _ in range(count)]
    step.sync()
    weights = [keras.ops.convert_to_numpy(each) for model in models for each in model.weights]
    logits = backend.predict(models[1], faces[..., None] / np.float32(255))
    assert isinstance(logits, np.ndarray)
    return losses, logits, *weights

np.savez(sys.argv[1], *take(6, False), *take(2, True))
"""

GRADIENTS = """
import sys
import numpy as np
from training import backends
backend = backends.start(1)
import tensorflow as tf
from keras import layers
found = []
for kind in (layers.Conv2D, backend.convolution()):
    for side, size, stride, precision in (
        (6, 3, 1, "float32"),
        (6, 3, 2, "float32"),
        (5, 3, 2, "float32"),
        (6, 1, 2, "float32"),
        (6, 3, 2, "mixed_bfloat16"),
    ):
        faces = np.random.default_rng(0).normal(size=(8, side, side, 12)).astype(np.float32)
        layer = kind(20, size, stride, padding="same", use_bias=False, dtype=precision)
        layer.build(faces.shape)
        shape = layer.kernel.shape
        layer.set_weights([np.linspace(-1, 1, np.prod(shape), dtype=np.float32).reshape(shape)])
        with tf.GradientTape() as tape:
            x = tf.constant(faces)
            tape.watch(x)
            y = tf.cast(layer(x), tf.float32)
            loss = tf.reduce_sum(y * y)
        found += [y, *tape.gradient(loss, [x, layer.kernel])]
np.savez(sys.argv[1], *found)
"""


def _run(command: list[str], backend: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=_environment(backend),
    )


def _environment(backend: str) -> dict[str, str]:
    return {**os.environ, **HASTE, backends.VARIABLE: backend}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[NDArray[Any]]:
    return _steps("tensorflow", tmp_path_factory.mktemp("tensorflow"))


def _steps(backend: str, folder: Path) -> list[NDArray[Any]]:
    if find_spec(backend) is None:
        pytest.skip(f"needs {backend}")
    done = _run([sys.executable, "-c", STEPS, str(folder / "out.npz")], backend)
    assert done.returncode == 0, done.stderr
    with np.load(folder / "out.npz") as arrays:
        return [arrays[name] for name in arrays.files]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_every_backend_takes_the_same_steps(
    backend: str, expected: list[NDArray[Any]], tmp_path: Path
) -> None:
    given = _steps(backend, tmp_path)
    assert given[0] == pytest.approx(expected[0], rel=2e-3), "the losses"
    assert expected[0][-1] < expected[0][0], "it learns"
    assert given[1] == pytest.approx(expected[1], rel=0.02, abs=0.01), "what it answers"
    for one, other in zip(given[2:], expected[2:], strict=True):
        assert alike(one, other, within=5e-3)


def _losses(run: Path) -> list[float]:
    with (run / run_folder.LOG).open() as stream:
        return [float(row["loss"]) for row in csv.DictReader(stream)]


def test_the_fast_convolution_has_the_gradients_of_the_plain_one(tmp_path: Path) -> None:
    path = tmp_path / "gradients.npz"
    done = _run([sys.executable, "-c", GRADIENTS, str(path)], "tensorflow")
    assert done.returncode == 0, done.stderr
    with np.load(path) as arrays:
        found = [arrays[name] for name in arrays.files]
    plain, fast = found[: len(found) // 2], found[len(found) // 2 :]
    for one, other in zip(plain, fast, strict=True):
        assert np.isfinite(one).all()
        assert np.abs(one).max() > 0
        assert alike(other, one, within=1e-3 * np.abs(one).max())


def test_two_processes_train_as_one_does(prepared: Path, tmp_path: Path) -> None:
    if find_spec("jax") is None:
        pytest.skip("needs jax")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    common = ["--data", str(prepared), "--epochs", "2", "--float32", "--width", "0.25"]
    command = [sys.executable, "-m", "training.cli", "train", *common]
    one, two = tmp_path / "one", tmp_path / "two"
    done = _run([*command, "--run", str(one)], "jax")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    together = [*command, "--run", str(two), "--processes", "2", "--coordinator", address]
    processes = [
        subprocess.Popen(
            [*together, "--process", str(number)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=_environment("jax"),
        )
        for number in (0, 1)
    ]
    said = [process.communicate(timeout=PATIENCE)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert "epoch 2/2" in said[0]
    assert "epoch" not in said[1], "the first process speaks for all"
    assert _losses(two) == pytest.approx(_losses(one), rel=1e-3)
    with np.load(one / "checkpoint.npz") as alone, np.load(two / "checkpoint.npz") as shared:
        assert set(alone.files) == set(shared.files)
        for name in alone.files:
            assert alike(shared[name], alone[name], within=2e-2), name


def test_an_unknown_backend_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(backends.VARIABLE, "abacus")
    with pytest.raises(RunError, match="'abacus', expected one of tensorflow, jax, torch"):
        backends.start()


@pytest.mark.parametrize(
    ("backend", "given", "reason"),
    [
        ("tensorflow", (2, 0, "here:1"), "need the JAX backend"),
        ("jax", (2, 2, "here:1"), "--process 2: must be 0 to 1"),
        ("jax", (2, 0, None), "need --coordinator HOST:PORT"),
    ],
)
def test_processes_that_cannot_meet_are_reported(
    backend: str,
    given: tuple[int, int, str | None],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(backends.VARIABLE, backend)
    with pytest.raises(RunError, match=reason):
        distributed.join(*given)


def test_one_process_needs_nobody() -> None:
    assert distributed.join(1, 0, None) == distributed.Part()
