"""`moodlift replay --film`: the show of a script, drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image, ImageSequence

from device.cli import film, main

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (160, 90)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """One second of a smile."""
    face = {"id": 1, "box": [200, 120, 160, 200], "probabilities": {"happy": 0.9, "neutral": 0.1}}
    lines = [json.dumps({"t": number / 12, "faces": [face]}) for number in range(12)]
    path = tmp_path / "smile.jsonl"
    path.write_text("\n".join(lines))
    return path


def test_a_video_shows_the_events_that_are_printed(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "smile.mp4"
    given = ["replay", str(script), "--json", "--film", str(out), "--size", "160x90"]
    assert main.main(given) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    burst = next(event["t"] for event in events if event["event"] == "celebrate")
    video = cv2.VideoCapture(str(out))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) / video.get(cv2.CAP_PROP_FPS) > 10.0
    frames = [video.read()[1].astype(int) for _ in range(60)]
    first, later = frames[1], frames[min(59, round((burst + 1.0) * 30))]
    assert np.abs(later - first).mean() > 10, "the sky turns gold"


def test_a_film_for_a_page_moves(tmp_path: Path) -> None:
    out = tmp_path / "film.webp"
    frames = [np.full((*SIZE[::-1], 3), 8 * number, np.uint8) for number in range(30)]
    film.write(out, frames, SIZE, 30)
    with Image.open(out) as animation:
        shown = [np.asarray(one.convert("L")) for one in ImageSequence.Iterator(animation)]
    assert len(shown) == film.WEBP_RATE
    wanted = [24.0 * number for number in range(film.WEBP_RATE)]
    assert [one.mean() for one in shown] == pytest.approx(wanted, abs=6.0)


def test_a_name_with_another_suffix_is_refused_before_anything_is_drawn(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["replay", str(script), "--film", str(tmp_path / "film.gif")]) == 2
    said = capsys.readouterr()
    assert "should end in .mp4, .webp, .png or .jpg" in said.err
    assert not said.out
