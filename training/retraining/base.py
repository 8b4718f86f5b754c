"""The model to fine-tune: a bundle with its Keras file, or a training run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.vision import bundle as bundles
from training import old_names
from training import recipe as recipes
from training.errors import RunError
from training.run_folder import CONFIG, MODEL

if TYPE_CHECKING:
    from pathlib import Path

    from training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Base:
    """A model to start from, to distil from and to compare with.

    `model` is its Keras file, `recipe` the settings of its training, `bundle` its int8 form, which
    a run does not have. Its bias was fitted with `class_balance` and `neutral_weight`, as
    `convert.bias.fit` takes them.
    """

    path: Path
    model: Path
    recipe: Recipe
    bundle: Path | None
    class_balance: float = 0.0
    neutral_weight: float = 1.0

    @property
    def name(self) -> str:
        """The name of the bundle's or the run's folder."""
        return self.path.resolve().name

    def copy_to(self, folder: Path) -> None:
        """Copy the files of a teacher into a folder, so that a resumed run has the same ones.

        Raises RunError when the folder cannot be written.
        """
        try:
            folder.mkdir(exist_ok=True)
            shutil.copyfile(self.model, folder / MODEL)
            self.recipe.save(folder / CONFIG)
        except OSError as error:
            raise RunError(f"{folder}: {error.strerror or error}") from error


def read(path: Path) -> Base:
    """Read a base. Raises BundleError or RunError when the folder is neither a bundle nor a run."""
    if (path / bundles.MANIFEST).is_file():
        return _of_bundle(path)
    if not (path / CONFIG).is_file():
        raise RunError(f"{path}: neither a bundle nor a training run")
    return Base(path, _model(path), recipes.load(path / CONFIG), None)


def _of_bundle(path: Path) -> Base:
    manifest = bundles.load(path).manifest
    settings = (manifest.get("training") or {}).get("recipe")
    if settings is None:
        raise RunError(f"{path}: its manifest has no recipe")
    source = path / bundles.MANIFEST
    bias = old_names.current(manifest.get("bias") or {}, old_names.BIAS, source)
    return Base(
        path,
        _model(path),
        recipes.from_dict(settings, source),
        path,
        float(bias.get("class_balance", 0.0)),
        float(bias.get("neutral_weight", 1.0)),
    )


def _model(path: Path) -> Path:
    model = path / MODEL
    if not model.is_file():
        raise RunError(
            f"{path}: no {MODEL}, which kiosks do not get: use moodlift-convert's folder"
        )
    return model
