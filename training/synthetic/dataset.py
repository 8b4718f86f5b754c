"""Synthetic people as a data set: crops as the model gets them, labels, and references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS
from device.vision import alignment
from training.errors import DatasetError
from training.synthetic import files

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_NEUTRAL = EMOTIONS.index("neutral")


@dataclass(frozen=True, slots=True)
class Actors:
    """Faces that the detector found, of several people, in the order of their numbers and takes."""

    images: NDArray[np.uint8]
    """Standardised grey crops (n, 48, 48)."""
    labels: NDArray[np.int64]
    """Emotions (n,) in the order of `device.messages.EMOTIONS`."""
    people: NDArray[np.int64]
    """The number of each picture's person (n,)."""
    recipes: NDArray[np.str_]
    """What each face does (n,), a name in `training.synthetic.recipes.RECIPES`."""
    intensities: NDArray[np.float32]
    """How strongly (n,), 1 being the recipe as it stands."""
    resting: NDArray[np.bool_]
    """Which faces are at rest (n,)."""
    validation: NDArray[np.bool_]
    """Whose people are for validation (n,)."""
    lost: int = 0
    """Faces that the detector did not find, which are left out; not known of a part."""

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: NDArray[np.integer[Any] | np.bool_]) -> Actors:
        """Return the pictures at these indices."""
        return Actors(
            self.images[index],
            self.labels[index],
            self.people[index],
            self.recipes[index],
            self.intensities[index],
            self.resting[index],
            self.validation[index],
        )

    def split(self, name: str) -> Actors:
        """Return one of `files.SPLITS`: no person is in both."""
        return self.take(self.validation == (name == files.VALIDATION))

    def references(self) -> tuple[NDArray[np.int64], ...]:
        """Return, for each picture, the indices of its person's other faces at rest.

        They have other light and another pose. Where a person has none, its other neutral faces
        stand in; an array is empty where there are none either.
        """
        found = []
        for index, person in enumerate(self.people):
            own = self.people == person
            own[index] = False
            rest = np.flatnonzero(own & self.resting)
            found.append(rest if rest.size else np.flatnonzero(own & (self.labels == _NEUTRAL)))
        return tuple(found)


def load(folder: Path) -> Actors:
    """Read a folder of people.

    Raises DatasetError when there are none, one is damaged, or they were drawn with unlike
    settings.
    """
    numbers = files.numbers(folder)
    if not numbers:
        raise DatasetError(f"{folder}: no synthetic people; moodlift-train synthesise makes them")
    parts, lost, first = [], 0, None
    for number in numbers:
        settings, person = files.read(folder, number, images=False)
        first = first or settings
        files.check_settings(folder, number, settings, first)
        parts.append(_faces(person, number))
        lost += int((~person.found).sum())
    columns: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts]) for name in parts[0]
    }
    return Actors(**columns, lost=lost)


def _faces(person: files.PersonFile, number: int) -> dict[str, Any]:
    """Return a person's part of `Actors`."""
    found, takes = person.found, person.takes
    count = int(found.sum())
    return {
        "images": alignment.standardise(person.crops[found]),
        "labels": person.emotion[found],
        "people": np.full(count, number, np.int64),
        "recipes": np.array([take["recipe"] for take in takes], np.str_)[found],
        "intensities": np.array([take["intensity"] for take in takes], np.float32)[found],
        "resting": np.array([take["resting"] for take in takes], bool)[found],
        "validation": np.full(count, files.split(number) == files.VALIDATION),
    }
