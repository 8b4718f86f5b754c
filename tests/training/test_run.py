"""What surrounds a run: schedule, recipe, folder, checkpoint, command line. No TensorFlow."""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from training import checkpoint, cli, provenance, recipe, run_folder, run_setup
from training.commands import options
from training.data.pictures import TRAINING, Dataset, Pictures
from training.errors import RunError
from training.recipe import Recipe
from training.schedule import Schedule, ema_decay

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def test_the_rate_warms_up_and_falls_to_nothing() -> None:
    schedule = Schedule.from_recipe(Recipe(epochs=10, learning_rate=0.1, warmup_fraction=0.1), 20)
    rates = [schedule.learning_rate(step) for step in range(200)]
    assert rates[0] == pytest.approx(0.005)
    assert rates[19] == pytest.approx(0.1)
    assert max(rates) <= 0.1
    assert all(a > b for a, b in itertools.pairwise(rates[20:]))
    assert 0 < rates[-1] < 1e-4
    assert schedule.learning_rate(10_000) == 0


def test_a_run_of_one_step_has_a_rate() -> None:
    assert Schedule.from_recipe(Recipe(epochs=1), 1).learning_rate(0) > 0


def test_averaging_starts_small_and_ends_at_most() -> None:
    assert ema_decay(0, 0.998) == 0.1
    assert ema_decay(10**6, 0.998) == 0.998


def test_a_recipe_survives_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    settings = Recipe(epochs=3, votes_weight=0.0)
    settings.save(path)
    assert recipe.load(path) == settings


@pytest.mark.parametrize("text", ["", "[]", "{", '{"epochs": 1, "wings": 2}'])
def test_a_damaged_recipe_is_reported(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(RunError, match="not a training configuration"):
        recipe.load(path)


def _options(folder: Path, **given: Any) -> argparse.Namespace:
    blank: dict[str, Any] = {
        "epochs": None,
        "seed": None,
        "limit": None,
        "fold": None,
        "folds": None,
        "width": None,
        "squeeze_excite": None,
        "top_channels": None,
        "logit_adjustment_tau": None,
        "final_epochs_weak_aug": None,
        "learning_rate": None,
        "detector_crop_p": None,
        "ferplus": None,
        "labels": None,
        "teacher": [],
        "base": [],
        "set": [],
        "resume": False,
        "float32": False,
    }
    return argparse.Namespace(**{**blank, "run": folder, **given})


def test_weights_without_their_files_are_0(tmp_path: Path) -> None:
    assert run_setup.recipe(_options(tmp_path)).votes_weight == 0
    both = _options(tmp_path, ferplus=tmp_path, labels=tmp_path, epochs=7)
    assert run_setup.recipe(both) == Recipe(epochs=7)
    assert run_setup.recipe(_options(tmp_path, ferplus=tmp_path)) == Recipe(soft_label_weight=0.0)
    assert not run_setup.recipe(_options(tmp_path, float32=True)).mixed_precision
    taught = run_setup.recipe(_options(tmp_path, teacher=[tmp_path]))
    assert taught.distill_weight == run_setup.DISTILL_WEIGHT


SETTINGS = ("translation=4", "batch_size=64", "distill_weight=0.5", "soft_label_weight=0")


def test_any_setting_may_be_given(tmp_path: Path) -> None:
    given = [options.setting(text) for text in SETTINGS]
    settings = run_setup.recipe(_options(tmp_path, set=given, epochs=7, teacher=[tmp_path]))
    assert settings == Recipe(
        epochs=7,
        translation=4.0,
        batch_size=64,
        distill_weight=0.5,
        soft_label_weight=0.0,
        votes_weight=0.0,
    )
    with pytest.raises(RunError, match="distill_weight needs --teacher"):
        run_setup.recipe(_options(tmp_path, set=given))
    for name, (least, most) in options.RANGES.items():
        assert least <= getattr(Recipe(), name) <= most
    own = {*run_setup.OPTIONS, "mixed_precision"}
    retraining = {"degraded_fraction", "feedback_distill_weight", "feedback_fraction",
                  "feedback_label_accuracy", "freeze_batch_norm"}  # fmt: skip
    assert {*options.RANGES, *own, *retraining} == Recipe().as_dict().keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wings=2", "unknown setting 'wings' (known are background_p, batch_size, "),
        ("translation", "translation must be a number from 0 to 24"),
        ("translation=far", "translation must be a number from 0 to 24"),
        ("translation=nan", "translation must be a number from 0 to 24"),
        ("translation=25", "translation must be a number from 0 to 24"),
        ("batch_size=1.5", "batch_size must be a whole number from 2 to 8192"),
        ("epochs=3", "unknown setting 'epochs'"),
    ],
)
def test_an_invalid_setting_is_refused(
    text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["train", "--data", "d", "--run", "r", "--set", text])
    assert message in capsys.readouterr().err


