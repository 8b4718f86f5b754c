"""Files of synthetic people, and the data set that is read from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.messages import EMOTIONS
from device.vision import alignment
from tests.support import sitters
from training.errors import DatasetError
from training.synthetic import dataset, files, shooting
from training.synthetic.photograph import Photograph

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = 11


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of people."""
    path = tmp_path_factory.mktemp("people") / "actors"
    sitters.fill(path, PEOPLE)
    return path


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """Return a folder of one person, to damage."""
    sitters.fill(tmp_path / "actors", 1)
    return tmp_path / "actors"


def test_a_person_has_every_emotion_and_rests_in_several_pictures(folder: Path) -> None:
    settings, person = files.read(folder, 3)
    assert settings == sitters.SETTINGS
    counts = np.bincount(person.emotion, minlength=len(EMOTIONS))
    assert dict(zip(EMOTIONS, counts.tolist(), strict=True)) == shooting.TAKES
    assert sum(take["resting"] for take in person.takes) >= shooting.RESTS
    assert person.about["number"] == 3
    assert person.about["rest"].keys() == {"browDown"}
    for take in person.takes:
        assert take.keys() >= {"recipe", "intensity", "skew", "blend", "units", "light", "eyes"}


def test_pictures_and_people_differ(folder: Path) -> None:
    _, first = files.read(folder, 0)
    _, second = files.read(folder, 1)
    pictures = {image.tobytes() for image in [*first.images, *second.images]}
    assert len(pictures) == 2 * sum(shooting.TAKES.values())


def test_the_crop_is_the_devices(folder: Path) -> None:
    _, person = files.read(folder, 0)
    take = int(np.flatnonzero(person.found)[0])
    bgr = np.ascontiguousarray(person.images[take][..., ::-1])
    expected = alignment.align(bgr, sitters.POINTS)
    assert np.array_equal(person.crops[take], expected)
    actors = dataset.load(folder)
    assert np.array_equal(actors.images[0], alignment.standardise(expected))


def test_a_face_that_is_not_found_is_left_out(folder: Path) -> None:
    people = [files.read(folder, number)[1] for number in range(PEOPLE)]
    lost = sum(int((person.score == 0).sum()) for person in people)
    assert lost > 0
    hidden = people[0] if (people[0].score == 0).any() else people[1]
    take = int(np.flatnonzero(hidden.score == 0)[0])
    assert not hidden.crops[take].any()
    assert np.isnan(hidden.landmarks[take]).all()
    actors = dataset.load(folder)
    assert actors.lost == lost
    assert len(actors) == sum(len(person.takes) for person in people) - lost


def test_eyes_elsewhere_are_another_face() -> None:
    image = np.full((sitters.SIDE, sitters.SIDE, 3), 200, np.uint8)
    here = Photograph(image, np.array(sitters.EYES), {})
    there = Photograph(image, np.array(sitters.EYES) + 9.0, {})
    assert shooting.find(sitters.Finder(), here)[2] > 0
    assert shooting.find(sitters.Finder(), there)[2] == 0


def test_people_are_split_whole(folder: Path) -> None:
    actors = dataset.load(folder)
    training, validation = actors.split(files.TRAINING), actors.split(files.VALIDATION)
    assert len(training) + len(validation) == len(actors)
    assert set(validation.people.tolist()) == {4, 9}
    assert set(training.people.tolist()) == set(range(PEOPLE)) - {4, 9}


def test_references_are_the_same_persons_other_faces_at_rest(folder: Path) -> None:
    actors = dataset.load(folder)
    for index, reference in enumerate(actors.references()):
        assert index not in reference
        assert len(reference) >= shooting.RESTS - 2
        assert set(actors.people[reference].tolist()) == {int(actors.people[index])}
        assert actors.resting[reference].all()
        assert (actors.labels[reference] == EMOTIONS.index("neutral")).all()
        assert (actors.recipes[reference] == "rest").all()


def test_references_of_a_part_are_indices_into_the_part(folder: Path) -> None:
    part = dataset.load(folder).split(files.VALIDATION)
    for index, reference in enumerate(part.references()):
        assert set(part.people[reference].tolist()) == {int(part.people[index])}


def test_other_neutral_faces_stand_in_for_faces_at_rest(folder: Path) -> None:
    actors = dataset.load(folder)
    awake = actors.take(~actors.resting)
    for index, reference in enumerate(awake.references()):
        assert (awake.labels[reference] == EMOTIONS.index("neutral")).all()
        assert index not in reference
    sad = actors.take(actors.labels == EMOTIONS.index("sad"))
    assert all(not len(reference) for reference in sad.references())


def test_an_empty_or_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no synthetic people; moodlift-train synthesise"):
        dataset.load(tmp_path)
    with pytest.raises(DatasetError, match="No such file"):
        dataset.load(tmp_path / "missing")


def test_people_of_unlike_settings_are_refused(one: Path) -> None:
    other = files.Settings(seed=2, version=shooting.VERSION, data="made-up")
    person = shooting.shoot(sitters.Host(), sitters.Finder(), 2, 1)
    files.write(one, 1, other, person)
    with pytest.raises(DatasetError, match=r"person-0001\.npz: drawn with seed 2, not 1"):
        dataset.load(one)


@pytest.mark.parametrize("keep", [0, 10, 500, -300])
def test_a_truncated_file_is_named(one: Path, keep: int) -> None:
    path = files.path(one, 0)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DatasetError, match=r"person-0000\.npz: damaged .*synthesise it again"):
        dataset.load(one)


def test_a_flipped_byte_is_found(one: Path) -> None:
    path = files.path(one, 0)
    content = bytearray(path.read_bytes())
    content[content.index(b"crops.npy") + 300] ^= 255
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"person-0000\.npz: damaged"):
        dataset.load(one)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"crops": np.zeros((3, 48, 48), np.uint8)}, r"crops is \(3, 48, 48\)"),
        ({"emotion": np.full(34, 7)}, "an unknown emotion"),
        ({"score": np.zeros((34, 1))}, r"score is \(34, 1\)"),
        ({"about": "[]"}, "damaged"),
        ({"about": "{"}, "damaged"),
        ({"takes": [{}] * 34}, "a take has no intensity, recipe, resting"),
        ({"person": {"number": 5}}, "it is person 5"),
        ({"settings": {"seed": 1}}, "damaged"),
    ],
)
def test_wrong_content_is_named(one: Path, change: dict[str, object], message: str) -> None:
    path = files.path(one, 0)
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    about = json.loads(str(arrays["about"]))
    for name, value in change.items():
        if name in about:
            arrays["about"] = np.array(json.dumps({**about, name: value}))
        else:
            arrays[name] = np.array(value)
    np.savez(path, **arrays)
    with pytest.raises(DatasetError, match=message):
        dataset.load(one)


def test_the_loader_passes_over_what_is_no_person(one: Path) -> None:
    (one / "person-0001.partial").write_bytes(b"half")
    (one / "notes.txt").write_text("mine")
    assert set(dataset.load(one).people.tolist()) == {0}
