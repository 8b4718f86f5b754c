"""One retraining: from exports and a base to a better bundle, or to a report why there is none."""

from __future__ import annotations

import dataclasses
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.vision import bundle as bundles
from training import backends, evaluate, old_names, run_setup
from training import data as datasets
from training import recipe as recipes
from training.data.pictures import PRIVATE, TRAINING
from training.errors import RunError
from training.loop import Run
from training.retraining import base as bases
from training.retraining import feedback, page, replay, weight_interpolation
from training.retraining.comparison import Comparison, compare, compare_robustness
from training.run_folder import CONFIG, INTERPOLATED, MODEL, RETRAINING
from training.teachers import Teachers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from training.data.pictures import Dataset, Pictures
    from training.loop import Epoch, Progress
    from training.recipe import Recipe
    from training.retraining.base import Base
    from training.retraining.feedback import Feedback

    Convert = Callable[[Path, Path, str, float, float], Path]
    """Takes Keras file, folder, version, class_balance, neutral_weight; returns the bundle."""

MAX_NEW = 0.8
"""The largest fraction of the training set that is not old pictures as they are."""
BASE, CANDIDATE = "base", "candidate"
"""Folders in the run's folder: the base's model, and bundles while they are compared."""


@dataclass(frozen=True, slots=True)
class RecipeOverrides:
    """Settings that differ from the base's recipe; see `training.recipe`."""

    epochs: int = 6
    seed: int = 1
    learning_rate: float = 0.004
    warmup_fraction: float = 0.1
    final_epochs_weak_aug: float = 1.0
    freeze_batch_norm: bool = True
    distill_weight: float = 0.9
    feedback_fraction: float = 0.15
    degraded_fraction: float = 0.35
    feedback_distill_weight: float = 0.3
    feedback_label_accuracy: float = 0.85
    limit: int = 16000
    mixed_precision: bool = True

    def __post_init__(self) -> None:
        if self.feedback_fraction + self.degraded_fraction > MAX_NEW:
            raise RunError(
                f"--feedback-fraction {self.feedback_fraction:g} and --degraded-fraction "
                f"{self.degraded_fraction:g}: must be at most {MAX_NEW:g} together"
            )


