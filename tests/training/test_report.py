"""The report and the model card, from a bundle and pictures that are nobody's."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device.messages import EMOTIONS
from device.system.paths import MODELS
from device.vision.bundle import find_bundles
from tests.support.faces import astronaut
from training import cli, landmarks, model_card, report, robustness
from training.data.pictures import Pictures
from training.errors import RunError
from training.metrics import interval, reliability

if TYPE_CHECKING:
    from pathlib import Path

BUNDLE = str(find_bundles(MODELS)[0])
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def made(dataset: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    given = ["evaluate", "--model", BUNDLE, "--data", str(dataset[0]), "--report", str(folder)]
    assert cli.main(given) == 0
    return folder


def test_a_report_holds_all_that_was_measured(made: Path) -> None:
    told = json.loads((made / report.REPORT).read_text())
    assert told["model"]["name"] == find_bundles(MODELS)[0].name
    assert told["model"]["kind"] == "TFLite, int8"
    assert told["split"] == "PrivateTest"
    assert told["metrics"]["pictures"] == np.sum(told["confusion"]) == 49
    low, high = told["interval"]
    assert low <= told["metrics"]["accuracy"] <= high
    assert sum(count for count, _, _ in told["reliability"]) == 49
    assert set(told["robustness"]) >= set(robustness.CORRUPTIONS)
    for kind, (_, steps, _) in robustness.CORRUPTIONS.items():
        assert [row["step"] for row in told["robustness"][kind]] == list(steps)
        assert all(0 <= row["accuracy"] <= 1 for row in told["robustness"][kind])


def test_the_page_needs_nothing_but_itself(made: Path) -> None:
    page = (made / report.PAGE).read_text()
    assert "<script" not in page
    assert not re.search(r"(src|href)='(?!data:)", page)
    assert page.count("data:image/png;base64,") == len(list(made.glob("*.png")))
    assert all(path.read_bytes().startswith(PNG) for path in made.glob("*.png"))
    assert all(f"<td>{name}</td>" in page for name in EMOTIONS)


def test_the_card_is_made_of_the_report(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "docs" / "MODEL_CARD.md"
    assert cli.main(["model-card", "--report", str(made), "--out", str(out)]) == 0
    assert "written: " in capsys.readouterr().out
    text = out.read_text()
    told = report.read(made)
    assert f"{told['metrics']['accuracy']:.2%}" in text
    for heading in ("Intended use", "Out of scope", "Limitations", "Licence"):
        assert f"## {heading}" in text
    shown = re.findall(r"!\[.*\]\((.*)\)", text)
    assert shown == ["model-confusion.png", "model-reliability.png"]
    assert all((out.parent / name).read_bytes().startswith(PNG) for name in shown)
    low = min(told["metrics"]["recall"].values())
    assert f"recognised in {low:.0%}" in text


def test_a_quick_report_leaves_out_what_takes_long(
    dataset: tuple[Path, Path], tmp_path: Path
) -> None:
    given = ["evaluate", "--model", BUNDLE, "--data", str(dataset[0]), "--quick"]
    assert cli.main([*given, "--report", str(tmp_path)]) == 0
    told = report.read(tmp_path)
    assert "robustness" not in told
    assert "## Robustness" not in model_card.make(told, ())


def test_what_is_no_report_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="No such file"):
        report.read(tmp_path)
    (tmp_path / report.REPORT).write_text('{"model": {}}')
    with pytest.raises(RunError, match="not a report"):
        report.read(tmp_path)


def test_intervals_are_wilson_s() -> None:
    # Worked example: 81 of 263, in Agresti and Coull (1998) by their formula.
    assert interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=2e-4)
    assert interval(1.0, 10)[1] == pytest.approx(1.0)
    assert interval(0.0, 0) == (0.0, 1.0)


def test_reliability_counts_every_answer_once() -> None:
    random = np.random.default_rng(0)
    given = random.dirichlet(np.ones(7), 500)
    labels = random.integers(0, 7, 500)
    bins = reliability(given, labels)
    assert sum(count for count, _, _ in bins) == 500
    assert sum(count * sure for count, sure, _ in bins) == pytest.approx(given.max(axis=1).sum())
    right = (given.argmax(axis=1) == labels).sum()
    assert sum(count * hit for count, _, hit in bins) == pytest.approx(right)


def test_faces_are_found_in_whole_photographs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        (tmp_path / "happy").mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / "happy" / f"{name}.png"), astronaut())
    (tmp_path / "sad").mkdir()
    cv2.imwrite(str(tmp_path / "sad" / "nobody.png"), np.full((200, 200, 3), 90, np.uint8))
    given = ["evaluate", "--model", BUNDLE, "--data", str(tmp_path), "--json"]
    assert cli.main([*given, "--detect"]) == 0
    said = capsys.readouterr()
    assert "1 of 3 pictures without a face: sad 1" in said.err
    told = json.loads(said.out)
    assert told["pictures"] == 2
    assert told["recall"]["happy"] == 1, "she smiles"
    assert cli.main(given) == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 3


def test_only_a_folder_has_photographs(
    dataset: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["evaluate", "--model", BUNDLE, "--data", str(dataset[0]), "--detect"]
    assert cli.main(given) == 2
    assert "--detect needs a folder of photographs" in capsys.readouterr().err


@pytest.mark.parametrize("kind", robustness.CORRUPTIONS)
def test_a_change_grows_with_its_steps(kind: str) -> None:
    grey = cv2.cvtColor(astronaut(), cv2.COLOR_BGR2GRAY)[60:180, 160:280]
    image = np.asarray(cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA), np.uint8)
    before = image.copy()
    change, steps, _ = robustness.CORRUPTIONS[kind]
    apart = []
    for step in steps:
        changed = change(image, step, np.random.default_rng(0))
        assert changed.shape == (48, 48)
        assert changed.dtype == np.uint8
        apart.append(float(np.abs(changed.astype(int) - image).mean()))
    assert (image == before).all(), "the picture itself stays"
    assert min(apart) > 0
    if kind not in ("brightness", "gamma"):  # their steps go both ways
        assert apart == sorted(apart)


def test_turned_faces_are_reported_by_their_nose() -> None:
    grey = cv2.cvtColor(astronaut(), cv2.COLOR_BGR2GRAY)[50:190, 150:290]
    image = np.asarray(cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA), np.uint8)
    pictures = Pictures(image[None], np.array([3]), np.array([0]))
    rows = robustness.turned(lambda crops: np.eye(7, dtype=np.float32)[[3] * len(crops)], pictures)
    assert rows == [robustness.Row(0.0, 1.0, 1)]


def test_faces_that_look_aside_are_reported_from_those_that_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between eyes that are 16 pixels apart the nose is in the middle, or 4 pixels from it."""
    eyes, mouth = [[16.0, 20.0], [32.0, 20.0]], [[24.0, 36.0]]
    ahead, aside = ([[*eyes, [nose, 28.0], *mouth]] for nose in (24.0, 28.0))
    nowhere = np.full((1, 4, 2), np.nan)
    found = np.array([ahead, aside, nowhere, aside], np.float32)
    monkeypatch.setattr(landmarks, "find", lambda *_: found)
    images = np.full((4, 48, 48), 90, np.uint8)
    pictures = Pictures(images, np.array([3, 3, 3, 4]), np.arange(4))
    rows = robustness.turned(lambda crops: np.eye(7, dtype=np.float32)[[3] * len(crops)], pictures)
    assert rows == [robustness.Row(0.0, 1.0, 1), robustness.Row(0.2, 0.5, 2)]
