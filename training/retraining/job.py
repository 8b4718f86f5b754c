"""One retraining, from exports and a base to a bundle that is better, or to a report why not."""

from __future__ import annotations

import dataclasses
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.vision import bundle as bundles
from training import backends, evaluate, run_setup
from training import data as datasets
from training import recipe as recipes
from training.data.pictures import PRIVATE, TRAINING
from training.errors import RunError
from training.loop import CONFIG, MODEL, Run
from training.retraining import NOTE, feedback, page, replay, weight_interpolation
from training.retraining import base as bases
from training.retraining.comparison import Comparison, compare, toughen
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
    """Keras file, folder, version, evenness and calm, to the bundle made in that folder."""

MOST = 0.8
"""The share of what is shown that may be other than the old pictures as they are."""
BASE, CANDIDATE, BETWEEN = "base", "candidate", "between.keras"


@dataclass(frozen=True, slots=True)
class Changes:
    """What retraining does otherwise than the base's own recipe; `training.recipe` explains all."""

    epochs: int = 6
    seed: int = 1
    rate: float = 0.004
    warm_up: float = 0.1
    settle: float = 1.0
    frozen: bool = True
    teaching: float = 0.9
    feedback: float = 0.15
    disguised: float = 0.35
    feedback_teaching: float = 0.3
    trust: float = 0.85
    limit: int = 16000
    fast: bool = True

    def __post_init__(self) -> None:
        if self.feedback + self.disguised > MOST:
            raise RunError(
                f"--share {self.feedback:g} and --disguised {self.disguised:g}: together at most "
                f"{MOST:g}, or too little stays old"
            )


@dataclass(frozen=True, slots=True)
class Job:
    """What to learn from and where to: `run` becomes a folder with all of it.

    It gets a run's own files (`training.loop`), the base's model in `base`, retraining.json (what
    was learnt from), report.md and report.json, and emotion-`version` when that is better.
    It also gets between.keras, what of the new weights was taken
    (`training.retraining.weight_interpolation`).
    `labels` are soft labels of the data set, or None; `teachers` are finished runs that answer for
    old pictures in the base's place; `others` are measured and told, by name.
    """

    exports: Sequence[Path]
    base: Path
    data: Path
    run: Path
    version: str
    changes: Changes
    labels: Path | None
    teachers: Sequence[Path]
    others: Mapping[str, Path]
    convert: Convert
    say: Callable[[str], None]

    def train(
        self,
        resume: bool,
        progress: Progress,
        report: Callable[[Epoch], None],
        threads: int = 1,
        makers: int = 0,
    ) -> None:
        """Fine-tune the base, or go on with that.

        Raises DatasetError, RunError or BundleError when something is not what it should be, or a
        resumed run was begun with something else.
        """
        backends.start(threads)
        told, base, data = self._read()
        settings = self._settings(base)
        self._begin(settings, base, told, resume)
        pictures, targets, public = run_setup.data(data, None, settings, self.labels)
        pictures = run_setup.detected(self.run, pictures, settings)
        # The batches, which may be made in another process, have teachers of their own.
        runs = self.teachers or [self.run / BASE]
        teachers, others = (Teachers(runs, targets) for _ in range(2))
        shown = replay.show(pictures, targets, told.learnt, settings, others.of_crops)
        run = Run(
            self.run, settings, shown.pictures, shown.targets, public, threads, progress,
            teachers=teachers, makers=makers, teaching=shown.teaching,
        )  # fmt: skip
        first = self.run / BASE / MODEL
        run.start_from(first)
        if resume:
            run.resume()
        self.say(
            f"training on {len(shown.pictures)} pictures: {settings.feedback:.0%} are new, "
            f"{settings.disguised:.0%} old ones that look new"
        )
        run.train(report)
        self.say(
            str(weight_interpolation.settle(first, self.run / MODEL, self.run / BETWEEN, public))
        )

    def judge(self, force: bool) -> tuple[Path | None, list[str]]:
        """Convert the trained model, compare it with the base and write the report.

        Returns the bundle, which there is when the new model is better or with `force`, and what
        stands against it.
        """
        base = bases.read(self.base)
        made = self.run / CANDIDATE
        shutil.rmtree(made, ignore_errors=True)
        try:
            new = self.convert(
                self.run / BETWEEN, made / "new", self.version, base.evenness, base.calm
            )
            old = base.bundle or self.convert(base.model, made / "old", "0.0.0", 0.0, 1.0)
            compared = self._compare(old, new)
            objections = compared.objections()
            note = json.loads((self.run / NOTE).read_text("utf-8"))
            page.write(self.run, note | {"version": self.version, "forced": force}, compared)
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
        """Read all that is given, so that what is wrong with it is said before an hour of work."""
        told, base = feedback.read(self.exports), bases.read(self.base)
        self.say(str(told))
        for name, count in told.rare.items():
            self.say(f"too few held out to tell of {name}: {count}")
        data = datasets.read(self.data)
        data.split(PRIVATE)
        return told, base, data

    def _settings(self, base: Base) -> Recipe:
        """Return the base's recipe with what is to be different."""
        return dataclasses.replace(
            base.recipe,
            **dataclasses.asdict(self.changes),
            votes=0.0,
            soft=(base.recipe.soft or recipes.Recipe().soft) if self.labels else 0.0,
            folds=0,
        )

    def _begin(self, settings: Recipe, base: Base, told: Feedback, resume: bool) -> None:
        """Make the folder, or make sure that it is this very retraining's.

        Raises RunError otherwise.
        """
        note: dict[str, Any] = {
            "base": base.name,
            "teachers": [run.resolve().name for run in self.teachers],
            "exports": feedback.digest(self.exports),
            "learnt": len(told.learnt),
            "held": len(told.held),
            "left_out": told.left_out,
        }
        if resume and (self.run / NOTE).exists():
            self._check(settings, note)
            return
        run_setup.folder(self.run, settings)
        base.keep(self.run / BASE)
        try:
            (self.run / NOTE).write_text(json.dumps(note, indent=2) + "\n", "utf-8")
        except OSError as error:
            raise RunError(f"{self.run / NOTE}: {error.strerror or error}") from error

    def _check(self, settings: Recipe, note: dict[str, Any]) -> None:
        try:
            begun = json.loads((self.run / NOTE).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{self.run / NOTE}: damaged: {error}") from error
        kept = recipes.load(self.run / CONFIG)
        changed = [name for name in note if begun.get(name) != note[name]]
        changed += [
            one.name
            for one in dataclasses.fields(settings)
            if getattr(settings, one.name) != getattr(kept, one.name)
        ]
        if changed:
            raise RunError(f"{self.run}: was begun with other {', '.join(changed)}")

    def _compare(self, old: Path, new: Path) -> Comparison:
        before, after = (evaluate.of_bundle(bundles.load(each)) for each in (old, new))
        held, private = feedback.read(self.exports).held, datasets.read(self.data).split(PRIVATE)
        self.say("measuring both")
        others = {
            f"{name}, {split}": compare(before, after, pictures)
            for name, path in self.others.items()
            for split, pictures in _measured(datasets.read(path))
        }
        self.say("measuring both on changed pictures")
        robust = toughen(before, after, private)
        return Comparison(
            compare(before, after, private), compare(before, after, held), robust, others
        )


def _measured(data: Dataset) -> list[tuple[str, Pictures]]:
    """Return the splits that are there, but for what is trained on."""
    return [(name, data.splits[name]) for name in data.filled() if name != TRAINING]
