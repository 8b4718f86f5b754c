"""The parts of a conversion that need no TensorFlow."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from convert import bias, canary, cli, job, manifest, neutral, temperature, writer
from convert.errors import ConvertError
from convert.quantise import check, sample
from device.errors import BundleError
from device.system.paths import ASSETS
from device.vision import bundle as bundles
from device.vision.classifier import softmax
from training import provenance, run_setup
from training.data.pictures import Pictures
from training.errors import RunError
from training.recipe import Recipe
from training.retraining import base

if TYPE_CHECKING:
    from pathlib import Path


def test_the_temperature_that_was_put_in_is_found() -> None:
    random = np.random.default_rng(0)
    logits = 2 * random.standard_normal((5_000, 7)).astype(np.float32)
    labels = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
    assert temperature.fit(softmax(logits), labels) == pytest.approx(1.0, abs=0.08)
    assert temperature.fit(softmax(logits * 2), labels) == pytest.approx(2.0, abs=0.16)
    assert temperature.fit(softmax(logits / 2), labels) == pytest.approx(0.5, abs=0.04)


def test_the_bias_brings_back_what_was_taken_away() -> None:
    random = np.random.default_rng(0)
    logits = 2 * random.standard_normal((20_000, 7)).astype(np.float32)
    labels = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
    taken = np.array([-1, 0.5, 0, 0, 0.5, 0, 0], np.float32)
    assert bias.fit(logits + taken, labels, 0) == pytest.approx(-taken, abs=0.1)


def test_class_balance_raises_the_recall_of_hard_classes() -> None:
    random = np.random.default_rng(0)
    labels = random.choice(7, 9000, p=[0.2, 0.02, 0.08, 0.2, 0.2, 0.1, 0.2])
    logits = 2 * np.eye(7, dtype=np.float32)[labels]
    logits += np.log([0.2, 0.02, 0.08, 0.2, 0.2, 0.1, 0.2]) + random.gumbel(size=logits.shape)
    recalls = []
    for balance in (0.0, 0.5, 1.0):
        given = (logits + bias.fit(logits, labels, balance)).argmax(axis=1)
        recalls.append([float((given[labels == name] == name).mean()) for name in range(7)])
    assert min(recalls[0]) < min(recalls[1]) < min(recalls[2])
    assert bias.fit(logits, labels, 1.0).mean() == pytest.approx(0, abs=1e-5)


def test_neutral_faces_can_have_more_weight() -> None:
    random = np.random.default_rng(0)
    logits = 2 * random.standard_normal((9_000, 7)).astype(np.float32)
    labels = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
    plain, more = (bias.fit(logits, labels, 0.3, weight) for weight in (1.0, 1.5))
    assert more[-1] > plain[-1] + 0.2
    assert more[:-1] - more[:-1].mean() == pytest.approx(plain[:-1] - plain[:-1].mean(), abs=0.1)


def test_certain_answers_have_a_temperature_too() -> None:
    certain = np.eye(7, dtype=np.float32)[[0, 1, 2, 3]]
    assert temperature.LOW <= temperature.fit(certain, np.array([0, 1, 2, 4])) <= temperature.HIGH


def test_the_neutral_logits_are_those_of_neutral_pictures() -> None:
    random = np.random.default_rng(0)
    wanted = np.array([0.5, -2.0, 0.2, -0.5, 1.0, -1.7, 2.5])
    labels = random.integers(0, 7, 4_000)
    logits = 3 * np.eye(7)[labels] + random.standard_normal((4_000, 7))
    logits[labels == 6] += wanted - 3 * np.eye(7)[6]
    found = neutral.mean_logits(softmax(logits.astype(np.float32)), labels)
    assert found == pytest.approx(wanted, abs=0.15)
    assert sum(found or [1.0]) == pytest.approx(0.0, abs=0.01)
    assert neutral.mean_logits(softmax(logits[:9].astype(np.float32)), labels[:9]) is None


def test_a_model_in_floating_point_is_refused() -> None:
    detector = (ASSETS / "detector" / "blazeface_full_range.tflite").read_bytes()
    with pytest.raises(ConvertError, match="not full-integer: [0-9]+ tensors are not, first "):
        check(detector)
    with pytest.raises(BundleError, match="cannot load"):
        check(b"nothing")


def test_calibration_spans_all_greys_and_is_seeded() -> None:
    images = np.random.default_rng(0).integers(0, 256, (9, 48, 48), dtype=np.uint8)
    pictures = Pictures(images, np.zeros(9, np.int64), np.arange(9))
    crops = sample(pictures, 1)
    assert crops.shape == (10, 48, 48)
    assert (crops[0].min(), crops[0].max()) == (0, 255)
    assert (crops == sample(pictures, 1)).all()
    assert (crops != sample(pictures, 2)).any()


def test_the_canary_is_always_the_same() -> None:
    crops = canary.crops()
    assert (crops == canary.crops()).all()
    assert crops.shape == (16, 48, 48)
    assert len({one.tobytes() for one in crops}) == 16


def test_a_failed_draft_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "models" / "emotion-1"
    with pytest.raises(ValueError, match="halfway"), writer.draft(target, replace=False) as folder:
        (folder / "manifest.json").write_text("{}")
        raise ValueError("halfway")
    assert list(target.parent.iterdir()) == []


def test_a_bundle_is_replaced_only_when_asked_to(tmp_path: Path) -> None:
    target = tmp_path / "emotion-1"
    for text in ("one", "two"):
        with writer.draft(target, replace=True) as folder:
            (folder / "file").write_text(text)
    assert (target / "file").read_text() == "two"
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(ConvertError, match="exists already"), writer.draft(target, replace=False):
        pass


def test_a_place_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConvertError, match="File exists"),
        writer.draft(tmp_path / "file" / "emotion-1", replace=False),
    ):
        pass


def test_training_is_described_from_the_run(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    assert manifest.training(tmp_path, "FER2013")["recipe"] is None
    Recipe(votes_weight=0.2, soft_label_weight=0.0, limit=5).save(config)
    about = manifest.training(tmp_path, "FER2013")
    assert about["data"] == "FER2013, Training split, softened with 20% FER+ votes, limited to 5"
    assert about["seed"] == Recipe().seed
    assert "provenance" not in about
    fed = {"data": {"name": "CK+48"}, "teacher": [{"name": "wide/model.keras"}]}
    provenance.write(tmp_path, fed)
    Recipe(soft_label_weight=0.7, distill_weight=0.6).save(config)
    about = manifest.training(tmp_path, "FER2013")
    assert about["of"] == "CK+48", "what it was trained on, whatever it is converted with"
    assert about["provenance"]["teacher"][0]["name"] == "wide/model.keras"
    assert about["data"].startswith("CK+48, Training split, ")
    assert "70% labels distilled" in about["data"]
    assert about["data"].endswith(", then 60% predictions of other networks")
    Recipe(votes_weight=0.0, soft_label_weight=0.0).save(config)
    assert "FER+" not in manifest.training(tmp_path, "FER2013")["data"]
    config.write_text("{")
    with pytest.raises(RunError, match="not a training configuration"):
        manifest.training(tmp_path, "FER2013")


def test_a_bundle_converted_again_keeps_its_training() -> None:
    bundle = bundles.load(bundles.find_bundles(ASSETS / "models")[0])
    told = manifest.training(bundle.path, "FER2013")
    settings = base.read(bundle.path).recipe.as_dict()
    assert told == {**bundle.manifest["training"], "recipe": settings}


def test_other_data_have_other_terms() -> None:
    assert "FER2013 (Goodfellow" in manifest.licence("FER2013")
    assert "trained on CK+48, whose terms" in manifest.licence("CK+48")
    assert "FER2013" not in manifest.licence("CK+48")


@pytest.mark.parametrize("version", ["", "one", "1.0/..", "../1", "1..0"])
def test_versions_name_a_folder_and_nothing_else(
    version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--model", "m", "--data", "d", "--out", "o", "--version", version])
    assert stopped.value.code == 2
    assert "is not a version such as 0.1.0" in capsys.readouterr().err


def test_errors_are_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--model", "absent.keras", "--data", "d", "--version", "1.0"]
    assert cli.main([*arguments, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "moodlift-convert: absent.keras: no such file\n"


@pytest.mark.parametrize("suits", [1, 3, 5, 6])
def test_other_seeds_are_tried_if_the_runtimes_differ_too_much(
    suits: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawn: list[int] = []
    said: list[str] = []

    def write(*given: Any) -> dict[str, Any]:
        seed = given[4]
        drawn.append(seed)
        return {"seed": seed}

    def verify(folder: Path) -> tuple[str, ...]:
        if drawn[-1] < suits:
            raise BundleError(f"{folder}: the canary came out wrong by 5 int8 steps")
        return ("both",)

    monkeypatch.setattr(job.Job, "_write", write)
    monkeypatch.setattr(job, "verify", verify)
    images = np.arange(4 * 48 * 48, dtype=np.int64).astype(np.uint8).reshape(4, 48, 48)
    pictures = Pictures(images, np.arange(4), np.arange(4))
    monkeypatch.setattr(run_setup, "split", lambda _: (pictures, pictures))
    nothing = cast("Any", None)
    one = job.Job([tmp_path], tmp_path, "1.0", tmp_path, date(2026, 1, 1))
    if suits > job.MAX_ATTEMPTS:
        with pytest.raises(BundleError, match="wrong by 5"):
            one._quantise(tmp_path, nothing, nothing, "faces", said.append)
    else:
        assert one._quantise(tmp_path, nothing, nothing, "faces", said.append) == {"seed": suits}
    assert drawn == list(range(1, min(suits, job.MAX_ATTEMPTS) + 1))
    assert sum("wrong by 5" in line for line in said) == min(suits, job.MAX_ATTEMPTS) - 1
