"""A synthetic kiosk: its camera's crops, people's labels, and their export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.feedback import archive
from device.messages import EMOTIONS
from device.system.paths import ASSETS
from device.vision import bundle as bundles
from tests.support.faces import astronaut
from training import cli, data, synthetic_feedback, synthetic_people
from training.cameras import CAMERAS, Camera, camera
from training.data.pictures import Pictures
from training.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BUNDLE = bundles.find_bundles(ASSETS / "models")[-1]
COUNT = 40


@pytest.fixture(scope="module")
def face() -> NDArray[np.uint8]:
    """Return a face as a data set has it, uint8 (48, 48)."""
    from device.vision.alignment import align
    from device.vision.detector import ACQUIRE, Detector

    image = astronaut()
    (found,) = Detector().detect(image, ACQUIRE)
    return align(image, found.landmarks)


@pytest.fixture
def people(face: NDArray[np.uint8]) -> Pictures:
    rows = np.arange(COUNT)
    return Pictures(np.stack([face] * COUNT), rows % 7, rows)


def test_a_bad_camera_is_darker_noisier_and_softer(people: Pictures) -> None:
    from training.retraining.degradation import measure

    plain, dark, old = (
        measure(np.asarray(synthetic_people.capture(people, CAMERAS[name], 1).images))
        for name in ("plain", "dark", "old")
    )
    assert np.median(dark.mean) < 0.8 * np.median(plain.mean)
    ratio = (np.median(each.noise / each.deviation) for each in (dark, plain))
    assert next(ratio) > 1.5 * next(ratio)
    assert np.median(old.softness) > np.median(plain.softness) + 0.3


def test_detected_people_keep_their_rows(people: Pictures) -> None:
    seen = synthetic_people.capture(people, CAMERAS["low"], 1)
    assert 0 < len(seen) <= COUNT
    assert np.array_equal(seen.labels, people.labels[seen.rows])
    again = synthetic_people.capture(people.take(np.arange(COUNT)[::-1]), CAMERAS["low"], 1)
    assert np.array_equal(again.images[::-1], seen.images), "it depends on the row alone"
    other = synthetic_people.capture(people, CAMERAS["low"], 2)
    assert not np.array_equal(other.images[0], seen.images[0])


def test_a_camera_seen_from_below_is_another_view(people: Pictures) -> None:
    plain, low = (synthetic_people.capture(people, CAMERAS[name], 1) for name in ("plain", "low"))
    both = np.intersect1d(plain.rows, low.rows)
    pairs = [(plain.images[plain.rows == row][0], low.images[low.rows == row][0]) for row in both]
    assert np.mean([np.abs(a.astype(int) - b).mean() for a, b in pairs]) > 5


def test_several_faults_are_one_bad_camera() -> None:
    bad = camera(["dark", "low", "old"])
    assert bad == Camera(
        CAMERAS["low"].tilt,
        CAMERAS["dark"].light,
        CAMERAS["dark"].grain,
        CAMERAS["old"].blur,
        CAMERAS["old"].jpeg,
    )
    assert camera([]) == camera(["plain"]) == Camera()


def test_pictures_without_a_face_are_refused() -> None:
    nobody = Pictures(np.zeros((3, 48, 48), np.uint8), np.zeros(3, np.int64), np.arange(3))
    with pytest.raises(DatasetError, match="finds no face in these pictures"):
        synthetic_people.capture(nobody, Camera(), 1)


def test_people_s_labels_have_the_accuracy() -> None:
    labels = np.arange(7000) % 7
    many = Pictures(np.zeros((7000, 48, 48), np.uint8), labels, labels)
    labels_given = synthetic_feedback.draw_labels(many, 0.88, np.random.default_rng(0))
    assert np.mean(labels_given == labels) == pytest.approx(0.88, abs=0.015)
    assert np.bincount(labels_given).min() > 900
    assert np.array_equal(
        synthetic_feedback.draw_labels(many, 1.0, np.random.default_rng(0)), labels
    )


def test_the_command_makes_an_export_and_people(
    people: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["emotion,pixels,Usage"]
    for usage in ("Training", "PublicTest", "PrivateTest"):
        for image, label in zip(people, people.labels, strict=True):
            lines.append(f"{label},{' '.join(map(str, image.ravel()))},{usage}")
    source = tmp_path / "fer2013.csv"
    source.write_text("\n".join(lines) + "\n")
    out = tmp_path / "out"
    given = ["simulate", "--data", source, "--model", BUNDLE, "--camera", "dark", "--out", out]
    assert (
        cli.main([*map(str, given), "--answers", "20", "--limit", "15", "--label-accuracy", "1"])
        == 0
    )
    assert "20 people answer, " in capsys.readouterr().out
    kept = archive.read(out / "export.zip")
    assert 10 <= len(kept) <= 20
    version = json.loads((BUNDLE / bundles.MANIFEST).read_text())["version"]
    assert {one.model for one in kept} == {version}
    assert {one.label for one in kept} <= set(EMOTIONS)
    assert len({one.hour for one in kept}) >= len(kept) / 5
    made = data.read(out / "people")
    assert made.filled() == ("PublicTest", "PrivateTest")
    assert all(10 <= len(made.splits[name]) <= 15 for name in made.filled())