def test_a_resumed_run_keeps_its_recipe(tmp_path: Path) -> None:
    settings = Recipe(epochs=3)
    run_setup.create_folder(tmp_path / "run", settings)
    resumed = _options(tmp_path / "run", resume=True, ferplus=tmp_path, labels=tmp_path)
    assert run_setup.recipe(resumed) == settings
    resumed.epochs, resumed.seed, resumed.float32 = 9, 2, True
    with pytest.raises(RunError, match="leave out --epochs and --seed and --float32"):
        run_setup.recipe(resumed)
    resumed = _options(tmp_path / "run", resume=True, ferplus=tmp_path, labels=tmp_path)
    resumed.detector_crop_p, resumed.set = 0.6, [("translation", 4.0), ("scale", settings.scale)]
    with pytest.raises(RunError, match="leave out --detector-crop-p and --set translation$"):
        run_setup.recipe(resumed)


def test_a_resumed_run_has_the_same_inputs(tmp_path: Path) -> None:
    blank = np.zeros((4, 48, 48), np.uint8)
    pictures = Pictures(blank, np.arange(4), np.arange(4))
    data = Dataset({TRAINING: pictures}, 4, name="faces")
    for name in ("votes", "labels", "first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.keras").write_text(name)
    votes, labels, base = (tmp_path / name / "model.keras" for name in ("votes", "labels", "first"))
    given = {"ferplus": votes, "labels": labels, "teacher": [tmp_path / "first"], "base": [base]}
    started = provenance.collect(_options(tmp_path, **given), data)
    provenance.write(tmp_path, started)
    provenance.check(tmp_path, provenance.collect(_options(tmp_path, **given), data))
    assert started["teacher"][0]["name"] == "first/model.keras"

    def refused(data: Dataset = data, **changed: Any) -> str:
        with pytest.raises(RunError, match="started with other") as said:
            provenance.check(
                tmp_path, provenance.collect(_options(tmp_path, **given | changed), data)
            )
        return str(said.value).partition("other ")[2]

    assert refused(ferplus=None, labels=None) == "--ferplus, --labels"
    assert refused(labels=votes) == "--labels"
    assert refused(base=[]) == "--base"
    assert refused(teacher=[tmp_path / "second"]) == "--teacher"
    assert refused(teacher=[tmp_path / "first", tmp_path / "second"]) == "--teacher"
    assert refused(replace(data, splits={TRAINING: pictures.take(np.arange(3))})) == "--data"
    lighter = replace(pictures, images=np.asarray(blank + 1, np.uint8))
    assert refused(replace(data, splits={TRAINING: lighter})) == "--data"
    (tmp_path / "first").rename(tmp_path / "wide")
    moved = {"teacher": [tmp_path / "wide"], "base": [tmp_path / "wide" / base.name]}
    provenance.check(tmp_path, provenance.collect(_options(tmp_path, **given | moved), data))
    (tmp_path / "wide").rename(tmp_path / "first")
    base.write_text("trained on")
    assert refused() == "--teacher, --base"
    with pytest.raises(RunError, match="gone.keras: No such file"):
        provenance.collect(_options(tmp_path, base=[tmp_path / "gone.keras"]), data)
    with pytest.raises(
        RunError, match="no provenance.json, so its inputs cannot be checked: start the run again"
    ):
        provenance.read(tmp_path / "first")
    (tmp_path / run_folder.PROVENANCE).write_text("[1]")
    with pytest.raises(RunError, match="damaged"):
        provenance.read(tmp_path)


