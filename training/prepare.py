"""What a run needs before its first step: its folder, and the data chosen by its recipe."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from training import ferplus, landmarks
from training import recipe as recipes
from training.errors import RunError
from training.loop import CONFIG, MODEL
from training.targets import folds, soft_labels, targets, usable

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from numpy.typing import NDArray

    from training.fer2013 import Fer2013, Pictures
    from training.ferplus import Votes
    from training.recipe import Recipe

LANDMARKS = "landmarks.npy"
SCENES = 2
"""In so many scenes the detector looks at each picture, which takes it some 10 ms."""
GIVEN = ("epochs", "seed", "limit", "folds", "fold", "width", "squeeze")
"""Settings that the command line may give."""


def recipe(options: argparse.Namespace) -> Recipe:
    """Return the recipe that the command line asks for.

    A resumed run keeps its own: raises RunError when other settings are given along, or FER+ votes
    are given to a run without them or missing from one with them.
    """
    given = {name: getattr(options, name) for name in GIVEN if getattr(options, name) is not None}
    if not options.resume:
        settings = recipes.Recipe(**given, fast=not options.float32)
        return settings if options.ferplus else dataclasses.replace(settings, votes=0.0)
    settings = recipes.load(options.run / CONFIG)
    changed = [f"--{name}" for name in given if getattr(settings, name) != given[name]]
    if options.float32 and settings.fast:
        changed.append("--float32")
    if changed:
        flags = " and ".join(changed)
        raise RunError(f"{options.run}: a resumed run keeps its settings: leave out {flags}")
    if bool(settings.votes) != bool(options.ferplus):
        state = "needs" if settings.votes else "goes without"
        raise RunError(f"{options.run}: this run {state} --ferplus")
    return settings


def folder(path: Path, settings: Recipe, resume: bool) -> None:
    """Make a run's folder and write its recipe.

    Raises RunError when it cannot be written, or already holds a run that isn't to be resumed.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not resume and (path / MODEL).exists():
            raise RunError(f"{path}: holds a run already; give --resume or another folder")
        settings.save(path / CONFIG)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error


def detected(path: Path, pictures: Pictures, settings: Recipe) -> NDArray[np.float32] | None:
    """Return the pictures' key points by the device's detector, kept in the run's folder.

    That is float32 (n, scenes, 4, 2) in the pictures' pixels, or None where the recipe wants none.
    Raises RunError when they cannot be written.
    """
    if not settings.detected_chance:
        return None
    kept = path / LANDMARKS
    try:
        if kept.exists():
            found: NDArray[np.float32] = np.load(kept, allow_pickle=False)
            if len(found) == len(pictures):
                return found
        found = landmarks.find(pictures, SCENES, settings.seed)
        partial = path / f"partial-{LANDMARKS}"
        np.save(partial, found)
        partial.replace(kept)
    except (OSError, ValueError) as error:
        raise RunError(f"{kept}: {error}") from error
    return found


def data(
    fer: Fer2013, votes: Votes | None, settings: Recipe, labels: Path | None = None
) -> tuple[Pictures, NDArray[np.float32], Pictures]:
    """Return the pictures to train on, their targets float32 (n, 7), and PublicTest.

    `labels` is a file of soft labels. With a `limit`, both are seeded samples of at most so many.
    PrivateTest is not looked at. Raises DatasetError when a file does not fit the data set.
    """
    pictures, public = fer.split("Training"), fer.split("PublicTest")
    if votes is not None:
        ferplus.check(votes, pictures)
    soft = soft_labels(labels, fer.rows) if labels else None
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
