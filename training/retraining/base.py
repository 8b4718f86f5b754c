"""The model that is to be bettered: a bundle with its Keras file, or a training run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.vision import bundle as bundles
from training import recipe as recipes
from training.errors import RunError
from training.loop import CONFIG, MODEL

if TYPE_CHECKING:
    from pathlib import Path

    from training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Base:
    """A model to start from, to be taught by, and to be measured against.

    `model` is its Keras file, `recipe` how that was trained. `bundle` is its int8 form, which a run
    does not have. `evenness` and `calm` are what its bias was fitted for, as `convert.bias` has it.
    """

    path: Path
    model: Path
    recipe: Recipe
    bundle: Path | None
    evenness: float = 0.0
    calm: float = 1.0

    @property
    def name(self) -> str:
        """The bundle's or the run's folder."""
        return self.path.resolve().name

    def keep(self, folder: Path) -> None:
        """Put what a teacher is read from into a folder, so that a resumed run has it for sure.

        Raises RunError when the folder cannot be written.
        """
        try:
            folder.mkdir(exist_ok=True)
            shutil.copyfile(self.model, folder / MODEL)
            self.recipe.save(folder / CONFIG)
        except OSError as error:
            raise RunError(f"{folder}: {error.strerror or error}") from error


def read(path: Path) -> Base:
    """Read a base. Raises BundleError or RunError when the folder is neither bundle nor run."""
    if (path / bundles.MANIFEST).is_file():
        return _of_bundle(path)
    if not (path / CONFIG).is_file():
        raise RunError(f"{path}: neither a bundle nor a training run")
    return Base(path, _model(path), recipes.load(path / CONFIG), None)


def _of_bundle(path: Path) -> Base:
    manifest = bundles.load(path).manifest
    settings = (manifest.get("training") or {}).get("recipe")
    if settings is None:
        raise RunError(f"{path}: its manifest does not say how it was trained")
    bias = manifest.get("bias") or {}
    return Base(
        path,
        _model(path),
        recipes.of(settings, path / bundles.MANIFEST),
        path,
        float(bias.get("evenness", 0.0)),
        float(bias.get("calm", 1.0)),
    )


def _model(path: Path) -> Path:
    model = path / MODEL
    if not model.is_file():
        raise RunError(f"{path}: has no {MODEL}, which kiosks do not get: take the bundle's folder")
    return model
