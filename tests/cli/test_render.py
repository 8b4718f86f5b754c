"""`moodlift render`: any scene, without a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device.cli import main, render

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _small_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "SHEET_AGE", 0.2)
    monkeypatch.setattr(render, "SHEET_TILE", (160, 90))


def test_a_strip_shows_how_a_scene_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "strip.png"
    given = [
        "render",
        "--scene",
        "sad",
        "--seconds",
        "3",
        "--size",
        "160x120",
        "--output",
        str(out),
    ]
    assert main.main(given) == 0
    strip = cv2.imread(str(out))
    assert strip is not None
    assert strip.shape == (120, 160 * render.STRIP, 3)
    first, last = strip[:, :160].astype(int), strip[:, -160:].astype(int)
    assert np.abs(first - last).mean() > 3


def test_a_video_has_every_frame(tmp_path: Path) -> None:
    out = tmp_path / "happy.mp4"
    given = ["render", "--scene", "happy", "--seconds", "1", "--size", "160x120"]
    assert main.main([*given, "--output", str(out)]) == 0
    video = cv2.VideoCapture(str(out))
    assert round(video.get(cv2.CAP_PROP_FRAME_COUNT)) == render.RATE
    good, frame = video.read()
    assert good
    assert frame.shape == (120, 160, 3)
    assert frame.std() > 10


@pytest.mark.slow
def test_a_sheet_shows_all_scenes(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    assert main.main(["render", "--all", "--output", str(out)]) == 0
    rows, left = divmod(len(render.SCENES), render.SHEET_COLUMNS)
    assert not left, "no place of the sheet stays empty"
    sheet = cv2.imread(str(out))
    assert sheet is not None
    assert sheet.shape == (90 * rows, 160 * render.SHEET_COLUMNS, 3)


def test_the_same_scene_looks_the_same_again() -> None:
    one, other = (list(render.draw_frames("group", 0.3, (160, 120)))[-1] for _ in range(2))
    assert np.array_equal(one, other)


def test_what_cannot_be_shown_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out.png")
    assert main.main(["render", "--scene", "bored", "--output", out]) == 2
    assert "unknown scene 'bored' (known: angry, " in capsys.readouterr().err
    assert main.main(["render", "--scene", "sad", "--output", str(tmp_path / "out.gif")]) == 2
    assert "should end in .mp4, .webp, .png or .jpg" in capsys.readouterr().err
    for wrong in (["--size", "9x9"], ["--size", "big"], ["--output", "/absent/out.png"]):
        with pytest.raises(SystemExit):
            main.main(["render", "--scene", "sad", "--output", out, *wrong])


@pytest.mark.slow
def test_frame_times_are_measured_by_scene(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from device.cli import bench

    monkeypatch.setattr(bench, "STAGE_SIZES", ((160, 90),))
    monkeypatch.setattr(bench, "STAGE_SECONDS", 0.2)
    assert main.main(["bench", "--stage"]) == 0
    table = capsys.readouterr().out
    assert all(name in table for name in render.SCENES)
