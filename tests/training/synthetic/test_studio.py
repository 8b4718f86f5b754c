"""The renderer and the studio, on a made-up head and with few pictures."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.vision.detector import Detector
from tests.support import makehuman
from tests.support.needs import lacking
from training.errors import DatasetError
from training.renderer.figure import Figure, Pose, Topology
from training.renderer.mesh import digest
from training.renderer.units import both_sides
from training.synthetic import people, shooting
from training.synthetic.beard import bears
from training.synthetic.studio import Sitter, Studio
from training.synthetic.worn import Beard, Glasses, Hat, Outfit

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return made-up data in MakeHuman's form."""
    return makehuman.write(tmp_path_factory.mktemp("makehuman"))


@pytest.fixture(scope="module")
def studio(data: Path) -> Studio:
    """Return a studio with the made-up head."""
    if "tensorflow" in sys.modules:
        lacking("TensorFlow and Mesa's LLVM crash in one process; run this module alone")
    try:
        return Studio(data)
    except DatasetError as error:
        lacking(str(error))


def take(studio: Studio, outfit: Outfit, seed: int = 3) -> NDArray[np.uint8]:
    identity = replace(people.draw(random(5), studio.data), outfit=outfit)
    return Sitter(studio, identity).photograph({"jawOpen": 0.5}, random(seed)).image


def test_units_move_their_own_points(data: Path) -> None:
    topology = Topology(data)
    figure = Figure(topology, {})
    for unit in makehuman.unit_names():
        offsets = figure.shape({unit: 1.0}) - figure.rest
        moved = topology.kept[np.abs(offsets).max(1) > 1e-6]
        expected = makehuman.moved_by(unit, topology.base.vertices)
        assert moved.tolist() == np.intersect1d(expected, topology.kept).tolist()


def test_a_head_turns_about_its_neck(data: Path) -> None:
    figure = Figure(Topology(data), {})
    place = (0.0, 0.0, -9.0)
    straight, _ = figure.pose({}, Pose(place))
    turned, normals = figure.pose({}, Pose(place, yaw=30))
    assert np.abs(np.linalg.norm(normals, axis=1) - 1).max() < 1e-3
    head = figure.head_matrix(Pose(place)) @ np.append(figure.eyes, 1)
    assert np.allclose(head[:3], place, atol=1e-4)
    assert np.abs(turned - straight).max() > 0.3


def test_the_digest_tells_data_apart(data: Path, tmp_path: Path) -> None:
    other = makehuman.write(tmp_path)
    assert digest(other) == digest(data)
    (other / "mpfb2/targets/nose/nose-size-incr.target.gz").unlink()
    assert digest(other) != digest(data)


def test_people_are_of_many_kinds(data: Path) -> None:
    drawn = [people.draw(random(seed), data) for seed in range(250)]
    abouts = [each.about for each in drawn]
    for name, expected in (
        ("sex", {"female", "male"}),
        ("age", {"child", "young", "middle", "old"}),
        ("hat", {"", "beanie", "cap", "headscarf"}),
        ("beard", {"", "stubble", "full", "goatee", "moustache"}),
        ("glasses", {True, False}),
    ):
        assert {about[name] for about in abouts} == expected
    assert len({about["style"] for about in abouts}) >= 9
    assert len({about["hair"] for about in abouts}) == 8
    for origin in people.ORIGINS:
        assert 0.2 < np.mean([about["origin"][origin] for about in abouts]) < 0.5
    for each in drawn:
        bearded = bool(each.about["beard"])
        assert each.about["hat"] != "headscarf" or each.about["sex"] == "female"
        assert not (bearded and (each.about["sex"] == "female" or each.about["age"] == "child"))
        assert all(-0.3 <= weight <= 0.5 for weight in each.rest.values())
        assert set(both_sides(each.rest)) <= set(makehuman.unit_names())
        assert 0.95 < sum(w for n, w in each.person.morphs.items() if "universal" in n) < 1.05


def test_the_same_person_is_drawn_again(data: Path) -> None:
    assert people.draw(random(8), data) == people.draw(random(8), data)
    assert people.draw(random(8), data) != people.draw(random(9), data)


def test_a_beard_leaves_lips_cheeks_and_brow_free() -> None:
    lips = np.array([[x, y, 1.1] for x in (-0.2, 0, 0.2) for y in (6.58, 6.66, 6.74)])
    above = np.array([[0.3, 7.0, 1.0], [0, 7.2, 1.2], [0.2, 7.6, 1.0], [0.6, 7.3, 0.8]])
    for kind in ("full", "goatee", "moustache"):
        assert not bears(np.concatenate([lips, above]), kind).any()
        assert bears(np.array([[0.1, 6.84, 1.1]]), kind).all()
    assert bears(np.array([[0.6, 6.6, 0.5], [0, 6.4, 1.0]]), "full").all()


@pytest.mark.slow
def test_a_picture_depends_on_the_seed_alone(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shooting, "TAKES", {"happy": 2, "neutral": 2})
    first = shooting.shoot(studio, Detector(threads=1), 1, 0)
    takes = len(shooting.takes())
    assert first.images.shape == (takes, 176, 176, 3)
    assert len({image.tobytes() for image in first.images}) == takes
    sitter = studio.invite(random(4))
    again = studio.invite(random(4))
    one, two = (each.photograph({"jawOpen": 0.3}, random(6)) for each in (sitter, again))
    assert np.array_equal(one.image, two.image)
    assert np.array_equal(one.eyes, two.eyes)
    other = sitter.photograph({"jawOpen": 0.3}, random(7))
    assert not np.array_equal(one.image, other.image)
    assert one.about != other.about


@pytest.mark.slow
def test_the_eyes_lie_where_the_camera_aims(studio: Studio) -> None:
    sitter = studio.invite(random(1))
    for seed in range(6):
        picture = sitter.photograph({}, random(seed))
        right, left = picture.eyes
        assert right[0] < left[0]
        assert 20 < np.linalg.norm(left - right) < 60
        assert np.abs((right + left) / 2 - (88, 77)).max() < 25
        assert 30 < picture.image[44:-44, 44:-44].mean() < 230


@pytest.mark.slow
def test_what_is_worn_shows(studio: Studio) -> None:
    glasses = Glasses(0.26, 0.2, 2.5, 0.04, 0.03, (0.02, 0.02, 0.02))
    bare = take(studio, Outfit())
    assert np.array_equal(bare, take(studio, Outfit()))
    for outfit in (
        Outfit(glasses=glasses),
        Outfit(hat=Hat("cap", (0.5, 0.1, 0.1), 0.0, 0.15)),
        Outfit(hat=Hat("beanie", (0.1, 0.1, 0.5), 0.0, 0.15)),
        Outfit(hat=Hat("headscarf", (0.1, 0.5, 0.1), 0.0, 0.06)),
        Outfit(beard=Beard("full", 0.12, 7)),
    ):
        changed = np.abs(take(studio, outfit).astype(int) - bare).max(2) > 40
        assert 20 < changed.sum() < 0.6 * changed.size
