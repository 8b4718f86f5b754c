"""`moodlift see` as somebody uses it: real pictures, bad ones, videos, and JSON that stays."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from device.system.paths import ASSETS
from tests.support.faces import ASTRONAUT, HOPPER, astronaut, hopper, scene


def see(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "device", "see", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def objects(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_real_faces(tmp_path: Path) -> None:
    both = tmp_path / "both.png"
    cv2.imwrite(str(both), scene((astronaut(), 0.9, (0, 0)), (hopper(), 0.45, (400, 60))))
    result = see("--json", ASTRONAUT, HOPPER, both)
    assert (result.returncode, result.stderr) == (0, "")
    one, other, two = objects(result.stdout)
    assert one["faces"][0]["emotion"] == "happy"
    assert other["faces"][0]["emotion"] in ("neutral", "sad", "angry")
    assert len(two["faces"]) == 2


def test_the_json_is_what_the_design_says() -> None:
    (result,) = objects(see("--json", ASTRONAUT).stdout)
    assert list(result) == ["path", "width", "height", "faces", "ms"]
    assert (result["path"], result["width"], result["height"]) == (str(ASTRONAUT), 512, 512)
    (face,) = result["faces"]
    assert {"box", "score", "emotion", "probabilities"} <= set(face)
    x, y, w, h = face["box"]
    assert 160 < x < 190
    assert 55 < y < 85
    assert w == pytest.approx(105, abs=10)
    assert h == pytest.approx(105, abs=10)
    names = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    assert list(face["probabilities"]) == names
    assert sum(face["probabilities"].values()) == pytest.approx(1.0, abs=1e-3)
    assert set(result["ms"]) == {"decode", "detect", "crop", "classify", "total"}


def test_a_line_per_face_for_people() -> None:
    result = see(ASTRONAUT)
    assert result.stdout.startswith(f"{ASTRONAUT}: face 1: happy ")
    assert "px at " in result.stdout


def test_pictures_with_boxes(tmp_path: Path) -> None:
    result = see("--annotate", tmp_path / "out", ASTRONAUT)
    assert result.returncode == 0
    marked = cv2.imread(str(tmp_path / "out" / "astronaut-faces.png"))
    assert marked is not None
    changed = np.argwhere(np.any(marked != astronaut(), axis=2))
    assert 300 < len(changed) < 20_000
    assert abs(int(changed[:, 0].max()) - (70 + 105)) < 12


def test_marked_pictures_never_replace_an_original_or_each_other(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(ASTRONAUT, tmp_path / folder / "x.png")
    before = (tmp_path / "a" / "x.png").read_bytes()
    result = see("--annotate", tmp_path / "a", tmp_path / "a" / "x.png", tmp_path / "b" / "x.png")
    assert result.returncode == 0
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["x-2-faces.png", "x-faces.png", "x.png"]
    assert (tmp_path / "a" / "x.png").read_bytes() == before
    result = see("--annotate", tmp_path / "a" / "x.png", ASTRONAUT)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_a_long_thin_picture_takes_little_memory(tmp_path: Path) -> None:
    Image.new("RGB", (16, 60_000)).save(tmp_path / "thin.png")
    (result,) = objects(see("--json", tmp_path / "thin.png").stdout)
    assert result["faces"] == []


def test_a_face_that_fills_the_picture_is_found(tmp_path: Path) -> None:
    close = tmp_path / "close.png"
    cv2.imwrite(str(close), astronaut()[55:190, 165:290])
    (result,) = objects(see("--json", close).stdout)
    assert [face["emotion"] for face in result["faces"]] == ["happy"]


def record(path: Path, frames: int, rate: float) -> Path:
    """Write a small video in which nobody is seen."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (64, 48))
    for _ in range(frames):
        writer.write(np.zeros((48, 64, 3), np.uint8))
    writer.release()
    return path


def test_a_video_gives_an_object_per_frame(tmp_path: Path) -> None:
    result = objects(see("--json", record(tmp_path / "long.avi", 60, 25.0)).stdout)
    assert [one["frame"] for one in result] == list(range(60))
    assert result[50]["time_s"] == pytest.approx(2.0)