def test_a_new_run_detects_key_points_again(tmp_path: Path) -> None:
    (tmp_path / run_folder.LANDMARKS).touch()
    run_setup.create_folder(tmp_path, Recipe(seed=2))
    assert not (tmp_path / run_folder.LANDMARKS).exists()


def test_a_finished_run_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "model.keras").touch()
    with pytest.raises(RunError, match="already holds a run"):
        run_setup.create_folder(tmp_path, Recipe())
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="Not a directory"):
        run_setup.create_folder(tmp_path / "file" / "run", Recipe())


class _Variable:
    """Enough of a Keras variable."""

    def __init__(self, value: float, shape: tuple[int, ...] = (2, 3)) -> None:
        self.value = np.full(shape, value, np.float32)

    def assign(self, value: NDArray[Any]) -> None:
        if value.shape != self.value.shape:
            raise ValueError("shapes differ")
        self.value = value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.value


def test_a_checkpoint_brings_everything_back(tmp_path: Path) -> None:
    path = tmp_path / run_folder.CHECKPOINT
    checkpoint.save(
        path, 4, {"model": [_Variable(1), _Variable(2, ())], "optimizer": [_Variable(3)]}
    )
    model, optimizer = [_Variable(0), _Variable(0, ())], [_Variable(0)]
    assert checkpoint.restore(path, {"model": model, "optimizer": optimizer}) == 4
    assert [float(v.value.max()) for v in (*model, *optimizer)] == [1, 2, 3]
    assert [item.name for item in tmp_path.iterdir()] == [run_folder.CHECKPOINT]


def test_a_checkpoint_that_does_not_fit_is_reported(tmp_path: Path) -> None:
    path = tmp_path / run_folder.CHECKPOINT
    with pytest.raises(RunError, match="No such file"):
        checkpoint.restore(path, {})
    checkpoint.save(path, 1, {"model": [_Variable(1)]})
    for groups in (
        {"model": [_Variable(1, (5,))]},
        {"model": [_Variable(1)] * 2},
        {"o": [_Variable(1)]},
    ):
        with pytest.raises(RunError, match="damaged or not a checkpoint of this network"):
            checkpoint.restore(path, groups)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RunError, match="damaged"):
        checkpoint.restore(path, {"model": [_Variable(1)]})


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["train", "--data", "absent.csv", "--run", "{tmp}/run"], "absent.csv: No such file"),
        (["train", "--data", "x", "--run", "{tmp}", "--resume"], "config.json: No such file"),
        (
            ["train", "--data", "x", "--run", "{tmp}", "--max-hours", "1", "--processes", "2"],
            "--max-hours is for one process",
        ),
        (["evaluate", "--data", "x", "--model", "{tmp}"], "manifest.json: No such file"),
        (["evaluate", "--data", "x", "--model", "{tmp}/m.keras"], "m.keras: no such file"),
    ],
)
def test_errors_are_one_line_and_exit_2(
    arguments: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([argument.format(tmp=tmp_path) for argument in arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("moodlift-train: ")
    assert reason in line


@pytest.mark.parametrize("arguments", ["train", "dance", "train --epochs 0", "train --seed -1", ""])
def test_wrong_usage_exits_2(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments.split())
    assert stopped.value.code == 2
    assert "usage: moodlift-train" in capsys.readouterr().err


def test_the_commands_start_without_tensorflow() -> None:
    code = "import sys, training.cli, convert.cli; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"tensorflow", "keras", "cv2"} & set(modules)
