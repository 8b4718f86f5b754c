"""What a run needs before its first step: its folder, and the data chosen by its recipe."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from training import landmarks
from training import recipe as recipes
from training.data import ferplus
from training.data.pictures import PUBLIC, TRAINING
from training.errors import DatasetError, RunError
from training.loop import CONFIG, MODEL
from training.targets import folds, soft_labels, targets, usable

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.ferplus import Votes
    from training.data.pictures import Dataset, Pictures
    from training.recipe import Recipe

LANDMARKS = "landmarks.npy"
SCENES = 2
"""In so many scenes the detector looks at each picture, which takes it some 10 ms."""
HELD = 10
"""Where there is no PublicTest, one in so many Training pictures takes its place."""
GIVEN = (
    "epochs",
    "seed",
    "limit",
    "folds",
    "fold",
    "width",
    "squeeze",
    "top",
    "balance",
    "settle",
    "rate",
    "detected_chance",
)
"""Settings that have an option of their own."""
TEACHING = 0.7
"""The weight of teachers' answers, where there are teachers and nothing else is asked for."""
FILES = {"votes": "ferplus", "soft": "labels", "teaching": "teacher"}
"""Weights that are 0 where the command line gives no file for them."""


def recipe(options: argparse.Namespace) -> Recipe:
    """Return the recipe that the command line asks for.

    Raises RunError when FER+ votes, soft labels or teachers are given a weight and no file. A
    resumed run keeps its own recipe: raises RunError when other settings are given along.
    """
    given = {name: getattr(options, name) for name in GIVEN if getattr(options, name) is not None}
    others = dict(options.set)
    for name, flag in FILES.items():
        if others.get(name) and not getattr(options, flag):
            raise RunError(f"{options.run}: this run needs --{flag}")
    if not options.resume:
        settings = recipes.Recipe(**given, **others, fast=not options.float32)
        votes = settings.votes if options.ferplus else 0.0
        soft = settings.soft if options.labels else 0.0
        teaching = others.get("teaching", TEACHING) if options.teacher else 0.0
        return dataclasses.replace(settings, votes=votes, soft=soft, teaching=teaching)
    settings = recipes.load(options.run / CONFIG)
    changed = [_flag(name) for name in given if getattr(settings, name) != given[name]]
    changed += [f"--set {name}" for name in others if getattr(settings, name) != others[name]]
    if options.float32 and settings.fast:
        changed.append("--float32")
    if changed:
        flags = " and ".join(changed)
        raise RunError(f"{options.run}: a resumed run keeps its settings: leave out {flags}")
    return settings


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def folder(path: Path, settings: Recipe) -> None:
    """Make a new run's folder and write its recipe.

    Raises RunError when it cannot be written, or already holds a run.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if (path / MODEL).exists():
            raise RunError(f"{path}: holds a run already; give --resume or another folder")
        (path / LANDMARKS).unlink(missing_ok=True)
        settings.save(path / CONFIG)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error


def detected(path: Path, pictures: Pictures, settings: Recipe) -> Pictures:
    """Return the pictures with their key points by the device's detector, if the recipe wants them.

    They come with a prepared data set, or are looked for and kept in the run's folder. Raises
    RunError when they cannot be written.
    """
    if not settings.detected_chance:
        return dataclasses.replace(pictures, landmarks=None)
    if pictures.landmarks is not None:
        return pictures
    kept = path / LANDMARKS
    try:
        if kept.exists():
            found: NDArray[np.float32] = np.load(kept, allow_pickle=False)
            if len(found) == len(pictures):
                return dataclasses.replace(pictures, landmarks=found)
        found = landmarks.find(pictures, SCENES, settings.seed)
        partial = path / f"partial-{LANDMARKS}"
        np.save(partial, found)
        partial.replace(kept)
    except (OSError, ValueError) as error:
        raise RunError(f"{kept}: {error}") from error
    return dataclasses.replace(pictures, landmarks=found)


def data(
    dataset: Dataset, votes: Votes | None, settings: Recipe, labels: Path | None = None
) -> tuple[Pictures, NDArray[np.float32], Pictures]:
    """Return the pictures to train on, their targets float32 (n, 7), and PublicTest.

    `labels` is a file of soft labels. With a `limit`, both are seeded samples of at most so many.
    A data set without PublicTest gives a tenth of Training in its place. PrivateTest is not looked
    at. Raises DatasetError when a file does not fit the data set.
    """
    pictures, public = split(dataset)
    if votes is not None:
        ferplus.check(votes, pictures)
    soft = soft_labels(labels, dataset.rows, pictures) if labels else None
    pictures = pictures.take(np.flatnonzero(usable(pictures, votes)))
    if settings.folds:
        seen = folds(pictures, settings.folds) != settings.fold
        pictures = pictures.take(np.flatnonzero(seen))
    if settings.limit:
        random = np.random.default_rng(settings.seed)
        pictures, public = (
            each.take(np.sort(random.permutation(len(each))[: settings.limit]))
            for each in (pictures, public)
        )
    return pictures, targets(pictures, votes, settings, soft), public


def split(dataset: Dataset) -> tuple[Pictures, Pictures]:
    """Return the pictures to train on and those to judge by, which are PublicTest if there is any.

    Raises DatasetError when there is nothing to train on.
    """
    pictures = dataset.split(TRAINING)
    if len(dataset.splits[PUBLIC]):
        return pictures, dataset.splits[PUBLIC]
    held = folds(pictures, HELD) == 0
    if held.all() or not held.any():
        raise DatasetError("the data set has no PublicTest picture, and too few to do without")
    return pictures.take(np.flatnonzero(~held)), pictures.take(np.flatnonzero(held))