def test_a_video_keeps_its_whole_name(tmp_path: Path) -> None:
    path = record(tmp_path / "party at home.avi", 1, 10.0)
    (result,) = objects(see("--json", path).stdout)
    assert (result["path"], result["frame"]) == (str(path), 0)
    assert see(path).stdout == f"{path} at 0.00 s: no face\n"


def save_bad_pictures(folder: Path) -> dict[str, str]:
    """Write one file of each kind that is no usable picture; return words each error must have."""
    picture = Image.open(ASTRONAUT)
    picture.save(folder / "whole.jpg")
    whole = (folder / "whole.jpg").read_bytes()
    (folder / "text.jpg").write_text("this is not a picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 3])
    Image.new("RGB", (1, 1)).save(folder / "tiny.png")
    frames = [Image.new("RGB", (64, 64), (i, i, i)) for i in (0, 90, 180)]
    frames[0].save(folder / "moving.webp", save_all=True, append_images=frames[1:])
    Image.new("L", (12_000, 12_000)).save(folder / "huge.png")
    return {
        "text.jpg": "not a JPEG", "empty.png": "empty", "truncated.jpg": "truncated",
        "tiny.png": "1 x 1 pixels", "moving.webp": "animated", "huge.png": "12000 x 12000 pixels",
        "none.png": "No such file", "": "a folder",
    }  # fmt: skip


def test_bad_pictures_are_reported_and_the_others_still_done(tmp_path: Path) -> None:
    expected = save_bad_pictures(tmp_path)
    result = see("--json", *(tmp_path / name for name in expected), ASTRONAUT)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert [one["path"] for one in objects(result.stdout)] == [str(ASTRONAUT)]
    lines = result.stderr.splitlines()
    assert len(lines) == len(expected)
    for (name, words), line in zip(expected.items(), lines, strict=True):
        assert line.startswith(f"moodlift see: {tmp_path / name}: "), line
        assert words.lower() in line.lower(), line


def test_odd_but_good_pictures_are_seen_rightly(tmp_path: Path) -> None:
    picture = Image.open(ASTRONAUT).convert("RGB")
    picture.convert("CMYK").save(tmp_path / "cmyk.jpg")
    grey = np.asarray(picture.convert("L")).astype(np.uint16) * 257
    Image.fromarray(grey).save(tmp_path / "sixteen.png")
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    picture.convert("P").save(tmp_path / "palette.png")
    picture.convert("RGBA").save(tmp_path / "alpha.png")
    result = see("--json", *sorted(tmp_path.iterdir()))
    assert (result.returncode, result.stderr) == (0, "")
    for found in objects(result.stdout):
        (face,) = found["faces"]
        assert face["emotion"] == "happy", found["path"]
        assert face["box"][0] == pytest.approx(174, abs=12), found["path"]


def test_a_video_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    result = see(tmp_path / "bad.mp4")
    assert result.returncode == 2
    assert "bad.mp4: not a video" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("fault", ["missing", "truncated", "flipped"])
def test_a_bad_model_is_reported_and_the_good_one_serves(tmp_path: Path, fault: str) -> None:
    bundle = tmp_path / "emotion-9.9"
    bundle.mkdir()
    if fault != "missing":
        shipped = next((ASSETS / "models").glob("emotion-*"))
        for file in shipped.iterdir():
            if file.is_file():
                (bundle / file.name).write_bytes(file.read_bytes())
        content = bytearray((bundle / "model.tflite").read_bytes())
        if fault == "truncated":
            del content[len(content) // 2 :]
        else:
            content[len(content) // 2] ^= 1
        (bundle / "model.tflite").write_bytes(content)
    result = see("--json", "--model", bundle, ASTRONAUT)
    assert result.returncode == 0
    assert str(bundle) in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert objects(result.stdout)[0]["faces"][0]["emotion"] == "happy"
