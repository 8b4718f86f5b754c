"""The weekly retraining in examples/retraining: its script, its service and its timer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "retraining"
SCRIPT = EXAMPLES / "retrain-weekly"
UNITS = ("moodlift-retrain.service", "moodlift-retrain.timer")
RETRAIN = """#!/bin/bash
printf '%s\\n' "$@" >> "$MOODLIFT/asked"
while [[ $# -gt 0 ]]; do
    case $1 in --run) run=$2 ;; --version) version=$2 ;; esac
    shift
done
[[ -z ${REFUSE:-} ]] || exit 3
mkdir -p "$run/emotion-$version" && touch "$run/emotion-$version/model.tflite"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a workstation's folder, whose commands only record their arguments."""
    for name in ("exports", "prepared", "models/emotion-0.4.0", "models/emotion-0.10.0"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("lobby.zip", "stairs.zip"):
        (tmp_path / "exports" / name).touch()
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, text in (
        ("moodlift-train", RETRAIN),
        ("moodlift-convert", '#!/bin/bash\necho "$@" > "$MOODLIFT/packed"\n'),
        ("date", "#!/bin/bash\necho 2026.48\n"),
    ):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return tmp_path


def weekly(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT],
        env={**os.environ, "MOODLIFT": str(folder), **more},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_newest_model_is_fine_tuned_on_all_exports(folder: Path) -> None:
    done = weekly(folder, KEY="/key.pem")
    assert done.returncode == 0, done.stderr
    (run,) = (folder / "runs").iterdir()
    assert run.name.startswith("2026.48-")
    assert (folder / "asked").read_text().split() == [
        "retrain", "--feedback", "exports/lobby.zip", "exports/stairs.zip",
        "--base", "models/emotion-0.10.0", "--data", "prepared", "--run", f"runs/{run.name}",
        "--version", "2026.48", "--resume",
    ]  # fmt: skip
    assert (folder / "models" / "emotion-2026.48" / "model.tflite").exists()
    packed = (folder / "packed").read_text()
    made = f"runs/{run.name}/emotion-2026.48"
    assert packed == f"pack {made} --key /key.pem --out emotion-2026.48.moodlift\n"


def test_an_interrupted_week_is_done_again(folder: Path) -> None:
    (folder / "models" / ".emotion-2026.48" / "half").mkdir(parents=True)
    assert weekly(folder).returncode == 0
    made = folder / "models" / "emotion-2026.48"
    assert [one.name for one in made.iterdir()] == ["model.tflite"]
    assert weekly(folder).stdout == "emotion-2026.48 exists already\n"
    assert (folder / "asked").read_text().count("retrain") == 1


def test_an_export_that_comes_in_between_begins_a_run_of_its_own(folder: Path) -> None:
    for _ in range(2):
        assert weekly(folder, REFUSE="yes").returncode == 3
    (folder / "exports" / "stairs.zip").write_text("more answers")
    assert weekly(folder, REFUSE="yes").returncode == 3
    asked = (folder / "asked").read_text().split()
    first, again, other = (asked[at + 1] for at, word in enumerate(asked) if word == "--run")
    assert first == again != other


def test_a_model_that_is_no_better_stays_out(folder: Path) -> None:
    done = weekly(folder, REFUSE="yes", KEY="/key.pem")
    assert done.returncode == 3
    assert not (folder / "models" / "emotion-2026.48").exists()
    assert not (folder / "packed").exists()


def test_a_folder_that_is_not_named_is_reported(folder: Path) -> None:
    done = weekly(folder, MOODLIFT="")
    assert done.returncode != 0
    assert "MOODLIFT: is the folder with exports, prepared and models" in done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_to_say(unit: str, tmp_path: Path) -> None:
    for name in UNITS:
        shutil.copy(EXAMPLES / name, tmp_path)
    (tmp_path / "run").mkdir(mode=0o700)
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", "--man=no", tmp_path / unit],
        env={**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
