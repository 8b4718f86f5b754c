"""Set up a run: its recipe, its folder, and the data that the recipe selects."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from training import landmarks
from training import recipe as recipes
from training.data import ferplus
from training.data.pictures import PUBLIC, TRAINING
from training.errors import DatasetError, RunError
from training.run_folder import CONFIG, LANDMARKS, MODEL
from training.targets import folds, soft_labels, targets, usable

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.ferplus import Votes
    from training.data.pictures import Dataset, Pictures
    from training.recipe import Recipe

SCENES = 2
"""Scenes per picture in which the detector finds key points, about 10 ms each."""
VALIDATION_FOLDS = 10
"""Without PublicTest, one Training picture in 10 is held out for validation."""
OPTIONS = (
    "epochs",
    "seed",
    "limit",
    "folds",
    "fold",
    "width",
    "squeeze_excite",
    "top_channels",
    "logit_adjustment_tau",
    "final_epochs_weak_aug",
    "learning_rate",
    "detector_crop_p",
)
"""Settings with an option of their own."""
DISTILL_WEIGHT = 0.7
"""The default of `distill_weight` with teachers."""
FILES = {"votes_weight": "ferplus", "soft_label_weight": "labels", "distill_weight": "teacher"}
"""Weights that are 0 without this option."""


def recipe(options: argparse.Namespace) -> Recipe:
    """Return the recipe that the command line asks for, or a resumed run's own.

    Raises RunError when a weight is given without its file, or a resumed run is given other
    settings than its own.
    """
    given = {name: getattr(options, name) for name in OPTIONS if getattr(options, name) is not None}
    others = dict(options.set)
    for name, option in FILES.items():
        if others.get(name) and not getattr(options, option):
            raise RunError(f"{options.run}: {name} needs --{option}")
    if options.resume:
        return _resumed(options, given, others)
    settings = recipes.Recipe(**given, **others, mixed_precision=not options.float32)
    distill_weight = others.get("distill_weight", DISTILL_WEIGHT) if options.teacher else 0.0
    return dataclasses.replace(
        settings,
        votes_weight=settings.votes_weight if options.ferplus else 0.0,
        soft_label_weight=settings.soft_label_weight if options.labels else 0.0,
        distill_weight=distill_weight,
    )


def _resumed(
    options: argparse.Namespace, given: dict[str, float], others: dict[str, float]
) -> Recipe:
    settings = recipes.load(options.run / CONFIG)
    changed = [_flag(name) for name in given if getattr(settings, name) != given[name]]
    changed += [f"--set {name}" for name in others if getattr(settings, name) != others[name]]
    if options.float32 and settings.mixed_precision:
        changed.append("--float32")
    if changed:
        flags = " and ".join(changed)
        raise RunError(f"{options.run}: a resumed run keeps its settings: leave out {flags}")
    return settings


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def create_folder(path: Path, settings: Recipe) -> None:
    """Create a new run's folder with its recipe.

    Raises RunError when it cannot be written or already holds a run.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if (path / MODEL).exists():
            raise RunError(f"{path}: already holds a run; use --resume or another folder")
        (path / LANDMARKS).unlink(missing_ok=True)
        settings.save(path / CONFIG)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error


def with_landmarks(path: Path, pictures: Pictures, settings: Recipe) -> Pictures:
    """Return the pictures with the detector's key points, if the recipe crops by them.

    A prepared data set has them; else they are detected once and stored in the run's folder.
    Raises RunError when they cannot be written.
    """
    if not settings.detector_crop_p:
        return dataclasses.replace(pictures, landmarks=None)
    if pictures.landmarks is not None:
        return pictures
    stored = path / LANDMARKS
    try:
        if stored.exists():
            found: NDArray[np.float32] = np.load(stored, allow_pickle=False)
            if len(found) == len(pictures):
                return dataclasses.replace(pictures, landmarks=found)
        found = landmarks.find(pictures, SCENES, settings.seed)
        partial = path / f"partial-{LANDMARKS}"
        np.save(partial, found)
        partial.replace(stored)
    except (OSError, ValueError) as error:
        raise RunError(f"{stored}: {error}") from error
    return dataclasses.replace(pictures, landmarks=found)


def select(
    dataset: Dataset, votes: Votes | None, settings: Recipe, labels: Path | None = None
) -> tuple[Pictures, NDArray[np.float32], Pictures]:
    """Return the pictures to train on, their targets float32 (n, 7), and PublicTest.

    `labels` is a file of soft labels. With a `limit`, both are seeded samples of at most that
    size. Without PublicTest, a tenth of Training takes its place. PrivateTest is not used. Raises
    DatasetError when a file does not fit the data set.
    """
    pictures, public = split(dataset)
    if votes is not None:
        ferplus.check(votes, pictures)
    soft = soft_labels(labels, dataset.rows, pictures) if labels else None
    pictures = pictures.take(np.flatnonzero(usable(pictures, votes)))
    if settings.folds:
        kept = folds(pictures, settings.folds) != settings.fold
        pictures = pictures.take(np.flatnonzero(kept))
    if settings.limit:
        random = np.random.default_rng(settings.seed)
        pictures, public = (
            each.take(np.sort(random.permutation(len(each))[: settings.limit]))
            for each in (pictures, public)
        )
    return pictures, targets(pictures, votes, settings, soft), public


def split(dataset: Dataset) -> tuple[Pictures, Pictures]:
    """Return the pictures to train on, and PublicTest or, if that is empty, a tenth of Training.

    Raises DatasetError when either is empty.
    """
    pictures = dataset.split(TRAINING)
    if len(dataset.splits[PUBLIC]):
        return pictures, dataset.splits[PUBLIC]
    held_out = folds(pictures, VALIDATION_FOLDS) == 0
    if held_out.all() or not held_out.any():
        raise DatasetError(
            "the data set has no PublicTest pictures, and too few others to hold some out"
        )
    return pictures.take(np.flatnonzero(~held_out)), pictures.take(np.flatnonzero(held_out))
