"""Training runs, by the commands that a person would type."""

from __future__ import annotations

import signal
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.support import commands
from tests.support.runs import EPOCHS, NO_DETECTOR, train
from tests.support.weights import alike
from training import loop, recipe, run_folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs TensorFlow"),
    pytest.mark.timeout(600),
]


def test_a_run_s_folder_tells_what_happened(trained: Path) -> None:
    settings = recipe.load(trained / run_folder.CONFIG)
    assert (settings.epochs, settings.limit, settings.votes_weight) == (EPOCHS, 160, 0.2)
    head, *lines = (trained / run_folder.LOG).read_text().splitlines()
    assert head.split(",") == list(loop.LOG_COLUMNS)
    assert [line.split(",")[0] for line in lines] == [str(number + 1) for number in range(EPOCHS)]
    assert all(np.isfinite([float(figure) for line in lines for figure in line.split(",")]))
    assert not list(trained.glob("*partial*"))


def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    dataset: tuple[Path, Path], trained: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    saved = folder / run_folder.CHECKPOINT
    running = commands.start(train(dataset, folder, "--epochs", EPOCHS, "--limit", 160), tmp_path)
    deadline = time.monotonic() + commands.PATIENCE
    while not saved.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.kill() == -signal.SIGKILL
    with np.load(saved) as arrays:
        assert 1 <= arrays["epoch"] < EPOCHS
    done = commands.run(train(dataset, folder, "--resume"))
    assert done.returncode == 0, done.stderr
    assert "epoch 1/" not in done.stdout
    with np.load(saved) as resumed, np.load(trained / run_folder.CHECKPOINT) as whole:
        assert set(resumed.files) == set(whole.files)
        for name in whole.files:
            assert alike(resumed[name], whole[name], rel=1e-4, within=1e-5), name
    assert len((folder / run_folder.LOG).read_text().splitlines()) == EPOCHS + 1


def test_a_run_stops_in_time_and_goes_on_later(dataset: tuple[Path, Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    few = (*NO_DETECTOR, "--epochs", 2, "--limit", 140, "--width", "0.25")
    done = commands.run(train(dataset, run, *few, "--max-hours", "0.0001"))
    assert done.returncode == 0, done.stderr
    assert "stopped for --max-hours after epoch 1; --resume continues" in done.stdout
    done = commands.run(train(dataset, run, "--resume"))
    assert done.returncode == 0, done.stderr
    assert "epoch 2/2" in done.stdout
    assert (run / run_folder.CURVES).read_bytes().startswith(b"\x89PNG")


def test_a_network_of_another_width_that_squeezes(
    dataset: tuple[Path, Path], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    done = commands.run(
        train(
            dataset,
            run,
            *NO_DETECTOR,
            "--epochs",
            1,
            "--limit",
            140,
            "--width",
            "0.5",
            "--squeeze-excite",
        )
    )
    assert done.returncode == 0, done.stderr
    settings = recipe.load(run / run_folder.CONFIG)
    assert (settings.width, settings.squeeze_excite) == (0.5, True)
    code = (
        "import sys, pathlib; from training import network, predict\n"
        "model = predict.load(pathlib.Path(sys.argv[1]))\n"
        "print(model.count_params(), network.macs(model))"
    )
    given = (commands.CODE, code, str(run / run_folder.MODEL))
    parameters, macs = map(int, commands.run(given).stdout.split())
    assert 100_000 < parameters < 250_000, "about a quarter of the whole network's 0.61 million"
    assert 9_000_000 < macs < 12_000_000, "about a quarter of its 40.7 million"
    done = commands.run(train(dataset, tmp_path / "none", "--width", "0"))
    assert done.returncode == 2
    assert "must be 0.25 to 8" in done.stderr


def test_a_run_that_diverges_says_so(dataset: tuple[Path, Path], tmp_path: Path) -> None:
    wild = (
        *NO_DETECTOR,
        "--epochs",
        3,
        "--limit",
        140,
        "--width",
        "0.25",
        "--learning-rate",
        "1e30",
    )
    done = commands.run(train(dataset, tmp_path / "run", *wild))
    assert done.returncode == 2
    assert "diverged; lower the learning rate" in done.stderr.splitlines()[-1]