@dataclass(frozen=True, slots=True)
class Job:
    """The inputs of a retraining and its folder `run`.

    The folder gets a run's files (`training.run_folder`), the base's model in `base`, report.md and
    report.json, and emotion-`version` if that is better. `labels` are soft labels of the data set,
    or None; `teachers` are finished runs to distil from in place of the base; both models are also
    evaluated on `others`, by name.
    """

    exports: Sequence[Path]
    base: Path
    data: Path
    run: Path
    version: str
    overrides: RecipeOverrides
    labels: Path | None
    teachers: Sequence[Path]
    others: Mapping[str, Path]
    convert: Convert
    echo: Callable[[str], None]

    def train(
        self,
        resume: bool,
        progress: Progress,
        report: Callable[[Epoch], None],
        threads: int = 1,
        workers: int = 0,
    ) -> None:
        """Fine-tune the base, or resume that.

        Raises DatasetError, RunError or BundleError when an input is invalid, or a resumed run
        started with other inputs.
        """
        backends.start(threads)
        crops, base, data = self._read()
        settings = self._settings(base)
        self._start(settings, base, crops, resume)
        pictures, targets, public = run_setup.select(data, None, settings, self.labels)
        pictures = run_setup.with_landmarks(self.run, pictures, settings)
        # Batches may be made in other processes, so they have their own teachers.
        runs = self.teachers or [self.run / BASE]
        teachers, others = (Teachers(runs, targets) for _ in range(2))
        training_set = replay.build(pictures, targets, crops.training, settings, others.for_crops)
        run = Run(
            self.run, settings, training_set.pictures, training_set.targets, public, threads,
            progress, teachers=teachers, workers=workers,
            distill_weights=training_set.distill_weights,
        )  # fmt: skip
        first = self.run / BASE / MODEL
        run.start_from(first)
        if resume:
            run.resume()
        self.echo(
            f"training on {len(training_set.pictures)} pictures: "
            f"{settings.feedback_fraction:.0%} from feedback, "
            f"{settings.degraded_fraction:.0%} old and degraded"
        )
        run.train(report)
        self.echo(
            str(
                weight_interpolation.interpolate(
                    first, self.run / MODEL, self.run / INTERPOLATED, public
                )
            )
        )

    def evaluate(self, force: bool) -> tuple[Path | None, list[str]]:
        """Convert the trained model, compare it with the base and write the report.

        Returns the bundle, or None when the new model is not better and `force` is false, and the
        objections to it.
        """
        base = bases.read(self.base)
        made = self.run / CANDIDATE
        shutil.rmtree(made, ignore_errors=True)
        try:
            new = self.convert(
                self.run / INTERPOLATED,
                made / "new",
                self.version,
                base.class_balance,
                base.neutral_weight,
            )
            old = base.bundle or self.convert(base.model, made / "old", "0.0.0", 0.0, 1.0)
            compared = self._compare(old, new)
            objections = compared.objections()
            about = _read_about(self.run)
            page.write(self.run, about | {"version": self.version, "forced": force}, compared)
            if objections and not force:
                return None, objections
            bundle = self.run / new.name
            shutil.rmtree(bundle, ignore_errors=True)
            new.rename(bundle)
        except OSError as error:
            raise RunError(f"{self.run}: {error.strerror or error}") from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return bundle, objections

    def _read(self) -> tuple[Feedback, Base, Dataset]:
        """Read all inputs first, so that errors are reported before an hour of work."""
        crops, base = feedback.read(self.exports), bases.read(self.base)
        self.echo(str(crops))
        for name, count in crops.rare.items():
            self.echo(f"too few held out crops of {name}: {count}")
        data = datasets.read(self.data)
        data.split(PRIVATE)
        return crops, base, data

    def _settings(self, base: Base) -> Recipe:
        """Return the base's recipe with the overrides."""
        return dataclasses.replace(
            base.recipe,
            **dataclasses.asdict(self.overrides),
            votes_weight=0.0,
            soft_label_weight=(base.recipe.soft_label_weight or recipes.Recipe().soft_label_weight)
            if self.labels
            else 0.0,
            folds=0,
        )

    def _start(self, settings: Recipe, base: Base, crops: Feedback, resume: bool) -> None:
        """Create the folder, or check that a resumed one has the same inputs.

        Raises RunError when it cannot be written or has others.
        """
        about: dict[str, Any] = {
            "base": base.name,
            "teachers": [run.resolve().name for run in self.teachers],
            "exports": feedback.digest(self.exports),
            "training_crops": len(crops.training),
            "held_out_crops": len(crops.held_out),
            "excluded_crops": crops.excluded,
        }
        if resume and (self.run / RETRAINING).exists():
            self._check(settings, about)
            return
        run_setup.create_folder(self.run, settings)
        base.copy_to(self.run / BASE)
        try:
            (self.run / RETRAINING).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
        except OSError as error:
            raise RunError(f"{self.run / RETRAINING}: {error.strerror or error}") from error

    def _check(self, settings: Recipe, about: dict[str, Any]) -> None:
        try:
            started = _read_about(self.run)
        except (OSError, ValueError) as error:
            raise RunError(f"{self.run / RETRAINING}: damaged: {error}") from error
        stored = recipes.load(self.run / CONFIG)
        changed = [name for name in about if started.get(name) != about[name]]
        changed += [
            one.name
            for one in dataclasses.fields(settings)
            if getattr(settings, one.name) != getattr(stored, one.name)
        ]
        if changed:
            raise RunError(f"{self.run}: started with other {', '.join(changed)}")

    def _compare(self, old: Path, new: Path) -> Comparison:
        before, after = (evaluate.bundle_predictor(bundles.load(each)) for each in (old, new))
        held_out, private = (
            feedback.read(self.exports).held_out,
            datasets.read(self.data).split(PRIVATE),
        )
        self.echo("comparing both models")
        others = {
            f"{name}, {split}": compare(before, after, pictures)
            for name, path in self.others.items()
            for split, pictures in _test_splits(datasets.read(path))
        }
        self.echo("comparing both models on corrupted pictures")
        robustness = compare_robustness(before, after, private)
        return Comparison(
            compare(before, after, private), compare(before, after, held_out), robustness, others
        )


def _read_about(run: Path) -> dict[str, Any]:
    """Return what a retraining's folder says of its inputs."""
    path = run / RETRAINING
    about = json.loads(path.read_text("utf-8"))
    return old_names.current(about, old_names.RETRAINING, path)


def _test_splits(data: Dataset) -> list[tuple[str, Pictures]]:
    """Return the filled splits other than Training."""
    return [(name, data.splits[name]) for name in data.filled() if name != TRAINING]
